"""Definitions on a channel: approve, compare, commit, query, through the Gateway service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil_protocol.messages import lifecycle

from .._network import Network
from .._session import Deadlines
from ._definition import ApprovedDefinition, ChaincodeDefinition, CommittedDefinition, read_definition
from ._installation import LIFECYCLE


@dataclass(frozen=True, slots=True)
class Readiness:
    """Which organisations have approved a definition, and in which fields the others differ.

    ``mismatches`` maps an MSP ID to Fabric's texts (``EndorsementInfo``, ``Collections``).
    """

    approvals: Mapping[str, bool]
    mismatches: Mapping[str, tuple[str, ...]]


def approve(
    network: Network,
    definition: ChaincodeDefinition,
    package_id: str | None,
    *,
    deadlines: Deadlines | None = None,
) -> None:
    """Approve a definition for the caller's organisation, and wait until that is committed.

    Args:
        network: the channel.
        definition: what to approve.
        package_id: the package that the organisation's peers run for it; None for none.
        deadlines: in place of the gateway's.

    Raises:
        EndorseError, SubmitError, CommitUnknown, CommitError: as Contract.submit.
    """
    source = lifecycle.ChaincodeSource()
    if package_id:
        source.local_package.package_id = package_id
    else:
        source.unavailable.SetInParent()
    arguments = lifecycle.ApproveChaincodeDefinitionForMyOrgArgs(**definition.arguments(), source=source)
    network.contract(LIFECYCLE).submit(
        "ApproveChaincodeDefinitionForMyOrg",
        arguments.SerializeToString(),
        # The approval is written to the organisation's own implicit collection: its own peer alone endorses.
        endorsing_organizations=(network.gateway.identity.msp_id,),
        deadlines=deadlines,
    )


def check_commit_readiness(
    network: Network, definition: ChaincodeDefinition, *, timeout: float | None = None
) -> Readiness:
    """Which organisations have approved just this definition.

    Raises:
        EvaluateError: refused or failed, for instance because the sequence is not the next one.
    """
    arguments = lifecycle.CheckCommitReadinessArgs(**definition.arguments())
    payload = _evaluate(network, "CheckCommitReadiness", arguments.SerializeToString(), timeout)
    found = lifecycle.CheckCommitReadinessResult.FromString(payload)
    mismatches = {msp_id: tuple(each.items) for msp_id, each in found.mismatches.items()}
    return Readiness(dict(found.approvals), mismatches)


def commit(
    network: Network,
    definition: ChaincodeDefinition,
    *,
    endorsing_organizations: Sequence[str] = (),
    deadlines: Deadlines | None = None,
) -> None:
    """Put an approved definition into force, and wait until it is committed.

    Args:
        network: the channel.
        definition: as the organisations have approved it.
        endorsing_organizations: MSP IDs that satisfy the channel's LifecycleEndorsement policy; the gateway
            chooses when empty.
        deadlines: in place of the gateway's.

    Raises:
        EndorseError, SubmitError, CommitUnknown, CommitError: as Contract.submit.
    """
    arguments = lifecycle.CommitChaincodeDefinitionArgs(**definition.arguments())
    network.contract(LIFECYCLE).submit(
        "CommitChaincodeDefinition",
        arguments.SerializeToString(),
        endorsing_organizations=endorsing_organizations,
        deadlines=deadlines,
    )


def query_committed(
    network: Network, name: str, *, timeout: float | None = None
) -> CommittedDefinition | None:
    """The definition of a chaincode in force, None if there is none of that name.

    Raises:
        EvaluateError: refused or failed.
    """
    listed = lifecycle.QueryChaincodeDefinitionsResult.FromString(
        _evaluate(
            network,
            "QueryChaincodeDefinitions",
            lifecycle.QueryChaincodeDefinitionsArgs().SerializeToString(),
            timeout,
        )
    )
    if name not in (each.name for each in listed.chaincode_definitions):
        return None
    arguments = lifecycle.QueryChaincodeDefinitionArgs(name=name).SerializeToString()
    found = lifecycle.QueryChaincodeDefinitionResult.FromString(
        _evaluate(network, "QueryChaincodeDefinition", arguments, timeout)
    )
    return CommittedDefinition(read_definition(name, found), dict(found.approvals))


def query_approved(
    network: Network, name: str, sequence: int = 0, *, timeout: float | None = None
) -> ApprovedDefinition:
    """What the caller's organisation has approved for a sequence, the latest one for 0.

    Raises:
        EvaluateError: nothing approved, refused or failed.
    """
    arguments = lifecycle.QueryApprovedChaincodeDefinitionArgs(name=name, sequence=sequence)
    found = lifecycle.QueryApprovedChaincodeDefinitionResult.FromString(
        _evaluate(network, "QueryApprovedChaincodeDefinition", arguments.SerializeToString(), timeout)
    )
    local = found.source.WhichOneof("Type") == "local_package"
    package_id = found.source.local_package.package_id if local else None
    return ApprovedDefinition(read_definition(name, found), package_id)


def _evaluate(network: Network, function: str, arguments: bytes, timeout: float | None) -> bytes:
    """Ask the caller's own organisation: its peer's word is the one it can rely on."""
    own = (network.gateway.identity.msp_id,)
    return network.contract(LIFECYCLE).evaluate(
        function, arguments, target_organizations=own, timeout=timeout
    )
