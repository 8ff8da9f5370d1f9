"""The journal's file: owner alone, one process, torn lines, damage."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from counterfoil.trade import Entry, Journal, State
from counterfoil_protocol.canonical_json import JsonValue
from counterfoil_protocol.confidential import request_digest

BODY: JsonValue = {"document": "I1-4711", "amount": 7234567}


def entry(request_id: str = "ab" * 16, step: str = "") -> Entry:
    digest = request_digest("lock", BODY)
    return Entry(request_id, "export_invoice:lock", digest, BODY, "", "BankAMSP", step)


def test_what_is_written_is_read_again(journal_path: Path) -> None:
    with Journal(journal_path) as journal:
        begun = journal.begin(entry(step="loan-1/lock"))
        prepared = journal.advance(begun, State.PREPARED, transaction_id="cd", envelope=b"\x00\xff")
        journal.begin(entry("cd" * 16))
    with Journal(journal_path) as again:
        assert again.entries == (prepared, entry("cd" * 16))
        assert again.step("loan-1/lock") == again.entry("ab" * 16) == prepared
        assert again.open_entries == again.entries
        again.advance(prepared, State.COMMITTED, block=9)
        assert [each.request_id for each in again.open_entries] == ["cd" * 16]


def test_its_owner_alone_may_read_it(journal_path: Path) -> None:
    with Journal(journal_path):
        assert stat.S_IMODE(journal_path.stat().st_mode) == 0o600


def test_one_process_at_a_time(journal_path: Path) -> None:
    program = f"from counterfoil.trade import Journal; Journal({str(journal_path)!r})"
    with Journal(journal_path):
        other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "BlockingIOError" in other.stderr
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_line_cut_short_was_never_begun(journal_path: Path) -> None:
    with Journal(journal_path) as journal:
        journal.begin(entry())
        journal.begin(entry("cd" * 16))
    whole = journal_path.read_bytes()
    for cut in range(1, len(whole) // 2):
        journal_path.write_bytes(whole[:-cut])
        with Journal(journal_path) as journal:
            assert [each.request_id for each in journal.entries] == ["ab" * 16]
            journal.begin(entry("ef" * 16))
        with Journal(journal_path) as journal:
            assert len(journal.entries) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line.replace(b"7234567", b"7234568"),
        lambda line: line[1:],
        lambda line: line.replace(b'"begun"', b'"begin"'),
        lambda line: line.replace(b'"salt": "", ', b""),
        lambda line: b"null\n",
    ],
    ids=["another amount", "no object", "unknown state", "a field is missing", "null"],
)
def test_a_damaged_line_is_told_and_its_content_not_repeated(journal_path: Path, damage: object) -> None:
    with Journal(journal_path) as journal:
        journal.begin(entry())
        journal.begin(entry("cd" * 16))
    first, second = journal_path.read_bytes().splitlines(keepends=True)
    assert callable(damage)
    damaged = damage(first)
    assert damaged != first
    journal_path.write_bytes(damaged + second)
    with pytest.raises(ValueError, match="line 1 is no journal entry") as caught:
        Journal(journal_path)
    assert "723456" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_request_is_begun_once(journal_path: Path) -> None:
    with Journal(journal_path) as journal:
        journal.begin(entry(step="loan-1/lock"))
        with pytest.raises(ValueError, match="already"):
            journal.begin(entry())
        with pytest.raises(ValueError, match="already"):
            journal.begin(entry("cd" * 16, step="loan-1/lock"))


def test_its_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Journal(tmp_path / "absent" / "bank.journal")


def test_a_line_is_on_disk_before_the_call_returns(
    journal_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    with Journal(journal_path) as journal:
        fsync = os.fsync

        def spied(descriptor: int) -> None:
            fsync(descriptor)
            synced.append(os.fstat(descriptor).st_size)

        monkeypatch.setattr(os, "fsync", spied)
        begun = journal.begin(entry())
        assert synced == [journal_path.stat().st_size]
        journal.advance(begun, State.PREPARED)
        assert synced[1:] == [journal_path.stat().st_size]
