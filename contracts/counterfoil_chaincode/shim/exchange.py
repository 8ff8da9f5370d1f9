"""One transaction's requests to the peer: one at a time, each answered by RESPONSE or ERROR."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock

from counterfoil_protocol.messages import chaincode_shim

from ..errors import ProtocolViolation, StreamClosed, peer_error

MESSAGE = chaincode_shim.ChaincodeMessage


class Exchange:
    """The waiting place of one running transaction."""

    __slots__ = ("_answers", "_channel_id", "_closed", "_one_at_a_time", "_pump", "_send", "_transaction_id")

    def __init__(
        self,
        channel_id: str,
        transaction_id: str,
        send: Callable[[bytes], None],
        pump: Callable[[], bool],
    ) -> None:
        self._channel_id = channel_id
        self._transaction_id = transaction_id
        self._send = send
        self._pump = pump
        self._answers: SimpleQueue[MESSAGE | None] = SimpleQueue()
        self._one_at_a_time = Lock()
        self._closed = False

    @property
    def key(self) -> tuple[str, str]:
        """What tells transactions of one stream apart: channel and transaction ID."""
        return self._channel_id, self._transaction_id

    def call(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        """Send a request and wait for its answer's payload. The peer's own limits end the waiting.

        Raises:
            PeerError: the peer answered ERROR.
            StreamClosed: the stream ended.
            ProtocolViolation: a second request at the same time, from another thread of the contract.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            raise ProtocolViolation("a transaction asks its peer one thing at a time, from one thread")
        try:
            if self._closed:
                raise StreamClosed("the stream to the peer has ended")
            request = MESSAGE(
                type=message_type, payload=payload, txid=self._transaction_id, channel_id=self._channel_id
            )
            self._send(request.SerializeToString())
            answer = self._wait()
        finally:
            self._one_at_a_time.release()
        if answer is None:
            raise StreamClosed("the stream to the peer has ended")
        if answer.type == MESSAGE.ERROR:
            raise peer_error(answer.payload.decode(errors="replace"))
        return answer.payload

    def _wait(self) -> MESSAGE | None:
        while self._answers.empty() and self._pump():
            pass
        return self._answers.get()

    def answer(self, message: MESSAGE) -> None:
        """The peer's answer has come."""
        self._answers.put(message)

    def close(self) -> None:
        """The stream has ended."""
        self._closed = True
        self._answers.put(None)
