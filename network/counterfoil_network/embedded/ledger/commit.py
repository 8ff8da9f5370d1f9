"""Commit of one block inside the writer's SQLite transaction: MVCC, private data, state, indexes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from counterfoil_protocol import block as blocks
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.definitions import read_definition
from counterfoil_protocol.ledger.mvcc import (
    VALID,
    BlockTransaction,
    PreparedBlock,
    validate_and_prepare,
)
from counterfoil_protocol.ledger.private import add_private_updates, follow_metadata, is_expected
from counterfoil_protocol.ledger.state import StateReader, Version
from counterfoil_protocol.ledger.updates import PrivateKey, UpdateBatch, commit_hash
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import PrivateCollection, ReadWriteSet

from . import private_store, state_store
from .parsed import commit_view
from .phases import passed
from .private_store import HeldWrites
from .records import CommitRequest, CommittedBlock, CommittedTransaction, LedgerCorrupted
from .view import LedgerView, RememberingReader

_COMMIT_HASH = "commit_hash"
TRANSIENT_BLOCK_RETENTION = 1000
"""Transient data of proposals that never come back is dropped after so many blocks (core.yaml's default)."""


def commit_block(connection: sqlite3.Connection, request: CommitRequest) -> CommittedBlock:
    """Validate and store the next block with all that belongs to it.

    Raises:
        LedgerCorrupted: the block does not follow, or private data is not what the block states.
    """
    view = LedgerView(connection)
    number = request.block.header.number
    _check_follows(view, request.block)
    passed("begun", number)
    codes = bytearray(request.codes(view) if callable(request.codes) else request.codes)
    envelopes = request.block.data.data
    if len(codes) != len(envelopes):
        raise LedgerCorrupted(f"block {number} has {len(envelopes)} transactions, but {len(codes)} codes")
    rwsets = _read_write_sets(envelopes, codes)
    candidates = [BlockTransaction(place, rwset) for place, rwset in rwsets.items() if codes[place] == VALID]
    reader = RememberingReader(view)
    prepared = validate_and_prepare(number, candidates, reader)
    for place, code in prepared.codes.items():
        codes[place] = code
    passed("validated", number)
    private = _read_private(request, rwsets)
    _add_private(reader, number, private, prepared)
    private_store.store_block(connection, request, private)
    passed("private written", number)
    private_store.expire(connection, number)
    private_store.purge(connection, prepared.batch.purges.values())
    state_store.apply(connection, prepared.batch)
    private_store.schedule_expiry(connection, number, prepared.batch, _block_to_live(reader))
    passed("state written", number)
    committed = _store_block(connection, request.block, bytes(codes), prepared.batch)
    passed("indexed", number)
    return committed


def _check_follows(view: LedgerView, block: common.Block) -> None:
    number = block.header.number
    if number != view.height:
        raise LedgerCorrupted(f"block {number} does not follow height {view.height}")
    previous = view.block_hash(number - 1) if number else b""
    if number and previous != block.header.previous_hash:
        raise LedgerCorrupted(f"block {number} does not name the hash of block {number - 1}")


def _read_write_sets(envelopes: Sequence[bytes], codes: bytearray) -> dict[int, ReadWriteSet]:
    """Read-write sets of endorser transactions by place; refused ones too, as far as they can be read."""
    found: dict[int, ReadWriteSet] = {}
    for place, envelope in enumerate(envelopes):
        seen = commit_view(envelope)
        if seen.rwset is not None:
            found[place] = seen.rwset
        elif codes[place] == VALID and seen.type == common.ENDORSER_TRANSACTION:
            codes[place] = transaction.INVALID_OTHER_REASON
    return found


def _read_private(request: CommitRequest, rwsets: dict[int, ReadWriteSet]) -> list[HeldWrites]:
    """The request's private writes in block order, each checked against the hash that the block states."""
    number = request.block.header.number
    found = []
    for place in sorted(request.private_data):
        rwset = rwsets.get(place)
        for write_set in request.private_data[place]:
            where = (write_set.namespace, write_set.collection)
            if rwset is None or not is_expected(rwset, *where, write_set.rwset):
                raise LedgerCorrupted(f"private data of {where} is not what block {number}/{place} states")
            try:
                content = PrivateCollection.parse(write_set.collection, write_set.rwset)
            except MalformedMessage:
                # Endorsers may agree on the hash of anything; what cannot be read holds no values.
                continue
            found.append(HeldWrites(place, write_set, content))
    return found


def _add_private(
    view: StateReader, number: int, private: Sequence[HeldWrites], prepared: PreparedBlock
) -> None:
    """Add the private writes of valid transactions to the updates."""
    renewed: dict[PrivateKey, None] = {}
    for held in private:
        if prepared.codes.get(held.place) != VALID:
            continue
        namespace, content = held.write_set.namespace, held.content
        add_private_updates(prepared.batch, Version(number, held.place), namespace, content)
        renewed.update({(namespace, content.name, write.key): None for write in content.metadata_writes})
    follow_metadata(prepared.batch, renewed, view)


def _block_to_live(view: StateReader) -> Callable[[str, str], int]:
    """Blocks that a collection's data lives, 0 for ever, by the definition before this block."""

    def get_state(namespace: str, key: str) -> bytes | None:
        found = view.get_state(namespace, key)
        return found.value if found is not None else None

    def lookup(namespace: str, collection: str) -> int:
        try:
            definition = read_definition(get_state, namespace)
        except MalformedMessage:
            return 0
        config = definition.collection_config(collection) if definition is not None else None
        return config.block_to_live if config is not None else 0

    return lookup


def _store_block(
    connection: sqlite3.Connection, block: common.Block, codes: bytes, batch: UpdateBatch
) -> CommittedBlock:
    number = block.header.number
    stored = common.Block()
    stored.CopyFrom(block)
    blocks.set_transactions_filter(stored, codes)
    previous = _previous_commit_hash(connection)
    # As Fabric: from block 1 on, the genesis block has none (kv_ledger.go commit).
    if number == 1 or previous:
        value = commit_hash(codes, batch, previous)
        blocks.set_commit_hash(stored, value)
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_COMMIT_HASH, value))
    is_config = blocks.is_config_block(stored)
    connection.execute(
        "INSERT INTO block VALUES (?, ?, ?, ?)",
        (number, blocks.header_hash(stored.header), int(is_config), stored.SerializeToString()),
    )
    outcomes = tuple(_outcomes(stored.data.data, codes))
    _index(connection, number, outcomes)
    return CommittedBlock(number, stored, outcomes, is_config)


def _previous_commit_hash(connection: sqlite3.Connection) -> bytes:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (_COMMIT_HASH,)).fetchone()
    return bytes(row[0]) if row else b""


def _outcomes(envelopes: Sequence[bytes], codes: bytes) -> Iterator[CommittedTransaction]:
    for envelope, code in zip(envelopes, codes, strict=True):
        seen = commit_view(envelope)
        event = seen.event if code == VALID else None
        yield CommittedTransaction(seen.transaction_id, seen.type, code, event)


def _index(connection: sqlite3.Connection, number: int, outcomes: Sequence[CommittedTransaction]) -> None:
    """Index transaction IDs where they first appear; drop transient data that has done its work."""
    rows = [
        (outcome.transaction_id, number, place, outcome.code)
        for place, outcome in enumerate(outcomes)
        if outcome.transaction_id
    ]
    connection.executemany("INSERT OR IGNORE INTO tx VALUES (?, ?, ?, ?)", rows)
    private_store.forget_transient(connection, [row[0] for row in rows])
    if number > TRANSIENT_BLOCK_RETENTION and number % TRANSIENT_BLOCK_RETENTION == 0:
        private_store.forget_transient_below(connection, number - TRANSIENT_BLOCK_RETENTION)
