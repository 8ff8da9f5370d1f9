"""Prepare a folder: identities, addresses, genesis block, connection profiles. Starts nothing."""

from dataclasses import dataclass
from pathlib import Path

from counterfoil_network.configuration import ConfigurationError, Profile, genesis_block, read_configtx
from counterfoil_network.deployment.connection_profile import write_connection_profile
from counterfoil_network.deployment.errors import DeploymentError, NotRunning
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.deployment.state import NetworkState, Node, read_state, relative, write_state
from counterfoil_network.identities import CryptoFolder, OrganisationFolder, generate, open_crypto_folder

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Which network: its folder, the two files that describe it, profile and channel."""

    folder: NetworkFolder
    configtx: Path
    crypto_config: Path
    profile: str = "TradeGenesis"
    channel: str = "trade"


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
        DeploymentError: the folder has a ledger but not its identities, or a ledger of another channel.
    """
    folder = settings.folder
    profile = read_configtx(settings.configtx, settings.profile, folder.crypto)
    _check_kept(settings)
    folder.root.mkdir(parents=True, exist_ok=True)
    crypto = generate(settings.crypto_config, folder.crypto)
    state = NetworkState(settings.channel, EMBEDDED, _nodes(profile, crypto, folder))
    if not folder.genesis_block.exists():
        addresses = {node.organisation: node.address for node in state.nodes}
        block = genesis_block(settings.configtx, settings.profile, settings.channel, folder.crypto, addresses)
        partial = folder.genesis_block.with_suffix(".partial")
        partial.write_bytes(block.SerializeToString())
        partial.rename(folder.genesis_block)
    write_state(folder.nodes, state)
    for node in state.peers:
        write_connection_profile(folder, state, crypto.organisation(node.organisation))
    return Prepared(settings, crypto, state)


def _check_kept(settings: NetworkSettings) -> None:
    folder = settings.folder
    if not folder.genesis_block.exists():
        return
    for organisation in open_crypto_folder(settings.crypto_config, folder.crypto).organisations:
        if not organisation.root.exists():
            # New identities would be strangers to the genesis block.
            raise DeploymentError(f"{folder.root} has a ledger but no identities of {organisation.name}")
    earlier = _earlier(folder)
    if earlier is not None and earlier.channel != settings.channel:
        raise DeploymentError(f"{folder.root} has the ledger of channel {earlier.channel}")


def _nodes(profile: Profile, crypto: CryptoFolder, folder: NetworkFolder) -> tuple[Node, ...]:
    members = [(each, "orderer") for each in profile.orderer.organisations]
    members += [(each, "peer") for each in profile.application.organisations]
    earlier = _earlier(folder)
    wanted = (
        {node.organisation: int(node.address.rpartition(":")[2]) for node in earlier.nodes} if earlier else {}
    )
    ports = free_ports(len(members), [wanted.get(member.name, 0) for member, _ in members])
    return tuple(
        _node(crypto.organisation(member.name), member.msp_id, kind, f"{HOST}:{port}", folder)
        for (member, kind), port in zip(members, ports, strict=True)
    )


def _node(
    organisation: OrganisationFolder, msp_id: str, kind: str, address: str, folder: NetworkFolder
) -> Node:
    if len(organisation.nodes) != 1:
        raise ConfigurationError(f"{organisation.name}: the embedded engine runs one node an organisation")
    (node,) = organisation.nodes
    return Node(
        organisation=organisation.name,
        msp_id=msp_id,
        kind=kind,
        host=node.host,
        address=address,
        crypto=relative(node.root, folder),
        tls_authority=relative(organisation.tls_authority_certificate, folder),
    )


def _earlier(folder: NetworkFolder) -> NetworkState | None:
    try:
        return read_state(folder.nodes)
    except NotRunning:
        return None
