"""Wait until a network of Fabric's programs can be used: by asking, never by waiting a fixed time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import administration
from counterfoil_network.fabric.members import known_members

START_TIMEOUT_SECONDS = 90.0
POLL_SECONDS = 0.02
LEADER_METRIC = "consensus_etcdraft_is_leader"
Watch = Callable[[], None]
"""Called between two polls; raises when waiting is in vain."""


def await_address(address: str, watch: Watch) -> None:
    """Wait until something listens there."""
    while not administration.answers(address):
        watch()


def join_all(folder: NetworkFolder, state: NetworkState, watch: Watch) -> None:
    """Have every node join the channel as soon as it answers, orderers and peers at the same time.

    Raises:
        EngineFailed: one refuses, ends, or does not answer in time.
    """
    for node in state.orderers:
        await_address(node.admin, watch)
        administration.join_orderer(folder, node, state.channel)
    for node in state.peers:
        await_address(node.address, watch)
    with ThreadPoolExecutor(len(state.peers)) as pool:
        list(pool.map(lambda node: administration.join_peer(folder, node, state.channel), state.peers))


def await_members(folder: NetworkFolder, state: NetworkState, watch: Watch) -> None:
    """Wait until an orderer leads the channel and every peer knows all others of the channel.

    Where all orderers are another organisation's, there is none to ask.
    """
    while state.orderers and leader(folder, state) is None:
        watch()
    for node in state.peers:
        while not _knows_all(folder, state, node):
            watch()


def leader(folder: NetworkFolder, state: NetworkState) -> Node | None:
    """The orderer that leads the channel; None while there is none or it does not answer."""
    for node in state.orderers:
        with suppress(OSError):
            if administration.metric(folder, node, LEADER_METRIC, state.channel) == 1:
                return node
    return None


def _knows_all(folder: NetworkFolder, state: NetworkState, node: Node) -> bool:
    with suppress(OSError):
        return len(known_members(folder, node, state.channel)) >= len(state.peers)
    return False


def await_true(is_true: Callable[[], bool], watch: Watch) -> float:
    """Wait until it is; the seconds that took."""
    began = time.monotonic()
    while not is_true():
        watch()
    return time.monotonic() - began
