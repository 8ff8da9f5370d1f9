"""Deploy a chaincode on every organisation of a running network: install, approve, commit, through the SDK.

Each organisation acts by its own administrator on its own peer, as it would in production. Running it again
changes nothing; with other sources, policy or collections it commits the next sequence.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from counterfoil import CommitUnknown, CounterfoilError, EvaluateError, Gateway, Network, lifecycle
from counterfoil_protocol.chaincode_package import parse_package
from counterfoil_protocol.collection import CollectionDefinition

from counterfoil_network.deployment.errors import ChaincodeRefused, OutcomeUnknown
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.network import Progress, Runner, RunningNetwork, no_progress
from counterfoil_network.deployment.state import NetworkState

ResultT = TypeVar("ResultT")

ADMINISTRATOR = "Admin"
_PAUSE_SECONDS = 0.02
SHOWN_TIMEOUT_SECONDS = 30.0
"""How long a peer may take to show what another peer has committed."""


@dataclass(frozen=True, slots=True)
class Chaincode:
    """What is deployed.

    Attributes:
        name: the chaincode's name on the channel.
        version: text for people, part of the definition.
        package: the package (tar.gz) that every organisation installs.
        endorsement_policy: as `lifecycle.ChaincodeDefinition` takes it.
        collections: its private data collections.
        own_packages: organisations (by name) that run a package of their own instead.
    """

    name: str
    version: str
    package: bytes = field(repr=False)
    endorsement_policy: str = ""
    collections: tuple[CollectionDefinition, ...] = ()
    own_packages: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def packages(self, organisations: Iterable[str]) -> dict[str, bytes]:
        """The package of each of these organisations."""
        return {name: self.own_packages.get(name, self.package) for name in organisations}

    def definition(self, sequence: int) -> lifecycle.ChaincodeDefinition:
        """What the organisations agree on, as the `sequence`-th definition."""
        return lifecycle.ChaincodeDefinition(
            self.name, self.version, sequence, self.endorsement_policy, self.collections
        )


@dataclass(frozen=True, slots=True)
class Deployed:
    """The definition in force, and whether this call put it there."""

    definition: lifecycle.ChaincodeDefinition
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Member:
    """One organisation while deploying: its administrator's gateways, one a peer, and the package it runs."""

    name: str
    gateways: tuple[Gateway, ...]
    network: Network
    package: bytes = field(repr=False)
    package_id: str

    @property
    def msp_id(self) -> str:
        """The organisation's MSP ID."""
        return self.gateways[0].identity.msp_id


def deploy(
    folder: NetworkFolder, state: NetworkState, chaincode: Chaincode, progress: Progress = no_progress
) -> Deployed:
    """Bring the chaincode into force on every organisation and wait until every peer shows it.

    Raises:
        ChaincodeRefused: an organisation's peer or the channel refused; the text says which and why.
        OutcomeUnknown: it was committed, or perhaps so, and not every peer shows it.
        ValueError: the definition cannot be followed.
    """
    with _members(folder, state, chaincode) as members:
        progress("installing the chaincode")
        _each(members, _install)
        current = max(_each(members, lambda member: _committed(member, chaincode.name)), key=_sequence)
        if current is not None:
            # A peer that was away, or lost its ledger, catches up.
            _each(members, lambda member: _await_shown(member, "the definition", _definition_shown, current))
        if current and _is_same(current, chaincode) and _is_run_by_all(members, chaincode.name):
            return Deployed(current, is_new=False)
        definition = chaincode.definition(current.sequence + 1 if current else 1)
        progress("approving the chaincode")
        _each(members, lambda member: lifecycle.approve(member.network, definition, member.package_id))
        shown = partial(_approvals_shown, [member.msp_id for member in members])
        _each(members, lambda member: _await_shown(member, "the approvals", shown, definition))
        progress("committing the chaincode")
        _refusing(members[0], lambda member: _commit(member, members, definition))
        _await_in_force(members, definition)
        return Deployed(definition, is_new=True)


def deploy_on(network: RunningNetwork, chaincode: Chaincode, progress: Progress = no_progress) -> Deployed:
    """As `deploy_with`, on a network that this process runs."""
    return deploy_with(network.engine, network.folder, network.state, chaincode, progress)


def deploy_with(
    runner: Runner,
    folder: NetworkFolder,
    state: NetworkState,
    chaincode: Chaincode,
    progress: Progress = no_progress,
) -> Deployed:
    """As `deploy`, and see to it that the chaincode runs: before, so that a peer finds it, and afterwards
    that no earlier package of it does. If it is not deployed, what was started for it is ended.

    Raises:
        EngineFailed: its processes do not start.
        ChaincodeRefused: as `deploy`.
    """
    own = {name: runner.own_form(package) for name, package in chaincode.own_packages.items()}
    chaincode = replace(chaincode, package=runner.own_form(chaincode.package), own_packages=own)
    packages = chaincode.packages([node.organisation for node in state.peers])
    progress("starting the chaincode")
    try:
        runner.serve(packages)
        runner.wait_until_served(packages)
        deployed = deploy(folder, state, chaincode, progress)
    except OutcomeUnknown:
        # Peers may call it any moment.
        raise
    except Exception:
        runner.withdraw(packages)
        raise
    runner.retire(packages)
    return deployed


