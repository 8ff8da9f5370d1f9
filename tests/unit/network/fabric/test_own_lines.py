"""What a process wrote into a log that it shares: whole lines, the last one first, and not too many."""

from pathlib import Path

import pytest
from counterfoil_network.fabric.own_lines import lines_since, log_length


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "chaincode.log"


def test_what_was_there_before_is_not_told(log: Path) -> None:
    log.write_text("RuntimeError: another one's\n")
    start = log_length(log)
    log.write_text(log.read_text() + "Traceback\n  File x\nKeyError: 'x'\n\n")
    assert lines_since(log, start) == "KeyError: 'x'\nTraceback\n  File x"


def test_a_line_that_another_process_had_begun_is_left_out(log: Path) -> None:
    log.write_text("RuntimeError: anoth")
    start = log_length(log)
    log.write_text(log.read_text() + "er one's\nKeyError: 'x'\n")
    assert lines_since(log, start) == "KeyError: 'x'"


def test_nothing_was_written(log: Path) -> None:
    assert log_length(log) == 0
    assert lines_since(log, 0) == "no log"
    log.write_text("before\n")
    assert lines_since(log, log_length(log)) == "it wrote nothing into its log"


def test_much_is_cut_at_a_line(log: Path) -> None:
    log.write_text("".join(f"line {number:04}\n" for number in range(1000)))
    told = lines_since(log, 0)
    assert 1900 < len(told) <= 2000
    last, *earlier = told.split("\n")
    assert last == "line 0999"
    assert all(len(line) == len("line 0000") for line in earlier)
    assert earlier[-1] == "line 0998"
