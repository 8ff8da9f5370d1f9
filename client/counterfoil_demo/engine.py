"""The network of the story: `counterfoil network up` as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from counterfoil_network.deployment import NetworkFolder, NetworkState, NotRunning, running_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COMMAND: Final = (sys.executable, "-c", "from counterfoil_cli.main import main; main()")
"""The command `counterfoil` of this very installation."""
_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.05
_LOG: Final = "network-up.log"


class NetworkDidNotStart(Exception):  # noqa: N818 - what happened, for the last line of the story
    """The network's process ended or was not ready in time; the text is the end of what it said."""


@contextmanager
def network_up(folder: Path, options: Sequence[str] = ()) -> Iterator[tuple[NetworkFolder, NetworkState]]:
    """Run a network in `folder` while the block runs; `options` are those of `counterfoil network up`.

    Raises:
        NetworkDidNotStart: it did not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    used = NetworkFolder(folder)
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, "network", "up", "--dir", str(folder), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for the story, which then ends the network in order.
            start_new_session=True,
        )
    try:
        yield used, _wait_until_ready(process, used)
    finally:
        # Not SIGINT: a job in the background of a script ignores it, and so would what it starts.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def counterfoil(arguments: Sequence[str], timeout_seconds: float = 300.0) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own and give what it said; its exit code is not judged."""
    return subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=timeout_seconds
    )


def _wait_until_ready(process: subprocess.Popen[bytes], folder: NetworkFolder) -> NetworkState:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NetworkDidNotStart((folder.root / _LOG).read_text(encoding="utf-8")[-2000:].strip())
        try:
            return running_state(folder)
        except NotRunning:
            time.sleep(_POLL_SECONDS)
    raise NetworkDidNotStart(f"it was not ready after {_START_SECONDS:.0f} s")
