"""Event streams: the requests that open them and what they deliver."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import grpc
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.messages import atomic_broadcast, common, events, gateway, transaction
from counterfoil_protocol.transaction_id import new_nonce

from ._calls import StreamCall
from ._checkpointer import Checkpoint
from ._errors import EventsError
from ._session import Session

EventT = TypeVar("EventT")
_LAST_BLOCK = 2**64 - 1
_DELIVER = "/protos.Deliver/"


@dataclass(frozen=True, slots=True)
class ChaincodeEvent:
    """An event that a committed, valid transaction's chaincode set."""

    block_number: int
    transaction_id: str
    chaincode_name: str
    event_name: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockEvent:
    """A whole block; ``proto`` is Fabric's common.Block."""

    number: int
    proto: common.Block = field(repr=False)


@dataclass(frozen=True, slots=True)
class FilteredTransaction:
    """What a filtered block tells of a transaction."""

    transaction_id: str
    validation_code: int

    @property
    def successful(self) -> bool:
        """Whether the transaction is valid."""
        return self.validation_code == transaction.VALID


@dataclass(frozen=True, slots=True)
class FilteredBlockEvent:
    """A block without its contents; ``proto`` is Fabric's protos.FilteredBlock."""

    number: int
    channel: str
    transactions: tuple[FilteredTransaction, ...]
    proto: events.FilteredBlock = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockAndPrivateDataEvent:
    """A block and the private data of it that the peer's organisation holds.

    ``private_data`` maps a transaction's number in the block to its serialized rwset.TxPvtReadWriteSet;
    private data of invalid transactions is among it. ``proto`` is Fabric's protos.BlockAndPrivateData.
    """

    number: int
    private_data: dict[int, bytes] = field(repr=False)
    proto: events.BlockAndPrivateData = field(repr=False)


class EventStream(Generic[EventT]):
    """An open stream: iterate over it, leave its ``with`` block or ``close`` it to end it; others go on."""

    def __init__(self, running: Any, received: Iterator[EventT]) -> None:
        self._running = running
        self._received = received
        self._closed = False

    def __iter__(self) -> Iterator[EventT]:
        return self

    def __next__(self) -> EventT:
        if self._closed:
            raise StopIteration
        try:
            return next(self._received)
        except EventsError:
            if self._closed:
                raise StopIteration from None
            raise

    def close(self) -> None:
        """End the stream; another thread that waits in it gets StopIteration."""
        self._closed = True
        self._running.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the channel a stream covers.

    Attributes:
        start_block: the first block; None for the next one committed.
        stop_block: the last block; None to go on for ever.
        after_transaction_id: in the first block, begin after this transaction (chaincode events).
    """

    start_block: int | None
    stop_block: int | None
    after_transaction_id: str

    @classmethod
    def of(cls, start_block: int | None, stop_block: int | None, checkpoint: Checkpoint | None) -> "Span":
        """A checkpoint that has seen something wins over ``start_block``, as in the official clients.

        Raises:
            TypeError, ValueError: not a block number.
        """
        for name, number in (("start_block", start_block), ("stop_block", stop_block)):
            if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
                raise TypeError(f"{name} is a block number, not {type(number).__name__}")
            if number is not None and not 0 <= number <= _LAST_BLOCK:
                raise ValueError(f"{name} is not a block number")
        if checkpoint is not None and checkpoint.block_number is not None:
            return cls(checkpoint.block_number, stop_block, checkpoint.transaction_id)
        return cls(start_block, stop_block, "")

    @property
    def start(self) -> atomic_broadcast.SeekPosition:
        """Fabric's position to begin at."""
        if self.start_block is None:
            return atomic_broadcast.SeekPosition(next_commit=atomic_broadcast.SeekNextCommit())
        return atomic_broadcast.SeekPosition(
            specified=atomic_broadcast.SeekSpecified(number=self.start_block)
        )

    @property
    def stop(self) -> atomic_broadcast.SeekPosition:
        """Fabric's position to end at."""
        last = _LAST_BLOCK if self.stop_block is None else self.stop_block
        return atomic_broadcast.SeekPosition(specified=atomic_broadcast.SeekSpecified(number=last))


