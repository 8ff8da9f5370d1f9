"""How the nodes of a running network are: asked of each, none is believed for another."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import administration
from counterfoil_network.fabric.members import Member, known_members
from counterfoil_network.fabric.readiness import LEADER_METRIC
from counterfoil_network.fabric.supervisor_main import PROCESSES_FILE


@dataclass(frozen=True, slots=True)
class OrdererStatus:
    """One orderer: number of its blocks, whether it leads, or why it does not answer."""

    host: str
    height: int
    status: str
    leads: bool
    failure: str = ""


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One peer: the members it knows (itself among them), or why it does not answer."""

    host: str
    organisation: str
    members: tuple[Member, ...]
    failure: str = ""


def orderer_statuses(folder: NetworkFolder, state: NetworkState) -> list[OrdererStatus]:
    """Ask every orderer."""
    with ThreadPoolExecutor(len(state.orderers)) as pool:
        return list(pool.map(lambda node: _orderer(folder, state.channel, node), state.orderers))


def peer_statuses(folder: NetworkFolder, state: NetworkState) -> list[PeerStatus]:
    """Ask every peer."""
    with ThreadPoolExecutor(len(state.peers)) as pool:
        return list(pool.map(lambda node: _peer(folder, state.channel, node), state.peers))


def processes(folder: NetworkFolder) -> Mapping[str, Mapping[str, int]]:
    """`pid` and `restarts` of every process that the supervisor runs, by name."""
    path = folder.root / PROCESSES_FILE
    if not path.is_file():
        return {}
    found: Mapping[str, Mapping[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _orderer(folder: NetworkFolder, channel: str, node: Node) -> OrdererStatus:
    try:
        said = administration.orderer_channel(folder, node, channel)
        leads = administration.metric(folder, node, LEADER_METRIC, channel) == 1
    except (OSError, ValueError) as error:
        return OrdererStatus(node.host, 0, "", leads=False, failure=str(error))
    return OrdererStatus(node.host, said["height"], said["status"], leads)


def _peer(folder: NetworkFolder, channel: str, node: Node) -> PeerStatus:
    try:
        return PeerStatus(node.host, node.organisation, tuple(known_members(folder, node, channel)))
    except (OSError, ValueError) as error:
        return PeerStatus(node.host, node.organisation, (), str(error))
