"""`counterfoil chaincode`: the chaincode `trade` as each member's engineer approves it for their own."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from counterfoil import EvaluateError, Gateway, Network, configuration, lifecycle
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment.source_package import service_package
from counterfoil_protocol.chaincode_package import parse_package

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

_SHOWN_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Next:
    """The definition that the channel should have now, and whether it has it already."""

    definition: lifecycle.ChaincodeDefinition
    is_committed: bool


@app.callback()
def chaincode() -> None:
    """Approve and commit what the chaincode `trade` is, each member for itself."""


@app.command()
def install(
    *,
    engine: Annotated[EngineName, typer.Option(help="What the own peer is.")] = EngineName.EMBEDDED,
    profile: Profile = None,
    user: User = ADMINISTRATOR,
    channel: Channel = CHANNEL,
) -> None:
    """Install the contracts of this installation on the own peer; nothing happens where they are.

    Exit codes: 0 installed; 1 the peer refused.
    """
    with told(), own_network(profile, user, channel) as network:
        package = trade_package()
        if engine is EngineName.FABRIC:
            package = service_package(package)
        package_id = parse_package(package).package_id
        if package_id not in _installed(network.gateway):
            lifecycle.install(network.gateway, package)
    Output().line(f"installed {package_id}")


@app.command()
def approve(*, profile: Profile = None, user: User = ADMINISTRATOR, channel: Channel = CHANNEL) -> None:
    """Approve, for the own organisation, the definition that the channel's members of today need.

    It has the collections of every member bank; those of a bank that has left go to the authorities.
    Where just this definition is in force, it is approved as it stands: so a member that was late, or has
    joined since, can run it. The package is this installation's if it is installed, else what the
    organisation approved last.

    Exit codes: 0 approved; 1 refused; 5 the contracts are not installed on the own peer.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network)
        package_id = _own_package(network, following.definition.sequence)
        lifecycle.approve(network, following.definition, package_id)
    _tell("approved", following.definition)


@app.command()
def ready(*, profile: Profile = None, user: User = ADMINISTRATOR, channel: Channel = CHANNEL) -> None:
    """Tell who has approved the definition that is to be committed next.

    Exit codes: 0 told; 1 refused, or it is in force already.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network)
        readiness = lifecycle.check_commit_readiness(network, following.definition)
    rows = [(msp_id, "yes" if done else "no") for msp_id, done in sorted(readiness.approvals.items())]
    Output().table(("organisation", "approved"), rows)


@app.command()
def commit(*, profile: Profile = None, user: User = ADMINISTRATOR, channel: Channel = CHANNEL) -> None:
    """Put the approved definition into force, endorsed by those who approved it, and wait for the own peer.

    Exit codes: 0 in force; 1 refused, for instance because no majority has approved.
    """
    with told(), own_network(profile, user, channel) as network:
        following = _next_definition(network)
        if not following.is_committed:
            readiness = lifecycle.check_commit_readiness(network, following.definition)
            approvers = sorted(msp_id for msp_id, done in readiness.approvals.items() if done)
            lifecycle.commit(network, following.definition, endorsing_organizations=approvers)
            _await_committed(network, following.definition)
    _tell("in force", following.definition)


def _next_definition(network: Network) -> _Next:
    """What this installation defines for the channel's members, as the own peer knows them."""
    members = configuration.read(network).application_msp_ids
    found = lifecycle.query_committed(network, NAME)
    if found is None:
        return _Next(_definition(members, (), 1), is_committed=False)
    current = found.definition
    earlier = [collection.name for collection in current.collections]
    same = _definition(members, earlier, current.sequence)
    # The channel fills in the plugins that a definition leaves open.
    plain = replace(current, endorsement_plugin="", validation_plugin="")
    if plain.arguments() == same.arguments():
        return _Next(same, is_committed=True)
    return _Next(replace(same, sequence=current.sequence + 1), is_committed=False)


def _definition(
    members: Sequence[str], earlier: Sequence[str], sequence: int
) -> lifecycle.ChaincodeDefinition:
    return trade_chaincode(members, earlier).definition(sequence)


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
    banks = [
        each.name.removeprefix("terms_") for each in definition.collections if each.name.startswith("terms_")
    ]
    Output().line(
        f"{what}: {definition.name} version {definition.version}, sequence {definition.sequence}, "
        f"collections of {', '.join(banks)}"
    )
