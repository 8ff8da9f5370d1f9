"""The gRPC service `gateway.Gateway` of one organisation's peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterfoil_protocol.services import GatewayServicer

from counterfoil_network.embedded.gateway.chaincode_events import chaincode_events
from counterfoil_network.embedded.gateway.commit_status import commit_status
from counterfoil_network.embedded.gateway.endorse import endorse
from counterfoil_network.embedded.gateway.evaluate import evaluate
from counterfoil_network.embedded.gateway.registry import Registry
from counterfoil_network.embedded.gateway.submit import submit
from counterfoil_network.embedded.rpc import ConcurrencyLimit, Service, streaming, unary
from counterfoil_network.embedded.settings import GATEWAY_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from counterfoil_protocol.messages import gateway

    from counterfoil_network.embedded.gateway.submit import OrderingService
    from counterfoil_network.embedded.membership import Membership
    from counterfoil_network.embedded.peer.peer import Peer


class GatewayService(Service, GatewayServicer):
    """One method an RPC; each refuses when the peer's own ledger is not to be had."""

    def __init__(self, peer: Peer, membership: Membership, orderer: OrderingService) -> None:
        super().__init__(ConcurrencyLimit("/gateway.Gateway", GATEWAY_CONCURRENCY), peer.log)
        self._peer = peer
        self._orderer = orderer
        self._registry = Registry(peer, membership, peer.policies, peer.channel.channel_id)

    @unary
    async def Evaluate(self, request: gateway.EvaluateRequest, _: Any) -> gateway.EvaluateResponse:  # noqa: N802 - gRPC's name
        """Run a transaction function without submitting it."""
        self._peer.check_ledger()
        return await evaluate(request, self._registry, self._peer.channel.channel_id)

    @unary
    async def Endorse(self, request: gateway.EndorseRequest, _: Any) -> gateway.EndorseResponse:  # noqa: N802 - gRPC's name
        """Collect endorsements."""
        self._peer.check_ledger()
        return await endorse(request, self._registry)

    @unary
    async def Submit(self, request: gateway.SubmitRequest, _: Any) -> gateway.SubmitResponse:  # noqa: N802 - gRPC's name
        """Order a transaction."""
        self._peer.check_ledger()
        return await submit(request, self._orderer, self._peer.channel.channel_id)

    @unary
    async def CommitStatus(  # noqa: N802 - gRPC's name
        self, request: gateway.SignedCommitStatusRequest, _: Any
    ) -> gateway.CommitStatusResponse:
        """Wait for a transaction's outcome."""
        self._peer.check_ledger()
        return await commit_status(request, self._peer)

    @streaming
    async def ChaincodeEvents(  # noqa: N802 - gRPC's name
        self, request: gateway.SignedChaincodeEventsRequest, _: Any
    ) -> AsyncIterator[gateway.ChaincodeEventsResponse]:
        """Stream a chaincode's events."""
        self._peer.check_ledger()
        async for response in chaincode_events(request, self._peer):
            yield response
