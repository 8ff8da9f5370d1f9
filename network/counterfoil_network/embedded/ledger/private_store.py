"""Private data on disk: transient store, private writes by block, what is missing, purge and expiry.

Fabric's core/transientstore, core/ledger/pvtdatastorage and pvtstatepurgemgmt in one file.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from counterfoil_protocol.block import transactions_filter
from counterfoil_protocol.ledger.private import expiring_block, hashed_collection, late_writes, without_keys
from counterfoil_protocol.ledger.state import Version
from counterfoil_protocol.ledger.updates import Purge, Update, UpdateBatch
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import PrivateCollection, key_hash, value_hash

from . import state_store
from .parsed import commit_view
from .records import CommitRequest, PrivateWriteSet, ReconciledPrivateData
from .state_store import write_many
from .view import LedgerView

# Transient store


def put_transient(connection: sqlite3.Connection, transaction_id: str, height: int, content: bytes) -> None:
    """Keep a proposal's private writes until its transaction is committed."""
    connection.execute(
        "INSERT INTO transient (txid, height, content) VALUES (?, ?, ?)", (transaction_id, height, content)
    )


def forget_transient(connection: sqlite3.Connection, transaction_ids: Sequence[str]) -> None:
    """Drop what was kept for these transactions, valid or not."""
    write_many(connection, "DELETE FROM transient WHERE txid = ?", [(txid,) for txid in transaction_ids])


def forget_transient_below(connection: sqlite3.Connection, height: int) -> None:
    """Drop what was endorsed below a height and never committed."""
    connection.execute("DELETE FROM transient WHERE height < ?", (height,))


# Private writes of blocks


@dataclass(frozen=True, slots=True)
class HeldWrites:
    """One transaction's private writes in one collection, as they came and as they read."""

    place: int
    write_set: PrivateWriteSet
    content: PrivateCollection


def store_block(
    connection: sqlite3.Connection, request: CommitRequest, private: Sequence[HeldWrites]
) -> None:
    """Store the private writes held here of a block, of invalid transactions too, and what is missing."""
    number = request.block.header.number
    for held in private:
        _put(connection, Version(number, held.place), held.write_set, held.content)
    write_many(
        connection,
        "INSERT OR REPLACE INTO missing VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, m.transaction, m.transaction_id, m.namespace, m.collection, int(m.eligible))
            for m in request.missing
        ],
    )


def _put(
    connection: sqlite3.Connection, version: Version, write_set: PrivateWriteSet, content: PrivateCollection
) -> None:
    where = (write_set.namespace, write_set.collection)
    connection.execute(
        "INSERT OR REPLACE INTO private_write_set VALUES (?, ?, ?, ?, ?)", (*version, *where, write_set.rwset)
    )
    write_many(
        connection,
        "INSERT OR REPLACE INTO private_key VALUES (?, ?, ?, ?, ?)",
        [(*where, key_hash(write.key), *version) for write in content.writes],
    )


def entitle(connection: sqlite3.Connection, namespace: str, collection: str) -> int:
    """Mark what is missing of a collection as wanted; gives how many write sets that are."""
    return connection.execute(
        "UPDATE missing SET eligible = 1 WHERE namespace = ? AND collection = ? AND NOT eligible",
        (namespace, collection),
    ).rowcount


# Purge


def purge(connection: sqlite3.Connection, purges: Iterable[Purge]) -> None:
    """Remove purged keys from the stored writes up to the purge, and their values from the private state.

    Call after the block's own private writes are stored and before its updates are applied.
    """
    for item in purges:
        where = (item.namespace, item.collection)
        connection.execute(
            "INSERT OR REPLACE INTO purge VALUES (?, ?, ?, ?, ?)", (*where, item.key_hash, *item.version)
        )
        found = connection.execute(
            "SELECT block, place FROM private_key WHERE namespace = ? AND collection = ? AND key_hash = ? "
            "AND (block, place) <= (?, ?)",
            (*where, item.key_hash, *item.version),
        ).fetchall()
        for block, place in found:
            _trim(connection, item, Version(block, place))


def _trim(connection: sqlite3.Connection, item: Purge, version: Version) -> None:
    where = (*version, item.namespace, item.collection)
    row = connection.execute(
        "SELECT rwset FROM private_write_set "
        "WHERE block = ? AND place = ? AND namespace = ? AND collection = ?",
        where,
    ).fetchone()
    if row is not None:
        content = PrivateCollection.parse(item.collection, row[0])
        connection.execute(
            "UPDATE private_write_set SET rwset = ? "
            "WHERE block = ? AND place = ? AND namespace = ? AND collection = ?",
            (without_keys(content, [item.key_hash]).serialize(), *where),
        )
        write_many(
            connection,
            "DELETE FROM private_state WHERE namespace = ? AND collection = ? AND key = ?",
            [
                (item.namespace, item.collection, write.key.encode())
                for write in content.writes
                if key_hash(write.key) == item.key_hash
            ],
        )
    connection.execute(
        "DELETE FROM private_key "
        "WHERE namespace = ? AND collection = ? AND key_hash = ? AND block = ? AND place = ?",
        (item.namespace, item.collection, item.key_hash, *version),
    )


# blockToLive


