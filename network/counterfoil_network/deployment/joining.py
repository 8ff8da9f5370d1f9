"""Add a member's peer to the embedded engine of a network that runs.

The engine stands for every organisation's machine, so the peer runs in its process; its ledger and logs lie
with the others', its identities stay in the member's own folder, where the member's connection profile goes.
"""

from dataclasses import replace
from pathlib import Path

from counterfoil_protocol.channel_config import ChannelConfig

from counterfoil_network.deployment.connection_profile import write_connection_profile
from counterfoil_network.deployment.errors import DeploymentError
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.ports import free_ports
from counterfoil_network.deployment.preparation import EMBEDDED
from counterfoil_network.deployment.state import Node, read_state, running_state, write_state
from counterfoil_network.identities import OrganisationFolder


def joining_node(organisation: OrganisationFolder, config: ChannelConfig) -> Node:
    """The organisation's first peer, at the address that the channel's configuration gives as its anchor.

    Raises:
        DeploymentError: the organisation is no member of the channel, has no peer, or no anchor peer.
    """
    member = config.applications.get(organisation.name)
    if member is None:
        raise DeploymentError(f"{organisation.name} is no member of channel {config.channel_id}")
    if not organisation.nodes or not member.anchor_peers:
        raise DeploymentError(f"{organisation.name} has no peer that the channel knows as its anchor")
    node, anchor = organisation.nodes[0], member.anchor_peers[0]
    return Node(
        organisation=organisation.name,
        msp_id=member.msp_id,
        kind="peer",
        host=node.host,
        address=f"{anchor.host}:{anchor.port}",
        crypto=str(node.root.resolve()),
        tls_authority=str(organisation.tls_authority_certificate.resolve()),
    )


def join_embedded(
    network: NetworkFolder, own: NetworkFolder, organisation: OrganisationFolder, config: ChannelConfig
) -> Path:
    """Have the running engine start the organisation's peer; give the path of its connection profile.

    Raises:
        NotRunning: no network runs in the folder.
        DeploymentError: it is another engine's, the organisation has a peer there, or is no member.
    """
    state = running_state(network)
    if state.engine != EMBEDDED:
        raise DeploymentError(f"the network in {network.root} is not run by the embedded engine")
    node = joining_node(organisation, config)
    if any(known.organisation == node.organisation for known in state.nodes):
        raise DeploymentError(f"{node.organisation} has a peer in {network.root} already")
    profile = write_connection_profile(own, replace(state, nodes=(node,)), organisation)
    kept = read_state(network.nodes)
    # The engine looks at nodes.json; network.json is what everybody else reads.
    write_state(network.nodes, replace(kept, nodes=(*kept.nodes, node)))
    write_state(network.state, replace(state, nodes=(*state.nodes, node)))
    return profile


def free_address() -> str:
    """A `host:port` of this machine that nobody listens on."""
    return f"127.0.0.1:{free_ports(1)[0]}"
