"""What one process wrote into a log that others, or earlier ones, write into as well."""

from pathlib import Path

_LONGEST = 2000
"""Characters that are told of it, the last ones."""


def log_length(log: Path) -> int:
    """Bytes that are in a log now: to be remembered before a process is started."""
    return log.stat().st_size if log.is_file() else 0


def lines_since(log: Path, start: int) -> str:
    """Whole lines that were written after byte `start`: the last one, which tells why, goes first."""
    if not log.is_file():
        return "no log"
    content = log.read_bytes()
    written = content[start:].decode("utf-8", errors="replace")
    if start and content[start - 1 : start] != b"\n":
        # Another process's line ends there.
        written = written.partition("\n")[2]
    lines = [line for line in written.splitlines() if line.strip()]
    if not lines:
        return "it wrote nothing into its log"
    kept: list[str] = []
    left = _LONGEST - len(lines[-1])
    for line in reversed(lines[:-1]):
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([lines[-1][:_LONGEST], *reversed(kept)])
