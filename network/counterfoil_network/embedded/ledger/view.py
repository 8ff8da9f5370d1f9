"""One consistent view of a peer's ledger: state, blocks and transactions, all at the same height."""

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from counterfoil_protocol.ledger.state import Modification, Version, VersionedValue
from counterfoil_protocol.messages import common, transaction, transient_store

from .history import block_history
from .records import MissingPrivateData, PrivateWriteSet, TransactionStatus

_STATE = "SELECT value, block, place, metadata FROM state WHERE namespace = ? AND key = ?"
_STATE_RANGE = (
    "SELECT key, value, block, place, metadata FROM state "
    "WHERE namespace = ? AND key >= ? AND (? = x'' OR key < ?) ORDER BY key LIMIT ?"
)
_PRIVATE = "SELECT value, block, place FROM private_state WHERE namespace = ? AND collection = ? AND key = ?"
_PRIVATE_RANGE = (
    "SELECT key, value, block, place FROM private_state "
    "WHERE namespace = ? AND collection = ? AND key >= ? AND (? = x'' OR key < ?) ORDER BY key LIMIT ?"
)
_FIRST_PAGE, _NEXT_PAGE = 16, 512
_HASH = (
    "SELECT value_hash, block, place, metadata FROM hashed_state "
    "WHERE namespace = ? AND collection = ? AND key_hash = ?"
)


