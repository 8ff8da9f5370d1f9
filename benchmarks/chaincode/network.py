"""The network of the benchmark, as Fabric's own performance figures have it.

Two organisations with a peer each, one orderer, LevelDB, TLS, one endorser; every call goes to the endorser's
own peer.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml
from counterfoil_network.deployment import NetworkFolder, NetworkSettings
from counterfoil_network.deployment.chaincode import Chaincode, deploy
from counterfoil_network.deployment.network import run_network
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.fabric.chaincode_link import service_environment
from counterfoil_network.fabric.engine import FabricEngine
from counterfoil_network.fabric.layout import service_files
from counterfoil_network.fabric.programs import find_programs
from counterfoil_network.fabric.status import processes
from counterfoil_protocol.chaincode_package import build_package, parse_package
from programs import Program, Service

ROOT = Path(__file__).resolve().parents[2]
ORGANISATION, MSP_ID = "BankA", "BankAMSP"
ORGANISATIONS = ("Regulator", ORGANISATION)
BATCH_TIMEOUT = "50ms"
"""Of configtx.yaml's 200 ms, so that at few calls in flight the block's wait does not hide the chaincode."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A program in force on the running network."""

    program: Program
    service: Service


@dataclass(frozen=True, slots=True)
class BenchmarkNetwork:
    """The running network: its channel, the caller's connection profile, its nodes' processes by host, and
    what runs on it.
    """

    channel: str
    profile: Path
    nodes: dict[str, int]
    measured: dict[str, Measured]


@contextmanager
def benchmark_network(folder: Path, programs: Sequence[Program]) -> Iterator[BenchmarkNetwork]:
    """Run the network with all programs deployed, until the block ends."""
    configtx, crypto_config = _write_settings(folder)
    network_folder = NetworkFolder(folder / "network")
    settings = NetworkSettings(network_folder, configtx, crypto_config, engine="fabric")
    launch = partial(FabricEngine.launch, find_programs(None))
    with run_network(settings, launch=launch) as running, ExitStack() as stack:
        measured = {}
        files = service_files(running.folder, ORGANISATION)
        for program in programs:
            address = f"{HOST}:{free_ports(1)[0]}"
            package = _package(program, address)
            package_id = parse_package(package).package_id
            environment = service_environment(files, address, package_id, MSP_ID)
            if not program.tls:
                environment = {name: environment[name] for name in environment if "TLS" not in name}
            service = Service(program, address, environment, folder / f"{program.name}.log")
            stack.callback(service.stop)
            policy = f"OR('{MSP_ID}.peer')"
            deploy(running.folder, running.state, Chaincode(program.name, "1.0", package, policy))
            measured[program.name] = Measured(program, service)
        profile = running.folder.connection_profile(ORGANISATION)
        nodes = {name: process["pid"] for name, process in processes(running.folder).items()}
        yield BenchmarkNetwork(running.state.channel, profile, nodes, measured)


def _package(program: Program, address: str) -> bytes:
    connection: dict[str, object] = {"address": address, "dial_timeout": "10s", "tls_required": program.tls}
    if program.tls:
        names = ("root_cert", "client_cert", "client_key")
        connection |= {"client_auth_required": True} | {name: "{{." + name + "}}" for name in names}
    return build_package(program.name, "ccaas", {"connection.json": json.dumps(connection).encode()})


def _write_settings(folder: Path) -> tuple[Path, Path]:
    """The project's own files with fewer organisations."""
    kept = {"Orderer", *ORGANISATIONS}
    channel = yaml.safe_load((ROOT / "configtx.yaml").read_text(encoding="utf-8"))
    profile = channel["Profiles"]["TradeGenesis"]
    application = profile["Application"]
    application["Organizations"] = [each for each in application["Organizations"] if each["Name"] in kept]
    profile["Orderer"]["BatchTimeout"] = BATCH_TIMEOUT
    channel = {"Profiles": {"TradeGenesis": profile}}
    crypto = yaml.safe_load((ROOT / "crypto-config.yaml").read_text(encoding="utf-8"))
    crypto["PeerOrgs"] = [each for each in crypto["PeerOrgs"] if each["Name"] in kept]
    written = []
    for name, document in (("configtx.yaml", channel), ("crypto-config.yaml", crypto)):
        path = folder / name
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        written.append(path)
    return written[0], written[1]
