"""SQLite's write-ahead log of a ledger file, begun anew before it grows long."""

import sqlite3
from pathlib import Path

LONG_BYTES = 64 << 20
"""Of the log, from where on the writer waits for readers so that it can be begun anew."""
WAIT_SECONDS = 30.0
"""As long as a chaincode may run (core.yaml's chaincode.executetimeout): a view is open while one does."""


class WriteAheadLog:
    """Keeps the log of one writing connection short.

    SQLite copies the log into the file after commits, but begins it anew only when nobody reads (SQLite,
    "Write-Ahead Logging", on checkpoint starvation). On a busy peer somebody always does: one endorsement's
    view begins before another's ends, and the log would hold everything since the start. Fabric's commit,
    too, waits for endorsements under way (lockbased_txmgr.go, commitRWLock).

    Args:
        connection: the writing connection, outside any transaction when `shorten` is called.
        long_bytes: how long the log may get.
        wait_seconds: how long to wait for views opened before; later ones are not in the way.
    """

    def __init__(
        self, connection: sqlite3.Connection, long_bytes: int = LONG_BYTES, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._connection = connection
        ((_, _, file),) = connection.execute("PRAGMA database_list").fetchall()
        self._path = Path(f"{file}-wal")
        self._first = self._limit = long_bytes
        connection.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")

    def shorten(self) -> None:
        """Begin a long log anew; where a view stays open for longer, try again once the log has doubled."""
        if not self._path.exists() or self._path.stat().st_size < self._limit:
            return
        (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._limit = self._path.stat().st_size * 2 if busy else self._first
