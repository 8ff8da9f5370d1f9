"""ChaincodeEvents: events of one chaincode's VALID transactions, block by block (chaincodeevents.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import gateway
from counterfoil_protocol.signed_data import SignedData
from counterfoil_protocol.wire import decode

from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.events import block_events
from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from counterfoil_protocol.messages import chaincode_event

    from counterfoil_network.embedded.peer.peer import Peer

_INVALID = grpc.StatusCode.INVALID_ARGUMENT
_RESOURCE = "gateway/ChaincodeEvents"


async def chaincode_events(
    signed: gateway.SignedChaincodeEventsRequest, peer: Peer
) -> AsyncIterator[gateway.ChaincodeEventsResponse]:
    """Answer one message for each block that has matching events.

    Raises:
        RpcError: as Fabric's gateway.

    """
    request = _read(signed, peer)
    number = _start(request, peer)
    after = request.after_transaction_id
    while True:
        block = await peer.next_block(number)
        events: list[chaincode_event.ChaincodeEvent] = []
        for event in block_events(block):
            if after:
                # Everything up to and including the transaction the client has seen is left out.
                after = "" if event.tx_id == after else after
            elif event.chaincode_id == request.chaincode_id:
                events.append(event)
        if events:
            yield gateway.ChaincodeEventsResponse(events=events, block_number=number)
        number += 1


def _read(signed: gateway.SignedChaincodeEventsRequest, peer: Peer) -> gateway.ChaincodeEventsRequest:
    if not signed.request:
        raise RpcError(_INVALID, "a chaincode events request is required")
    try:
        request = decode(gateway.ChaincodeEventsRequest, signed.request)
    except MalformedMessage as error:
        raise RpcError(_INVALID, f"invalid chaincode events request: {error}") from error
    try:
        data = SignedData(signed.request, request.identity, signed.signature)
        peer.access.check(_RESOURCE, request.channel_id, data)
    except AccessDenied as denied:
        raise RpcError(grpc.StatusCode.PERMISSION_DENIED, str(denied)) from denied
    return request


def _start(request: gateway.ChaincodeEventsRequest, peer: Peer) -> int:
    if request.after_transaction_id:
        status = peer.ledger.transaction_status(request.after_transaction_id)
        if status is not None:
            return status.block
    kind = request.start_position.WhichOneof("Type")
    if kind == "specified":
        return request.start_position.specified.number
    if kind in (None, "next_commit"):
        return peer.height
    raise RpcError(_INVALID, f"invalid start position type: {kind}")