def schedule_expiry(
    connection: sqlite3.Connection, number: int, batch: UpdateBatch, block_to_live: Callable[[str, str], int]
) -> None:
    """Note when this block's hashed keys end."""
    ends: dict[tuple[str, str], int | None] = {}
    rows = []
    for (namespace, collection, hashed), update in batch.hashed.items():
        if update.value is None:
            continue
        where = (namespace, collection)
        if where not in ends:
            ends[where] = expiring_block(number, block_to_live(*where))
        if ends[where] is not None:
            rows.append((ends[where], *where, hashed, number))
    write_many(connection, "INSERT OR REPLACE INTO expiry VALUES (?, ?, ?, ?, ?)", rows)


def expire(connection: sqlite3.Connection, number: int) -> None:
    """Remove what ends with this block: hashes and values not written since, stored writes, missing entries.

    Call before the block's updates are applied, so that keys it writes again stay.
    """
    due = connection.execute(
        "SELECT namespace, collection, key_hash, block FROM expiry WHERE expires = ?", (number,)
    ).fetchall()
    if not due:
        return
    write_many(
        connection,
        "DELETE FROM hashed_state WHERE namespace = ? AND collection = ? AND key_hash = ? AND block = ?",
        due,
    )
    for namespace, collection, block in sorted({(ns, coll, block) for ns, coll, _, block in due}):
        _expire_writes(connection, namespace, collection, block)
    connection.execute("DELETE FROM expiry WHERE expires = ?", (number,))


def _expire_writes(connection: sqlite3.Connection, namespace: str, collection: str, block: int) -> None:
    where = (block, namespace, collection)
    stored = connection.execute(
        "SELECT rwset FROM private_write_set WHERE block = ? AND namespace = ? AND collection = ?", where
    ).fetchall()
    contents = [PrivateCollection.parse(collection, rwset) for (rwset,) in stored]
    keys = {write.key for c in contents for write in c.writes}
    keys |= {write.key for c in contents for write in c.metadata_writes}
    write_many(
        connection,
        "DELETE FROM private_state WHERE namespace = ? AND collection = ? AND key = ? AND block = ?",
        [(namespace, collection, key.encode(), block) for key in sorted(keys)],
    )
    write_many(
        connection,
        "DELETE FROM private_key WHERE namespace = ? AND collection = ? AND key_hash = ? AND block = ?",
        [(namespace, collection, key_hash(key), block) for key in sorted(keys)],
    )
    for table in ("private_write_set", "missing"):
        connection.execute(
            f"DELETE FROM {table} WHERE block = ? AND namespace = ? AND collection = ?",  # noqa: S608 - two constants
            where,
        )


# Reconciliation


def reconcile(
    connection: sqlite3.Connection, found: Sequence[ReconciledPrivateData]
) -> list[ReconciledPrivateData]:
    """Store late private writes, apply what is still current, and give back those that are not as stated."""
    refused = []
    view = LedgerView(connection)
    batch = UpdateBatch()
    for item in sorted(found, key=lambda item: (item.block, item.transaction)):
        if not _accept(connection, view, item, batch):
            refused.append(item)
    state_store.apply_private(connection, batch)
    return refused


def _accept(
    connection: sqlite3.Connection, view: LedgerView, item: ReconciledPrivateData, batch: UpdateBatch
) -> bool:
    version = Version(item.block, item.transaction)
    write_set = item.write_set
    where = (write_set.namespace, write_set.collection)
    wanted = connection.execute(
        "SELECT id FROM missing WHERE block = ? AND place = ? AND namespace = ? AND collection = ?",
        (*version, *where),
    ).fetchone()
    block = view.block(item.block)
    if wanted is None or block is None:
        return False
    rwset = commit_view(block.data.data[item.transaction]).rwset
    stated = hashed_collection(rwset, *where) if rwset is not None else None
    if stated is None:
        return False
    kept = late_writes(stated, write_set.rwset, dict(_purges(connection, *where)), version)
    if kept is None:
        return False
    _put(connection, version, PrivateWriteSet(*where, kept.serialize()), kept)
    connection.execute(
        "DELETE FROM missing WHERE block = ? AND place = ? AND namespace = ? AND collection = ?",
        (*version, *where),
    )
    code = transactions_filter(block)[item.transaction]
    if code == transaction.VALID:
        _add_current(view, batch, version, write_set.namespace, kept)
    return True


def _purges(
    connection: sqlite3.Connection, namespace: str, collection: str
) -> Iterator[tuple[bytes, Version]]:
    rows = connection.execute(
        "SELECT key_hash, block, place FROM purge WHERE namespace = ? AND collection = ?",
        (namespace, collection),
    )
    return ((row[0], Version(row[1], row[2])) for row in rows)


def _add_current(
    view: LedgerView, batch: UpdateBatch, version: Version, namespace: str, content: PrivateCollection
) -> None:
    """Take the late writes that the hashed state still stands for (checkIfPvtWriteIsStale)."""
    for write in content.writes:
        key = (namespace, content.name, write.key)
        hashed = view.get_private_hash(namespace, content.name, key_hash(write.key))
        if hashed is None:
            if write.deletes:
                batch.private[key] = Update(None, version)
        elif hashed.version == version or hashed.value == value_hash(write.value):
            batch.private[key] = Update(None if write.deletes else write.value, hashed.version)
