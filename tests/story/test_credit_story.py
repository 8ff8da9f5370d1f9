"""`counterfoil demo --story credit`: as a user runs it, its output piped."""

import re
import subprocess
from pathlib import Path

import pytest
from story_told import BIN


@pytest.mark.thorough
def test_the_story_of_credit_comes_out(tmp_path: Path) -> None:
    command = [str(BIN / "counterfoil"), "demo", "--story", "credit", "--dir", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^All \d+ steps came out as expected", done.stdout, re.MULTILINE)
    for told in ("PENDING", "LOWER", "REFUSED, GRANT_EXHAUSTED", "GRANT_REVOKED", "the delivered report yes"):
        assert told in done.stdout
    assert "figures not explained none" in done.stdout, "it ends with the whole picture"
