"""Prepare a folder: identities, addresses, genesis block, connection profiles. Starts nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from counterfoil_network.configuration import (
    Address,
    ConfigurationError,
    Profile,
    RunningNode,
    check_channel_name,
    genesis_block_of,
    read_configtx,
    with_nodes,
)
from counterfoil_network.deployment.connection_profile import write_connection_profile
from counterfoil_network.deployment.errors import DeploymentError, NotRunning
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.deployment.state import NetworkState, Node, read_state, relative, write_state
from counterfoil_network.identities import (
    CryptoFolder,
    NodeFolder,
    OrganisationFolder,
    generate_identities,
    open_crypto_folder,
    read_crypto_config,
    with_orderers,
)
from counterfoil_network.identities.tls_folder import TlsFolder

EMBEDDED = "embedded"
FABRIC = "fabric"
_ROLES = {
    (EMBEDDED, "orderer"): ("address",),
    (EMBEDDED, "peer"): ("address",),
    (FABRIC, "orderer"): ("address", "operations", "admin"),
    (FABRIC, "peer"): ("address", "operations", "chaincode_support", "chaincode"),
}
"""What a node of each engine listens for, one port each; the names are fields of `Node`."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Which network: its folder, the two files that describe it, profile and channel, and what runs it.

    `orderers` is how many consenters the ordering service has; None for those that crypto-config.yaml names.

    Raises:
        ConfigurationError: no channel can have the name.
    """

    folder: NetworkFolder
    configtx: Path
    crypto_config: Path
    profile: str = "TradeGenesis"
    channel: str = "trade"
    engine: str = EMBEDDED
    orderers: int | None = None

    def __post_init__(self) -> None:
        check_channel_name(self.channel)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder ready to be run."""

    settings: NetworkSettings
    crypto: CryptoFolder
    state: NetworkState


def prepare(settings: NetworkSettings) -> Prepared:
    """Make what the folder lacks, keep what it has, ports of an earlier run too where they are free.

    Raises:
        ConfigurationError, CryptoConfigError: one of the files cannot be followed.
        DeploymentError: the folder has a ledger but not its identities, a ledger of another channel or
            engine, or Fabric's programs cannot have the ports that the ledger names.
    """
    folder = settings.folder
    profile = read_configtx(settings.configtx, settings.profile, folder.crypto)
    _check_kept(settings)
    folder.root.mkdir(parents=True, exist_ok=True)
    config = read_crypto_config(settings.crypto_config)
    if settings.orderers is not None:
        config = with_orderers(config, settings.orderers)
    crypto = generate_identities(config, folder.crypto)
    state = NetworkState(settings.channel, settings.engine, _nodes(profile, crypto, settings))
    if not folder.genesis_block.exists():
        _write_genesis_block(profile, state, folder)
    elif settings.engine == FABRIC:
        _check_addresses(state, folder)
    write_state(folder.nodes, state)
    for organisation in dict.fromkeys(node.organisation for node in state.peers):
        write_connection_profile(folder, state, crypto.organisation(organisation))
    return Prepared(settings, crypto, state)


def _write_genesis_block(profile: Profile, state: NetworkState, folder: NetworkFolder) -> None:
    nodes = [
        RunningNode(
            node.organisation,
            Address.parse(node.address),
            TlsFolder(folder.root / node.crypto / "tls").certificate,
        )
        for node in state.nodes
    ]
    block = genesis_block_of(with_nodes(profile, nodes), state.channel)
    partial = folder.genesis_block.with_suffix(".partial")
    partial.write_bytes(block.SerializeToString())
    partial.rename(folder.genesis_block)


def _check_kept(settings: NetworkSettings) -> None:
    folder = settings.folder
    if not folder.genesis_block.exists():
        return
    for organisation in open_crypto_folder(settings.crypto_config, folder.crypto).organisations:
        if not organisation.root.exists():
            # New identities would be strangers to the genesis block.
            raise DeploymentError(f"{folder.root} has a ledger but no identities of {organisation.name}")
    earlier = _earlier(folder)
    if earlier is None:
        return
    if earlier.channel != settings.channel:
        raise DeploymentError(f"{folder.root} has the ledger of channel {earlier.channel}")
    if earlier.engine != settings.engine:
        raise DeploymentError(f"{folder.root} has a ledger of the engine {earlier.engine}")
    if settings.orderers is not None and settings.orderers != len(earlier.orderers):
        raise DeploymentError(f"{folder.root} has the ledger of {len(earlier.orderers)} orderers")


def _check_addresses(state: NetworkState, folder: NetworkFolder) -> None:
    """The channel's configuration names orderers and anchor peers by address: they must be had again."""
    earlier = _earlier(folder)
    kept = {node.host: node.address for node in earlier.nodes} if earlier else {}
    for node in state.nodes:
        if kept.get(node.host, node.address) != node.address:
            raise DeploymentError(
                f"{kept[node.host]} is taken by another program; the channel's configuration names it as the "
                f"address of {node.host}"
            )


def _nodes(profile: Profile, crypto: CryptoFolder, settings: NetworkSettings) -> tuple[Node, ...]:
    folder = settings.folder
    nodes = [
        _node(crypto.organisation(member.name), node, member.msp_id, kind, folder)
        for kind, members in (
            ("orderer", profile.orderer.organisations),
            ("peer", profile.application.organisations),
        )
        for member in members
        for node in _node_folders(crypto.organisation(member.name), settings)
    ]
    return _with_ports(nodes, settings)


def _node_folders(organisation: OrganisationFolder, settings: NetworkSettings) -> Sequence[NodeFolder]:
    nodes = organisation.nodes
    if not nodes:
        raise ConfigurationError(f"{organisation.name} has no node")
    if settings.engine == EMBEDDED and len(nodes) != 1:
        raise ConfigurationError(f"{organisation.name}: the embedded engine runs one node an organisation")
    return nodes


def _with_ports(nodes: Sequence[Node], settings: NetworkSettings) -> tuple[Node, ...]:
    """Give every node its ports, those of an earlier run where they are free."""
    earlier = _earlier(settings.folder)
    known = {node.host: node for node in earlier.nodes} if earlier else {}
    places = [(node, role) for node in nodes for role in _ROLES[settings.engine, node.kind]]
    wanted = [_port(known.get(node.host), role) for node, role in places]
    chosen: dict[str, dict[str, str]] = {}
    for (node, role), port in zip(places, free_ports(len(places), wanted), strict=True):
        chosen.setdefault(node.host, {})[role] = f"{HOST}:{port}"
    return tuple(replace(node, **chosen[node.host]) for node in nodes)


def _port(node: Node | None, role: str) -> int:
    address: str = getattr(node, role) if node else ""
    return int(address.rpartition(":")[2] or 0)


def _node(
    organisation: OrganisationFolder, node: NodeFolder, msp_id: str, kind: str, folder: NetworkFolder
) -> Node:
    return Node(
        organisation=organisation.name,
        msp_id=msp_id,
        kind=kind,
        host=node.host,
        address="",
        crypto=relative(node.root, folder),
        tls_authority=relative(organisation.tls_authority_certificate, folder),
    )


def _earlier(folder: NetworkFolder) -> NetworkState | None:
    try:
        return read_state(folder.nodes)
    except NotRunning:
        return None
