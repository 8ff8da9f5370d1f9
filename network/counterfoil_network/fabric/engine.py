"""Fabric's own programs as the engine of a network: started, joined, watched, stopped.

A supervisor in a process of its own runs them (`supervisor_main`); this is the side of whoever runs the
network.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from counterfoil_protocol.chaincode_package import parse_package

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.source_package import service_package
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import readiness, services
from counterfoil_network.fabric.own_lines import lines_since, log_length
from counterfoil_network.fabric.plans import network_plans
from counterfoil_network.fabric.process_plan import CHAINCODE, Command, Event, ProcessPlan
from counterfoil_network.fabric.programs import Programs

SUPERVISOR_COMMAND = (sys.executable, "-m", "counterfoil_network.fabric.supervisor_main")
STOP_TIMEOUT_SECONDS = 45.0


class FabricEngine:
    """A running network of Fabric's own programs.

    It ends with whoever started it: the supervisor's standard input is a pipe, and the end of it is a request
    to stop; the programs themselves die with the supervisor. It inherits the folder's lock, so the folder is
    in use until all have ended.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", folder: NetworkFolder, programs: Programs) -> None:
        self._process = process
        self._folder = folder
        self._programs = programs
        self._unread = b""
        self._state: NetworkState | None = None
        self._logs: Mapping[str, Path] = {}
        self._plans: Mapping[str, ProcessPlan] = {}
        self._log_starts: dict[str, int] = {}
        self._serving: set[str] = set()
        self._added: set[tuple[str, str]] = set()
        self._services_stamp: tuple[tuple[int, int], ...] = ()

    @classmethod
    def launch(cls, programs: Programs, folder: NetworkFolder, lock: int) -> "FabricEngine":
        """Start the supervisor; it runs nothing before `begin`."""
        with folder.engine_log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*SUPERVISOR_COMMAND, str(folder.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                pass_fds=(lock,),
                start_new_session=True,
            )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        return cls(process, folder, programs)

    def begin(self, state: NetworkState) -> None:
        """Write the programs' settings and have them all started."""
        self._state = state
        plans = network_plans(self._folder, state, self._programs)
        self._logs = {plan.name: Path(plan.log) for plan in plans}
        self._log_starts = {name: log_length(log) for name, log in self._logs.items()}
        self._plans = {plan.name: plan for plan in plans}
        self._serving = {plan.name for plan in plans if plan.kind == CHAINCODE}
        self._send(Command(start=plans))

    @property
    def pid(self) -> int:
        """Process id of the supervisor."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the supervisor still runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Join all to the channel and wait until there is a leader and every peer knows the others.

        Raises:
            EngineFailed: a program ended, refused, or it took too long; the text holds the end of its log.
        """
        assert self._state is not None
        deadline = time.monotonic() + readiness.START_TIMEOUT_SECONDS
        watch = partial(self._watch, deadline)
        readiness.join_all(self._folder, self._state, watch)
        readiness.await_members(self._folder, self._state, watch)

    def own_form(self, package: bytes) -> bytes:
        """A package of type `python` as chaincode as a service."""
        return service_package(package)

    def serve(self, packages: Mapping[str, bytes]) -> None:
        """Run the chaincode of every organisation: its package by its name, before that is installed.

        Raises:
            EngineFailed: a package cannot be run, or its process ends at once.
        """
        for node in self._served(packages):
            package = packages[node.organisation]
            is_new = not services.is_served(self._folder, node, package)
            service = services.add_service(self._folder, node, package)
            if is_new:
                self._added.add((node.organisation, service.package_id))
        self._follow_services()

    def wait_until_served(self, packages: Mapping[str, bytes]) -> None:
        """Wait until every organisation's chaincode listens.

        Raises:
            EngineFailed: one ended or it took too long.
        """
        deadline = time.monotonic() + readiness.START_TIMEOUT_SECONDS
        for node in self._served(packages):
            service = services.add_service(self._folder, node, packages[node.organisation])
            readiness.await_address(service.address, partial(self._watch, deadline))

    def retire(self, packages: Mapping[str, bytes]) -> None:
        """End the chaincode processes of the packages that these took the place of."""
        for node in self._served(packages):
            kept = parse_package(packages[node.organisation]).package_id
            services.supersede_services(self._folder, node.organisation, kept)
            self._added.discard((node.organisation, kept))
        self._follow_services()

    def withdraw(self, packages: Mapping[str, bytes]) -> None:
        """End those of these packages that `serve` had started."""
        for node in self._served(packages):
            package_id = parse_package(packages[node.organisation]).package_id
            if (node.organisation, package_id) in self._added:
                services.remove_services(self._folder, node.organisation, [package_id])
        self._follow_services()

    def events(self) -> list[Event]:
        """What happened since the last call; chaincode that others deployed meanwhile is started."""
        self._follow_services()
        assert self._process.stdout is not None
        with suppress(BlockingIOError):
            while chunk := os.read(self._process.stdout.fileno(), 1 << 16):
                self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        return [Event.parse(line) for line in lines]

    def halt(self, host: str) -> None:
        """End one node, in order, and leave it ended until `resume`.

        Raises:
            EngineFailed: it did not end.
        """
        self._send(Command(stop=[host]))
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while not any(event.what == "stopped" and event.name == host for event in self.events()):
            if time.monotonic() > deadline:
                raise EngineFailed(f"{host} did not end")
            time.sleep(readiness.POLL_SECONDS)

    def resume(self, host: str) -> None:
        """Start a node again that `halt` ended; it answers some time later."""
        self._send(Command(start=[self._plans[host]]))

    def stop(self) -> None:
        """Have everything ended in order and wait; kill the supervisor if it does not, and with it all."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while self.is_running and time.monotonic() < deadline:
            # It must not wait for a reader.
            self.events()
            time.sleep(readiness.POLL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), and with it the programs; nothing happens if it has ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _served(self, packages: Mapping[str, bytes]) -> list[Node]:
        """The first peer of each organisation that has a package: one that left the channel has none."""
        assert self._state is not None
        return [node for node in services.first_peers(self._state) if node.organisation in packages]

    def _follow_services(self) -> None:
        """Have just those chaincode processes that the organisations' files name (see `live_services`)."""
        if self._state is None:
            return
        stamp = services.services_stamp(self._folder, self._state)
        if stamp == self._services_stamp:
            return
        self._services_stamp = stamp
        plans = {plan.name: plan for plan in services.service_plans(self._folder, self._state)}
        new, gone = plans.keys() - self._serving, self._serving - plans.keys()
        if new or gone:
            logs = {name: Path(plans[name].log) for name in new}
            self._logs = {**self._logs, **logs}
            self._log_starts |= {name: log_length(log) for name, log in logs.items()}
            self._send(Command(start=[plans[name] for name in sorted(new)], stop=sorted(gone)))
            self._serving = set(plans)

    def _watch(self, deadline: float) -> None:
        """Between two polls: has a program ended, or is the time up?"""
        for event in self.events():
            if event.what == "ended":
                raise EngineFailed(f"{event}: {self._log_tail(event.name)}")
        if not self.is_running:
            raise EngineFailed(f"the supervisor ended; see {self._folder.engine_log}")
        if time.monotonic() > deadline:
            raise EngineFailed(f"the network was not ready after {readiness.START_TIMEOUT_SECONDS:.0f} s")
        time.sleep(readiness.POLL_SECONDS)

    def _log_tail(self, name: str) -> str:
        log = self._logs.get(name)
        if log is None:
            return "no log"
        return lines_since(log, self._log_starts.get(name, 0))

    def _send(self, command: Command) -> None:
        assert self._process.stdin is not None
        # That it has ended is noticed by whoever waits.
        with suppress(BrokenPipeError):
            self._process.stdin.write(command.line())
