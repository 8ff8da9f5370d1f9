"""One transaction's requests to the peer: one at a time, each answered by RESPONSE or ERROR."""

from collections.abc import Callable

from counterfoil_protocol.messages import chaincode_event, chaincode_shim

from ..errors import PeerError, ProtocolViolation, StreamClosed, peer_error
from .grpc_messages import MESSAGE_BYTES_MAX
from .hub import Place

MESSAGE = chaincode_shim.ChaincodeMessage
_MAX_TEXT = f"{MESSAGE_BYTES_MAX // 1024**2} MB"


class Exchange:
    """A running transaction as its stream sees it; `enter` gives it its place to wait."""

    __slots__ = (
        "_asks",
        "_closed",
        "_place",
        "_send",
        "_tail",
        "_waits",
        "channel_id",
        "forgotten",
        "key",
        "transaction_id",
    )

    def __init__(self, channel_id: str, transaction_id: str, send: Callable[[bytes], None]) -> None:
        self.channel_id = channel_id
        self.transaction_id = transaction_id
        self.key = channel_id, transaction_id
        """What tells transactions of one stream apart."""
        # Every message ends with these two: a message's fields may be put together one after another.
        self._tail: bytes = MESSAGE(txid=transaction_id, channel_id=channel_id).SerializeToString()
        self._send = send
        self._place: Place | None = None
        self._asks = False
        self._waits = False
        self._closed = False
        self.forgotten = False
        """Whether its stream has taken it off the list of what runs."""

    def enter(self, place: Place) -> None:
        """The transaction begins to run, and will wait there."""
        self._place = place

    def call(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        """Send a request and wait for its answer's payload. The peer's own limits end the waiting.

        Raises:
            PeerError: the peer answered ERROR, or would not take a message of this length.
            StreamClosed: the stream ended.
            ProtocolViolation: asked by another thread or greenlet than the transaction's own; while it asks
                already, or after its end (what the collector of garbage ends may ask at any moment).
        """
        place = self._place
        if place is None or not place.is_here or self._asks or self.forgotten:
            raise ProtocolViolation("a transaction asks its peer one thing at a time, from its own thread")
        self._asks = True
        try:
            self._waits = True
            # After that, so that an end of the stream in between is seen here or delivered there.
            if self._closed:
                raise StreamClosed("the stream to the peer has ended")
            self.send(message_type, payload)
            answer = place.wait()
        finally:
            self._asks = self._waits = False
        if answer is None:
            raise StreamClosed("the stream to the peer has ended")
        if answer.type == MESSAGE.ERROR:
            raise peer_error(answer.payload.decode(errors="replace"))
        return answer.payload

    def send(
        self,
        message_type: MESSAGE.Type.ValueType,
        payload: bytes,
        event: chaincode_event.ChaincodeEvent | None = None,
    ) -> None:
        """Send a message of this transaction.

        Raises:
            PeerError: it is longer than a peer takes, which would end the stream, and all others with it.
        """
        head = MESSAGE(type=message_type, payload=payload, chaincode_event=event)
        data = head.SerializeToString() + self._tail
        if len(data) > MESSAGE_BYTES_MAX:
            raise PeerError(f"a message of {len(data)} bytes is longer than a peer takes ({_MAX_TEXT})")
        self._send(data)

    def answer(self, message: MESSAGE | None) -> bool:
        """The peer's answer has come, or (None) none will; False if nothing was asked."""
        # One answer to one request: what comes besides must not become the answer to the next.
        waits, self._waits = self._waits, False
        if waits and self._place is not None:
            self._place.deliver(message)
        return waits

    def close(self) -> None:
        """The stream has ended."""
        self._closed = True
        self.answer(None)
