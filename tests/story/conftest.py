"""The demo, run once for all tests that look at what it leaves behind."""

import subprocess

import pytest
from story_told import BIN, Story


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story of seed 1, told by the command as a user runs it, its output piped."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    command = [str(BIN / "counterfoil"), "demo", "--dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    return Story(folder, done.returncode, done.stdout + done.stderr)
