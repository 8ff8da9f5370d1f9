"""`counterfoil contracts package` and `deploy`: a chaincode of one's own, on a running network."""

import ipaddress
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from counterfoil_network.deployment import (
    FABRIC,
    DeploymentError,
    NetworkFolder,
    NotRunning,
    package_sources,
    running_state,
)
from counterfoil_network.deployment.source_package import SourcesRefused
from counterfoil_protocol.chaincode_package import build_package, parse_package
from counterfoil_protocol.collection import CollectionDefinition

from counterfoil_cli.definition_options import (
    CHANNELS_POLICY,
    FIRST_VERSION,
    Collections,
    Policy,
    Version,
    read_collections,
)
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.loading import NOT_LOADABLE, check_loadable
from counterfoil_cli.output import Output, complain

if TYPE_CHECKING:
    from counterfoil_network.deployment.chaincode import Chaincode, Deployed
    from counterfoil_network.deployment.network import Progress

DEFAULT_ATTRIBUTE = "CHAINCODE"
_DIAL_TIMEOUT = "10s"
# RFC 1123 2.1, and the underscore of container names.
_HOST = re.compile(r"(?=.{1,253}$)\w([\w-]{0,61}\w)?(\.\w([\w-]{0,61}\w)?)*", re.ASCII)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_PORT_MAX = 65535

_Sources = Annotated[
    Path, typer.Argument(help="A Python file or package that holds the chaincode.", exists=True)
]
_EntryPoint = Annotated[
    str | None,
    typer.Option(help="module:attribute of the chaincode.", show_default="CHAINCODE in the file or package"),
]
_Name = Annotated[str | None, typer.Option(help="The chaincode's name.", show_default="the file's")]


def package(  # noqa: PLR0913 - the options of the command
    sources: _Sources,
    output: Annotated[Path, typer.Argument(help="The package to write, a .tar.gz.", dir_okay=False)],
    *,
    entry_point: _EntryPoint = None,
    name: _Name = None,
    version: Version = FIRST_VERSION,
    address: Annotated[
        str | None,
        typer.Option(help="host:port of a service that you run: makes a package of type ccaas for Fabric."),
    ] = None,
    tls: Annotated[
        bool,
        typer.Option(
            "--tls", help="With --address: mutual TLS, by what the peer's builder is configured with."
        ),
    ] = False,
) -> None:
    """Write a package as `peer lifecycle chaincode install` and every organisation's administrator take it.

    Without --address it holds the sources and runs on the embedded engine; the same sources give the same
    package. With it, it says where Fabric's peer finds the service `python -m counterfoil_chaincode.service`;
    with --tls the peer's CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG states root_cert, client_cert and client_key.

    Examples:

        counterfoil contracts package asset.py asset.tar.gz

        counterfoil contracts package asset.py asset.tar.gz --address asset.example.org:9999

    Without --address the chaincode is loaded once from the package, in a process of its own.

    Exit codes: 0 written; 5 the sources hold no such entry point, cannot be loaded or hold a private key, or
    the package cannot be written.
    """
    called = name or sources.resolve().stem
    if address is not None:
        if entry_point is not None:
            raise typer.BadParameter("a service is told its own; leave it out", param_hint="--entry-point")
        content = _service_package(f"{called}_{version}", _checked(address), tls=tls)
    elif tls:
        raise typer.BadParameter("it is for a service: state its --address too", param_hint="--tls")
    else:
        content = _source_package(called, version, sources, entry_point, ExitCode.CONFIGURATION)
    try:
        output.write_bytes(content)
    except OSError as error:
        text = f"{output} cannot be written: {error.strerror}"
        raise typer.Exit(complain(text, ExitCode.CONFIGURATION)) from error
    Output().line(f"{output}: {parse_package(content).package_id}")


