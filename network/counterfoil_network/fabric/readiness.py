"""Wait until a network of Fabric's programs can be used: by asking, never by waiting a fixed time."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from counterfoil_protocol.block import parse_block
from counterfoil_protocol.channel_config import ChannelConfig

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import administration
from counterfoil_network.fabric.members import known_members

START_TIMEOUT_SECONDS = 90.0
POLL_SECONDS = 0.02
_ASK_AGAIN_SECONDS = 2.0
_BETWEEN_QUESTIONS_SECONDS = 0.08
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
    """Wait until an orderer leads the channel and every peer knows all others here that are in the channel.

    Where all orderers are another organisation's, there is none to ask.
    """
    while state.orderers and leader(folder, state) is None:
        watch()
    members, asked = channel_peers(folder, state), time.monotonic()
    pending = members
    while pending := [node for node in pending if not _knows_all(folder, state, node, members)]:
        watch()
        # Asking takes the peers time that they need for each other.
        time.sleep(_BETWEEN_QUESTIONS_SECONDS)
        if time.monotonic() > asked + _ASK_AGAIN_SECONDS:
            # A peer that was behind may have learned by now that an organisation has left.
            members, asked = channel_peers(folder, state), time.monotonic()
            pending = members


def channel_peers(folder: NetworkFolder, state: NetworkState) -> Sequence[Node]:
    """The peers here of organisations that are in the channel, by the newest configuration any of them has.

    The peer of one that has left never gets the block that says so: the orderers refuse it from there on
    (common/deliver/acl.go evaluates the policy anew when the configuration changes).
    """
    newest: ChannelConfig | None = None
    for node in state.peers:
        with suppress(EngineFailed):
            block = parse_block(administration.config_block(folder, node, state.channel))
            config = ChannelConfig.from_block(block)
            if newest is None or config.sequence > newest.sequence:
                newest = config
    if newest is None:
        return state.peers
    return [node for node in state.peers if node.msp_id in newest.application_msp_ids]


def leader(folder: NetworkFolder, state: NetworkState) -> Node | None:
    """The orderer that leads the channel; None while there is none or it does not answer."""
    for node in state.orderers:
        with suppress(OSError):
            if administration.metric(folder, node, LEADER_METRIC, state.channel) == 1:
                return node
    return None


def _knows_all(folder: NetworkFolder, state: NetworkState, node: Node, members: Sequence[Node]) -> bool:
    with suppress(OSError):
        return len(known_members(folder, node, state.channel)) >= len(members)
    return False
