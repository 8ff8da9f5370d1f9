"""The processes of a whole network, with their settings written: orderers, peers, chaincode."""

import os
import shutil
from pathlib import Path

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import settings
from counterfoil_network.fabric.chaincode_link import builder_configuration, make_link
from counterfoil_network.fabric.layout import builder_folder, node_files, service_files
from counterfoil_network.fabric.process_plan import ORDERER, PEER, ProcessPlan
from counterfoil_network.fabric.programs import Programs
from counterfoil_network.fabric.services import first_peers, service_plans

_BUILDER = Path(__file__).parent / "builder"
_LOG_FORMAT = "%{time:2006-01-02 15:04:05.000 MST} %{level:.4s} [%{module}] %{shortfunc} -> %{message}"
"""Fabric's own without colours, which a file has no use for."""
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "GOMAXPROCS", "GOGC", "FABRIC_LOGGING_SPEC")
"""Of our own environment; CORE_ and ORDERER_ variables of the user's would overrule the files."""


def network_plans(folder: NetworkFolder, state: NetworkState, programs: Programs) -> list[ProcessPlan]:
    """Write every node's settings and say what is to be run."""
    _write_builder(builder_folder(folder))
    plans = [_orderer(folder, node, programs) for node in state.orderers]
    first = {node.organisation: node for node in first_peers(state)}
    for node in first.values():
        make_link(service_files(folder, node.organisation), node.organisation)
    plans += [_peer(folder, node, first[node.organisation], programs) for node in state.peers]
    return [*plans, *service_plans(folder, state)]


def _orderer(folder: NetworkFolder, node: Node, programs: Programs) -> ProcessPlan:
    files = node_files(folder, node)
    settings.write_orderer(node, files, is_25=programs.is_25)
    environment = _environment(FABRIC_CFG_PATH=str(files.root))
    return ProcessPlan(
        node.host, ORDERER, (str(programs.orderer),), str(files.root), str(files.log), environment
    )


def _peer(folder: NetworkFolder, node: Node, first: Node, programs: Programs) -> ProcessPlan:
    files = node_files(folder, node)
    service = service_files(folder, node.organisation)
    settings.write_peer(node, files, first.address, builder_folder(folder), is_25=programs.is_25)
    # The service's address is that of the organisation's first peer: one process serves all of its peers.
    variables = {
        "FABRIC_CFG_PATH": str(files.root),
        settings.BUILDER_VARIABLE: builder_configuration(service, first.chaincode),
        settings.ADDRESSES_VARIABLE: str(service.addresses),
    }
    return ProcessPlan(
        node.host,
        PEER,
        (str(programs.peer), "node", "start"),
        str(files.root),
        str(files.log),
        _environment(**variables),
    )


def _environment(**variables: str) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"FABRIC_LOGGING_FORMAT": _LOG_FORMAT} | passed_on | variables


def _write_builder(target: Path) -> None:
    shutil.copytree(_BUILDER, target, dirs_exist_ok=True)
    for program in (target / "bin").iterdir():
        program.chmod(0o755)