class LedgerView:
    """A `counterfoil_protocol.ledger.state.StateReader` on one SQLite transaction, and the ledger's indexes.

    Valid only inside the `with` of `PeerLedger.snapshot()`, or while the writer calls.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self._height,) = connection.execute("SELECT coalesce(max(number) + 1, 0) FROM block").fetchone()

    @property
    def height(self) -> int:
        """Number of blocks in this view."""
        return int(self._height)

    def get_state(self, namespace: str, key: str) -> VersionedValue | None:
        """A public key's value."""
        row = self._connection.execute(_STATE, (namespace, key.encode())).fetchone()
        return VersionedValue(row[0], Version(row[1], row[2]), row[3]) if row else None

    def get_state_range(self, namespace: str, start: str, end: str) -> Iterator[tuple[str, VersionedValue]]:
        """Public keys from `start` up to, not including, `end`; an empty `end` is open."""
        rows = self._pages(_STATE_RANGE, (namespace,), start.encode(), end.encode())
        return ((row[0].decode(), VersionedValue(row[1], Version(row[2], row[3]), row[4])) for row in rows)

    def get_private(self, namespace: str, collection: str, key: str) -> VersionedValue | None:
        """A private key's value as held in this organisation's file."""
        row = self._connection.execute(_PRIVATE, (namespace, collection, key.encode())).fetchone()
        return VersionedValue(row[0], Version(row[1], row[2])) if row else None

    def get_private_range(
        self, namespace: str, collection: str, start: str, end: str
    ) -> Iterator[tuple[str, VersionedValue]]:
        """Private keys from `start` up to, not including, `end`; an empty `end` is open."""
        rows = self._pages(_PRIVATE_RANGE, (namespace, collection), start.encode(), end.encode())
        return ((row[0].decode(), VersionedValue(row[1], Version(row[2], row[3]))) for row in rows)

    def _pages(
        self, query: str, where: tuple[str, ...], start: bytes, end: bytes
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of a range, page by page: a cursor left half read would keep its old view of the file open."""
        size = _FIRST_PAGE
        while True:
            rows = self._connection.execute(query, (*where, start, end, end, size)).fetchall()
            yield from rows
            if len(rows) < size:
                return
            # The least key above the last one.
            start = rows[-1][0] + b"\x00"
            size = _NEXT_PAGE

    def get_private_hash(self, namespace: str, collection: str, key_hash: bytes) -> VersionedValue | None:
        """The hash, version and metadata of a private key, by the SHA-256 of the key."""
        row = self._connection.execute(_HASH, (namespace, collection, key_hash)).fetchone()
        return VersionedValue(row[0], Version(row[1], row[2]), row[3]) if row else None

    def get_history(self, namespace: str, key: str) -> Iterator[Modification]:
        """What valid transactions made of a public key, newest first.

        There is no index: blocks that hold the key's bytes are read, from the newest on.
        """
        wanted = key.encode()
        rows = self._connection.execute("SELECT content FROM block ORDER BY number DESC")
        for (content,) in rows:
            if wanted in content:
                yield from block_history(common.Block.FromString(content), namespace, key)

    def block(self, number: int) -> common.Block | None:
        """A committed block with its metadata."""
        content = self.block_bytes(number)
        return common.Block.FromString(content) if content is not None else None

    def block_bytes(self, number: int) -> bytes | None:
        """A committed block, serialized: equal on every honest peer."""
        row = self._connection.execute("SELECT content FROM block WHERE number = ?", (number,)).fetchone()
        return row[0] if row else None

    def block_number_by_hash(self, block_hash: bytes) -> int | None:
        """The number of the block with this header hash."""
        row = self._connection.execute("SELECT number FROM block WHERE hash = ?", (block_hash,)).fetchone()
        return row[0] if row else None

    def block_hash(self, number: int) -> bytes | None:
        """The header hash of a block."""
        row = self._connection.execute("SELECT hash FROM block WHERE number = ?", (number,)).fetchone()
        return row[0] if row else None

    def last_config_block(self) -> common.Block | None:
        """The newest configuration block."""
        row = self._connection.execute("SELECT max(number) FROM block WHERE is_config").fetchone()
        return self.block(row[0]) if row[0] is not None else None

    def transaction_status(self, transaction_id: str) -> TransactionStatus | None:
        """Where this transaction ID first appeared."""
        row = self._connection.execute(
            "SELECT code, block, place FROM tx WHERE id = ?", (transaction_id,)
        ).fetchone()
        return TransactionStatus(*row) if row else None

    def transaction(self, transaction_id: str) -> transaction.ProcessedTransaction | None:
        """The envelope and its validation code, as qscc's GetTransactionByID gives it."""
        status = self.transaction_status(transaction_id)
        block = self.block(status.block) if status else None
        if status is None or block is None:
            return None
        return transaction.ProcessedTransaction(
            transactionEnvelope=common.Envelope.FromString(block.data.data[status.transaction]),
            validationCode=status.code,
        )

    def private_data(
        self, number: int, collections: Collection[tuple[str, str]] | None = None
    ) -> dict[int, list[PrivateWriteSet]]:
        """Private writes held here of block `number`, by place of the transaction.

        `collections` keeps to these (namespace, collection) pairs. Purged and expired keys are left out.
        """
        found: dict[int, list[PrivateWriteSet]] = {}
        rows = self._connection.execute(
            "SELECT place, namespace, collection, rwset FROM private_write_set WHERE block = ? "
            "ORDER BY place, namespace, collection",
            (number,),
        )
        for place, namespace, collection, rwset in rows:
            if collections is None or (namespace, collection) in collections:
                found.setdefault(place, []).append(PrivateWriteSet(namespace, collection, rwset))
        return found

    def transient(self, transaction_id: str) -> list[transient_store.TxPvtReadWriteSetWithConfigInfo]:
        """What the transient store holds for a transaction, oldest first."""
        rows = self._connection.execute(
            "SELECT content FROM transient WHERE txid = ? ORDER BY id", (transaction_id,)
        ).fetchall()
        return [transient_store.TxPvtReadWriteSetWithConfigInfo.FromString(row[0]) for row in rows]

    def missing_private_data(self, *, eligible: bool = True, limit: int = 100) -> list[MissingPrivateData]:
        """Private writes still to be asked for, newest blocks first as Fabric's reconciler asks."""
        rows = self._connection.execute(
            "SELECT block, place, id, namespace, collection, eligible FROM missing WHERE eligible = ? "
            "ORDER BY block DESC, place, namespace, collection LIMIT ?",
            (int(eligible), limit),
        )
        return [
            MissingPrivateData(block, place, txid, namespace, collection, bool(entitled))
            for block, place, txid, namespace, collection, entitled in rows
        ]


class RememberingReader:
    """A `StateReader` that asks its view for each key once: MVCC and updates look at the same keys."""

    def __init__(self, view: LedgerView) -> None:
        self._view = view
        self._state: dict[tuple[str, str], VersionedValue | None] = {}
        self._hashes: dict[tuple[str, str, bytes], VersionedValue | None] = {}
        self.height = view.height
        self.get_state_range = view.get_state_range
        self.get_private = view.get_private
        self.get_private_range = view.get_private_range

    def get_state(self, namespace: str, key: str) -> VersionedValue | None:
        """A public key's value."""
        where = (namespace, key)
        if where not in self._state:
            self._state[where] = self._view.get_state(namespace, key)
        return self._state[where]

    def get_private_hash(self, namespace: str, collection: str, key_hash: bytes) -> VersionedValue | None:
        """The hash, version and metadata of a private key."""
        where = (namespace, collection, key_hash)
        if where not in self._hashes:
            self._hashes[where] = self._view.get_private_hash(namespace, collection, key_hash)
        return self._hashes[where]
