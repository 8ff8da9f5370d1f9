"""`counterfoil network`: start and stop a network on this machine; `network_look` looks at one."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from counterfoil_network.deployment import (
    DeploymentError,
    EngineFailed,
    NetworkFolder,
    NetworkSettings,
    RunningNetwork,
    run_network,
    running_state,
)
from counterfoil_network.deployment.description import CONFIGTX, CRYPTO_CONFIG, description_file
from counterfoil_network.deployment.engine_process import EngineProcess
from counterfoil_network.deployment.lock import is_locked
from counterfoil_network.deployment.network import Engine, Launch
from counterfoil_network.deployment.state import NetworkState

from counterfoil_cli.engine_name import EngineName
from counterfoil_cli.join import join
from counterfoil_cli.network_app import DEFAULT_FOLDER, Folder, app, told
from counterfoil_cli.network_look import logs, status, verify
from counterfoil_cli.output import Output, Steps

_STOP_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.1
# Importing this module registers all of them.
__all__ = ["app", "down", "join", "logs", "status", "up", "verify"]

_File = Annotated[Path | None, typer.Option(dir_okay=False, show_default="the working folder's, else ours")]


@app.command()
def up(  # noqa: PLR0913 - the options of the command
    *,
    folder: Folder = DEFAULT_FOLDER,
    ephemeral: Annotated[
        bool,
        typer.Option(
            "--ephemeral", help="Use a new folder that is removed at the end; --dir must not exist."
        ),
    ] = False,
    configtx: _File = None,
    crypto_config: _File = None,
    profile: Annotated[
        str | None, typer.Option(help="Profile of configtx.yaml.", show_default="by Fabric's version")
    ] = None,
    channel: Annotated[str, typer.Option(help="Name of the channel.")] = "trade",
    chaincode: Annotated[bool, typer.Option(help="Deploy the chaincode `trade`.")] = True,
    engine: Annotated[EngineName, typer.Option(help="What runs the network.")] = EngineName.EMBEDDED,
    fabric_bin: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Folder of Fabric's programs.", show_default="FABRIC_BIN, else PATH"
        ),
    ] = None,
    orderers: Annotated[
        int | None, typer.Option(min=1, help="Orderers (engine fabric).", show_default="crypto-config.yaml's")
    ] = None,
) -> None:
    """Start a network and keep it running until Ctrl-C, SIGTERM or `counterfoil network down`.

    Its identities and ledgers stay in the folder; starting it again goes on from there. Once it is ready, it
    tells where the peers listen and where identities and connection profiles lie, and network.json in the
    folder does too.

    Examples:

        counterfoil network up

        counterfoil network up --ephemeral

        counterfoil network up --dir /var/tmp/second --no-chaincode

        counterfoil network up --engine fabric --orderers 3 --dir /var/tmp/real

    Exit codes: 0 ended in order; 3 a network runs in the folder already; 5 a file cannot be
    followed, or the channel cannot have that name; 7 the engine or the deployment failed; 8 Fabric's
    programs were not found.
    """
    output = Output()
    # SIGTERM is to end the network in the same order as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with told(), _network_folder(folder, ephemeral=ephemeral) as used:
            launch, its_profile = _launch(engine, fabric_bin, output)
            settings = NetworkSettings(
                used,
                description_file(CONFIGTX, configtx),
                description_file(CRYPTO_CONFIG, crypto_config),
                profile or its_profile,
                channel,
                engine,
                orderers,
            )
            _run(settings, output, launch, with_chaincode=chaincode, ephemeral=ephemeral)
    except KeyboardInterrupt:
        output.line("The network has ended.")


@app.command()
def down(*, folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop the network that runs in the folder and wait until it has ended.

    Examples:

        counterfoil network down

        counterfoil network down --dir /var/tmp/second

    Exit codes: 0 ended; 4 none runs there; 7 it did not end within a minute.
    """
    with told():
        used = NetworkFolder(folder)
        state = running_state(used)
        os.kill(state.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_TIMEOUT_SECONDS
        while is_locked(used.lock):
            if time.monotonic() > deadline:
                raise EngineFailed(f"process {state.pid} did not end in {_STOP_TIMEOUT_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)
        Output().line(f"The network in {folder} has ended (process {state.pid}).")


def _launch(engine: EngineName, fabric_bin: Path | None, output: Output) -> tuple[Launch, str]:
    """How the engine is started, and the profile of configtx.yaml that it can follow."""
    if engine is EngineName.EMBEDDED:
        return EngineProcess.launch, "TradeGenesis"
    from counterfoil_network.fabric.engine import FabricEngine
    from counterfoil_network.fabric.programs import find_programs

    programs = find_programs(fabric_bin)
    output.line(f"Fabric: {programs.described()}")
    return partial(FabricEngine.launch, programs), programs.profile


def _run(
    settings: NetworkSettings, output: Output, launch: Launch, *, with_chaincode: bool, ephemeral: bool
) -> None:
    """Start, tell, and stay until interrupted or the engine ends by itself."""
    with ExitStack() as stack:
        with output.steps() as steps:
            meanwhile = _load_deployment if with_chaincode else _load_nothing
            network = stack.enter_context(run_network(settings, steps, meanwhile, launch))
            deployed = [_deploy_trade(network, steps)] if with_chaincode else []
        network.announce(*deployed)
        _tell(output, network, ephemeral=ephemeral)
        while network.engine.is_running:
            for event in network.engine.events():
                output.line(f"{event}.")
            time.sleep(_POLL_SECONDS)
        raise EngineFailed(f"the engine ended by itself; see {network.folder.engine_log}")


def _load_nothing(_engine: Engine, _state: NetworkState) -> None:
    """Nothing is deployed."""


def _load_deployment(engine: Engine, state: NetworkState) -> None:
    """Import the SDK and the contracts, and have the chaincode started while the nodes start."""
    from counterfoil_cli.trade_chaincode import trade_package

    package = engine.own_form(trade_package())
    engine.serve({node.organisation: package for node in state.peers})


def _deploy_trade(network: RunningNetwork, steps: Steps) -> str:
    from counterfoil_network.deployment.chaincode import deploy_on
    from counterfoil_network.deployment.members import channel_members, of_members

    from counterfoil_cli.trade_chaincode import NAME, trade_chaincode

    members = channel_members(network.folder, network.state, NAME)
    network.state = of_members(network.state, members)
    chaincode = trade_chaincode(members.msp_ids, members.collections)
    definition = deploy_on(network, chaincode, steps).definition
    return f"{definition.name} {definition.version} {definition.sequence}"


def _tell(output: Output, network: RunningNetwork, *, ephemeral: bool) -> None:
    folder, state = network.folder, network.state
    output.line(f"The network is up (channel {state.channel}, process {state.pid}).", style="bold green")
    for chaincode in state.chaincodes:
        output.line("Chaincode {} version {}, sequence {}.".format(*chaincode.split()))
    output.line()
    rows = [
        (node.organisation, node.msp_id, node.address, str(folder.connection_profile(node.organisation)))
        for node in state.peers
    ]
    output.table(("organisation", "MSP ID", "endpoint", "connection profile"), rows)
    output.line()
    output.line(f"Identities: {folder.crypto}")
    kept = "removed at the end" if ephemeral else "kept for the next start"
    output.line(f"Ledgers:    {folder.root / 'peers'} ({kept})")
    output.line("Ctrl-C or `counterfoil network down` ends it.")


@contextmanager
def _network_folder(folder: Path, *, ephemeral: bool) -> Iterator[NetworkFolder]:
    # Whole, because Fabric's programs run in folders of their own.
    folder = folder.absolute()
    if not ephemeral:
        yield NetworkFolder(folder)
        return
    if folder == DEFAULT_FOLDER.absolute():
        folder = Path(tempfile.mkdtemp(prefix="counterfoil-"))
    elif folder.exists():
        raise DeploymentError(
            f"{folder} is there; --ephemeral removes its folder at the end, so it wants a new one"
        )
    try:
        yield NetworkFolder(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
