"""Start the peer of an organisation that a channel has let in.

Real Fabric: the organisation's own peer, from its own folder, with nothing of anybody else's. The embedded
engine stands for every organisation's machine, so there the peer runs in the process of the network that
runs; its ledger and logs lie with the others', its identities stay in the own folder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from counterfoil_protocol.channel_config import ChannelConfig

from counterfoil_network.deployment.connection_profile import write_connection_profile
from counterfoil_network.deployment.errors import DeploymentError, NotRunning
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.lock import folder_lock
from counterfoil_network.deployment.network import Launch, Progress, RunningNetwork, no_progress
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.deployment.preparation import EMBEDDED, FABRIC
from counterfoil_network.deployment.state import NetworkState, Node, read_state, running_state, write_state
from counterfoil_network.identities import CryptoFolder, OrganisationFolder

_OWN_PORTS = ("operations", "chaincode_support", "chaincode")
"""What Fabric's peer listens for besides the address that the channel knows; fields of `Node`."""


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
    others = joined_nodes(network)
    if any(known.organisation == node.organisation for known in (*state.nodes, *others)):
        raise DeploymentError(f"{node.organisation} has a peer in {network.root} already")
    profile = write_connection_profile(own, replace(state, nodes=(node,)), organisation)
    # The engine looks at this file. The network's own state does not name the peer: it is somebody else's.
    write_state(network.joined, NetworkState(state.channel, EMBEDDED, (*others, node)))
    return profile


def joined_nodes(network: NetworkFolder) -> tuple[Node, ...]:
    """The peers that have joined a network of the embedded engine."""
    try:
        return read_state(network.joined).nodes
    except NotRunning:
        return ()


@contextmanager
def run_own_peer(  # noqa: PLR0913 - what a peer is run with
    own: NetworkFolder,
    organisation: OrganisationFolder,
    config: ChannelConfig,
    *,
    genesis_block: bytes,
    package: bytes,
    launch: Launch,
    progress: Progress = no_progress,
) -> Iterator[RunningNetwork]:
    """Run the organisation's peer, and its chaincode process, until the block is left.

    Args:
        own: the own folder; ledger, logs and connection profile go there.
        organisation: whose identities lie in it.
        config: the channel's configuration, which names the organisation.
        genesis_block: the channel's block 0 (common.Block), by which a peer joins.
        package: chaincode that is served, whether installed already or not.
        launch: starts Fabric's programs.
        progress: told what is done.

    Raises:
        FolderInUse: the peer runs already.
        DeploymentError: as `joining_node`.
        EngineFailed: a program ended, or was not ready in time.
    """
    with folder_lock(own.lock) as lock:
        own.state.unlink(missing_ok=True)
        engine = launch(own, lock)
        try:
            node = _with_own_ports(joining_node(organisation, config), own)
            state = NetworkState(config.channel_id, FABRIC, (node,))
            own.genesis_block.write_bytes(genesis_block)
            write_state(own.nodes, state)
            write_connection_profile(own, state, organisation)
            progress("peer")
            engine.begin(state)
            packages = {organisation.name: engine.own_form(package)}
            engine.serve(packages)
            engine.wait_until_ready()
            engine.wait_until_served(packages)
            yield RunningNetwork(own, CryptoFolder(own.crypto, (organisation,)), engine, state)
        finally:
            own.state.unlink(missing_ok=True)
            engine.stop()


def _with_own_ports(node: Node, own: NetworkFolder) -> Node:
    """The ports of an earlier run where they are free."""
    try:
        (earlier,) = read_state(own.nodes).nodes
    except NotRunning:
        earlier = node
    wanted = [int(getattr(earlier, role).rpartition(":")[2] or 0) for role in _OWN_PORTS]
    ports = free_ports(len(_OWN_PORTS), wanted)
    return replace(node, **{role: f"{HOST}:{port}" for role, port in zip(_OWN_PORTS, ports, strict=True)})


def free_address() -> str:
    """A `host:port` of this machine that nobody listens on."""
    return f"{HOST}:{free_ports(1)[0]}"
