"""A peer's ledger file: commit, read back, reopen, private data, reconciliation."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from bare_envelope import envelope_of
from counterfoil_network.embedded.ledger import (
    CommitRequest,
    LedgerClosed,
    LedgerCorrupted,
    MissingPrivateData,
    OrdererLedger,
    PeerLedger,
    PrivateWriteSet,
    ReconciledPrivateData,
)
from counterfoil_protocol import block as blocks
from counterfoil_protocol.ledger.simulator import Simulator
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.messages import common, rwset, transaction, transient_store
from counterfoil_protocol.rwset import HashedCollection, NamespaceReadWriteSet, ReadWriteSet, key_hash

VALID = transaction.VALID
CONFLICT = transaction.MVCC_READ_CONFLICT


def put(key: str, value: bytes) -> Any:
    return lambda s: s.put_state("cc", key, value)


def put_private(key: str, value: bytes) -> Any:
    return lambda s: s.put_private("cc", "secret", key, value)


def test_a_commit_is_readable_at_once(chain: Any) -> None:
    committed = chain.run(put("a", b"1"), put("b", b"2"))
    assert committed.codes == (VALID, VALID)
    assert chain.ledger.height == 1
    with chain.ledger.snapshot() as view:
        found = view.get_state("cc", "b")
        assert found is not None
        assert (found.value, found.version) == (b"2", Version(0, 1))
        assert view.get_state("other", "b") is None
        assert [key for key, _ in view.get_state_range("cc", "", "")] == ["a", "b"]


def test_the_block_is_stored_with_codes_and_commit_hash(chain: Any) -> None:
    chain.run(put("a", b"1"))
    read = lambda s: (s.get_state("cc", "a"), s.put_state("cc", "a", b"2"))  # noqa: E731 - two of the same
    committed = chain.run(read, read)
    assert committed.codes == (VALID, CONFLICT)
    stored = chain.ledger.block(1)
    assert stored == committed.block
    assert blocks.transactions_filter(stored) == bytes([VALID, CONFLICT])
    assert len(blocks.commit_hash(stored)) == 32
    assert blocks.commit_hash(chain.ledger.block(0)) == b""


def test_a_transaction_is_found_where_it_first_appeared(chain: Any) -> None:
    endorsed = chain.endorse(put("a", b"1"))
    chain.commit(endorsed)
    chain.commit(endorsed, codes=[transaction.DUPLICATE_TXID])
    status = chain.ledger.transaction_status(endorsed.transaction_id)
    assert (status.code, status.block, status.transaction) == (VALID, 0, 0)
    processed = chain.ledger.transaction(endorsed.transaction_id)
    assert processed.validationCode == VALID
    assert processed.transactionEnvelope == common.Envelope.FromString(endorsed.envelope)
    assert chain.ledger.transaction_status("unknown") is None
    assert chain.ledger.transaction("unknown") is None


def test_events_come_from_valid_transactions_alone(chain: Any) -> None:
    good = chain.endorse(put("a", b"1"), event="made")
    bad = chain.endorse(put("a", b"2"), event="lost")
    heard: list[Any] = []
    stop = chain.ledger.subscribe(heard.append)
    committed = chain.commit(good, bad, codes=[VALID, transaction.ENDORSEMENT_POLICY_FAILURE])
    assert [t.event.name if t.event else None for t in committed.transactions] == ["made", None]
    stop()
    chain.run(put("c", b""))
    assert heard == [committed]


def test_a_snapshot_does_not_move(chain: Any) -> None:
    chain.run(put("a", b"1"))
    with chain.ledger.snapshot() as view:
        rows = view.get_state_range("cc", "", "")
        chain.run(put("a", b"2"), put("b", b"2"))
        assert view.height == 1
        assert [(key, found.value) for key, found in rows] == [("a", b"1")]
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "a").value == b"2"


def test_a_range_left_half_read_does_not_hold_the_next_snapshot_back(chain: Any) -> None:
    chain.run(*[put(f"{n:04}", b"x") for n in range(50)])
    with chain.ledger.snapshot() as view:
        half_read = view.get_state_range("cc", "", "")
        next(half_read)
    chain.run(put("zz", b"y"))
    with chain.ledger.snapshot() as view:
        assert view.get_state("cc", "zz") is not None
        assert len(list(view.get_state_range("cc", "0003", "0045"))) == 42


def test_state_survives_reopening(chain: Any, tmp_path: Path) -> None:
    chain.run(put("a", b"1"), put_private("k", b"hidden"))
    chain.ledger.close()
    again = PeerLedger.open(tmp_path / "ledger.db", msp_id="BankAMSP", channel_id="trade")
    assert again.height == 1
    with again.snapshot() as view:
        found = view.get_private("cc", "secret", "k")
        assert found is not None
        assert found.value == b"hidden"
    again.close()


@pytest.mark.parametrize(("msp_id", "channel_id"), [("BankBMSP", "trade"), ("BankAMSP", "loans")])
def test_another_organisations_file_is_refused(
    ledger: Any, tmp_path: Path, msp_id: str, channel_id: str
) -> None:
    with pytest.raises(LedgerCorrupted, match="another organisation"):
        PeerLedger.open(tmp_path / "ledger.db", msp_id=msp_id, channel_id=channel_id)


@pytest.mark.parametrize("content", [b"no database at all, but long enough for a header" * 10, None])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ledger.db"
    if content is not None:
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version=99")
        connection.close()
    with pytest.raises(LedgerCorrupted, match=r"cannot be read|has format 99"):
        PeerLedger.open(path, msp_id="BankAMSP", channel_id="trade")
    with pytest.raises(LedgerCorrupted):
        OrdererLedger.open(path)


def test_a_block_that_does_not_follow_is_refused_and_leaves_nothing(chain: Any) -> None:
    chain.run(put("a", b"1"))
    skipped = blocks.new_block(7, chain.previous, [])
    with pytest.raises(LedgerCorrupted, match="does not follow height 1"):
        chain.ledger.commit(CommitRequest(skipped, [])).result(timeout=10)
    forked = blocks.new_block(1, b"x" * 32, [])
    with pytest.raises(LedgerCorrupted, match="does not name the hash"):
        chain.ledger.commit(CommitRequest(forked, [])).result(timeout=10)
    with pytest.raises(LedgerCorrupted, match="1 transactions, but 2 codes"):
        chain.ledger.commit(chain.request([chain.endorse(put("b", b""))], [0, 0])).result(timeout=10)
    assert chain.ledger.height == 1


def test_a_closed_ledger_refuses(chain: Any) -> None:
    chain.ledger.close()
    with pytest.raises(LedgerClosed):
        chain.ledger.commit(CommitRequest(blocks.new_block(0, b"", []), []))


def test_codes_may_be_computed_on_the_state_before_the_block(chain: Any) -> None:
    chain.run(put("a", b"1"))
    seen = []

    def validate(view: Any) -> list[int]:
        seen.append((view.height, view.get_state("cc", "a").value))
        return [transaction.BAD_CREATOR_SIGNATURE]

    request = CommitRequest(chain.block([chain.endorse(put("a", b"2"))]), validate)
    assert chain.ledger.commit(request).result(timeout=10).codes == (transaction.BAD_CREATOR_SIGNATURE,)
    assert seen == [(1, b"1")]


def test_two_peers_write_the_same_blocks(chain: Any, tmp_path: Path) -> None:
    other = PeerLedger.open(tmp_path / "other.db", msp_id="BankBMSP", channel_id="trade")
    for number in range(3):
        write = chain.endorse(lambda s, n=number: (put("a", b"%d" % n)(s), put_private("k", b"%d" % n)(s)))
        request = chain.request([write])
        chain.ledger.commit(request).result(timeout=10)
        other.commit(CommitRequest(request.block, [0])).result(timeout=10)  # no member: no private data
    with chain.ledger.snapshot() as mine, other.snapshot() as theirs:
        assert [mine.block_bytes(n) for n in range(3)] == [theirs.block_bytes(n) for n in range(3)]
        assert theirs.get_private("cc", "secret", "k") is None
        assert theirs.get_private_hash("cc", "secret", key_hash("k")) == mine.get_private_hash(
            "cc", "secret", key_hash("k")
        )
    other.close()


def test_private_data_must_be_what_the_block_states(chain: Any) -> None:
    request = chain.request([chain.endorse(put_private("k", b"1"))], withhold=True)
    other = chain.endorse(put_private("k", b"2")).write_sets()
    forged = CommitRequest(request.block, [0], {0: other})
    with pytest.raises(LedgerCorrupted, match="not what block 0/0 states"):
        chain.ledger.commit(forged).result(timeout=10)
    chain.ledger.commit(request).result(timeout=10)
    assert chain.ledger.height == 1


def test_private_data_that_cannot_be_read_does_not_stop_the_ledger(chain: Any) -> None:
    garbage = PrivateWriteSet("cc", "secret", b"\xff")
    stated = HashedCollection("secret", private_hash=hashlib.sha256(garbage.rwset).digest())
    results = ReadWriteSet((NamespaceReadWriteSet("cc", collections=(stated,)),)).serialize()
    block = blocks.new_block(0, b"", [envelope_of("id", results)])
    committed = chain.ledger.commit(CommitRequest(block, [VALID], {0: [garbage]})).result(timeout=10)
    assert committed.codes == (VALID,)
    assert chain.ledger.private_data(0) == {}


def test_private_data_of_an_invalid_transaction_is_kept_but_not_applied(chain: Any) -> None:
    endorsed = chain.endorse(put_private("k", b"1"))
    chain.commit(endorsed, codes=[transaction.ENDORSEMENT_POLICY_FAILURE])
    assert chain.ledger.private_data(0) == {0: endorsed.write_sets()}
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k") is None
        assert view.get_private_hash("cc", "secret", key_hash("k")) is None


def test_private_data_can_be_asked_for_by_collection(chain: Any) -> None:
    endorsed = chain.endorse(
        lambda s: (s.put_private("cc", "secret", "k", b"1"), s.put_private("cc", "other", "k", b"2"))
    )
    chain.commit(endorsed)
    assert [w.collection for w in chain.ledger.private_data(0, {("cc", "other")})[0]] == ["other"]
    assert chain.ledger.private_data(1) == {}


def test_late_private_data_is_applied_where_it_is_still_current(chain: Any) -> None:
    first, second = chain.endorse(put_private("k", b"1")), chain.endorse(put_private("j", b"2"))
    request = chain.request([first, second], withhold=True)
    missing = [
        MissingPrivateData(0, place, t.transaction_id, "cc", "secret", eligible=True)
        for place, t in enumerate((first, second))
    ]
    chain.ledger.commit(CommitRequest(request.block, [0, 0], {}, missing)).result(timeout=10)
    assert chain.ledger.missing_private_data() == missing
    with pytest.raises(ValueError, match="private data matching public hash version is not available"):
        chain.endorse(lambda s: s.get_private("cc", "secret", "k"))
    chain.run(put_private("k", b"newer"))
    wrong = PrivateWriteSet("cc", "secret", b"\x1a\x03\x0a\x01x")
    refused = chain.ledger.store_reconciled([ReconciledPrivateData(0, 0, wrong)]).result(timeout=10)
    assert [item.write_set for item in refused] == [wrong]
    late = [ReconciledPrivateData(0, n, t.write_sets()[0]) for n, t in enumerate((first, second))]
    assert chain.ledger.store_reconciled(late).result(timeout=10) == []
    assert chain.ledger.missing_private_data() == []
    assert chain.ledger.private_data(0)[0] == first.write_sets()
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k").value == b"newer"
        assert view.get_private("cc", "secret", "j").value == b"2"


def test_a_new_member_asks_for_what_it_was_not_entitled_to(chain: Any) -> None:
    endorsed = chain.endorse(put_private("k", b"1"))
    request = chain.request([endorsed], withhold=True)
    missing = MissingPrivateData(0, 0, endorsed.transaction_id, "cc", "secret", eligible=False)
    chain.ledger.commit(CommitRequest(request.block, [0], {}, [missing])).result(timeout=10)
    assert chain.ledger.missing_private_data() == []
    assert chain.ledger.missing_private_data(eligible=False) == [missing]
    assert chain.ledger.entitle("cc", "other").result(timeout=10) == 0
    assert chain.ledger.entitle("cc", "secret").result(timeout=10) == 1
    assert [m.eligible for m in chain.ledger.missing_private_data()] == [True]
    late = [ReconciledPrivateData(0, 0, endorsed.write_sets()[0])]
    assert chain.ledger.store_reconciled(late).result(timeout=10) == []
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k").value == b"1"


def test_transient_data_is_kept_until_its_transaction_is_committed(chain: Any) -> None:
    endorsed = chain.endorse(put_private("k", b"1"))
    content = transient_store.TxPvtReadWriteSetWithConfigInfo(
        endorsed_at=0, pvt_rwset=rwset.TxPvtReadWriteSet.FromString(endorsed.result.private.serialize())
    )
    chain.ledger.store_transient(endorsed.transaction_id, 0, content).result(timeout=10)
    chain.ledger.store_transient("another", 0, content).result(timeout=10)
    assert chain.ledger.transient(endorsed.transaction_id) == [content]
    chain.commit(endorsed)
    assert chain.ledger.transient(endorsed.transaction_id) == []
    assert chain.ledger.transient("another") == [content]


def test_a_metadata_write_renews_the_private_version(chain: Any) -> None:
    chain.run(put_private("k", b"1"))
    chain.run(lambda s: s.set_private_metadata("cc", "secret", "k", {"VALIDATION_PARAMETER": b"p"}))

    def read(simulator: Simulator) -> None:
        assert simulator.get_private("cc", "secret", "k") == b"1"
        assert simulator.get_private_metadata("cc", "secret", "k") == {"VALIDATION_PARAMETER": b"p"}

    assert chain.run(read).codes == (VALID,)


def test_a_purge_takes_every_trace_of_the_value(chain: Any, tmp_path: Path) -> None:
    value = b"a value that must go away"
    chain.run(put_private("k", value), put_private("stays", b"1"))
    chain.run(put_private("k", value + b" again"))
    chain.run(lambda s: s.purge_private("cc", "secret", "k"))
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k") is None
        assert view.get_private_hash("cc", "secret", key_hash("k")) is None
        assert view.get_private("cc", "secret", "stays").value == b"1"
    assert chain.ledger.private_data(0)[1][0].rwset
    for block, place in ((0, 0), (1, 0), (2, 0)):
        assert chain.ledger.private_data(block)[place][0].rwset == b""
    chain.ledger.close()
    assert value not in (tmp_path / "ledger.db").read_bytes()


def test_a_purge_reaches_a_value_whose_delete_is_missing_here(chain: Any) -> None:
    chain.run(put_private("k", b"1"))
    purge = chain.endorse(lambda s: s.purge_private("cc", "secret", "k"))
    chain.ledger.commit(chain.request([purge], withhold=True)).result(timeout=10)
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k") is None


def test_a_write_after_a_purge_in_one_block_stays(chain: Any) -> None:
    chain.run(put_private("k", b"1"))
    chain.run(lambda s: s.purge_private("cc", "secret", "k"), put_private("k", b"2"))
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k").value == b"2"


def test_late_private_data_does_not_bring_purged_keys_back(chain: Any) -> None:
    first = chain.endorse(lambda s: (put_private("k", b"1")(s), put_private("j", b"2")(s)))
    request = chain.request([first], withhold=True)
    missing = [MissingPrivateData(0, 0, first.transaction_id, "cc", "secret", eligible=True)]
    chain.ledger.commit(CommitRequest(request.block, [0], {}, missing)).result(timeout=10)
    chain.run(lambda s: s.purge_private("cc", "secret", "k"))
    late = [ReconciledPrivateData(0, 0, first.write_sets()[0])]
    assert chain.ledger.store_reconciled(late).result(timeout=10) == []
    with chain.ledger.snapshot() as view:
        assert view.get_private("cc", "secret", "k") is None
        assert view.get_private("cc", "secret", "j").value == b"2"
    assert b"k" not in chain.ledger.private_data(0)[0][0].rwset
