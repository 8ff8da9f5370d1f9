"""Submit: hand a signed transaction to the ordering service (submit.go, one orderer)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import grpc
from counterfoil_protocol.messages import common, gateway

from counterfoil_network.embedded.rpc import RpcError

if TYPE_CHECKING:
    from counterfoil_protocol.messages import atomic_broadcast

_CLIENT_ERRORS = range(400, 500)


class OrderingServiceDown(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The orderer does not answer; the text is what a gRPC client would say."""


class OrderingService(Protocol):
    """The orderer as a gateway reaches it."""

    @property
    def address(self) -> str:
        """Its endpoint."""
        ...

    @property
    def msp_id(self) -> str:
        """Its organisation."""
        ...

    async def broadcast(self, envelope: common.Envelope) -> atomic_broadcast.BroadcastResponse:
        """Accept or refuse an envelope.

        Raises:
            OrderingServiceDown: it is not running.

        """
        ...


async def submit(
    request: gateway.SubmitRequest, orderer: OrderingService, channel_id: str
) -> gateway.SubmitResponse:
    """Answer when the ordering service has accepted the transaction.

    Raises:
        RpcError: as Fabric's gateway.

    """
    if not request.HasField("prepared_transaction"):
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, "a prepared transaction is required")
    envelope = request.prepared_transaction
    if not envelope.signature:
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, "prepared transaction must be signed")
    if request.channel_id != channel_id:
        raise RpcError(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"failed to get config for channel [{request.channel_id}]: "
            f"could not get last config for channel {request.channel_id}",
        )
    details: list[gateway.ErrorDetail] = []
    try:
        response = await orderer.broadcast(envelope)
    except OrderingServiceDown as error:
        details.append(
            gateway.ErrorDetail(address=orderer.address, msp_id=orderer.msp_id, message=str(error))
        )
    else:
        if response.status == common.SUCCESS:
            return gateway.SubmitResponse()
        if response.status in _CLIENT_ERRORS:
            status = common.Status.Name(response.status)
            raise RpcError(
                grpc.StatusCode.ABORTED,
                f"received unsuccessful response from orderer: status={status}, info={response.info}",
            )
    raise RpcError(grpc.StatusCode.UNAVAILABLE, "no orderers could successfully process transaction", details)
