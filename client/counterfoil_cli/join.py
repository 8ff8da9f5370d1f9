"""`counterfoil network join`: start the own peer on a channel that has let the organisation in."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from counterfoil_network.deployment import DeploymentError, EngineFailed, NetworkFolder
from counterfoil_network.deployment.description import CRYPTO_CONFIG

from counterfoil_cli.engine_name import EngineName
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.network_app import DEFAULT_FOLDER, app
from counterfoil_cli.network_app import told as network_told
from counterfoil_cli.output import Output, complain
from counterfoil_cli.own_folder import CryptoConfig, Folder, own_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil_network.identities import OrganisationFolder
    from counterfoil_protocol.channel_config import ChannelConfig
    from counterfoil_protocol.messages import common

_READY_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


@app.command()
def join(  # noqa: PLR0913 - the options of the command
    name: Annotated[str, typer.Argument(help="The organisation, as crypto-config.yaml names it.")],
    *,
    config_block: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Configuration block, from `counterfoil org apply`."),
    ],
    engine: Annotated[EngineName, typer.Option(help="What runs the network.")] = EngineName.EMBEDDED,
    network: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder of the network (engine embedded).")
    ] = None,
    fabric_bin: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Folder of Fabric's programs.", show_default="FABRIC_BIN, else PATH"
        ),
    ] = None,
    crypto_config: CryptoConfig = Path(CRYPTO_CONFIG),
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Start the own peer; it takes every block from block 0 on. Writes the own connection profile.

    With --engine fabric it is Fabric's own peer with a chaincode process, and runs until Ctrl-C, SIGTERM or
    `counterfoil network down` in the own folder; the same command starts it again. The embedded engine stands
    for everybody's machines: the peer runs in the process of the network that runs.

    Examples:

        counterfoil network join BankC --config-block trade.block --network ../network/.counterfoil

        counterfoil network join BankC --config-block trade.block --engine fabric

    Exit codes: 0 the peer has every block, or ended in order; 1 the ordering service refused; 3 it runs
    already; 4 no network runs there; 5 the identities are not there; 7 the peer did not start; 8 Fabric's
    programs were not found.
    """
    from counterfoil_protocol.block import header_hash, parse_block
    from counterfoil_protocol.channel_config import ChannelConfig

    output = Output()
    if engine is EngineName.EMBEDDED and network is None:
        raise typer.BadParameter("the embedded engine wants the network's folder: --network")
    # SIGTERM is to end the peer in the same order as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # The inner one knows what the client's own calls raise, the outer one what running a network does.
        with network_told(), _client_told():
            organisation = own_organisation(name, crypto_config, folder)
            config = ChannelConfig.from_block(parse_block(config_block.read_bytes()))
            genesis = _first_block(organisation, config)
            output.line(f"block 0 of channel {config.channel_id}: {header_hash(genesis.header).hex()}")
            own = NetworkFolder(folder.resolve())
            if network is not None and engine is EngineName.EMBEDDED:
                _join_embedded(NetworkFolder(network.resolve()), own, organisation, config, output)
            else:
                _run_peer(own, organisation, config, genesis.SerializeToString(), fabric_bin, output)
    except KeyboardInterrupt:
        output.line("The peer has ended.")


@contextmanager
def _client_told() -> Iterator[None]:
    from counterfoil import CounterfoilError
    from counterfoil_protocol.errors import MalformedMessage

    try:
        yield
    except (CounterfoilError, TimeoutError) as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    except MalformedMessage as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error


def _join_embedded(
    network: NetworkFolder,
    own: NetworkFolder,
    organisation: OrganisationFolder,
    config: ChannelConfig,
    output: Output,
) -> None:
    from counterfoil_network.deployment.joining import join_embedded

    profile = join_embedded(network, own, organisation, config)
    reached = _await_peer(profile, config)
    _tell(output, organisation, profile, reached)


def _run_peer(  # noqa: PLR0913, PLR0917 - what a peer is run with
    own: NetworkFolder,
    organisation: OrganisationFolder,
    config: ChannelConfig,
    genesis_block: bytes,
    fabric_bin: Path | None,
    output: Output,
) -> None:
    """Run Fabric's peer until interrupted or its supervisor ends."""
    from counterfoil_network.deployment.joining import run_own_peer
    from counterfoil_network.fabric.engine import FabricEngine
    from counterfoil_network.fabric.programs import find_programs

    from counterfoil_cli.trade_chaincode import trade_package

    programs = find_programs(fabric_bin)
    output.line(f"Fabric: {programs.described()}")
    running = run_own_peer(
        own,
        organisation,
        config,
        genesis_block=genesis_block,
        package=trade_package(),
        launch=partial(FabricEngine.launch, programs),
    )
    with running as peer:
        profile = own.connection_profile(organisation.name)
        reached = _await_peer(profile, config)
        peer.announce()
        _tell(output, organisation, profile, reached)
        while peer.engine.is_running:
            for event in peer.engine.events():
                output.line(f"{event}.")
            time.sleep(_PAUSE_SECONDS)
        raise EngineFailed(f"the supervisor ended by itself; see {own.engine_log}")


def _tell(output: Output, organisation: OrganisationFolder, profile: Path, sequence: int) -> None:
    output.line(
        f"{organisation.name}'s peer is up, at configuration {sequence}. Connection profile: {profile}"
    )


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