def deploy(  # noqa: PLR0913 - the options of the command
    sources: _Sources,
    *,
    entry_point: _EntryPoint = None,
    name: _Name = None,
    version: Version = FIRST_VERSION,
    policy: Policy = CHANNELS_POLICY,
    collections: Collections = None,
    folder: Annotated[Path, typer.Option("--dir", help="The network's folder.", file_okay=False)] = Path(
        ".counterfoil"
    ),
) -> None:
    """Install, approve and commit it on every organisation of the network that runs in the folder.

    On Fabric's own peers it runs as a service, one process an organisation, which whoever runs the network
    starts and watches. First it is loaded once in a process of its own: what cannot be loaded is installed
    nowhere. Again, it changes nothing until sources, policy or collections differ; then the next
    sequence is committed.

    Examples:

        counterfoil contracts deploy asset.py

        counterfoil contracts deploy shop/ --collections collections_config.json --version 1.1

    Exit codes: 0 it is in force; 4 no network runs there; 5 sources, policy or collections cannot be
    followed, or the sources hold a private key; 7 an organisation refused, or the chaincode cannot be loaded
    or its process ended by itself.
    """
    from counterfoil_network.deployment.chaincode import Chaincode

    called = name or sources.resolve().stem
    content = _source_package(called, version, sources, entry_point, ExitCode.ENGINE_FAILED)
    wanted = Chaincode(called, version, content, policy, _collections(collections))
    _check_definition(wanted)
    output = Output()
    try:
        with output.steps() as steps:
            deployed = _deploy(NetworkFolder(folder.resolve()), wanted, steps)
    except NotRunning as error:
        raise typer.Exit(complain(str(error), ExitCode.NOT_RUNNING)) from error
    except DeploymentError as error:
        raise typer.Exit(complain(str(error), ExitCode.ENGINE_FAILED)) from error
    definition = deployed.definition
    since = "is in force" if deployed.is_new else "was in force already"
    output.line(f"Chaincode {called} version {definition.version}, sequence {definition.sequence}, {since}.")


def _source_package(
    name: str, version: str, sources: Path, entry_point: str | None, unloadable: ExitCode
) -> bytes:
    """The package, whose chaincode can be loaded; `unloadable` is the exit code if it cannot."""
    module = sources.resolve().stem
    if entry_point is None:
        inner = f"{module}.chaincode" if (sources / "chaincode.py").exists() else module
        entry_point = f"{inner}:{DEFAULT_ATTRIBUTE}"
    try:
        content = package_sources(f"{name}_{version}", entry_point, {module: sources})
        check_loadable(content)
    except SourcesRefused as error:
        code = unloadable if error.code == NOT_LOADABLE else ExitCode.CONFIGURATION
        raise typer.Exit(complain(str(error), code)) from error
    except (OSError, ValueError) as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error
    return content


def _checked(address: str) -> str:
    """A `host:port` that a peer can dial; an IPv6 address stands in brackets."""
    host, _, port = address.rpartition(":")
    if not _PORT.fullmatch(port) or int(port) > _PORT_MAX:
        raise _no_address(address, f"the port is a number from 1 to {_PORT_MAX}")
    if host.startswith("[") and host.endswith("]"):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise _no_address(address, "there is no IPv6 address in the brackets") from None
    elif not _HOST.fullmatch(host):
        raise _no_address(address, "the host is a name or an IP address, without http://")
    return address


def _no_address(address: str, why: str) -> typer.BadParameter:
    return typer.BadParameter(f"{address!r} is no host:port: {why}", param_hint="--address")


def _service_package(label: str, address: str, *, tls: bool) -> bytes:
    # The fields of Fabric's ccaas_builder (fabric-docs cc_service: connection.json).
    connection = {"address": address, "dial_timeout": _DIAL_TIMEOUT, "tls_required": tls}
    if tls:
        connection["client_auth_required"] = True
        connection |= {field: f"{{{{.{field}}}}}" for field in ("root_cert", "client_cert", "client_key")}
    return build_package(label, "ccaas", {"connection.json": json.dumps(connection).encode()})


def _collections(path: Path | None) -> tuple[CollectionDefinition, ...]:
    try:
        return read_collections(path)
    except ValueError as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error


def _check_definition(chaincode: "Chaincode") -> None:
    """Before anything is started: afterwards every organisation would have to be asked."""
    try:
        chaincode.definition(1).arguments()
    except ValueError as error:
        policy = chaincode.endorsement_policy
        text = f"version, --policy {policy} or --collections cannot be followed: {error}"
        raise typer.Exit(complain(text, ExitCode.CONFIGURATION)) from error


def _deploy(folder: NetworkFolder, chaincode: "Chaincode", progress: "Progress") -> "Deployed":
    """On the engine that runs the network: Fabric's peers find the chaincode as a service that is started."""
    from counterfoil_network.deployment.chaincode import deploy, deploy_with

    state = running_state(folder)
    if state.engine != FABRIC:
        return deploy(folder, state, chaincode, progress)
    from counterfoil_network.fabric.live_services import LiveServices

    return deploy_with(LiveServices(folder, state), folder, state, chaincode, progress)
