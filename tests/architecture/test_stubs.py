"""The type stubs in the repository are what the installed bindings say."""

import filecmp
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def differing(comparison: filecmp.dircmp[str]) -> list[str]:
    own = [*comparison.left_only, *comparison.right_only, *comparison.diff_files]
    return own + [name for sub in comparison.subdirs.values() for name in differing(sub)]


def test_stubs_are_those_of_the_installed_bindings(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "protocol/generate_stubs.py", tmp_path], check=True)
    comparison = filecmp.dircmp(ROOT / "protocol/fabric_protos-stubs", tmp_path, ignore=["__pycache__"])
    assert differing(comparison) == []
