"""One row a rule of MVCC: what conflicts, what does not, and what a valid transaction leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_protocol.ledger.mvcc import BlockTransaction, validate_and_prepare
from counterfoil_protocol.ledger.simulator import Simulator
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import (
    MerkleSummary,
    NamespaceReadWriteSet,
    RangeQuery,
    Read,
    ReadWriteSet,
    key_hash,
)

OK = transaction.VALID
MVCC = transaction.MVCC_READ_CONFLICT
PHANTOM = transaction.PHANTOM_READ_CONFLICT
Program = Callable[[Simulator], Any]


def get(key: str) -> Program:
    return lambda s: s.get_state("cc", key)


def put(key: str, value: bytes = b"new") -> Program:
    return lambda s: s.put_state("cc", key, value)


def delete(key: str) -> Program:
    return lambda s: s.del_state("cc", key)


def scan(start: str, end: str) -> Program:
    return lambda s: list(s.get_state_range("cc", start, end))


def peek(start: str, end: str, count: int) -> Program:
    def program(simulator: Simulator) -> None:
        found = simulator.get_state_range("cc", start, end)
        for _ in range(count):
            found.next()

    return program


def secret_get(key: str) -> Program:
    return lambda s: s.get_private("cc", "secret", key)


def secret_hash(key: str) -> Program:
    return lambda s: s.get_private_hash("cc", "secret", key)


def secret_put(key: str, value: bytes = b"new") -> Program:
    return lambda s: s.put_private("cc", "secret", key, value)


def secret_scan() -> Program:
    return lambda s: list(s.get_private_range("cc", "secret", "", ""))


def policy(key: str) -> Program:
    return lambda s: s.set_state_metadata("cc", key, {"VALIDATION_PARAMETER": b"p"})


def secret_policy(key: str) -> Program:
    return lambda s: s.set_private_metadata("cc", "secret", key, {"VALIDATION_PARAMETER": b"p"})


def both(*programs: Program) -> Program:
    def program(simulator: Simulator) -> None:
        for each in programs:
            each(simulator)

    return program


BLIND = "a block of blind writes"

# The state holds a1, a3, a5 and the secrets s1, s2. All are simulated on it, then committed together.
CASES: list[tuple[str, list[Program], list[int]]] = [
    ("a read of what nobody changes", [get("a1"), get("a1")], [OK, OK]),
    ("a read after a write in the block", [put("a1"), get("a1")], [OK, MVCC]),
    ("a read before the write", [get("a1"), put("a1")], [OK, OK]),
    ("two that read and write the same", [both(get("a1"), put("a1"))] * 2, [OK, MVCC]),
    (BLIND, [put("a1", b"1"), put("a1", b"2")], [OK, OK]),
    ("a read of an absent key that comes", [put("a2"), get("a2")], [OK, MVCC]),
    ("a read of an absent key that stays absent", [put("b"), get("a2")], [OK, OK]),
    ("a read of a key deleted in the block", [delete("a1"), get("a1")], [OK, MVCC]),
    ("a delete of nothing still conflicts", [delete("a2"), get("a2")], [OK, MVCC]),
    (
        "a refused transaction's writes do not count",
        [put("a1"), both(get("a1"), put("a3")), get("a3")],
        [OK, MVCC, OK],
    ),
    ("metadata is part of the version", [policy("a1"), get("a1")], [OK, MVCC]),
    ("metadata of an absent key changes nothing", [policy("a2"), get("a2")], [OK, OK]),
    (
        "another namespace does not conflict",
        [lambda s: s.put_state("other", "a1", b"x"), get("a1")],
        [OK, OK],
    ),
    ("a range nobody touches", [put("b"), scan("a", "b")], [OK, OK]),
    ("a phantom inside", [put("a2"), scan("a", "b")], [OK, PHANTOM]),
    ("a phantom at the open end", [put("z"), scan("a", "")], [OK, PHANTOM]),
    ("the end key is not in the range", [put("a5"), scan("a", "a5")], [OK, OK]),
    ("the start key is in the range", [put("a1"), scan("a1", "a5")], [OK, PHANTOM]),
    ("a key of the range rewritten", [put("a3"), scan("a", "b")], [OK, PHANTOM]),
    ("a key of the range gone", [delete("a3"), scan("a", "b")], [OK, PHANTOM]),
    ("a delete of nothing in a range", [delete("a2"), scan("a", "b")], [OK, OK]),
    ("beyond what was looked at", [put("a4"), peek("a", "b", 2)], [OK, OK]),
    ("the last key looked at", [put("a3"), peek("a", "b", 2)], [OK, PHANTOM]),
    ("between the keys looked at", [put("a2"), peek("a", "b", 2)], [OK, PHANTOM]),
    ("looked past the last", [put("a6"), peek("a", "b", 4)], [OK, PHANTOM]),
    ("an empty range that fills", [put("m"), scan("m", "n")], [OK, PHANTOM]),
    (
        "both reads: MVCC is found first",
        [both(put("a1"), put("a2")), both(get("a1"), scan("a", "b"))],
        [OK, MVCC],
    ),
    ("a private read after a private write", [secret_put("s1"), secret_get("s1")], [OK, MVCC]),
    ("a hash read conflicts alike", [secret_put("s1"), secret_hash("s1")], [OK, MVCC]),
    ("a private read of another key", [secret_put("s1"), secret_get("s2")], [OK, OK]),
    ("an absent private key that comes", [secret_put("s3"), secret_get("s3")], [OK, MVCC]),
    ("no phantoms in private ranges", [secret_put("s3"), secret_scan()], [OK, OK]),
    ("private metadata is part of the version", [secret_policy("s1"), secret_hash("s1")], [OK, MVCC]),
    ("private and public keys do not meet", [put("s1"), secret_get("s1")], [OK, OK]),
    (
        "collections do not meet",
        [lambda s: s.put_private("cc", "other", "s1", b"x"), secret_get("s1")],
        [OK, OK],
    ),
]


@pytest.mark.parametrize(("programs", "codes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_transactions_of_one_block(chain: Any, programs: list[Program], codes: list[int]) -> None:
    chain.run(both(*map(put, ("a1", "a3", "a5"))), both(secret_put("s1"), secret_put("s2")))
    assert list(chain.run(*programs).codes) == codes


@pytest.mark.parametrize(
    ("reader", "writer", "code"),
    [
        (get("a1"), put("a1"), MVCC),
        (get("a2"), put("a2"), MVCC),
        (get("a1"), put("a3"), OK),
        (scan("a", "b"), put("a2"), PHANTOM),
        (scan("a", "b"), delete("a3"), PHANTOM),
        (peek("a", "b", 2), put("a4"), OK),
        (secret_hash("s1"), secret_put("s1"), MVCC),
        (secret_get("s1"), put("s1"), OK),
    ],
)
def test_what_an_earlier_block_changed(chain: Any, reader: Program, writer: Program, code: int) -> None:
    chain.run(both(*map(put, ("a1", "a3", "a5"))), both(secret_put("s1"), secret_put("s2")))
    stale = chain.endorse(reader)
    chain.run(writer)
    assert chain.commit(stale).codes == (code,)


def test_the_last_write_of_a_block_wins_with_its_version(chain: Any) -> None:
    chain.run(put("a1", b"first"), put("a1", b"last"))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1").value == b"last"
        assert view.get_state("cc", "a1").version == Version(0, 1)


def test_value_and_metadata_are_kept_apart(chain: Any) -> None:
    chain.run(put("a1", b"1"), secret_put("s1", b"1"))
    chain.run(policy("a1"), secret_policy("s1"))
    chain.run(put("a1", b"2"), secret_put("s1", b"2"))

    def look(simulator: Simulator) -> None:
        assert simulator.get_state("cc", "a1") == b"2"
        assert simulator.get_state_metadata("cc", "a1") == {"VALIDATION_PARAMETER": b"p"}
        assert simulator.get_private("cc", "secret", "s1") == b"2"
        assert simulator.get_private_metadata("cc", "secret", "s1") == {"VALIDATION_PARAMETER": b"p"}

    chain.run(look)


def test_a_delete_takes_the_metadata_along(chain: Any) -> None:
    chain.run(both(put("a1"), policy("a1")))
    chain.run(both(delete("a1"), policy("a1")))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1") is None
    chain.run(put("a1"))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1").metadata == b""


def test_metadata_can_be_taken_away(chain: Any) -> None:
    chain.run(both(put("a1"), policy("a1")))
    chain.run(lambda s: s.set_state_metadata("cc", "a1", {}))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1").metadata == b""


def test_metadata_after_a_delete_in_the_same_block_changes_nothing(chain: Any) -> None:
    chain.run(put("a1"))
    assert chain.run(delete("a1"), policy("a1")).codes == (OK, OK)
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1") is None


def test_an_empty_value_deletes(chain: Any) -> None:
    chain.run(put("a1"), secret_put("s1"))
    chain.run(put("a1", b""), secret_put("s1", b""))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a1") is None
        assert view.get_private("cc", "secret", "s1") is None
        assert view.get_private_hash("cc", "secret", key_hash("s1")) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("zzz"), OK),
        (put("k0120"), PHANTOM),
        (delete("k0000"), PHANTOM),
        (put("k0119x"), PHANTOM),
        (both(delete("k0000"), put("k0000x")), PHANTOM),
    ],
)
def test_long_ranges_are_compared_by_their_hashes(chain: Any, change: Program, code: int) -> None:
    chain.run(both(*[put(f"k{n:04}") for n in range(121)]))
    reader = chain.endorse(scan("k", "l"))
    (query,) = reader.result.public.namespaces[0].range_queries
    assert query.merkle is not None
    assert query.reads is None
    assert chain.commit(chain.endorse(change), reader).codes == (OK, code)


def test_a_summary_that_cannot_be_is_a_conflict(chain: Any) -> None:
    chain.run(put("a1"))
    for merkle in (MerkleSummary(1, 1, (b"",)), MerkleSummary(50, 1, ()), MerkleSummary(50, 9, (b"x",))):
        rwset = ReadWriteSet(
            (NamespaceReadWriteSet("cc", range_queries=(RangeQuery("a", "b", True, None, merkle),)),)
        )
        with chain.ledger.snapshot() as view:
            assert validate_and_prepare(1, [BlockTransaction(0, rwset)], view).codes == {0: PHANTOM}


def test_a_version_of_zero_is_not_an_absent_key(chain: Any) -> None:
    chain.run(put("a1"))
    cases = {Version(0, 0): OK, None: MVCC}
    for version, code in cases.items():
        rwset = ReadWriteSet((NamespaceReadWriteSet("cc", reads=(Read("a1", version),)),))
        parsed = ReadWriteSet.parse(rwset.serialize())
        with chain.ledger.snapshot() as view:
            assert validate_and_prepare(1, [BlockTransaction(0, parsed)], view).codes == {0: code}
