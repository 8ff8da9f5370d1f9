"""Steps of a commit, announced as they are passed, so that a test can stop the process in one."""

from collections.abc import Callable

PHASES = (
    "queued",
    "begun",
    "validated",
    "private written",
    "state written",
    "indexed",
    "synced",
    "announced",
)
"""In order. Up to `indexed` nothing of the block is in the ledger, from `synced` on all of it is."""

_hook: Callable[[str, int], None] | None = None


def announce(hook: Callable[[str, int], None] | None) -> None:
    """Have `hook(phase, block number)` called in the thread that passes a phase; None ends it."""
    global _hook  # noqa: PLW0603 - one hook a process, set by a test before it opens a ledger
    _hook = hook


def passed(phase: str, number: int) -> None:
    """A phase of the commit of block `number` is done."""
    if _hook is not None:
        _hook(phase, number)
