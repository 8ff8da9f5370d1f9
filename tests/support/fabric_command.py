"""`counterfoil network up --engine fabric` as a process of its own, for tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from counterfoil_network.deployment import NotRunning, running_state
from counterfoil_network.deployment.folder import NetworkFolder

START_SECONDS = 90.0
COMMAND = (sys.executable, "-c", "from counterfoil_cli.main import main; main()")


@dataclass(slots=True)
class Command:
    """`counterfoil network up --engine fabric` as a process of its own."""

    folder: NetworkFolder
    process: "subprocess.Popen[str]" = field(init=False)

    def start(self, *options: str) -> None:
        """Start it and wait until it tells others."""
        self.folder.state.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*COMMAND, "network", "up", "--engine", "fabric", "--dir", str(self.folder.root), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        until(self._is_ready, START_SECONDS)

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            pytest.fail(f"`network up` ended: {self.process.communicate()[0]}")
        try:
            return bool(running_state(self.folder).pid)
        except NotRunning:
            return False

    @property
    def supervisor(self) -> int:
        """Process id of the supervisor."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def processes(self) -> dict[str, dict[str, int]]:
        """What the supervisor runs."""
        path = self.folder.root / "processes.json"
        found: dict[str, dict[str, int]] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def pid(self, part: str) -> int:
        """Process id of the one whose name holds `part`; 0 while it does not run."""
        return next((process["pid"] for name, process in self.processes().items() if part in name), 0)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Another command on the same folder."""
        return subprocess.run(
            [*COMMAND, "network", *arguments, "--dir", str(self.folder.root)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """What another command prints with --json."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def end(self) -> str:
        """End it in order; what it printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)[0]

    def left_over(self) -> list[str]:
        """Command lines of processes that name the folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                content = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
            except OSError:
                continue
            if int(path.name) != os.getpid() and str(self.folder.root).encode() in content:
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


def until(is_true: Callable[[], bool], seconds: float) -> None:
    """Wait until it is true, at most so long."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"not after {seconds} s")
        time.sleep(0.05)
