"""`counterfoil contracts package` and `deploy`: a chaincode of one's own, on a running network."""

import json
from pathlib import Path
from typing import Annotated

import typer
from counterfoil_network.deployment import (
    FABRIC,
    DeploymentError,
    NetworkFolder,
    NotRunning,
    package_sources,
    running_state,
)
from counterfoil_protocol.chaincode_package import build_package, parse_package
from counterfoil_protocol.collection import CollectionDefinition, parse_collections_json

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import Output, complain

DEFAULT_ATTRIBUTE = "CHAINCODE"
_DIAL_TIMEOUT = "10s"
# Named, though it is Fabric's default: a committed definition has it so, and deploying again compares.
_CHANNELS_POLICY = "/Channel/Application/Endorsement"

_Sources = Annotated[
    Path, typer.Argument(help="A Python file or package that holds the chaincode.", exists=True)
]
_EntryPoint = Annotated[
    str | None,
    typer.Option(help="module:attribute of the chaincode.", show_default="CHAINCODE in the file or package"),
]
_Name = Annotated[str | None, typer.Option(help="The chaincode's name.", show_default="the file's")]
_Version = Annotated[str, typer.Option(help="Text for people, part of the definition.")]


def package(  # noqa: PLR0913 - the options of the command
    sources: _Sources,
    output: Annotated[Path, typer.Argument(help="The package to write, a .tar.gz.", dir_okay=False)],
    *,
    entry_point: _EntryPoint = None,
    name: _Name = None,
    version: _Version = "1.0",
    address: Annotated[
        str | None,
        typer.Option(help="host:port of a service that you run: makes a package of type ccaas for Fabric."),
    ] = None,
) -> None:
    """Write a package as `peer lifecycle chaincode install` and every organisation's administrator take it.

    Without --address it holds the sources and runs on the embedded engine; the same sources give the same
    package. With it, it says where Fabric's peer finds the service `python -m counterfoil_chaincode.service`.

    Examples:

        counterfoil contracts package asset.py asset.tar.gz

        counterfoil contracts package asset.py asset.tar.gz --address asset.example.org:9999

    Exit codes: 0 written; 5 the sources hold no such entry point.
    """
    called = name or sources.resolve().stem
    if address:
        content = _service_package(f"{called}_{version}", address)
    else:
        content = _source_package(called, version, sources, entry_point)
    output.write_bytes(content)
    Output().line(f"{output}: {parse_package(content).package_id}")


def deploy(  # noqa: PLR0913 - the options of the command
    sources: _Sources,
    *,
    entry_point: _EntryPoint = None,
    name: _Name = None,
    version: _Version = "1.0",
    policy: Annotated[
        str,
        typer.Option(
            help="Endorsement policy, as OR('BankAMSP.peer','BankBMSP.peer').",
            show_default="the channel's, a majority",
        ),
    ] = _CHANNELS_POLICY,
    collections: Annotated[
        Path | None, typer.Option(help="Fabric's collections_config.json.", exists=True, dir_okay=False)
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", help="The network's folder.", file_okay=False)] = Path(
        ".counterfoil"
    ),
) -> None:
    """Install, approve and commit it on every organisation of the network that runs in the folder.

    Again, it changes nothing until sources, policy or collections differ; then the next sequence is
    committed.

    Examples:

        counterfoil contracts deploy asset.py

        counterfoil contracts deploy shop/ --collections collections_config.json --version 1.1

    Exit codes: 0 it is in force; 4 no network runs there; 5 sources or collections cannot be followed; 7 an
    organisation refused, or the network is not of the embedded engine.
    """
    from counterfoil_network.deployment.chaincode import Chaincode
    from counterfoil_network.deployment.chaincode import deploy as deploy_chaincode

    called = name or sources.resolve().stem
    content = _source_package(called, version, sources, entry_point)
    wanted = Chaincode(called, version, content, policy, _collections(collections))
    output = Output()
    try:
        used = NetworkFolder(folder)
        state = running_state(used)
        if state.engine == FABRIC:
            raise DeploymentError(
                "Fabric's peers do not run sources: make a package with --address and run the service"
            )
        with output.steps() as steps:
            deployed = deploy_chaincode(used, state, wanted, steps)
    except NotRunning as error:
        raise typer.Exit(complain(str(error), ExitCode.NOT_RUNNING)) from error
    except DeploymentError as error:
        raise typer.Exit(complain(str(error), ExitCode.ENGINE_FAILED)) from error
    definition = deployed.definition
    since = "is in force" if deployed.is_new else "was in force already"
    output.line(f"Chaincode {called} version {definition.version}, sequence {definition.sequence}, {since}.")


def _source_package(name: str, version: str, sources: Path, entry_point: str | None) -> bytes:
    module = sources.resolve().stem
    if entry_point is None:
        inner = f"{module}.chaincode" if (sources / "chaincode.py").exists() else module
        entry_point = f"{inner}:{DEFAULT_ATTRIBUTE}"
    try:
        return package_sources(f"{name}_{version}", entry_point, {module: sources})
    except ValueError as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error


def _service_package(label: str, address: str) -> bytes:
    # The fields of Fabric's ccaas_builder (fabric-docs cc_service: connection.json).
    connection = {"address": address, "dial_timeout": _DIAL_TIMEOUT, "tls_required": False}
    return build_package(label, "ccaas", {"connection.json": json.dumps(connection).encode()})


def _collections(path: Path | None) -> tuple[CollectionDefinition, ...]:
    if path is None:
        return ()
    try:
        return parse_collections_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise typer.Exit(complain(f"{path}: {error}", ExitCode.CONFIGURATION)) from error