@contextmanager
def _members(folder: NetworkFolder, state: NetworkState, chaincode: Chaincode) -> Iterator[list[_Member]]:
    with ExitStack() as stack:
        members = []
        for name, package in chaincode.packages(node.organisation for node in state.peers).items():
            profile = folder.connection_profile(name)
            gateways = tuple(
                stack.enter_context(Gateway.from_profile(profile, ADMINISTRATOR, peer=node.host))
                for node in state.peers
                if node.organisation == name
            )
            package_id = parse_package(package).package_id
            members.append(_Member(name, gateways, gateways[0].network(state.channel), package, package_id))
        yield members


def _install(member: _Member) -> None:
    """On each of its peers: all of them endorse."""
    for gateway in member.gateways:
        installed = {each.package_id for each in lifecycle.query_installed(gateway)}
        if member.package_id not in installed:
            lifecycle.install(gateway, member.package)


def _committed(member: _Member, name: str) -> lifecycle.ChaincodeDefinition | None:
    committed = lifecycle.query_committed(member.network, name)
    return committed.definition if committed else None


def _sequence(definition: lifecycle.ChaincodeDefinition | None) -> int:
    return definition.sequence if definition else 0


def _is_same(current: lifecycle.ChaincodeDefinition, chaincode: Chaincode) -> bool:
    # The channel fills in the plugins that a definition leaves open (SetChaincodeDefinitionDefaults of
    # core/chaincode/lifecycle/lifecycle.go).
    plain = replace(current, endorsement_plugin="", validation_plugin="")
    return plain.arguments() == chaincode.definition(current.sequence).arguments()


def _is_run_by_all(members: Sequence[_Member], name: str) -> bool:
    approved = _each(members, lambda member: _approved_package(member, name))
    return all(each == member.package_id for each, member in zip(approved, members, strict=True))


def _approved_package(member: _Member, name: str) -> str | None:
    """None, too, where the organisation's only peer lost its ledger.

    What an organisation approved is its own private data, which nobody else can give back, and approving the
    same sequence again is refused, for that reads it: the next sequence is needed.
    """
    try:
        return lifecycle.query_approved(member.network, name).package_id
    except EvaluateError:
        return None


def _commit(
    committer: _Member, members: Sequence[_Member], definition: lifecycle.ChaincodeDefinition
) -> None:
    endorsers = [member.msp_id for member in members]
    try:
        lifecycle.commit(committer.network, definition, endorsing_organizations=endorsers)
    except CommitUnknown as error:
        raise OutcomeUnknown(f"{committer.name}: {error}") from error


def _await_in_force(members: Sequence[_Member], definition: lifecycle.ChaincodeDefinition) -> None:
    try:
        _each(members, lambda member: _await_shown(member, "the definition", _definition_shown, definition))
    except ChaincodeRefused as error:
        raise OutcomeUnknown(str(error)) from error


def _approvals_shown(
    approvers: Sequence[str], member: _Member, definition: lifecycle.ChaincodeDefinition
) -> bool:
    """Whether a peer, which may lag behind the approvers', knows all approvals: then all endorse the same."""
    approvals = lifecycle.check_commit_readiness(member.network, definition).approvals
    return all(approvals.get(msp_id, False) for msp_id in approvers)


def _definition_shown(member: _Member, definition: lifecycle.ChaincodeDefinition) -> bool:
    found = lifecycle.query_committed(member.network, definition.name)
    return found is not None and found.definition.sequence >= definition.sequence


def _await_shown(
    member: _Member,
    what: str,
    is_shown: Callable[[_Member, lifecycle.ChaincodeDefinition], bool],
    definition: lifecycle.ChaincodeDefinition,
) -> None:
    deadline = time.monotonic() + SHOWN_TIMEOUT_SECONDS
    while not is_shown(member, definition):
        if time.monotonic() > deadline:
            seconds = f"{SHOWN_TIMEOUT_SECONDS:.0f} s"
            raise ChaincodeRefused(f"{member.name} does not show {what} of {definition.name} after {seconds}")
        time.sleep(_PAUSE_SECONDS)


def _each(members: Sequence[_Member], act: Callable[[_Member], ResultT]) -> list[ResultT]:
    """Let every organisation act at the same time."""
    with ThreadPoolExecutor(len(members)) as pool:
        return list(pool.map(lambda member: _refusing(member, act), members))


def _refusing(member: _Member, act: Callable[[_Member], ResultT]) -> ResultT:
    try:
        return act(member)
    except CounterfoilError as error:
        raise ChaincodeRefused(f"{member.name}: {error}") from error
