"""A network for tests: the engine in its own process, an ephemeral folder, the chaincode `asset`."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from counterfoil import Contract, Gateway
from counterfoil_network.deployment import EMBEDDED, FABRIC, NetworkFolder, NetworkSettings
from counterfoil_network.deployment.chaincode import Chaincode, deploy_on
from counterfoil_network.deployment.engine_process import EngineProcess
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_network.deployment.network import Engine, Launch, run_network
from counterfoil_network.deployment.state import NetworkState
from counterfoil_network.fabric.engine import FabricEngine
from counterfoil_network.fabric.programs import find_programs
from counterfoil_protocol.chaincode_package import build_package
from counterfoil_protocol.collection import CollectionDefinition, parse_collections_json

ROOT = Path(__file__).resolve().parents[2]
ASSET = ROOT / "tests" / "engine" / "chaincodes" / "asset" / "asset_chaincode.py"
LEVEL_SECONDS = 60
ORGANISATIONS = ("Regulator", "Port", "BankA", "BankB")
POLICY = "OutOf(2,'RegulatorMSP.peer','PortMSP.peer','BankAMSP.peer','BankBMSP.peer')"
COLLECTIONS = """[
  {"name": "open", "policy": "OR('RegulatorMSP.member','BankAMSP.member')",
   "requiredPeerCount": 1, "maxPeerCount": 1,
   "endorsementPolicy": {"signaturePolicy": "OR('RegulatorMSP.peer','BankAMSP.peer')"}},
  {"name": "members", "policy": "OR('RegulatorMSP.member','BankAMSP.member')",
   "requiredPeerCount": 1, "maxPeerCount": 1, "memberOnlyRead": true, "memberOnlyWrite": true,
   "endorsementPolicy": {"signaturePolicy": "OR('RegulatorMSP.peer','BankAMSP.peer')"}},
  {"name": "lonely", "policy": "OR('BankAMSP.member')",
   "requiredPeerCount": 1, "maxPeerCount": 1,
   "endorsementPolicy": {"signaturePolicy": "OR('BankAMSP.peer')"}}
]"""


def asset_package(alter: Callable[[str], str] = lambda source: source) -> bytes:
    """The chaincode `asset`, with its source altered."""
    source = ASSET.read_text(encoding="utf-8")
    altered = alter(source)
    entry_point = json.dumps({"entry_point": "asset_chaincode:CHAINCODE"}).encode()
    files = {"chaincode.json": entry_point, "src/asset_chaincode.py": altered.encode()}
    return build_package("asset_1", "python", files)


def asset_chaincode(**changes: object) -> Chaincode:
    """What is deployed: two of the four organisations endorse."""
    settings: dict[str, object] = {
        "name": "asset",
        "version": "1.0",
        "package": asset_package(),
        "endorsement_policy": POLICY,
        "collections": collections(),
    }
    return Chaincode(**(settings | changes))  # type: ignore[arg-type]  # keyword arguments by name


def collections() -> tuple[CollectionDefinition, ...]:
    return parse_collections_json(COLLECTIONS)


@dataclass(frozen=True, slots=True)
class RunningNetwork:
    """The network, as its users reach it."""

    folder: NetworkFolder
    state: NetworkState
    pid: int
    engine: Engine | None = None

    @contextmanager
    def away(self, organisation: str) -> Iterator[None]:
        """The organisation's peer is switched off while the block lasts."""
        assert self.engine is not None, "the network was started here"
        host = self.state.node(organisation).host
        self.engine.halt(host)
        try:
            yield
        finally:
            self.engine.resume(host)

    @contextmanager
    def gateway(self, organisation: str, user: str = "Admin") -> Iterator[Gateway]:
        with Gateway.from_profile(self.folder.connection_profile(organisation), user) as gateway:
            yield gateway

    @contextmanager
    def contract(
        self, organisation: str = "BankA", user: str = "Admin", chaincode: str = "asset"
    ) -> Iterator[Contract]:
        with self.gateway(organisation, user) as gateway:
            yield gateway.network(self.state.channel).contract(chaincode)

    def await_level_peers(self) -> None:
        """Wait until every peer has the same blocks: a commit status is the word of one peer alone."""
        deadline = time.monotonic() + LEVEL_SECONDS
        while len(heights := {each.height for each in peer_heights(self.folder, self.state)}) != 1:
            assert time.monotonic() < deadline, f"the peers never came level: {heights}"


@contextmanager
def running_network(
    folder: Path,
    chaincode: Chaincode | None = None,
    *,
    engine: str = EMBEDDED,
    configtx: Path = ROOT / "configtx.yaml",
    crypto_config: Path = ROOT / "crypto-config.yaml",
    orderers: int | None = None,
    beside: Sequence[Chaincode] = (),
) -> Iterator[RunningNetwork]:
    """Run a network until the block ends, with a chaincode in force if one is given, and others beside it."""
    settings = NetworkSettings(
        NetworkFolder(folder), configtx, crypto_config, engine=engine, orderers=orderers
    )
    launch: Launch = EngineProcess.launch
    if engine == FABRIC:
        programs = find_programs(None)
        settings = replace(settings, profile=programs.profile)
        launch = partial(FabricEngine.launch, programs)
    with run_network(settings, launch=launch) as running:
        if chaincode is not None:
            deploy_on(running, chaincode)
        for other in beside:
            deploy_on(running, other)
        yield RunningNetwork(running.folder, running.state, running.engine.pid, running.engine)
