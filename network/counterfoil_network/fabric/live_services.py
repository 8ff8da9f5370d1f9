"""Chaincode processes of a network that another process runs: `counterfoil network up`, say.

Which packages are served stands in a file of each organisation's (`services`); whoever runs the network looks
at it and has the processes started and ended. This side writes the file and waits.
"""

import time
from collections.abc import Mapping

from counterfoil_protocol.chaincode_package import parse_package

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.source_package import service_package
from counterfoil_network.deployment.state import NetworkState
from counterfoil_network.fabric import administration, services
from counterfoil_network.fabric.layout import service_files
from counterfoil_network.fabric.own_lines import lines_since, log_length
from counterfoil_network.fabric.status import processes

SERVED_SECONDS = 60.0
_POLL_SECONDS = 0.05


class LiveServices:
    """What `deployment.chaincode` asks of an engine, done from outside of the process that runs it."""

    def __init__(self, folder: NetworkFolder, state: NetworkState) -> None:
        self._folder = folder
        self._state = state
        self._added: set[tuple[str, str]] = set()
        self._log_starts: dict[str, int] = {}

    def own_form(self, package: bytes) -> bytes:
        """A package of type `python` as chaincode as a service."""
        return service_package(package)

    def serve(self, packages: Mapping[str, bytes]) -> None:
        """Ask for the processes of every organisation: its package by its name.

        Raises:
            EngineFailed: a package cannot be run.
        """
        for node in services.first_peers(self._state):
            package = packages[node.organisation]
            files = service_files(self._folder, node.organisation)
            # All of an organisation's chaincode writes there.
            self._log_starts[node.organisation] = log_length(files.log)
            is_new = not services.is_served(self._folder, node, package)
            service = services.add_service(self._folder, node, package)
            if is_new:
                self._added.add((node.organisation, service.package_id))

    def wait_until_served(self, packages: Mapping[str, bytes]) -> None:
        """Wait until every organisation's chaincode listens.

        Raises:
            EngineFailed: one ends by itself or takes longer than a minute.
        """
        deadline = time.monotonic() + SERVED_SECONDS
        for node in services.first_peers(self._state):
            service = services.add_service(self._folder, node, packages[node.organisation])
            while not administration.answers(service.address):
                self._check(node.organisation, service, deadline)
                time.sleep(_POLL_SECONDS)

    def retire(self, packages: Mapping[str, bytes]) -> None:
        """Have the processes ended of the packages that these took the place of."""
        for node in services.first_peers(self._state):
            kept = parse_package(packages[node.organisation]).package_id
            services.supersede_services(self._folder, node.organisation, kept)
            self._added.discard((node.organisation, kept))

    def withdraw(self, packages: Mapping[str, bytes]) -> None:
        """Have those of these packages ended that `serve` asked for first."""
        for node in services.first_peers(self._state):
            package_id = parse_package(packages[node.organisation]).package_id
            if (node.organisation, package_id) in self._added:
                services.remove_services(self._folder, node.organisation, [package_id])

    def _check(self, organisation: str, service: services.Service, deadline: float) -> None:
        name = services.service_name(organisation, service)
        if processes(self._folder).get(name, {}).get("restarts", 0):
            log = service_files(self._folder, organisation).log
            written = lines_since(log, self._log_starts.get(organisation, 0))
            raise EngineFailed(f"{name} ends by itself: {written}")
        if time.monotonic() > deadline:
            raise EngineFailed(f"{name} was not started within {SERVED_SECONDS:.0f} s")
