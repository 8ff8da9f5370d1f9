"""The story's network ends with the story, also where a script runs the demo in its background."""

import subprocess
import sys
from pathlib import Path

# A shell's background job ignores SIGINT, and its children inherit that (POSIX, asynchronous lists).
PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
from pathlib import Path
from counterfoil_demo.engine import network_up
with network_up(Path(sys.argv[1])):
    began = time.monotonic()
print(time.monotonic() - began)
"""
STOP_SECONDS_MAX = 30.0
"""Half of what the story waits before it kills."""


def test_it_ends_in_order_where_interrupts_are_ignored(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "network")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < STOP_SECONDS_MAX
    assert "The network has ended." in (tmp_path / "network" / "network-up.log").read_text()
