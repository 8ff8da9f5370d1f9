"""The whole story on Fabric: every figure is compared with sums that know nothing of the program."""

import subprocess
from pathlib import Path

from fabric_command import COMMAND


def test_the_story_comes_out_to_the_minor_unit(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "demo", "--engine", "fabric", "--dir", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "engine fabric" in done.stdout
    assert "steps came out as expected" in done.stdout
