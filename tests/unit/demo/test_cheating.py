"""Cheating changes exactly one byte, where it says."""

from pathlib import Path

import pytest
from counterfoil_demo.cheating import Finding, change_byte
from counterfoil_demo.narration import StoryBroken


def test_one_byte_is_changed(tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    before = b"header request-id tail"
    (tmp_path / "blocks" / "1.block").write_bytes(b"nothing here")
    (tmp_path / "blocks" / "2.block").write_bytes(before)
    assert change_byte(tmp_path, "blocks/*", b"request-id") == "byte 16 of blocks/2.block"
    after = (tmp_path / "blocks" / "2.block").read_bytes()
    assert [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [16]


def test_nothing_to_change_breaks_the_story_off(tmp_path: Path) -> None:
    with pytest.raises(StoryBroken):
        change_byte(tmp_path, "private/*", b"fact")


def test_a_finding_in_words() -> None:
    assert str(Finding("DATA_HASH", 4, None, "data_hash")) == "DATA_HASH: block 4, field data_hash"
    assert "transaction abababababab," in str(Finding("ENDORSEMENT", 4, "ab" * 32, "validation code"))
