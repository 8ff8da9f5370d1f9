"""One thread writes, what waits shares a sync, a job that fails fails alone; the orderer's blocks on top."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from counterfoil_network.embedded.ledger import LedgerClosed, LedgerCorrupted, OrdererLedger
from counterfoil_network.embedded.ledger.schema import connect_reader, connect_writer
from counterfoil_network.embedded.ledger.writer import GroupWriter
from counterfoil_protocol.block import header_hash, new_block
from counterfoil_protocol.messages import common

TABLE = "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY)"


def insert(number: int) -> Callable[[sqlite3.Connection], int]:
    def work(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        return number

    return work


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture
def writer(path: Path) -> Iterator[GroupWriter]:
    writer = GroupWriter(connect_writer(path, TABLE), "writer")
    yield writer
    writer.close()


def numbers(path: Path) -> list[int]:
    reader = connect_reader(path)
    found = [row[0] for row in reader.execute("SELECT n FROM t ORDER BY n")]
    reader.close()
    return found


def test_what_is_answered_is_readable(writer: GroupWriter, path: Path) -> None:
    assert [writer.submit(insert(n)).result(timeout=10) for n in range(3)] == [0, 1, 2]
    assert numbers(path) == [0, 1, 2]


def test_jobs_that_wait_share_one_transaction(writer: GroupWriter, path: Path) -> None:
    go, started = threading.Event(), threading.Event()
    seen: list[list[int]] = []

    def block_the_thread(_: sqlite3.Connection) -> None:
        started.set()
        assert go.wait(timeout=10)

    first = writer.submit(block_the_thread)
    assert started.wait(timeout=10)
    # The first job's listener sees nothing of the others; each of the others sees all of its group.
    waiting = [writer.submit(insert(n), lambda _: seen.append(numbers(path))) for n in range(5)]
    go.set()
    first.result(timeout=10)
    assert [future.result(timeout=10) for future in waiting] == list(range(5))
    assert seen == [list(range(5))] * 5


def test_a_job_that_fails_is_rolled_back_alone(writer: GroupWriter, path: Path) -> None:
    def half(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (100)")
        raise ValueError("no")

    jobs = [writer.submit(insert(1)), writer.submit(half), writer.submit(insert(1)), writer.submit(insert(2))]
    assert jobs[0].result(timeout=10) == 1
    with pytest.raises(ValueError, match="no"):
        jobs[1].result(timeout=10)
    with pytest.raises(sqlite3.IntegrityError):
        jobs[2].result(timeout=10)
    assert jobs[3].result(timeout=10) == 2
    assert numbers(path) == [1, 2]


def test_a_listener_that_fails_does_not_stop_the_ledger(writer: GroupWriter) -> None:
    def fail(_: int) -> None:
        raise RuntimeError("listener")

    assert writer.submit(insert(1), fail).result(timeout=10) == 1
    assert writer.submit(insert(2)).result(timeout=10) == 2


def test_giving_up_waiting_takes_no_write_back(writer: GroupWriter, path: Path) -> None:
    future = writer.submit(insert(1))
    assert not future.cancel()
    future.result(timeout=10)
    assert numbers(path) == [1]


def test_closing_finishes_what_is_queued_and_refuses_the_rest(writer: GroupWriter, path: Path) -> None:
    futures = [writer.submit(insert(n)) for n in range(20)]
    writer.close()
    assert [future.result(timeout=10) for future in futures] == list(range(20))
    assert numbers(path) == list(range(20))
    with pytest.raises(LedgerClosed):
        writer.submit(insert(99))


def test_a_transaction_that_cannot_be_committed_fails_all_its_jobs(path: Path) -> None:
    writer = GroupWriter(connect_writer(path, TABLE), "writer")

    def end_the_transaction(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")

    lost = writer.submit(end_the_transaction)
    with pytest.raises(LedgerClosed, match="not committed"):
        lost.result(timeout=10)
    writer.close()
    with pytest.raises(LedgerClosed):
        writer.submit(insert(1))
    assert numbers(path) == []


def chain_of(length: int) -> list[common.Block]:
    found: list[common.Block] = []
    previous = b""
    for number in range(length):
        found.append(new_block(number, previous, [b"%d" % number]))
        previous = header_hash(found[-1].header)
    return found


def test_the_orderers_blocks_are_read_back_in_order(tmp_path: Path) -> None:
    chain = chain_of(150)
    heard: list[int] = []
    ledger = OrdererLedger.open(tmp_path / "ledger.db")
    for block in chain:
        ledger.append(block, is_config=block.header.number in (0, 7), on_disk=heard.append)
    ledger.append(chain_of(151)[-1], is_config=False).result(timeout=10)
    assert heard == list(range(150))
    assert ledger.height == 151
    assert list(ledger.blocks(0))[:150] == chain
    assert list(ledger.blocks(10, 12)) == chain[10:12]
    assert ledger.block(999) is None
    assert ledger.last_config_block() == chain[7]
    ledger.close()
    again = OrdererLedger.open(tmp_path / "ledger.db")
    assert again.height == 151
    assert again.block(149) == chain[149]
    again.close()


def test_the_orderer_appends_the_next_block_alone(tmp_path: Path) -> None:
    ledger = OrdererLedger.open(tmp_path / "ledger.db")
    assert ledger.last_config_block() is None
    ledger.append(chain_of(1)[0], is_config=True).result(timeout=10)
    for wrong in (chain_of(1)[0], chain_of(3)[2]):
        with pytest.raises(LedgerCorrupted, match="does not follow height 1"):
            ledger.append(wrong, is_config=False).result(timeout=10)
    assert ledger.height == 1
    ledger.close()