def chaincode_events(
    session: Session, channel: str, chaincode: str, span: Span, timeout: float | None
) -> StreamCall[gateway.ChaincodeEventsResponse, ChaincodeEvent]:
    """The stream of one chaincode's events."""
    session.check_process()
    request = gateway.ChaincodeEventsRequest(
        channel_id=channel,
        chaincode_id=chaincode,
        identity=session.creator,
        start_position=span.start,
        after_transaction_id=span.after_transaction_id,
    ).SerializeToString()
    signed = gateway.SignedChaincodeEventsRequest(request=request, signature=session.sign(request))
    return StreamCall(
        "/gateway.Gateway/ChaincodeEvents",
        signed,
        gateway.ChaincodeEventsResponse,
        _chaincode_events,
        timeout,
        client_streams=False,
    )


def block_events(
    session: Session, channel: str, span: Span, timeout: float | None
) -> StreamCall[events.DeliverResponse, BlockEvent]:
    """The stream of whole blocks."""
    return _deliver("Deliver", session, channel, span, timeout, _block)


def filtered_block_events(
    session: Session, channel: str, span: Span, timeout: float | None
) -> StreamCall[events.DeliverResponse, FilteredBlockEvent]:
    """The stream of blocks without contents."""
    return _deliver("DeliverFiltered", session, channel, span, timeout, _filtered_block)


def block_and_private_data_events(
    session: Session, channel: str, span: Span, timeout: float | None
) -> StreamCall[events.DeliverResponse, BlockAndPrivateDataEvent]:
    """The stream of blocks with the private data of the peer's organisation."""
    return _deliver("DeliverWithPrivateData", session, channel, span, timeout, _block_and_private_data)


def _deliver(  # noqa: PLR0913, PLR0917 - the six things in which the three Deliver methods differ or agree
    method: str,
    session: Session,
    channel: str,
    span: Span,
    timeout: float | None,
    read: Any,
) -> StreamCall[events.DeliverResponse, Any]:
    session.check_process()
    envelope = _seek_envelope(session, channel, span)
    return StreamCall(
        _DELIVER + method, envelope, events.DeliverResponse, _until_status(read), timeout, client_streams=True
    )


def _seek_envelope(session: Session, channel: str, span: Span) -> common.Envelope:
    """As protoutil.CreateSignedEnvelopeWithTLSBinding; the peer compares the TLS hash under mutual TLS."""
    payload = build_payload(
        common.DELIVER_SEEK_INFO,
        channel,
        session.creator,
        new_nonce(),
        atomic_broadcast.SeekInfo(start=span.start, stop=span.stop).SerializeToString(),
        timestamp=divmod(time.time_ns(), 1_000_000_000),
        tls_certificate_hash=session.tls_certificate_hash,
    )
    return common.Envelope(payload=payload, signature=session.sign(payload))


def _until_status(read: Any) -> Any:
    def events_of(response: events.DeliverResponse) -> Iterable[Any]:
        if response.WhichOneof("Type") == "status":
            if response.status == common.SUCCESS:
                return ()
            name = common.Status.Name(response.status)
            code = (
                grpc.StatusCode.PERMISSION_DENIED
                if response.status == common.FORBIDDEN
                else grpc.StatusCode.ABORTED
            )
            raise EventsError(code, f"the peer ended the stream with status {name}")
        return (read(response),)

    return events_of


def _chaincode_events(response: gateway.ChaincodeEventsResponse) -> Iterable[ChaincodeEvent]:
    return [
        ChaincodeEvent(response.block_number, each.tx_id, each.chaincode_id, each.event_name, each.payload)
        for each in response.events
    ]


def _block(response: events.DeliverResponse) -> BlockEvent:
    return BlockEvent(response.block.header.number, response.block)


def _filtered_block(response: events.DeliverResponse) -> FilteredBlockEvent:
    block = response.filtered_block
    transactions = tuple(
        FilteredTransaction(each.txid, each.tx_validation_code) for each in block.filtered_transactions
    )
    return FilteredBlockEvent(block.number, block.channel_id, transactions, block)


def _block_and_private_data(response: events.DeliverResponse) -> BlockAndPrivateDataEvent:
    found = response.block_and_private_data
    private = {number: each.SerializeToString() for number, each in found.private_data_map.items()}
    return BlockAndPrivateDataEvent(found.block.header.number, private, found)
