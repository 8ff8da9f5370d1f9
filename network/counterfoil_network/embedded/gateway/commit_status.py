"""CommitStatus: wait until the own peer has committed a transaction (commitstatus.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import gateway
from counterfoil_protocol.signed_data import SignedData
from counterfoil_protocol.wire import UNREADABLE, decode

from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    from counterfoil_network.embedded.peer.peer import Peer

_INVALID = grpc.StatusCode.INVALID_ARGUMENT
_RESOURCE = "gateway/CommitStatus"


async def commit_status(
    signed: gateway.SignedCommitStatusRequest, peer: Peer
) -> gateway.CommitStatusResponse:
    """Answer the validation code and block number, as soon as there are any.

    Raises:
        RpcError: as Fabric's gateway.

    """
    if not signed.request:
        raise RpcError(_INVALID, "a commit status request is required")
    try:
        request = decode(gateway.CommitStatusRequest, signed.request)
    except MalformedMessage as error:
        raise RpcError(_INVALID, f"invalid status request: {UNREADABLE}") from error
    if not request.identity:
        raise RpcError(_INVALID, "no identity provided")
    if not request.channel_id:
        raise RpcError(_INVALID, "no channel ID provided")
    if not request.transaction_id:
        raise RpcError(_INVALID, "transaction ID should not be empty")
    try:
        data = SignedData(signed.request, request.identity, signed.signature)
        peer.access.check(_RESOURCE, request.channel_id, data)
    except AccessDenied as denied:
        raise RpcError(grpc.StatusCode.PERMISSION_DENIED, str(denied)) from denied
    code, number = await peer.transaction_committed(request.transaction_id)
    return gateway.CommitStatusResponse(result=code, block_number=number)  # type: ignore[arg-type]  # an enum's number
