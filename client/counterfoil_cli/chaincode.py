"""`counterfoil chaincode`: a chaincode as each member's engineer installs and approves it for their own.

Without further options it is the chaincode `trade`, whose definition follows from who is a member; with
--name another one, whose definition is stated.
"""

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from counterfoil import EvaluateError, Gateway, Network, configuration, lifecycle
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment.source_package import service_package
from counterfoil_protocol.chaincode_package import parse_package
from counterfoil_protocol.collection import CollectionDefinition

from counterfoil_cli.definition_options import (
    CHANNELS_POLICY,
    FIRST_VERSION,
    Collections,
    Policy,
    Version,
    read_collections,
)
from counterfoil_cli.engine_name import EngineName
from counterfoil_cli.output import Output
from counterfoil_cli.own_profile import (
    ADMINISTRATOR,
    CHANNEL,
    Channel,
    Profile,
    User,
    own_network,
    told,
)
from counterfoil_cli.trade_chaincode import NAME, trade_chaincode, trade_package

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Option(help="The chaincode's name.")]

_SHOWN_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Next:
    """The definition that the channel should have now, and whether it has it already."""

    definition: lifecycle.ChaincodeDefinition
    is_committed: bool


@app.callback()
def chaincode() -> None:
    """Install, approve and commit `trade`, or a chaincode of your own, each member for itself."""


