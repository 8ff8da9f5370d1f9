"""The embedded engine as a process of its own: start it, wait until it answers, stop it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState

ENGINE_COMMAND = (sys.executable, "-m", "counterfoil_network.deployment.engine_main")
"""The engine's program; the network's folder is its argument."""
BEGIN = b"BEGIN\n"
"""What its standard input gets once the folder is prepared."""
HALT, RESUME = b"HALT ", b"RESUME "
"""Later: what it gets with a node's host name and a line's end; it answers DONE."""
DONE = b"DONE\n"
READY = b"READY\n"
"""What the engine's process writes to its standard output once every endpoint answers."""
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0
_LOG_TAIL_CHARACTERS = 2000


class EngineProcess:
    """A running engine.

    It ends with whoever started it: its standard input is a pipe, and the end of it is a request to stop. So
    not even kill -9 leaves it behind. It inherits the folder's lock, so the folder is in use until it has
    ended as well.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, log_start: int) -> None:
        self._process = process
        self._log = log
        self._log_start = log_start

    @classmethod
    def launch(cls, folder: NetworkFolder, lock: int) -> "EngineProcess":
        """Start the process; it loads and waits for `begin`, so the folder need not be prepared yet."""
        with folder.engine_log.open("ab") as log:
            log_start = log.tell()
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*ENGINE_COMMAND, str(folder.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                pass_fds=(lock,),
                # Ctrl-C in a terminal goes to the whole foreground group; the engine is stopped in order.
                start_new_session=True,
            )
        return cls(process, folder.engine_log, log_start)

    def begin(self, state: NetworkState) -> None:
        """Tell it that the folder is prepared; it reads the state from there."""
        del state
        assert self._process.stdin is not None
        # One that ended already is told by `wait_until_ready`.
        with suppress(BrokenPipeError):
            self._process.stdin.write(BEGIN)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end and wait; kill it if it does not."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL); nothing happens if it has ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            EngineFailed: it ended or was not ready in time; the text holds the end of its log.
        """
        self._await_word(READY)

    def halt(self, host: str) -> None:
        """End one node, in order, and leave it ended until `resume`.

        Raises:
            EngineFailed: it did not end.
        """
        self._tell(HALT + host.encode())

    def resume(self, host: str) -> None:
        """Start a node again that `halt` ended.

        Raises:
            EngineFailed: it did not start.
        """
        self._tell(RESUME + host.encode())

    def _tell(self, command: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(command + b"\n")
        self._await_word(DONE)

    def _await_word(self, word: bytes) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        os.set_blocking(descriptor, False)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        written = b""
        while word not in written:
            if not self.is_running:
                raise EngineFailed(
                    f"the engine ended with code {self._process.returncode}: {self._log_tail()}"
                )
            if time.monotonic() > deadline:
                raise EngineFailed(f"the engine was not ready after {START_TIMEOUT_SECONDS:.0f} s")
            time.sleep(0.01)
            try:
                written += os.read(descriptor, 4096)
            except BlockingIOError:
                continue

    def events(self) -> Sequence[object]:
        """Nothing is ever restarted."""
        return ()

    def own_form(self, package: bytes) -> bytes:
        """It runs packages of type `python` as they are."""
        return package

    def serve(self, packages: Mapping[str, bytes]) -> None:
        """It starts chaincode itself."""

    def wait_until_served(self, packages: Mapping[str, bytes]) -> None:
        """It starts chaincode at the first call."""

    def retire(self, packages: Mapping[str, bytes]) -> None:
        """It ends chaincode itself."""

    def withdraw(self, packages: Mapping[str, bytes]) -> None:
        """It has started none."""

    def _log_tail(self) -> str:
        """The end of what this engine, not an earlier one, wrote."""
        written = self._log.read_bytes()[self._log_start :].decode(errors="replace")
        return written[-_LOG_TAIL_CHARACTERS:].strip()
