"""One chaincode process an organisation and package, run from the package's own sources.

The package is of Fabric's type `ccaas`: connection.json, whose fields each peer's builder fills from its own
configuration, and beside it the sources and entry point that the process runs. So the package id changes with
every change of a rule, as with the embedded engine.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache

from counterfoil_protocol.chaincode_package import ChaincodePackage, parse_package

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric.chaincode_link import service_environment
from counterfoil_network.fabric.layout import ServiceFiles, service_files
from counterfoil_network.fabric.process_plan import CHAINCODE, ProcessPlan

SERVICE_MODULE = "counterfoil_chaincode.service"
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
"""Of our own environment; a chaincode gets nothing else of it."""


@dataclass(frozen=True, slots=True)
class Service:
    """One package served for an organisation at an address (`host:port`)."""

    package_id: str
    label: str
    address: str
    entry_point: str

    @property
    def chaincode(self) -> str:
        """The chaincode that it is a version of: labels here are `name_version`."""
        return self.label.rpartition("_")[0] or self.label


def add_service(folder: NetworkFolder, node: Node, package: bytes) -> Service:
    """Unpack a package for a peer's organisation and say where it is served; again changes nothing.

    Raises:
        EngineFailed: it is no package of type `ccaas` with chaincode.json and sources.
        MalformedMessage: it is no package.
    """
    files = service_files(folder, node.organisation)
    parsed = _parsed(package)
    known = read_services(files)
    for service in known:
        if service.package_id == parsed.package_id:
            return service
    content = parsed.files()
    if parsed.type != "ccaas" or "chaincode.json" not in content:
        raise EngineFailed(
            f"{parsed.label}: Fabric runs packages of type ccaas with sources, not {parsed.type}"
        )
    entry_point = json.loads(content["chaincode.json"])["entry_point"]
    # The first goes where the peer's configuration says; later ones run beside it until they take its place.
    address = node.chaincode if not known else f"{HOST}:{free_ports(1)[0]}"
    service = Service(parsed.package_id, parsed.label, address, entry_point)
    _unpack(files, service.package_id, content)
    files.addresses.mkdir(parents=True, exist_ok=True)
    (files.addresses / service.label).write_text(address, encoding="ascii")
    _write(files, [*known, service])
    return service


def is_served(folder: NetworkFolder, node: Node, package: bytes) -> bool:
    """Whether a package is served for a peer's organisation already.

    Raises:
        MalformedMessage: it is no package.
    """
    known = read_services(service_files(folder, node.organisation))
    return any(service.package_id == _parsed(package).package_id for service in known)


def supersede_services(folder: NetworkFolder, organisation: str, kept: str) -> None:
    """Forget an organisation's other packages of the chaincode whose package is `kept` (its id)."""
    services = read_services(service_files(folder, organisation))
    chaincode = next((each.chaincode for each in services if each.package_id == kept), None)
    gone = [each.package_id for each in services if each.chaincode == chaincode and each.package_id != kept]
    remove_services(folder, organisation, gone)


def remove_services(folder: NetworkFolder, organisation: str, package_ids: Sequence[str]) -> None:
    """Forget packages of an organisation."""
    files = service_files(folder, organisation)
    services = read_services(files)
    gone = [each.package_id for each in services if each.package_id in package_ids]
    left = [each for each in services if each.package_id not in gone]
    if gone:
        _write(files, left)
        for service in left:
            # One that has gone may have had the same label.
            (files.addresses / service.label).write_text(service.address, encoding="ascii")
    for package_id in gone:
        shutil.rmtree(files.unpacked(package_id), ignore_errors=True)


def read_services(files: ServiceFiles) -> list[Service]:
    """What is served for an organisation."""
    if not files.services.is_file():
        return []
    return [Service(**each) for each in json.loads(files.services.read_text(encoding="utf-8"))]


def services_stamp(folder: NetworkFolder, state: NetworkState) -> tuple[tuple[int, int], ...]:
    """Another one whenever other packages are served: which file each organisation has, and of when (ns)."""
    stamps = []
    for node in first_peers(state):
        with suppress(FileNotFoundError):
            status = service_files(folder, node.organisation).services.stat()
            # Written twice within a tick of the clock, it still is another file.
            stamps.append((status.st_ino, status.st_mtime_ns))
    return tuple(stamps)


def service_plans(folder: NetworkFolder, state: NetworkState) -> Iterator[ProcessPlan]:
    """The processes of every organisation's packages."""
    for node in first_peers(state):
        for service in read_services(service_files(folder, node.organisation)):
            yield service_plan(folder, node, service)


def service_plan(folder: NetworkFolder, node: Node, service: Service) -> ProcessPlan:
    """The process that serves a package."""
    files = service_files(folder, node.organisation)
    unpacked = files.unpacked(service.package_id)
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= service_environment(files, service.address, service.package_id, node.msp_id)
    environment["PYTHONPATH"] = str(unpacked / "src")
    # Written beside the sources they would only be left over.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return ProcessPlan(
        service_name(node.organisation, service),
        CHAINCODE,
        (sys.executable, "-m", SERVICE_MODULE, service.entry_point),
        str(unpacked),
        str(files.log),
        environment,
    )


def service_name(organisation: str, service: Service) -> str:
    """What its process is called."""
    return f"chaincode {service.label} of {organisation} ({service.package_id[-64:][:8]})"


def first_peers(state: NetworkState) -> Iterable[Node]:
    """One peer an organisation: chaincode runs once for all of its peers."""
    return {node.organisation: node for node in reversed(state.peers)}.values()


@lru_cache(maxsize=8)
def _parsed(package: bytes) -> ChaincodePackage:
    """Every organisation runs the same one, as a rule, and asks for it more than once."""
    return parse_package(package)


def _unpack(files: ServiceFiles, package_id: str, content: dict[str, bytes]) -> None:
    target = files.unpacked(package_id)
    shutil.rmtree(target, ignore_errors=True)
    for name, data in content.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write(files: ServiceFiles, services: list[Service]) -> None:
    partial = files.services.with_suffix(".partial")
    partial.write_text(json.dumps([asdict(each) for each in services], indent=2) + "\n", encoding="utf-8")
    partial.rename(files.services)
