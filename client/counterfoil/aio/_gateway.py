"""Gateway and Network for asyncio. What they do and raise: see the blocking ones."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import Signer

from .. import _events, _flows
from .._calls import Flow, StreamCall
from .._checkpointer import Checkpoint
from .._drivers import AsyncDriver
from .._endpoint import Endpoint
from .._errors import CommitUnknown, EventsError
from .._events import BlockAndPrivateDataEvent, BlockEvent, ChaincodeEvent, FilteredBlockEvent, Span
from .._profile import ConnectionProfile
from .._session import Deadlines, Session, new_session, optional_seconds
from .._steps import ProposalData, Status, TransactionData, check_text
from ._contract import Contract, Proposal, Transaction

ResultT = TypeVar("ResultT")
EventT = TypeVar("EventT")


class Gateway:
    """As ``counterfoil.Gateway``, for the event loop it is connected in."""

    def __init__(self, driver: AsyncDriver, session: Session, peer_msp_id: str) -> None:
        self._driver = driver
        self.session = session
        self.peer_msp_id = peer_msp_id

    @classmethod
    def connect(  # noqa: PLR0913 - what a connection is made of, all but one by keyword
        cls,
        address: str,
        *,
        identity: Identity,
        signer: Signer | None = None,
        tls_root: bytes | None,
        tls_identity: tuple[bytes, bytes] | None = None,
        server_name: str | None = None,
        peer_msp_id: str | None = None,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    ) -> "Gateway":
        """As ``counterfoil.Gateway.connect``; needs no awaiting."""
        endpoint = Endpoint(check_text("address", address), tls_root, tls_identity, server_name)
        session = new_session(identity, signer, deadlines, tls_identity[1] if tls_identity else None)
        return cls(AsyncDriver(endpoint), session, peer_msp_id or identity.msp_id)

    @classmethod
    def from_profile(
        cls,
        profile: str | Path | ConnectionProfile,
        user: str,
        *,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
        peer: str | None = None,
    ) -> "Gateway":
        """As ``counterfoil.Gateway.from_profile``; reads files, needs no awaiting."""
        if not isinstance(profile, ConnectionProfile):
            profile = ConnectionProfile.read(profile)
        identity, signer = profile.identity(user)
        session = new_session(identity, signer, deadlines, None)
        return cls(AsyncDriver(profile.endpoint(peer)), session, profile.msp_id)

    @property
    def identity(self) -> Identity:
        """The client identity of all calls."""
        return self.session.identity

    @property
    def deadlines(self) -> Deadlines:
        """The default deadlines."""
        return self.session.deadlines

    def network(self, channel: str) -> "Network":
        """As ``counterfoil.Gateway.network``."""
        return Network(self, check_text("channel", channel))

    async def settle(
        self, unknown: CommitUnknown | Transaction | bytes, *, deadlines: Deadlines | None = None
    ) -> Status:
        """As ``counterfoil.Gateway.settle``."""
        if isinstance(unknown, Transaction):
            data = unknown.data
        else:
            data = TransactionData.parse(unknown.prepared if isinstance(unknown, CommitUnknown) else unknown)
        return await self.run(_flows.settle(self.session, data, deadlines or self.deadlines))

    def proposal_from_bytes(self, data: bytes, signature: bytes = b"") -> Proposal:
        """As ``counterfoil.Gateway.proposal_from_bytes``."""
        return Proposal(self, ProposalData.parse(data, signature))

    def transaction_from_bytes(self, data: bytes, signature: bytes = b"") -> Transaction:
        """As ``counterfoil.Gateway.transaction_from_bytes``."""
        return Transaction(self, TransactionData.parse(data, signature))

    async def run(self, flow: Flow[ResultT]) -> ResultT:
        """Run a flow on this connection (for the SDK's own modules)."""
        return await self._driver.run(flow)

    def open(self, call: StreamCall[Any, ResultT]) -> "EventStream[ResultT]":
        """Open a stream on this connection (for the SDK's own modules)."""
        return EventStream(*self._driver.stream(call))

    async def close(self) -> None:
        """Close the connection; calls that are under way end with CANCELLED."""
        await self._driver.channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class EventStream(Generic[EventT]):
    """An open stream: ``async for`` over it; leaving its ``async with`` block ends it, others go on."""

    def __init__(self, running: Any, received: AsyncIterator[EventT]) -> None:
        self._running = running
        self._received = received
        self._closed = False

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self

    async def __anext__(self) -> EventT:
        if self._closed:
            raise StopAsyncIteration
        try:
            return await anext(self._received)
        except (EventsError, asyncio.CancelledError):
            task = asyncio.current_task()
            if self._closed and not (task and task.cancelling()):
                # gRPC tells of its own cancelled call by CancelledError, although nobody cancelled this task.
                raise StopAsyncIteration from None
            raise

    def close(self) -> None:
        """End the stream; another task that waits in it gets the end of the iteration."""
        self._closed = True
        self._running.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Network:
    """As ``counterfoil.Network``."""

    def __init__(self, gateway: Gateway, channel: str) -> None:
        self.gateway = gateway
        self.name = channel

    def contract(self, chaincode: str, contract: str = "") -> Contract:
        """As ``counterfoil.Network.contract``."""
        return Contract(self, check_text("chaincode", chaincode), contract)

    def chaincode_events(
        self,
        chaincode: str,
        *,
        start_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[ChaincodeEvent]:
        """As ``counterfoil.Network.chaincode_events``."""
        span = Span.of(start_block, None, checkpoint)
        session, seconds = self.gateway.session, optional_seconds(timeout)
        return self.gateway.open(_events.chaincode_events(session, self.name, chaincode, span, seconds))

    def block_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[BlockEvent]:
        """As ``counterfoil.Network.block_events``."""
        span = Span.of(start_block, stop_block, checkpoint)
        session, seconds = self.gateway.session, optional_seconds(timeout)
        return self.gateway.open(_events.block_events(session, self.name, span, seconds))

    def filtered_block_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[FilteredBlockEvent]:
        """As ``counterfoil.Network.filtered_block_events``."""
        span = Span.of(start_block, stop_block, checkpoint)
        session, seconds = self.gateway.session, optional_seconds(timeout)
        return self.gateway.open(_events.filtered_block_events(session, self.name, span, seconds))

    def block_and_private_data_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[BlockAndPrivateDataEvent]:
        """As ``counterfoil.Network.block_and_private_data_events``."""
        span = Span.of(start_block, stop_block, checkpoint)
        session, seconds = self.gateway.session, optional_seconds(timeout)
        return self.gateway.open(_events.block_and_private_data_events(session, self.name, span, seconds))
