"""Bringing a network of either engine up for the suite."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from counterfoil_network.deployment import EMBEDDED, NetworkFolder, NetworkSettings, run_network
from counterfoil_network.deployment.chaincode import deploy_on
from counterfoil_network.deployment.network import RunningNetwork
from counterfoil_network.fabric.engine import FabricEngine
from counterfoil_network.fabric.programs import find_programs

from tests.acceptance.sample import probe
from tests.acceptance.surroundings import Surroundings

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(engine: str, folder: Path, configtx: Path = ROOT / "configtx.yaml") -> Iterator[Surroundings]:
    """A network with the chaincode `probe` in force, until the block ends."""
    settings = NetworkSettings(NetworkFolder(folder), configtx, ROOT / "crypto-config.yaml", engine=engine)
    with _network(engine, settings) as network:
        deploy_on(network, probe())
        surroundings = Surroundings(network, engine)
        try:
            yield surroundings
        finally:
            surroundings.close()


def without_block_acl(target: Path) -> Path:
    """The project's configtx.yaml with every profile's ACLs left out, so that Fabric's defaults hold."""
    document = yaml.safe_load((ROOT / "configtx.yaml").read_text(encoding="utf-8"))
    for profile in document["Profiles"].values():
        profile["Application"].pop("ACLs", None)
    target.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return target


def _network(engine: str, settings: NetworkSettings) -> AbstractContextManager[RunningNetwork]:
    if engine == EMBEDDED:
        return run_network(settings)
    programs = find_programs(None)
    launch = partial(FabricEngine.launch, programs)
    return run_network(replace(settings, profile=programs.profile), launch=launch)


def fabric_programs() -> dict[str, Any]:
    """Which programs of Fabric answer: their versions, and the SHA-256 of each."""
    programs = find_programs(None)
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in programs.paths.items()}
    return {"versions": dict(programs.versions), "programs": digests}
