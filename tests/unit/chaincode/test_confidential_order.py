"""The order of the runtime's checks: each row mends one thing of the row above and meets the next refusal."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from counterfoil_chaincode.confidential import RuntimeRefusal
from counterfoil_chaincode.testing import Caller, Ledger, Operations, Refused, make_caller
from counterfoil_protocol.confidential import build_outcome_request, build_request

from tests.unit.chaincode.vault import (
    BANK_A,
    BANK_B,
    KEEP,
    LOOK,
    NOTE,
    ORGANIZATIONS,
    PORT,
    REGULATOR,
    SEED,
    Keep,
    Look,
    Note,
    Seed,
    chaincode,
    collections,
)

OFFICER = make_caller(BANK_A, "bank.officer", "ann")
SUPERVISOR = make_caller(REGULATOR, "regulator.officer", "sue")
ID = "0123456789abcdef" * 2
SALT = bytes(range(32))


@pytest.fixture
def ledger() -> Ledger:
    found = Ledger(chaincode(), ORGANIZATIONS, collections())
    Operations(found).submit(SUPERVISOR, SEED, Seed("11" * 32))
    return found


@dataclass(frozen=True)
class Call:
    """A call with everything wrong that can be; rows replace field by field."""

    args: tuple[str, ...] = ("too", "many")
    transient: tuple[tuple[str, bytes], ...] = (("request", b"{"), ("more", b""))
    at: str = BANK_B
    caller: Caller = make_caller(BANK_A, "regulator.officer", "ann", common_name="Ann Example")  # noqa: RUF009 - frozen
    skew_seconds: int = 301

    def send(self, ledger: Ledger, function: str) -> str:
        moment = ledger.clock.now + timedelta(seconds=self.skew_seconds)
        answer = ledger.evaluate(
            self.caller, function, *self.args, at=self.at, transient=dict(self.transient), moment=moment
        )
        return answer.decode()


def _request(operation: str, body: object, salt: bytes | None = None) -> tuple[tuple[str, bytes], ...]:
    return tuple(build_request(operation, body, salt).items())  # type: ignore[arg-type]  # bad bodies too


_OFFICER_WITHOUT_STAFF = make_caller(BANK_A, "bank.officer", "ann", attributes={"staff": "ann"})
_OFFICER_OF_OTHER_NAME = make_caller(BANK_A, "bank.officer", "ann", common_name="Ann Example")

SUBMIT_ROWS: list[tuple[dict[str, object], str, str]] = [
    ({}, "BAD_REQUEST", "the function takes 1 argument(s)"),
    ({"args": ("NOT-AN-ID",)}, "BAD_REQUEST", "not exactly the field 'request'"),
    ({"transient": (("other", b"{}"),)}, "BAD_REQUEST", "not exactly the field 'request'"),
    ({"transient": (("request", b"{"),)}, "BAD_REQUEST", "no JSON of whole numbers"),
    ({"transient": (("request", b'{"body":1.5,"operation":"keep"}'),)}, "BAD_REQUEST", "no JSON of whole"),
    ({"transient": (("request", b'{"operation":"keep"}'),)}, "BAD_REQUEST", "not an object of operation"),
    ({"transient": (("request", b'{"body":1,"operation":1}'),)}, "BAD_REQUEST", "operation is no text"),
    (
        {"transient": (("request", b'{"body":1,"operation":"keep","salt":1}'),)},
        "BAD_REQUEST",
        "salt is not 64",
    ),
    ({"transient": _request("absent", {"amount": "1"}, SALT)}, "BAD_REQUEST", "not a request id"),
    ({"args": (ID,)}, "BAD_REQUEST", "vault has no such operation to submit"),
    ({"transient": _request("look", {"amount": "1"}, SALT)}, "BAD_REQUEST", "no such operation to submit"),
    ({"transient": _request("keep", {"amount": "1"}, SALT)}, "BAD_REQUEST", "a salt belongs to requests"),
    ({"transient": _request("keep", {"amount": "1"})}, "WRONG_PEER", "not of BankBMSP"),
    ({"at": BANK_A}, "WRONG_PEER", "this runs at peers of RegulatorMSP, PortMSP, not of BankAMSP"),
    ({"at": PORT}, "NOT_AUTHORIZED", "role may not call"),
    ({"caller": make_caller(BANK_A, "bank.approver", "ann")}, "NOT_AUTHORIZED", "role may not call"),
    ({"caller": make_caller(PORT, "bank.officer", "ann")}, "NOT_AUTHORIZED", "role may not call"),
    ({"caller": _OFFICER_WITHOUT_STAFF}, "NOT_AUTHORIZED", "no staff id"),
    ({"caller": _OFFICER_OF_OTHER_NAME}, "NOT_AUTHORIZED", "no staff id, or another name"),
    ({"caller": OFFICER}, "CLOCK_SKEW", "more than five minutes"),
    ({"skew_seconds": -301}, "CLOCK_SKEW", "more than five minutes"),
    ({"skew_seconds": 300}, "BAD_INPUT", "expected `int`, got `str` - at `$.amount`"),
    ({"transient": _request("keep", {"amount": 1})}, "BAD_INPUT", "missing required field `number`"),
    ({"transient": _request("keep", {"number": "n", "amount": 1, "x": 1})}, "BAD_INPUT", "unknown field `x`"),
    ({"transient": _request("keep", {"number": "n", "amount": 101})}, "TOO_MUCH", "a hundred is the most"),
]


def test_each_refusal_of_a_submit_comes_before_the_next(ledger: Ledger) -> None:
    call = Call()
    met = []
    for row, (changes, code, text) in enumerate(SUBMIT_ROWS):
        call = replace(call, **changes)  # type: ignore[arg-type]  # each row names fields of Call
        with pytest.raises(Refused) as refused:
            call.send(ledger, "vault:transact")
        assert (row, refused.value.code) == (row, code), refused.value.text
        assert text in refused.value.text, row
        met.append(code)
    order = [code.name for code in RuntimeRefusal]
    places = [order.index(code) for code in met if code in order]
    assert places == sorted(places)
    assert replace(call, transient=_request("keep", {"number": "n", "amount": 100})).send(
        ledger, "vault:transact"
    ) == ID  # fmt: skip


EVALUATE_ROWS: list[tuple[dict[str, object], str, str]] = [
    ({}, "BAD_REQUEST", "the function takes 0 argument(s)"),
    ({"args": ()}, "BAD_REQUEST", "not exactly the field 'request'"),
    ({"transient": _request("keep", {})}, "BAD_REQUEST", "vault has no such operation to evaluate"),
    ({"transient": _request("look", {}, SALT)}, "BAD_REQUEST", "a salt belongs to requests"),
    ({"transient": _request("look", {})}, "WRONG_PEER", "this runs at peers of RegulatorMSP, PortMSP"),
    ({"at": REGULATOR}, "NOT_AUTHORIZED", "role may not call"),
    ({"caller": OFFICER}, "CLOCK_SKEW", "more than five minutes"),
    ({"skew_seconds": 0}, "BAD_INPUT", "object missing required field `number`"),
]


def test_each_refusal_of_an_evaluate_comes_before_the_next(ledger: Ledger) -> None:
    call = Call()
    for row, (changes, code, text) in enumerate(EVALUATE_ROWS):
        call = replace(call, **changes)  # type: ignore[arg-type]  # each row names fields of Call
        with pytest.raises(Refused) as refused:
            call.send(ledger, "vault:inquire")
        assert (row, refused.value.code) == (row, code), refused.value.text
        assert text in refused.value.text, row
    assert replace(call, transient=_request("look", {"number": "n"})).send(ledger, "vault:inquire")


OUTCOME_ROWS: list[tuple[dict[str, object], str, str]] = [
    ({}, "BAD_REQUEST", "the function takes 0 argument(s)"),
    ({"args": ()}, "BAD_REQUEST", "not exactly the field 'request'"),
    ({"transient": _request("look", {})}, "BAD_REQUEST", "vault has no such operation to submit"),
    (
        {"transient": _request("keep", {})},
        "WRONG_PEER",
        "this runs at peers of RegulatorMSP, PortMSP, BankAMSP",
    ),
    ({"at": BANK_A}, "NOT_AUTHORIZED", "role may not call"),
    ({"caller": OFFICER}, "CLOCK_SKEW", "more than five minutes"),
    ({"skew_seconds": 0}, "BAD_INPUT", "expected 32 lower-case hex digits"),
    ({"transient": tuple(build_outcome_request("keep", ID).items())}, "NOT_FOUND", "no outcome"),
]


def test_each_refusal_of_an_outcome_comes_before_the_next(ledger: Ledger) -> None:
    call = Call()
    for row, (changes, code, text) in enumerate(OUTCOME_ROWS):
        call = replace(call, **changes)  # type: ignore[arg-type]  # each row names fields of Call
        with pytest.raises(Refused) as refused:
            call.send(ledger, "vault:outcome")
        assert (row, refused.value.code) == (row, code), refused.value.text
        assert text in refused.value.text, row
    Operations(ledger).submit(OFFICER, KEEP, Keep("n", 1), request_id=ID)
    assert '"result":{"total":1}' in call.send(ledger, "vault:outcome")


def test_a_request_id_serves_one_request(ledger: Ledger) -> None:
    operations = Operations(ledger)
    operations.submit(OFFICER, KEEP, Keep("n", 1), request_id=ID)
    again = operations.endorse(OFFICER, KEEP, Keep("n", 1), request_id=ID)
    assert again.payload == ID.encode()
    assert again.private is None
    assert not any(namespace.writes for namespace in again.rwset.namespaces)
    assert operations.outcome(OFFICER, KEEP, ID).total == 1
    with pytest.raises(Refused, match="IDEMPOTENCY_CONFLICT"):
        operations.endorse(OFFICER, KEEP, Keep("n", 2), request_id=ID)
    other_bank = make_caller(BANK_B, "bank.officer", "bob")
    assert operations.submit(other_bank, KEEP, Keep("n", 5), request_id=ID).total == 6


def test_where_a_bank_endorses_only_that_bank_and_the_regulator_may(ledger: Ledger) -> None:
    operations = Operations(ledger)
    assert operations.submit(OFFICER, NOTE, Note("abc")).total == 3
    for stranger in (BANK_B, PORT):
        with pytest.raises(Refused, match="WRONG_PEER"):
            operations.endorse(OFFICER, NOTE, Note("abc"), at=(REGULATOR, stranger))


def test_wrong_peer_is_said_before_anything_is_read(ledger: Ledger) -> None:
    ledger.lose_private_data(BANK_A)
    with pytest.raises(Refused, match="WRONG_PEER"):
        Operations(ledger).evaluate(OFFICER, LOOK, Look("n"), at=BANK_A)


def test_a_runtime_that_does_not_know_its_peer_refuses(ledger: Ledger) -> None:
    nobody = Ledger(chaincode(), ["", *ORGANIZATIONS], collections())
    with pytest.raises(Refused, match=r"WRONG_PEER: .*an unknown MSP"):
        nobody.evaluate(OFFICER, LOOK.function, at="", transient=build_request("look", {"number": "n"}))


def test_a_missing_private_value_is_retryable_not_absent(ledger: Ledger) -> None:
    operations = Operations(ledger)
    operations.submit(OFFICER, KEEP, Keep("n", 1))
    ledger.lose_private_data(PORT)
    with pytest.raises(Refused) as refused:
        operations.endorse(OFFICER, KEEP, Keep("n", 1))
    assert refused.value.code == "PRIVATE_DATA_NOT_AVAILABLE"
    assert not refused.value.is_final
