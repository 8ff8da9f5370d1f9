"""Functions of `_lifecycle` on a channel's definitions (core/chaincode/lifecycle/scc.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.messages import collection, lifecycle

from counterfoil_network.embedded.peer.lifecycle import approvals
from counterfoil_network.embedded.peer.lifecycle.approvals import LifecycleError
from counterfoil_network.embedded.peer.lifecycle.definition import (
    LIFECYCLE,
    PARAMETERS_TYPE,
    Definition,
    Parameters,
    approval_name,
    read_definition,
    read_package_id,
    read_parameters,
    read_sequence,
)
from counterfoil_network.embedded.peer.lifecycle.input_checks import check_collections, check_name
from counterfoil_network.embedded.peer.lifecycle.layout import LAST_OF_RANGE, NAMESPACES, read_metadata
from counterfoil_network.embedded.peer.lifecycle.states import OrganisationState, PublicState

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_protocol.ledger.simulator import Simulator
    from google.protobuf.message import Message

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.peer.lifecycle.layout import GetState

    Stated = (
        lifecycle.ApproveChaincodeDefinitionForMyOrgArgs
        | lifecycle.CheckCommitReadinessArgs
        | lifecycle.CommitChaincodeDefinitionArgs
    )

_DEFAULT_POLICY = ApplicationPolicy(channel_policy="/Channel/Application/Endorsement").serialize()


class NotDefined(LookupError):  # noqa: N818 - reads as what happened, as Fabric's names do
    """No such definition is committed; answered with status 404."""


@dataclass(frozen=True, slots=True)
class LifecycleCall:
    """What a function works on: one simulation, on the peer of one organisation."""

    simulator: Simulator
    channel: Channel

    @property
    def public(self) -> PublicState:
        """Public state of `_lifecycle`."""
        return PublicState(self.simulator)

    @property
    def own(self) -> OrganisationState:
        """The own organisation's implicit collection."""
        return OrganisationState(self.simulator, self.channel.msp_id)

    def organisations(self) -> dict[str, GetState]:
        """Hashes of every organisation's implicit collection, by MSP ID."""
        return {
            msp_id: OrganisationState(self.simulator, msp_id).get_hash
            for msp_id in self.channel.application_msp_ids
        }


def _approve(args: bytes, call: LifecycleCall) -> lifecycle.ApproveChaincodeDefinitionForMyOrgResult:
    request = lifecycle.ApproveChaincodeDefinitionForMyOrgArgs.FromString(args)
    _check_input(request, call)
    package_id = request.source.local_package.package_id
    approvals.approve(call.public, call.own, request.name, _definition(request), package_id)
    return lifecycle.ApproveChaincodeDefinitionForMyOrgResult()


def _check_readiness(args: bytes, call: LifecycleCall) -> lifecycle.CheckCommitReadinessResult:
    request = lifecycle.CheckCommitReadinessArgs.FromString(args)
    found = approvals.check_readiness(
        call.public.get, call.organisations(), request.name, _definition(request)
    )
    result = lifecycle.CheckCommitReadinessResult()
    for msp_id, different in found.items():
        result.approvals[msp_id] = different is None
        if different is not None:
            result.mismatches[msp_id].items.extend(different)
    return result


def _commit(args: bytes, call: LifecycleCall) -> lifecycle.CommitChaincodeDefinitionResult:
    request = lifecycle.CommitChaincodeDefinitionArgs.FromString(args)
    _check_input(request, call)
    found = approvals.commit(call.public, call.organisations(), request.name, _definition(request))
    if found.get(call.channel.msp_id, []) is not None:
        raise LifecycleError(f"chaincode definition not agreed to by this org ({call.channel.msp_id})")
    return lifecycle.CommitChaincodeDefinitionResult()


def _query_definition(args: bytes, call: LifecycleCall) -> lifecycle.QueryChaincodeDefinitionResult:
    request = lifecycle.QueryChaincodeDefinitionArgs.FromString(args)
    definition = read_definition(call.public.get, request.name)
    if definition is None:
        raise NotDefined(f"namespace {request.name} is not defined")
    found = approvals.approvals(call.organisations(), request.name, definition)
    parameters = definition.parameters
    return lifecycle.QueryChaincodeDefinitionResult(
        sequence=definition.sequence,
        version=parameters.version,
        endorsement_plugin=parameters.endorsement_plugin,
        validation_plugin=parameters.validation_plugin,
        validation_parameter=parameters.policy,
        init_required=parameters.init_required,
        collections=parameters.collections,
        approvals={msp_id: different is None for msp_id, different in found.items()},
    )


