"""The write-ahead log of a ledger that is always being read stays short."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_network.embedded.ledger.schema import connect_reader, connect_writer
from counterfoil_network.embedded.ledger.write_ahead_log import WriteAheadLog

TABLE = "CREATE TABLE written (content BLOB)"
LONG = 1 << 20


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect_writer(tmp_path / "ledger.db", TABLE)
    yield connection
    connection.close()


def write(writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO written VALUES (?)", (bytes(200_000),))


def reader(path: Path) -> sqlite3.Connection:
    connection = connect_reader(path)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM written").fetchone()
    return connection


def size(path: Path) -> int:
    return (path / "ledger.db-wal").stat().st_size


def test_views_that_overlap_do_not_let_the_log_grow(tmp_path: Path, writer: sqlite3.Connection) -> None:
    log = WriteAheadLog(writer, LONG)
    ended = threading.Event()

    def always_read() -> None:
        older = reader(tmp_path / "ledger.db")
        while not ended.wait(0.01):
            newer = reader(tmp_path / "ledger.db")
            older.close()
            older = newer
        older.close()

    views = threading.Thread(target=always_read)
    views.start()
    most = 0
    try:
        for _ in range(60):
            write(writer)
            log.shorten()
            most = max(most, size(tmp_path))
    finally:
        ended.set()
        views.join()
    assert most < 4 * LONG


def test_a_long_view_is_waited_for_once_and_then_again_at_twice_the_length(
    tmp_path: Path, writer: sqlite3.Connection
) -> None:
    log = WriteAheadLog(writer, LONG, wait_seconds=0.1)
    view = reader(tmp_path / "ledger.db")
    tries: list[str] = []
    writer.set_trace_callback(lambda sql: tries.append(sql) if "checkpoint" in sql else None)
    while size(tmp_path) < 3 * LONG:
        write(writer)
        log.shorten()
    assert len(tries) == 2
    while size(tmp_path) < 7 * LONG:
        write(writer)
    view.close()
    log.shorten()
    assert len(tries) == 3
    assert size(tmp_path) == 0
