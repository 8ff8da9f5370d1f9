"""A block's updates, written to the state tables."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from counterfoil_protocol.ledger.updates import UpdateBatch


def write_many(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement for each row; none at all costs nothing."""
    if rows:
        connection.executemany(statement, rows)


def apply(connection: sqlite3.Connection, batch: UpdateBatch) -> None:
    """Write public, hashed and private updates; an update without value deletes the key."""
    public = [(namespace, key.encode(), update) for (namespace, key), update in batch.public.items()]
    write_many(
        connection,
        "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?, ?)",
        [(ns, key, u.value, u.metadata, *u.version) for ns, key, u in public if u.value is not None],
    )
    write_many(
        connection,
        "DELETE FROM state WHERE namespace = ? AND key = ?",
        [(ns, key) for ns, key, u in public if u.value is None],
    )
    write_many(
        connection,
        "INSERT OR REPLACE INTO hashed_state VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*key, u.value, u.metadata, *u.version) for key, u in batch.hashed.items() if u.value is not None],
    )
    write_many(
        connection,
        "DELETE FROM hashed_state WHERE namespace = ? AND collection = ? AND key_hash = ?",
        [key for key, u in batch.hashed.items() if u.value is None],
    )
    apply_private(connection, batch)


def apply_private(connection: sqlite3.Connection, batch: UpdateBatch) -> None:
    """Write the private updates alone."""
    private = [(ns, coll, key.encode(), update) for (ns, coll, key), update in batch.private.items()]
    write_many(
        connection,
        "INSERT OR REPLACE INTO private_state VALUES (?, ?, ?, ?, ?, ?)",
        [(ns, coll, key, u.value, *u.version) for ns, coll, key, u in private if u.value is not None],
    )
    write_many(
        connection,
        "DELETE FROM private_state WHERE namespace = ? AND collection = ? AND key = ?",
        [(ns, coll, key) for ns, coll, key, u in private if u.value is None],
    )