def _query_definitions(_: bytes, call: LifecycleCall) -> lifecycle.QueryChaincodeDefinitionsResult:
    prefix = f"{NAMESPACES}/metadata/"
    result = lifecycle.QueryChaincodeDefinitionsResult()
    for found in call.simulator.get_state_range(LIFECYCLE, prefix, prefix + LAST_OF_RANGE):
        name = found.key.removeprefix(prefix)
        definition = read_definition(call.public.get, name)
        if definition is None:
            continue
        parameters = definition.parameters
        result.chaincode_definitions.add(
            name=name,
            sequence=definition.sequence,
            version=parameters.version,
            endorsement_plugin=parameters.endorsement_plugin,
            validation_plugin=parameters.validation_plugin,
            validation_parameter=parameters.policy,
            init_required=parameters.init_required,
            collections=parameters.collections,
        )
    return result


def _query_approved(args: bytes, call: LifecycleCall) -> lifecycle.QueryApprovedChaincodeDefinitionResult:
    request = lifecycle.QueryApprovedChaincodeDefinitionArgs.FromString(args)
    name, own = request.name, call.own
    sequence = request.sequence
    if not sequence:
        sequence = read_sequence(call.public.get, name)
        if read_metadata(own.get, NAMESPACES, approval_name(name, sequence + 1)) is not None:
            sequence += 1
    approval = approval_name(name, sequence)
    metadata = read_metadata(own.get, NAMESPACES, approval)
    if metadata is None:
        raise LifecycleError(
            f"could not fetch approved chaincode definition (name: '{name}', sequence: '{sequence}') on "
            f"channel '{call.channel.channel_id}'"
        )
    if metadata.datatype != PARAMETERS_TYPE:
        raise LifecycleError(f"not a chaincode parameters type: {metadata.datatype}")
    parameters = read_parameters(own.get, approval)
    return lifecycle.QueryApprovedChaincodeDefinitionResult(
        sequence=sequence,
        version=parameters.version,
        endorsement_plugin=parameters.endorsement_plugin,
        validation_plugin=parameters.validation_plugin,
        validation_parameter=parameters.policy,
        init_required=parameters.init_required,
        collections=parameters.collections,
        source=_source(read_package_id(own.get, approval)),
    )


def _source(package_id: str | None) -> lifecycle.ChaincodeSource:
    if package_id:
        return lifecycle.ChaincodeSource(local_package=lifecycle.ChaincodeSource.Local(package_id=package_id))
    return lifecycle.ChaincodeSource(unavailable=lifecycle.ChaincodeSource.Unavailable())


def _definition(request: Stated) -> Definition:
    """Return what the request states, with Fabric's defaults for what it leaves out."""
    return Definition(
        sequence=request.sequence,
        parameters=Parameters(
            version=request.version,
            init_required=request.init_required,
            endorsement_plugin=request.endorsement_plugin or "escc",
            validation_plugin=request.validation_plugin or "vscc",
            policy=request.validation_parameter or _DEFAULT_POLICY,
            collections=request.collections,
        ),
    )


def _check_input(
    request: lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | lifecycle.CommitChaincodeDefinitionArgs,
    call: LifecycleCall,
) -> None:
    committed = read_definition(call.public.get, request.name)
    try:
        check_name(request.name, request.version)
        check_collections(
            _explicit(request.collections),
            _explicit(committed.parameters.collections) if committed is not None else [],
            call.channel.application_msp_ids,
        )
    except LifecycleError as error:
        raise LifecycleError(f"error validating chaincode definition: {error}") from error


def _explicit(package: collection.CollectionConfigPackage) -> list[collection.StaticCollectionConfig]:
    return [entry.static_collection_config for entry in package.config]


FUNCTIONS: dict[str, Callable[[bytes, LifecycleCall], Message]] = {
    "ApproveChaincodeDefinitionForMyOrg": _approve,
    "CheckCommitReadiness": _check_readiness,
    "CommitChaincodeDefinition": _commit,
    "QueryChaincodeDefinition": _query_definition,
    "QueryChaincodeDefinitions": _query_definitions,
    "QueryApprovedChaincodeDefinition": _query_approved,
}
"""Functions by name."""
