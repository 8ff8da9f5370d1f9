"""A peer's ledger: one SQLite file an organisation, one writer thread, consistent readers."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import common, transaction, transient_store

from . import private_store
from .commit import commit_block
from .phases import passed
from .records import (
    CommitRequest,
    CommittedBlock,
    LedgerCorrupted,
    MissingPrivateData,
    PrivateWriteSet,
    ReconciledPrivateData,
    TransactionStatus,
)
from .schema import PEER_TABLES, connect_reader, connect_writer
from .view import LedgerView
from .writer import GroupWriter

if TYPE_CHECKING:
    from concurrent.futures import Future

_log = logging.getLogger(__name__)

Listener = Callable[[CommittedBlock], None]


class PeerLedger:
    """Blocks, state, private data and transient store of one organisation's peer in one channel.

    Reads may come from any thread. Writes are queued and answered by futures: done means on disk.
    """

    def __init__(self, path: Path, msp_id: str, channel_id: str) -> None:
        self.path = path
        self.msp_id = msp_id
        self.channel_id = channel_id
        connection = connect_writer(path, PEER_TABLES)
        _claim(connection, msp_id, channel_id)
        self._height = LedgerView(connection).height
        self._listeners: list[Listener] = []
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._writer = GroupWriter(connection, f"ledger-{msp_id}")

    @classmethod
    def open(cls, path: Path, *, msp_id: str, channel_id: str) -> "PeerLedger":
        """Open or create the file; its folder must exist.

        Raises:
            LedgerCorrupted: the file is damaged, or belongs to another organisation or channel.
        """
        return cls(path, msp_id, channel_id)

    def close(self) -> None:
        """Write what is queued, then close; views still open must not be used any more."""
        self._writer.close()
        with self._lock:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    @property
    def height(self) -> int:
        """Number of blocks on disk."""
        return self._height

    @contextmanager
    def snapshot(self) -> Iterator[LedgerView]:
        """A consistent view that commits do not disturb (a WAL read transaction); keep it short."""
        connection = self._borrow()
        try:
            connection.execute("BEGIN")
            yield LedgerView(connection)
        finally:
            connection.execute("ROLLBACK")
            self._give_back(connection)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` in the writer thread for each block that reached the disk; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Writes

    def commit(self, request: CommitRequest) -> "Future[CommittedBlock]":
        """Queue the next block: MVCC, state, private data and indexes in one SQLite transaction.

        The future fails with `LedgerCorrupted` where the block does not follow or private data does not have
        the hash that the block states, with `LedgerClosed` where it was not written.
        """
        passed("queued", request.block.header.number)
        return self._writer.submit(lambda connection: commit_block(connection, request), self._committed)

    def store_transient(
        self, transaction_id: str, height: int, content: transient_store.TxPvtReadWriteSetWithConfigInfo
    ) -> "Future[None]":
        """Keep a proposal's private writes until its block comes; done = on disk.

        `height` is the ledger height at endorsement, by which entries that never commit are purged.
        """
        data = content.SerializeToString()
        return self._writer.submit(
            lambda connection: private_store.put_transient(connection, transaction_id, height, data)
        )

    def store_reconciled(
        self, found: Sequence[ReconciledPrivateData]
    ) -> "Future[list[ReconciledPrivateData]]":
        """Store private writes of committed blocks that were missing; gives those whose hash is wrong."""
        return self._writer.submit(lambda connection: private_store.reconcile(connection, found))

    def entitle(self, namespace: str, collection: str) -> "Future[int]":
        """This organisation has become a member: what it lacks of the collection is now to be asked for.

        Gives how many write sets that are (pvtdatastorage ProcessCollsEligibilityEnabled).
        """
        return self._writer.submit(
            lambda connection: private_store.entitle(connection, namespace, collection)
        )

    # Reads at the newest height

    def block(self, number: int) -> common.Block | None:
        """A committed block with its metadata."""
        with self.snapshot() as view:
            return view.block(number)

    def last_config_block(self) -> common.Block | None:
        """The newest configuration block."""
        with self.snapshot() as view:
            return view.last_config_block()

    def private_data(
        self, number: int, collections: Collection[tuple[str, str]] | None = None
    ) -> dict[int, list[PrivateWriteSet]]:
        """Private writes held here of block `number`, by place of the transaction."""
        with self.snapshot() as view:
            return view.private_data(number, collections)

    def transient(self, transaction_id: str) -> list[transient_store.TxPvtReadWriteSetWithConfigInfo]:
        """What the transient store holds for a transaction, one entry for each endorsement that stored it."""
        with self.snapshot() as view:
            return view.transient(transaction_id)

    def transaction_status(self, transaction_id: str) -> TransactionStatus | None:
        """Where this transaction ID first appeared, with its validation code."""
        with self.snapshot() as view:
            return view.transaction_status(transaction_id)

    def transaction(self, transaction_id: str) -> transaction.ProcessedTransaction | None:
        """Envelope and validation code of a transaction."""
        with self.snapshot() as view:
            return view.transaction(transaction_id)

    def missing_private_data(self, *, eligible: bool = True, limit: int = 100) -> list[MissingPrivateData]:
        """Private writes that should be here and are not, newest blocks first."""
        with self.snapshot() as view:
            return view.missing_private_data(eligible=eligible, limit=limit)

    def _committed(self, committed: CommittedBlock) -> None:
        passed("synced", committed.number)
        self._height = committed.number + 1
        for listener in tuple(self._listeners):
            try:
                listener(committed)
            except Exception:
                _log.exception("a listener failed on block %d", committed.number)
        passed("announced", committed.number)

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect_reader(self.path)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def _claim(connection: sqlite3.Connection, msp_id: str, channel_id: str) -> None:
    wanted = {"msp_id": msp_id.encode(), "channel_id": channel_id.encode()}
    found = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('msp_id', 'channel_id')"))
    if not found:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", wanted.items())
    elif found != wanted:
        connection.close()
        raise LedgerCorrupted("the ledger file belongs to another organisation or channel")
