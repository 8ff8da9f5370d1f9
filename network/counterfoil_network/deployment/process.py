"""Tell one process from another that was given the same number later."""

import os
import subprocess
from pathlib import Path


def process_start(pid: int) -> str | None:
    """A text that stays the same while process `pid` lives and differs for a later one; None if there is
    none.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # It lives, under another user.
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        # The program's name stands in parentheses and may hold spaces; field 22 is the start time (proc(5)).
        return stat.read_text().rpartition(")")[2].split()[19]
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    # A fixed program and a number.
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - see above
    return result.stdout.strip() or None
