"""Who is in the channel of a running network now: members may have joined and left since it was described."""

from dataclasses import dataclass, replace

from counterfoil import CounterfoilError, Gateway, configuration, lifecycle

from counterfoil_network.deployment.chaincode import ADMINISTRATOR
from counterfoil_network.deployment.errors import ChaincodeRefused
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import NetworkState


@dataclass(frozen=True, slots=True)
class Members:
    """MSP IDs of the channel's application organisations, and a chaincode's collections by name."""

    msp_ids: tuple[str, ...]
    collections: tuple[str, ...]


def channel_members(folder: NetworkFolder, state: NetworkState, chaincode: str) -> Members:
    """Ask the peers in turn, each as its own administrator, until one answers.

    Raises:
        ChaincodeRefused: none does.
    """
    failure = "it has no peers"
    for node in state.peers:
        profile = folder.connection_profile(node.organisation)
        try:
            with Gateway.from_profile(profile, ADMINISTRATOR, peer=node.host) as gateway:
                network = gateway.network(state.channel)
                msp_ids = configuration.read(network).application_msp_ids
                found = lifecycle.query_committed(network, chaincode)
        except CounterfoilError as error:
            failure = f"{node.organisation}: {error}"
            continue
        names = tuple(each.name for each in found.definition.collections) if found is not None else ()
        return Members(msp_ids, names)
    raise ChaincodeRefused(f"nobody tells the members of channel {state.channel}: {failure}")


def of_members(state: NetworkState, members: Members) -> NetworkState:
    """The state without the peers of organisations that have left the channel."""
    nodes = (node for node in state.nodes if node.kind != "peer" or node.msp_id in members.msp_ids)
    return replace(state, nodes=tuple(nodes))
