"""The gRPC service `orderer.AtomicBroadcast`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from counterfoil_protocol.messages import atomic_broadcast, common
from counterfoil_protocol.policy import CHANNEL_READERS
from counterfoil_protocol.services import AtomicBroadcastServicer

from counterfoil_network.embedded.deliver import Answers, deliver
from counterfoil_network.embedded.gateway.submit import OrderingServiceDown
from counterfoil_network.embedded.rpc import ConcurrencyLimit, RpcError, Service, streaming

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from counterfoil_protocol.signed_data import SignedData

    from counterfoil_network.embedded.orderer.orderer import Orderer

_NO_LIMIT = 10_000
"""Fabric's orderer has no concurrency limit; this one keeps a mistake from taking all memory."""


class BroadcastService(Service, AtomicBroadcastServicer):
    """Broadcast and Deliver of the ordering service."""

    def __init__(self, orderer: Orderer) -> None:
        super().__init__(ConcurrencyLimit("/orderer.AtomicBroadcast", _NO_LIMIT), orderer.log)
        self._orderer = orderer

    @streaming
    async def Broadcast(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[common.Envelope], _: Any
    ) -> AsyncIterator[atomic_broadcast.BroadcastResponse]:
        """Answer each envelope; the stream ends at the first that is refused."""
        async for envelope in request_iterator:
            try:
                response = await self._orderer.broadcast(envelope)
            except OrderingServiceDown as error:
                raise RpcError(grpc.StatusCode.UNAVAILABLE, str(error)) from error
            yield response
            if response.status != common.SUCCESS:
                return

    @streaming
    async def Deliver(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[common.Envelope], _: Any
    ) -> AsyncIterator[atomic_broadcast.DeliverResponse]:
        """Deliver blocks as they were ordered, to those who may read the channel."""
        channel = self._orderer.channel

        def allow(signed: SignedData) -> None:
            channel.evaluate(CHANNEL_READERS, [signed])

        answers = Answers(
            allow,
            lambda block, _: atomic_broadcast.DeliverResponse(block=block),
            lambda status: atomic_broadcast.DeliverResponse(status=status),
        )
        async for answer in deliver(request_iterator, self._orderer, answers, self._orderer.log):
            assert isinstance(answer, atomic_broadcast.DeliverResponse)
            yield answer
