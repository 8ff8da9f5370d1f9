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
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.ledger.updates import PrivateKey, UpdateBatch, commit_hash
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import PrivateCollection, ReadWriteSet

from . import parsed, private_store, state_store
from .phases import passed
from .records import CommitRequest, CommittedBlock, CommittedTransaction, LedgerCorrupted
from .view import LedgerView

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
    prepared = validate_and_prepare(number, candidates, view)
    for place, code in prepared.codes.items():
        codes[place] = code
    passed("validated", number)
    _add_private(view, request, rwsets, prepared)
    private_store.store_block(connection, request)
    passed("private written", number)
    private_store.expire(connection, number)
    private_store.purge(connection, prepared.batch.purges.values())
    state_store.apply(connection, prepared.batch)
    private_store.schedule_expiry(connection, number, prepared.batch, _block_to_live(view))
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
        headers = parsed.headers(envelope)
        if headers is None or headers.header_type != common.ENDORSER_TRANSACTION:
            continue
        rwset = parsed.read_write_set(envelope)
        if rwset is not None:
            found[place] = rwset
        elif codes[place] == VALID:
            codes[place] = transaction.INVALID_OTHER_REASON
    return found


def _add_private(
    view: LedgerView, request: CommitRequest, rwsets: dict[int, ReadWriteSet], prepared: PreparedBlock
) -> None:
    """Check private writes against their hashes and, for valid transactions, add them to the updates."""
    number = request.block.header.number
    renewed: dict[PrivateKey, None] = {}
    for place in sorted(request.private_data):
        rwset = rwsets.get(place)
        for write_set in request.private_data[place]:
            where = (write_set.namespace, write_set.collection)
            if rwset is None or not is_expected(rwset, *where, write_set.rwset):
                raise LedgerCorrupted(f"private data of {where} is not what block {number}/{place} states")
            if prepared.codes.get(place) != VALID:
                continue
            collection = PrivateCollection.parse(write_set.collection, write_set.rwset)
            add_private_updates(prepared.batch, Version(number, place), write_set.namespace, collection)
            renewed.update({(*where, metadata.key): None for metadata in collection.metadata_writes})
    follow_metadata(prepared.batch, renewed, view)


def _block_to_live(view: LedgerView) -> Callable[[str, str], int]:
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
        headers = parsed.headers(envelope)
        if headers is None:
            yield CommittedTransaction("", -1, code, None)
            continue
        emits = code == VALID and headers.header_type == common.ENDORSER_TRANSACTION
        event = parsed.event(envelope) if emits else None
        yield CommittedTransaction(headers.transaction_id, headers.header_type, code, event)


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
