"""Evaluate: run a transaction function on one peer and return its result (evaluate.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import gateway, proposal, proposal_response
from counterfoil_protocol.wire import decode

from counterfoil_network.embedded.gateway.errors import SUCCESS, verdict
from counterfoil_network.embedded.gateway.plan import error_detail
from counterfoil_network.embedded.gateway.registry import NoPlan
from counterfoil_network.embedded.gateway.request import required_call
from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    from counterfoil_network.embedded.gateway.registry import Registry
    from counterfoil_network.embedded.gateway.request import ProposedCall
    from counterfoil_network.embedded.membership import EndorsingPeer


async def evaluate(
    request: gateway.EvaluateRequest, registry: Registry, channel_id: str
) -> gateway.EvaluateResponse:
    """Answer the result of the first peer that gives one.

    Raises:
        RpcError: as Fabric's gateway, with what each peer said.

    """
    signed = request.proposed_transaction
    try:
        call = required_call(signed)
    except MalformedMessage as error:
        raise RpcError(
            grpc.StatusCode.INVALID_ARGUMENT, f"failed to unpack transaction proposal: {error}"
        ) from error
    if call.channel_id != channel_id:
        raise RpcError(
            grpc.StatusCode.UNAVAILABLE,
            f"failed to get config for channel [{call.channel_id}]: "
            f"could not get last config for channel {call.channel_id}",
        )
    peers = _evaluators(registry, call, list(request.target_organizations))
    response = await _first_result(registry, peers, signed)
    return gateway.EvaluateResponse(result=response)


def _evaluators(registry: Registry, call: ProposedCall, targets: list[str]) -> list[EndorsingPeer]:
    # Transient data stays in the own organisation unless the client names others.
    protected = call.has_transient and not targets
    try:
        return registry.evaluators(
            call.channel_id, call.chaincode, [registry.local.msp_id] if protected else targets
        )
    except NoPlan as error:
        text = str(error)
        if protected:
            text = (
                "no endorsers found in the gateway's organization; retry specifying target organization(s) "
                f"to protect transient data: {error}"
            )
        raise RpcError(grpc.StatusCode.FAILED_PRECONDITION, text) from error


async def _first_result(
    registry: Registry, peers: list[EndorsingPeer], signed: proposal.SignedProposal
) -> proposal_response.Response:
    details: list[gateway.ErrorDetail] = []
    code = grpc.StatusCode.ABORTED
    for peer in peers:
        outcome = await registry.ask(peer, signed)
        result = verdict(outcome)
        if result == SUCCESS:
            assert outcome.response is not None
            return _result(outcome.response)
        details.append(error_detail(peer, result.message))
        code = result.code
        if not result.retry:
            text = f"evaluate call to endorser returned error: {result.message}"
            raise RpcError(code, text, details)
    raise RpcError(code, "failed to evaluate transaction, see attached details for more info", details)


def _result(answer: proposal_response.ProposalResponse) -> proposal_response.Response:
    response = answer.response
    try:
        payload = decode(proposal_response.ProposalResponsePayload, answer.payload)
        action = decode(proposal.ChaincodeAction, payload.extension)
    except MalformedMessage:
        return response
    # The endorsed result wins over the response beside it, which need not carry the payload.
    response.payload = action.response.payload
    return response
