"""The orderer's block file: appends in order, durable before the future is done."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import common

from .records import LedgerCorrupted
from .schema import ORDERER_TABLES, connect_reader, connect_writer
from .writer import GroupWriter

if TYPE_CHECKING:
    from concurrent.futures import Future

_READ_AT_ONCE = 64


class OrdererLedger:
    """Blocks as the orderer signed them: no validation flags, no state, no private data."""

    def __init__(self, path: Path) -> None:
        connection = connect_writer(path, ORDERER_TABLES)
        self._height = _height(connection)
        self._writer = GroupWriter(connection, f"orderer-ledger-{path.parent.name}")
        self._reader = connect_reader(path)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "OrdererLedger":
        """Open or create the file; its folder must exist.

        Raises:
            LedgerCorrupted: the file is damaged or of another format.
        """
        return cls(path)

    def close(self) -> None:
        """Write what is queued, then close."""
        self._writer.close()
        with self._lock:
            self._reader.close()

    @property
    def height(self) -> int:
        """Number of blocks on disk."""
        return self._height

    def append(
        self,
        block: common.Block,
        *,
        is_config: bool,
        on_disk: Callable[[int], None] | None = None,
    ) -> "Future[int]":
        """Queue the next block; several waiting blocks share one fsync.

        `on_disk` is called in the writer thread with the block's number. The future fails with
        `LedgerCorrupted` if the number is not the next one, with `LedgerClosed` if it was not written.
        """
        number, content = block.header.number, block.SerializeToString()

        def work(connection: sqlite3.Connection) -> int:
            if number != _height(connection):
                raise LedgerCorrupted(f"block {number} does not follow height {_height(connection)}")
            connection.execute("INSERT INTO block VALUES (?, ?, ?)", (number, int(is_config), content))
            return number

        def after(written: int) -> None:
            self._height = written + 1
            if on_disk is not None:
                on_disk(written)

        return self._writer.submit(work, after)

    def block(self, number: int) -> common.Block | None:
        """A block, or None where it is not written yet."""
        for block in self.blocks(number, number + 1):
            return block
        return None

    def blocks(self, start: int, end: int | None = None) -> Iterator[common.Block]:
        """Blocks from `start` up to, not including, `end` (or the height at the time of asking)."""
        stop = self._height if end is None else min(end, self._height)
        while start < stop:
            upto = min(stop, start + _READ_AT_ONCE)
            with self._lock:
                rows = self._reader.execute(
                    "SELECT content FROM block WHERE number >= ? AND number < ? ORDER BY number",
                    (start, upto),
                ).fetchall()
            for (content,) in rows:
                yield common.Block.FromString(content)
            start = upto

    def last_config_block(self) -> common.Block | None:
        """The newest configuration block."""
        with self._lock:
            row = self._reader.execute("SELECT max(number) FROM block WHERE is_config").fetchone()
        return self.block(row[0]) if row[0] is not None else None


def _height(connection: sqlite3.Connection) -> int:
    (height,) = connection.execute("SELECT coalesce(max(number) + 1, 0) FROM block").fetchone()
    return int(height)