@app.command()
def install(
    package: Annotated[
        Path | None,
        typer.Argument(
            help="A package, as `contracts package` writes it.",
            exists=True,
            dir_okay=False,
            show_default="the contracts of this installation",
        ),
    ] = None,
    *,
    engine: Annotated[
        EngineName, typer.Option(help="What the own peer is, for the contracts of this installation.")
    ] = EngineName.EMBEDDED,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Install a package on the own peer; nothing happens where it is.

    Exit codes: 0 installed; 1 the peer refused; 5 it is no package.
    """
    with told(), own_network(profile, user, channel) as network:
        content = package.read_bytes() if package else _trade_package(engine)
        package_id = parse_package(content).package_id
        if package_id not in _installed(network.gateway):
            lifecycle.install(network.gateway, content)
    Output().line(f"installed {package_id}")


@app.command()
def approve(  # noqa: PLR0913 - the options of the command
    *,
    name: Name = NAME,
    version: Version = FIRST_VERSION,
    policy: Policy = CHANNELS_POLICY,
    collections: Collections = None,
    package: Annotated[
        Path | None,
        typer.Option(
            help="The package that the own peer runs.",
            exists=True,
            dir_okay=False,
            show_default="for trade: this installation's contracts; else none, the peer will not run it",
        ),
    ] = None,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Approve a chaincode's definition for the own organisation: by default that of `trade`.

    The definition of `trade` has the collections of every member bank; those of a bank that has left go to
    the authorities. The package is this installation's if it is installed, else what the organisation
    approved last. With --name it is another chaincode, and version, policy and collections are as stated:
    every member states the same. Where just this definition is in force, it is approved as it stands: so a
    member that was late, or has joined since, can run it.

    Exit codes: 0 approved; 1 refused; 5 the contracts are not installed on the own peer, or the collections
    cannot be followed.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network, name, version, policy, collections)
        if package is not None:
            package_id: str | None = parse_package(package.read_bytes()).package_id
        else:
            package_id = _own_package(network, following.definition.sequence) if name == NAME else None
        lifecycle.approve(network, following.definition, package_id)
    _tell("approved", following.definition)


@app.command()
def ready(  # noqa: PLR0913 - the options of the command
    *,
    name: Name = NAME,
    version: Version = FIRST_VERSION,
    policy: Policy = CHANNELS_POLICY,
    collections: Collections = None,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Tell who has approved the definition that is to be committed next.

    Exit codes: 0 told; 1 refused, or it is in force already.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network, name, version, policy, collections)
        readiness = lifecycle.check_commit_readiness(network, following.definition)
    rows = [(msp_id, "yes" if done else "no") for msp_id, done in sorted(readiness.approvals.items())]
    Output().table(("organisation", "approved"), rows)


@app.command()
def commit(  # noqa: PLR0913 - the options of the command
    *,
    name: Name = NAME,
    version: Version = FIRST_VERSION,
    policy: Policy = CHANNELS_POLICY,
    collections: Collections = None,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Put the approved definition into force, endorsed by those who approved it, and wait for the own peer.

    Exit codes: 0 in force; 1 refused, for instance because no majority has approved.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network, name, version, policy, collections)
        if not following.is_committed:
            readiness = lifecycle.check_commit_readiness(network, following.definition)
            approvers = sorted(msp_id for msp_id, done in readiness.approvals.items() if done)
            lifecycle.commit(network, following.definition, endorsing_organizations=approvers)
            _await_committed(network, following.definition)
    _tell("in force", following.definition)


def _next_definition(
    network: Network, name: str, version: str, policy: str, collections: Path | None
) -> _Next:
    """What is to be defined next: of `trade`, what this installation defines for the channel's members."""
    found = lifecycle.query_committed(network, name)
    if name == NAME:
        members = configuration.read(network).application_msp_ids
        earlier = [each.name for each in found.definition.collections] if found else []
        wanted = trade_chaincode(members, earlier).definition
    else:
        own = read_collections(collections)
        wanted = partial(_own_definition, name, version, policy, own)
    if found is None:
        return _Next(wanted(1), is_committed=False)
    current = found.definition
    # The channel fills in the plugins that a definition leaves open.
    plain = replace(current, endorsement_plugin="", validation_plugin="")
    if plain.arguments() == wanted(current.sequence).arguments():
        return _Next(wanted(current.sequence), is_committed=True)
    return _Next(wanted(current.sequence + 1), is_committed=False)


def _own_definition(
    name: str, version: str, policy: str, collections: tuple[CollectionDefinition, ...], sequence: int
) -> lifecycle.ChaincodeDefinition:
    return lifecycle.ChaincodeDefinition(name, version, sequence, policy, collections)


def _trade_package(engine: EngineName) -> bytes:
    package = trade_package()
    return service_package(package) if engine is EngineName.FABRIC else package


def _installed(gateway: Gateway) -> set[str]:
    return {each.package_id for each in lifecycle.query_installed(gateway)}


def _own_package(network: Network, sequence: int) -> str:
    """This installation's package in the form that the own peer's engine takes, else what it runs already."""
    package = trade_package()
    installed = _installed(network.gateway)
    for form in (package, service_package(package)):
        package_id = parse_package(form).package_id
        if package_id in installed:
            return package_id
    for earlier in range(sequence, 0, -1):
        try:
            approved = lifecycle.query_approved(network, NAME, earlier).package_id
        except EvaluateError:
            # Not approved: a member may have left one out.
            continue
        if approved is not None and approved in installed:
            return approved
    raise ConfigurationError(
        "this installation's contracts are not on the own peer: `counterfoil chaincode install`"
    )


def _await_committed(network: Network, definition: lifecycle.ChaincodeDefinition) -> None:
    deadline = time.monotonic() + _SHOWN_SECONDS
    while True:
        found = lifecycle.query_committed(network, definition.name)
        if found is not None and found.definition.sequence >= definition.sequence:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the own peer does not show sequence {definition.sequence}")
        time.sleep(_PAUSE_SECONDS)


def _tell(what: str, definition: lifecycle.ChaincodeDefinition) -> None:
    text = f"{what}: {definition.name} version {definition.version}, sequence {definition.sequence}"
    if definition.name == NAME:
        names = [each.name for each in definition.collections]
        banks = [name.removeprefix("terms_") for name in names if name.startswith("terms_")]
        text += f", collections of {', '.join(banks)}"
    Output().line(text)
