"""Tables of a peer's ledger file and of the orderer's, and how connections are opened.

One file is one organisation's: private values are in `private_state`, `private_write_set` and `transient` of
members' files alone. Keys are kept as UTF-8 bytes, so that SQLite orders them as Fabric does.
"""

import sqlite3
from pathlib import Path

from .records import LedgerCorrupted

FORMAT = 1
"""Of the tables, kept as SQLite's user_version; another number is another layout."""

_MAPPED_BYTES = 1 << 40
"""Of the file that is read as memory, as far as SQLite maps at all (2 GB). Keys are hashes: on a large ledger
nearly every look-up wants another page, and each would be a call of the system."""

PEER_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (
    number INTEGER PRIMARY KEY, hash BLOB NOT NULL, is_config INTEGER NOT NULL, content BLOB NOT NULL);
-- Where a transaction ID first appeared; later copies are DUPLICATE_TXID and are not indexed.
CREATE TABLE IF NOT EXISTS tx (
    id TEXT PRIMARY KEY, block INTEGER NOT NULL, place INTEGER NOT NULL, code INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
    namespace TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, metadata BLOB NOT NULL,
    block INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (namespace, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hashed_state (
    namespace TEXT NOT NULL, collection TEXT NOT NULL, key_hash BLOB NOT NULL, value_hash BLOB NOT NULL,
    metadata BLOB NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (namespace, collection, key_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS private_state (
    namespace TEXT NOT NULL, collection TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
    block INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (namespace, collection, key)) WITHOUT ROWID;
-- Private writes as they were endorsed, by transaction; what peers ask each other for.
CREATE TABLE IF NOT EXISTS private_write_set (
    block INTEGER NOT NULL, place INTEGER NOT NULL, namespace TEXT NOT NULL, collection TEXT NOT NULL,
    rwset BLOB NOT NULL, PRIMARY KEY (block, place, namespace, collection)) WITHOUT ROWID;
-- Which stored write sets name a key: a purge rewrites them.
CREATE TABLE IF NOT EXISTS private_key (
    namespace TEXT NOT NULL, collection TEXT NOT NULL, key_hash BLOB NOT NULL, block INTEGER NOT NULL,
    place INTEGER NOT NULL, PRIMARY KEY (namespace, collection, key_hash, block, place)) WITHOUT ROWID;
-- Purged keys, with the height of their last purge: late private data must not bring them back.
CREATE TABLE IF NOT EXISTS purge (
    namespace TEXT NOT NULL, collection TEXT NOT NULL, key_hash BLOB NOT NULL, block INTEGER NOT NULL,
    place INTEGER NOT NULL, PRIMARY KEY (namespace, collection, key_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (
    block INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, namespace TEXT NOT NULL,
    collection TEXT NOT NULL, eligible INTEGER NOT NULL,
    PRIMARY KEY (block, place, namespace, collection)) WITHOUT ROWID;
-- blockToLive: a key written in `block` goes when block `expires` is committed, unless written again since.
CREATE TABLE IF NOT EXISTS expiry (
    expires INTEGER NOT NULL, namespace TEXT NOT NULL, collection TEXT NOT NULL, key_hash BLOB NOT NULL,
    block INTEGER NOT NULL, PRIMARY KEY (expires, namespace, collection, key_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transient (
    id INTEGER PRIMARY KEY, txid TEXT NOT NULL, height INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS transient_by_txid ON transient (txid);
CREATE INDEX IF NOT EXISTS transient_by_height ON transient (height);
"""

ORDERER_TABLES = """
CREATE TABLE IF NOT EXISTS block (
    number INTEGER PRIMARY KEY, is_config INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS configuration ON block (number) WHERE is_config;
"""


def connect_writer(path: Path, tables: str) -> sqlite3.Connection:
    """The one writing connection of a ledger file; a commit returns after fsync.

    `secure_delete` overwrites what is deleted: a purged private value is gone from the file.

    Raises:
        LedgerCorrupted: no SQLite file, a damaged one, or one of another format.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            # One transaction, so that a file either has all tables or none.
            connection.executescript(f"BEGIN;{tables};PRAGMA user_version={FORMAT};COMMIT")
        elif version != FORMAT:
            raise LedgerCorrupted(f"the ledger file has format {version}, this program writes {FORMAT}")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise LedgerCorrupted(f"the ledger file cannot be read: {error}") from error
    except LedgerCorrupted:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A reading connection; statements outside `BEGIN` would each see another height, so always begin."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
    connection.execute("PRAGMA query_only=ON")
    return connection
