"""Endorse: collect enough endorsements and assemble the transaction (endorse.go)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import common, gateway, proposal, proposal_response, transaction

from counterfoil_network.embedded.gateway.errors import SUCCESS, verdict
from counterfoil_network.embedded.gateway.plan import EndorsementPlan, error_detail
from counterfoil_network.embedded.gateway.registry import NoPlan
from counterfoil_network.embedded.gateway.request import proposed_call
from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterfoil_network.embedded.gateway.registry import Registry
    from counterfoil_network.embedded.gateway.request import ProposedCall
    from counterfoil_network.embedded.membership import EndorsingPeer

_INVALID = grpc.StatusCode.INVALID_ARGUMENT
_PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
_FIRST_FAILED = "failed to endorse transaction, see attached details for more info"
_COLLECT_FAILED = "failed to collect enough transaction endorsements, see attached details for more info"


async def endorse(request: gateway.EndorseRequest, registry: Registry) -> gateway.EndorseResponse:
    """Answer the assembled transaction, still to be signed by the client.

    Raises:
        RpcError: as Fabric's gateway, with what each peer said.

    """
    signed = request.proposed_transaction
    if not signed.proposal_bytes:
        raise RpcError(_INVALID, "the proposed transaction must contain a signed proposal")
    try:
        call = proposed_call(signed)
    except MalformedMessage as error:
        raise RpcError(_INVALID, str(error)) from error
    named = list(request.endorsing_organizations)
    if named:
        plan = _plan_for_named(registry, call, named)
    else:
        plan = await _plan_from_first_endorser(registry, call, signed)
    await _collect(registry, plan, signed)
    if plan.completed is None:
        raise RpcError(grpc.StatusCode.ABORTED, _COLLECT_FAILED, plan.details)
    assert plan.payload is not None
    action = transaction.ChaincodeEndorsedAction(
        proposal_response_payload=plan.payload, endorsements=_unique(plan.completed.endorsements)
    )
    return gateway.EndorseResponse(prepared_transaction=_prepare(call, action))


def _plan_for_named(registry: Registry, call: ProposedCall, msp_ids: list[str]) -> EndorsementPlan:
    try:
        return registry.plan_for_organisations(call.channel_id, call.chaincode, msp_ids)
    except NoPlan as error:
        raise RpcError(grpc.StatusCode.UNAVAILABLE, str(error)) from error


async def _plan_from_first_endorser(
    registry: Registry, call: ProposedCall, signed: proposal.SignedProposal
) -> EndorsementPlan:
    """Endorse on one peer, the own if it can, and derive from its answer who else must.

    Transient data is shown only to owners of every collection touched, unless the client names the endorsers.
    """
    first, response = await _first_endorsement(registry, _first_plan(registry, call), signed)
    interest = response.interest if response.interest.chaincodes else _default_interest(call)
    original = proposal_response.ChaincodeInterest()
    original.CopyFrom(interest)
    protected: list[str] = []
    if call.has_transient:
        for part in interest.chaincodes:
            if part.no_private_reads:
                part.no_private_reads = False
                protected.extend(part.collection_names)
    try:
        plan = registry.endorsement_plan(call.channel_id, interest)
    except NoPlan as error:
        if protected and _can_plan(registry, call, original):
            raise RpcError(
                _PRECONDITION,
                "requires endorsement from organisation(s) that are not in the distribution policy of the "
                f"private data collection(s): [{' '.join(protected)}]; retry specifying trusted endorsing "
                "organizations to protect transient data",
            ) from error
        raise RpcError(_PRECONDITION, str(error)) from error
    plan.add_endorsement(first, response)
    return plan


def _first_plan(registry: Registry, call: ProposedCall) -> EndorsementPlan:
    try:
        return registry.plan_for_organisations(call.channel_id, call.chaincode, [registry.local.msp_id])
    except NoPlan as error:
        if call.has_transient:
            raise RpcError(
                _PRECONDITION,
                "no endorsers found in the gateway's organization; retry specifying endorsing "
                "organization(s) to protect transient data",
            ) from error
    try:
        return registry.endorsement_plan(call.channel_id, _default_interest(call))
    except NoPlan as error:
        raise RpcError(_PRECONDITION, str(error)) from error


def _can_plan(registry: Registry, call: ProposedCall, interest: proposal_response.ChaincodeInterest) -> bool:
    try:
        registry.endorsement_plan(call.channel_id, interest)
    except NoPlan:
        return False
    return True


async def _first_endorsement(
    registry: Registry, plan: EndorsementPlan, signed: proposal.SignedProposal
) -> tuple[EndorsingPeer, proposal_response.ProposalResponse]:
    endorsers = plan.next_endorsers()
    if not endorsers:
        raise RpcError(grpc.StatusCode.ABORTED, _FIRST_FAILED)
    peer = endorsers[0]
    outcome = await registry.ask(peer, signed)
    result = verdict(outcome)
    if result != SUCCESS:
        detail = error_detail(peer, result.message)
        raise RpcError(grpc.StatusCode.ABORTED, _FIRST_FAILED, [detail])
    assert outcome.response is not None
    return peer, outcome.response


async def _collect(registry: Registry, plan: EndorsementPlan, signed: proposal.SignedProposal) -> None:
    while plan.completed is None:
        endorsers = plan.next_endorsers()
        if not endorsers:
            return
        endorsed = await asyncio.gather(*(_ask(registry, plan, peer, signed) for peer in endorsers))
        plan.abandon(peer.msp_id for peer, good in zip(endorsers, endorsed, strict=True) if not good)


async def _ask(
    registry: Registry, plan: EndorsementPlan, peer: EndorsingPeer, signed: proposal.SignedProposal
) -> bool:
    outcome = await registry.ask(peer, signed)
    result = verdict(outcome)
    if result != SUCCESS:
        plan.add_error(peer, result.message)
        return False
    assert outcome.response is not None
    return plan.add_endorsement(peer, outcome.response)


def _default_interest(call: ProposedCall) -> proposal_response.ChaincodeInterest:
    interest = proposal_response.ChaincodeInterest()
    interest.chaincodes.add(name=call.chaincode)
    return interest


def _unique(endorsements: Iterable[proposal_response.Endorsement]) -> list[proposal_response.Endorsement]:
    by_endorser: dict[bytes, proposal_response.Endorsement] = {}
    for endorsement in endorsements:
        by_endorser.setdefault(endorsement.endorser, endorsement)
    return list(by_endorser.values())


def _prepare(call: ProposedCall, action: transaction.ChaincodeEndorsedAction) -> common.Envelope:
    without_transient = proposal.ChaincodeProposalPayload(input=call.payload.input)
    payload = transaction.ChaincodeActionPayload(
        chaincode_proposal_payload=without_transient.SerializeToString(), action=action
    )
    prepared = transaction.Transaction(
        actions=[
            transaction.TransactionAction(
                header=call.header.signature_header, payload=payload.SerializeToString()
            )
        ]
    )
    envelope = common.Payload(header=call.header, data=prepared.SerializeToString())
    return common.Envelope(payload=envelope.SerializeToString())
