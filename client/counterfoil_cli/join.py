"""`counterfoil network join`: start the own peer on a channel that has let the organisation in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from counterfoil_network.deployment import DeploymentError, EngineFailed, NetworkFolder
from counterfoil_network.deployment.description import CRYPTO_CONFIG

from counterfoil_cli.network_app import DEFAULT_FOLDER, app
from counterfoil_cli.output import Output
from counterfoil_cli.own_folder import CryptoConfig, Folder, own_organisation

if TYPE_CHECKING:
    from counterfoil_network.identities import OrganisationFolder
    from counterfoil_protocol.channel_config import ChannelConfig
    from counterfoil_protocol.messages import common

_READY_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


@app.command()
def join(
    name: Annotated[str, typer.Argument(help="The organisation, as crypto-config.yaml names it.")],
    *,
    config_block: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Configuration block, from `counterfoil org apply`."),
    ],
    network: Annotated[
        Path, typer.Option(file_okay=False, help="Folder of the running network (embedded engine).")
    ],
    crypto_config: CryptoConfig = Path(CRYPTO_CONFIG),
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Start the own peer; it takes every block from block 0 on. Writes the own connection profile.

    The embedded engine stands for everybody's machines, so the peer runs in the process of the network that
    runs; the own keys stay in the own folder.

    Example:

        counterfoil network join BankC --config-block trade.block --network ../network/.counterfoil

    Exit codes: 0 the peer has every block; 1 the ordering service refused; 4 no network runs there; 5 the
    identities are not there; 7 the peer did not start.
    """
    from counterfoil_network.deployment.joining import join_embedded
    from counterfoil_protocol.block import header_hash, parse_block
    from counterfoil_protocol.channel_config import ChannelConfig

    from counterfoil_cli.own_profile import told

    output = Output()
    with told():
        organisation = own_organisation(name, crypto_config, folder)
        config = ChannelConfig.from_block(parse_block(config_block.read_bytes()))
        genesis = _first_block(organisation, config)
        output.line(f"block 0 of channel {config.channel_id}: {header_hash(genesis.header).hex()}")
        own = NetworkFolder(folder.resolve())
        profile = join_embedded(NetworkFolder(network.resolve()), own, organisation, config)
        reached = _await_peer(profile, config)
    output.line(f"{name}'s peer is up, at configuration {reached}. Connection profile: {profile}")


def _first_block(organisation: OrganisationFolder, config: ChannelConfig) -> common.Block:
    """Block 0 from the ordering service, asked as the organisation's own administrator: it must be let in."""
    from counterfoil import configuration
    from counterfoil_network.identities import load_identity
    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.signing import private_key_signer

    from counterfoil_cli.own_profile import ADMINISTRATOR

    member = config.applications.get(organisation.name)
    if member is None:
        raise DeploymentError(f"{organisation.name} is no member of channel {config.channel_id}")
    local = load_identity(organisation.user_msp(ADMINISTRATOR))
    identity = Identity(member.msp_id, local.certificate)
    signer = private_key_signer(local.key)
    with configuration.ordering_service(config, identity, signer) as orderer:
        return orderer.block(config.channel_id, 0)


def _await_peer(profile: Path, config: ChannelConfig) -> int:
    """Wait until the peer has the configuration that names it; give the configuration's number."""
    from counterfoil import CounterfoilError, Gateway, configuration

    from counterfoil_cli.own_profile import ADMINISTRATOR

    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            with Gateway.from_profile(profile, ADMINISTRATOR) as gateway:
                network = gateway.network(config.channel_id)
                return configuration.await_sequence(network, config.sequence).sequence
        except CounterfoilError as error:
            # Before that block it does not know its own administrator.
            if time.monotonic() > deadline:
                raise EngineFailed(f"the peer did not start: {error}") from error
        time.sleep(_PAUSE_SECONDS)
