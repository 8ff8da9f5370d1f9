"""Which files of a folder are a chaincode's own: what its package holds, and what the check of it reads."""

from collections.abc import Iterator
from pathlib import Path

_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "node_modules", "tests", "venv"})
_ENVIRONMENT_FILE = "pyvenv.cfg"
"""Marks a virtual environment (PEP 405)."""
_LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyo"})
_METADATA_SUFFIX = ".egg-info"


def source_files(folder: Path) -> Iterator[Path]:
    """The files below a folder, of every kind, in order of their paths.

    Left out is what a tool put there, or what is not for others: everything hidden (a network's folder
    `.counterfoil` holds private keys), virtual environments, caches, tests and compiled modules.

    Raises:
        OSError: a folder cannot be read.
    """
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not _is_left_out(path):
                yield from source_files(path)
        elif path.is_file() and path.suffix not in _LEFT_OUT_SUFFIXES:
            yield path


def _is_left_out(folder: Path) -> bool:
    # A link to a folder could lead round in a circle.
    return (
        folder.is_symlink()
        or folder.name in _LEFT_OUT_FOLDERS
        or folder.suffix == _METADATA_SUFFIX
        or (folder / _ENVIRONMENT_FILE).exists()
    )
