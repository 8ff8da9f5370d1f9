"""What a chaincode's process inherits of the environment of whoever starts it."""

import os

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")
"""Enough to find the interpreter's libraries, nothing of its owner."""


def inherited_environment() -> dict[str, str]:
    """The variables that are passed on; a chaincode's process gets no other of ours."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}
