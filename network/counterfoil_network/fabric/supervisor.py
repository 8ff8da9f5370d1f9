"""Keep processes running: start, restart what ends by itself, end all in order.

One thread and no gRPC, so that starting a child between fork and exec is safe. On Linux every child is killed
by the kernel when the supervisor dies, however it dies (prctl(2), PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_network.fabric.process_plan import STOP_ORDER, Event, ProcessPlan

STOP_SECONDS = 10.0
"""How long a process may take to end when asked; then it is killed."""
SETTLED_SECONDS = 30.0
"""After so long a restarted process counts as well again."""
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_POLL_SECONDS = 0.02
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(slots=True)
class _Child:
    plan: ProcessPlan
    process: "subprocess.Popen[bytes]"
    started: float
    restarts: int = 0
    pause: float = _FIRST_PAUSE_SECONDS
    due: float | None = field(default=None)
    """When it is started again; None while it runs."""


class Supervisor:
    """The processes of one network. `tell` gets every event; `clock` gives seconds."""

    def __init__(self, tell: Callable[[Event], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._children: dict[str, _Child] = {}

    @property
    def processes(self) -> dict[str, tuple[int, int]]:
        """Process id and number of restarts of what runs, by name."""
        return {
            name: (child.process.pid, child.restarts)
            for name, child in self._children.items()
            if child.due is None
        }

    def start(self, plan: ProcessPlan) -> None:
        """Start a process; one of the same name is ended first."""
        self.stop([plan.name])
        child = _Child(plan, _spawn(plan), self._clock())
        self._children[plan.name] = child
        self._tell(Event("started", plan.name, child.process.pid))

    def tend(self) -> None:
        """Look after all of them once: note who ended by itself, start again whose time has come."""
        now = self._clock()
        for child in self._children.values():
            if child.due is None:
                code = child.process.poll()
                if code is None:
                    continue
                if now - child.started > SETTLED_SECONDS:
                    child.pause = _FIRST_PAUSE_SECONDS
                child.due = now + child.pause
                child.pause = min(2 * child.pause, _LONGEST_PAUSE_SECONDS)
                self._tell(Event("ended", child.plan.name, child.process.pid, code, child.restarts))
            elif now >= child.due:
                child.process = _spawn(child.plan)
                child.started, child.due, child.restarts = now, None, child.restarts + 1
                self._tell(Event("started", child.plan.name, child.process.pid, restarts=child.restarts))

    def stop(self, names: Sequence[str]) -> None:
        """End the processes of these names: ask all, wait, kill what is left."""
        children = [self._children.pop(name) for name in names if name in self._children]
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
                # A stopped process (SIGSTOP) hears nothing else.
                child.process.send_signal(signal.SIGCONT)
        deadline = self._clock() + STOP_SECONDS
        while self._clock() < deadline and any(child.process.poll() is None for child in children):
            time.sleep(_POLL_SECONDS)
        for child in children:
            if child.process.poll() is None:
                child.process.kill()
            code = child.process.wait()
            self._tell(Event("stopped", child.plan.name, child.process.pid, code, child.restarts))

    def stop_all(self) -> None:
        """End everything, kind by kind."""
        for kind in STOP_ORDER:
            self.stop([name for name, child in self._children.items() if child.plan.kind == kind])


def _spawn(plan: ProcessPlan) -> "subprocess.Popen[bytes]":
    Path(plan.folder).mkdir(parents=True, exist_ok=True)
    parent = os.getpid()
    with Path(plan.log).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - what the driver planned
            list(plan.arguments),
            cwd=plan.folder,
            env=dict(plan.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal goes to the whole foreground group; all are ended in order instead.
            start_new_session=True,
            # One thread only, and nothing but two system calls.
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - see above
        )


def _die_with(parent: int) -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            # It died before it could be asked.
            os.kill(os.getpid(), signal.SIGKILL)
