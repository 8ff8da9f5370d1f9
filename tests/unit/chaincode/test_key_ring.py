"""Keys and salts made of secrets, and the records under them."""

import hmac
from typing import Any

import pytest
from counterfoil_chaincode.confidential.key_ring import KeyRing, derive_salt, read_secrets, write_secret
from counterfoil_chaincode.confidential.private_store import PrivateStore, Record
from counterfoil_chaincode.errors import ContractDefect
from counterfoil_chaincode.shim.invocation import Invocation
from counterfoil_chaincode.shim.stub import ChaincodeStub
from counterfoil_protocol import canonical_json
from counterfoil_protocol.messages import chaincode_shim
from hypothesis import given
from hypothesis import strategies as st

MESSAGE = chaincode_shim.ChaincodeMessage
OLD, NEW = b"o" * 32, b"n" * 32
RING = KeyRing((NEW, OLD))
PART = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)


class Held:
    """A peer that holds private values; writes take effect at once, unlike on a ledger."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], bytes] = {}

    def __call__(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        if message_type == MESSAGE.PUT_STATE:
            put = chaincode_shim.PutState.FromString(payload)
            self.values[put.collection, put.key] = put.value
            return b""
        asked = chaincode_shim.GetState.FromString(payload)
        return self.values.get((asked.collection, asked.key), b"")


def _stub(held: Held, transaction_id: str = "t") -> ChaincodeStub:
    return ChaincodeStub(Invocation("c", transaction_id, ()), held)


def _store(held: Held, transaction_id: str = "t", ring: KeyRing = RING) -> PrivateStore:
    def check(collection: str, *, writes: bool) -> None:
        if collection == "closed":
            raise ContractDefect("closed")

    return PrivateStore(
        _stub(held, transaction_id), lambda: ring, lambda key: ring.salt(transaction_id, key), check
    )


def test_a_key_is_the_hmac_of_its_parts() -> None:
    expected = hmac.digest(NEW, b"authority\x00pool\x00D1", "sha256").hex()
    assert RING.key("authority", "pool", "D1") == f"pool/{expected}"
    assert RING.keys("authority", "pool", "D1")[0] == RING.key("authority", "pool", "D1")
    assert RING.keys("authority", "pool", "D1")[1] == KeyRing((OLD,)).key("authority", "pool", "D1")


@given(st.tuples(PART, PART, PART), st.tuples(PART, PART, PART))
def test_other_parts_give_another_key(one: tuple[str, str, str], two: tuple[str, str, str]) -> None:
    assert (RING.key(*one) == RING.key(*two)) == (one == two)


def test_no_part_may_hold_the_separator() -> None:
    with pytest.raises(ValueError, match=r"U\+0000"):
        RING.key("authority", "pool", "D1\x00")


def test_salts_differ_by_secret_transaction_and_key() -> None:
    salts = {derive_salt(s, t, k) for s in (OLD, NEW) for t in ("t1", "t2") for k in ("k1", "k2")}
    assert len(salts) == 8
    assert RING.salt("t1", "k1") == derive_salt(NEW, "t1", "k1")


def test_without_a_secret_there_is_no_key() -> None:
    empty = KeyRing(())
    assert empty.keys("c", "k", "n") == ()
    with pytest.raises(ContractDefect, match="no secret yet"):
        empty.key("c", "k", "n")


def test_secrets_do_not_show() -> None:
    assert "nnn" not in repr(RING)


def test_secrets_are_kept_newest_first_and_two_stay_live() -> None:
    held = Held()
    assert read_secrets(_stub(held)) == ()
    for number, secret in enumerate((b"1" * 32, b"2" * 32, b"3" * 32), 1):
        assert write_secret(_stub(held), secret) == number
    assert read_secrets(_stub(held)) == (b"3" * 32, b"2" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        write_secret(_stub(held), b"short")


def test_a_live_secret_that_is_missing_is_told() -> None:
    held = Held()
    write_secret(_stub(held), NEW)
    del held.values["authority", "secret/1"]
    with pytest.raises(ContractDefect, match="not in the ledger"):
        read_secrets(_stub(held))


def test_a_record_is_salted_and_found_again() -> None:
    held = Held()
    key = _store(held, "t1").save("c", "thing", "1", {"a": 1})
    stored = canonical_json.decode(held.values["c", key])
    assert stored == {"salt": RING.salt("t1", key).hex(), "value": {"a": 1}}
    found = _store(held).find("c", "thing", "1", dict[str, int])
    assert found == Record(key, {"a": 1})
    assert _store(held).read("c", key, dict) == {"a": 1}
    assert _store(held).find("c", "thing", "2", dict) is None
    assert _store(held).read("c", "absent", dict) is None
    assert "'a'" not in repr(found)


def test_a_record_of_an_older_secret_is_found_and_keeps_its_key() -> None:
    held = Held()
    old_key = _store(held, ring=KeyRing((OLD,))).save("c", "thing", "1", 5)
    found = _store(held).find("c", "thing", "1", int)
    assert found == Record(old_key, 5)
    assert _store(held).save("c", "thing", "1", 6, found) == old_key
    assert set(held.values) == {("c", old_key)}


@pytest.mark.parametrize("read", ["find", "read", "digest"])
def test_reading_what_the_transaction_wrote_is_a_defect(read: str) -> None:
    store = _store(Held())
    key = store.save("c", "thing", "1", 5)
    with pytest.raises(ContractDefect, match="written itself"):
        _reads(store, key)[read]()


def _reads(store: PrivateStore, key: str) -> dict[str, Any]:
    return {
        "find": lambda: store.find("c", "thing", "1", int),
        "read": lambda: store.read("c", key, int),
        "digest": lambda: store.digest("c", key),
    }


def test_every_access_is_checked_against_the_declaration() -> None:
    store = _store(Held())
    for act in (
        lambda: store.read("closed", "k", int),
        lambda: store.find("closed", "thing", "1", int),
        lambda: store.digest("closed", "k"),
        lambda: store.write("closed", "k", 1),
        lambda: store.delete("closed", "k"),
    ):
        with pytest.raises(ContractDefect, match="closed"):
            act()


def test_a_stored_value_that_is_no_record_is_told() -> None:
    held = Held()
    held.values["c", "k"] = b'{"value":1}'
    with pytest.raises(ContractDefect, match="not salt and value"):
        _store(held).read("c", "k", int)
