"""Declarations and wire shape of confidential operations."""

import hashlib
from dataclasses import replace

import pytest
from counterfoil_protocol.confidential import (
    AUTHORITY,
    BANK,
    Operation,
    Role,
    bank_of,
    build_outcome_request,
    build_request,
    collection_name,
    is_request_id,
    msp_of,
    new_request_id,
    new_salt,
    organizations,
    outcome_collection,
    outcome_key,
    outcome_peers,
    parse_request,
    request_digest,
)
from counterfoil_protocol.errors import MalformedMessage
from hypothesis import given
from hypothesis import strategies as st

REGULATOR, PORT, BANK_A = "RegulatorMSP", "PortMSP", "BankAMSP"
ROLES = (Role(BANK, "bank.officer"),)
LOCK = Operation(
    "trade", "lock", str, str, ROLES, endorsers=(REGULATOR, PORT), outcome="marks_{bank}"
)  # fmt: skip
TERMS = Operation("trade", "terms", str, str, ROLES, endorsers=(REGULATOR, BANK), outcome="terms_{bank}")
LOOK = Operation("trade", "look", str, str, ROLES, evaluate_at=(BANK, REGULATOR))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(JSON, st.none() | st.binary(min_size=32, max_size=32))
def test_a_request_comes_back(body: object, salt: bytes | None) -> None:
    transient = build_request("lock", body, salt)  # type: ignore[arg-type]  # JSON, which Hypothesis types as object
    found = parse_request(transient)
    assert (found.operation, found.body, found.salt) == ("lock", body, salt)
    assert found.digest == request_digest("lock", found.body)


def test_the_digest_leaves_the_salt_out_and_takes_everything_else() -> None:
    one, two = (parse_request(build_request("lock", {"a": 1}, salt)) for salt in (None, bytes(32)))
    assert one.digest == two.digest == hashlib.sha256(b'{"body":{"a":1},"operation":"lock"}').hexdigest()
    assert request_digest("lock", {"a": 2}) != one.digest != request_digest("view", {"a": 1})


def test_a_request_does_not_show_its_content() -> None:
    assert "4711" not in repr(parse_request(build_request("lock", 4711, b"4711" * 8)))


@pytest.mark.parametrize(
    "transient",
    [
        {},
        {"request": b"{}", "more": b""},
        {"Request": b"{}"},
        {"request": b""},
        {"request": b"\xff"},
        {"request": b"[]"},
        {"request": b'{"body":1,"operation":"a","x":1}'},
        {"request": b'{"body":1,"body":1,"operation":"a"}'},
        {"request": b'{"body":0.5,"operation":"a"}'},
        {"request": b'{"body":NaN,"operation":"a"}'},
        {"request": b'{"body":1,"operation":"a","salt":null}'},
        {"request": b'{"body":1,"operation":"a","salt":"' + b"A" * 64 + b'"}'},
    ],
)
def test_other_transient_data_is_refused(transient: dict[str, bytes]) -> None:
    with pytest.raises(MalformedMessage):
        parse_request(transient)


def test_request_ids_are_32_hex_digits() -> None:
    first, second = new_request_id(), new_request_id()
    assert is_request_id(first)
    assert first != second
    assert len(new_salt()) == 32
    for text in ("", "0" * 31, "0" * 33, "A" * 32, "0" * 31 + "\n", "g" * 32):
        assert not is_request_id(text)


def test_names_of_banks() -> None:
    assert bank_of(BANK_A) == "BankA"
    assert msp_of("BankA") == BANK_A
    assert bank_of(PORT) is bank_of("BankMSP") is bank_of("BankA MSP") is bank_of("BankAMSPx") is None


def test_collections_and_outcomes() -> None:
    assert collection_name("terms_{bank}", "BankA") == "terms_BankA"
    assert collection_name("authority", None) == "authority"
    with pytest.raises(ValueError, match="needs a bank"):
        collection_name("terms_{bank}", None)
    assert outcome_collection(LOCK, BANK_A) == "marks_BankA"
    assert outcome_collection(LOCK, REGULATOR) == AUTHORITY
    assert outcome_collection(replace(LOCK, relayed_outcome="supervision"), REGULATOR) == "supervision"
    assert outcome_key("marks_BankA", BANK_A, "0" * 32) == f"outcome/marks_BankA/BankAMSP/{'0' * 32}"


def test_who_endorses_and_where_outcomes_are() -> None:
    assert organizations(TERMS.endorsers, BANK_A) == (REGULATOR, BANK_A)
    assert organizations(TERMS.endorsers, PORT) == (REGULATOR,)
    assert organizations(LOOK.evaluate_at, BANK_A) == (BANK_A, REGULATOR)
    assert outcome_peers(LOCK, BANK_A) == (REGULATOR, PORT, BANK_A)
    assert outcome_peers(LOCK, REGULATOR) == (REGULATOR, PORT)
    assert outcome_peers(TERMS, BANK_A) == (REGULATOR, BANK_A)


def test_functions_on_the_wire() -> None:
    assert (LOCK.is_submit, LOCK.function, LOCK.outcome_function) == (True, "trade:transact", "trade:outcome")
    assert (LOOK.is_submit, LOOK.function, LOOK.full_name) == (False, "trade:inquire", "trade:look")
    assert not LOCK.takes_salt
    assert TERMS.takes_salt
    asked = parse_request(build_outcome_request("lock", "0" * 32))
    assert (asked.operation, asked.body) == ("lock", {"request_id": "0" * 32})
