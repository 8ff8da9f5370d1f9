"""gRPC's client side of one call that stays open: the chaincode's to the peer that launched it."""

import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence

from h2.events import Event, ResponseReceived, StreamEnded, StreamReset, TrailersReceived

from ..errors import ChaincodeError
from .admission import Admission
from .grpc_messages import MessageCutter, with_prefix
from .http2 import Data, Http2Connection
from .patient_socket import keep_alive
from .reading import Delivery, Reading
from .tls import TlsSession

CONNECT_SECONDS = 20.0


class CallFailed(ChaincodeError):  # noqa: N818 - the tree of errors.py reads as sentences
    """The call ended other than with the status OK; the text says how."""


class OpenCall:
    """A call to `path` at a peer (host:port).

    Raises:
        OSError: the peer cannot be reached, or its certificate is not the right one (ssl.SSLError).
    """

    def __init__(self, address: str, path: str, tls: ssl.SSLContext | None) -> None:
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        connection = socket.create_connection((host, int(port)), CONNECT_SECONDS)
        try:
            keep_alive(connection)
            session = None if tls is None else TlsSession(connection, tls, host)
            self._connection = Http2Connection(connection, session, server=False)
        except BaseException:
            connection.close()
            raise
        self._cutter = MessageCutter()
        self._arrived: deque[Delivery] = deque()
        self._status: str | None = None
        self._stream_id = self._connection.open_stream(
            (
                (b":method", b"POST"),
                (b":scheme", b"http" if tls is None else b"https"),
                (b":path", path.encode("ascii")),
                (b":authority", address.encode("ascii")),
                (b"te", b"trailers"),
                (b"content-type", b"application/grpc"),
            )
        )

    def send(self, message: bytes) -> None:
        """Send a message, from any thread.

        Raises:
            StreamClosed: the call has ended.
        """
        self._connection.send(self._stream_id, with_prefix(message))

    def finish(self) -> None:
        """Say that no more messages come."""
        self._connection.finish(self._stream_id)

    def reading(
        self, receive: Callable[[bytes], None], ended: Callable[[], None], admission: Admission
    ) -> Reading:
        """What reads the peer's messages, and tells their end."""

        def take() -> Delivery | None:
            while not self._arrived:
                events = None if self._status is not None else self._connection.read()
                if events is None:
                    return None
                self._apply(events, receive)
            return self._arrived.popleft()

        return Reading(take, ended, admission)

    def close(self) -> None:
        """End the connection, from any thread; what reads it comes to its end."""
        self._connection.close()

    def release(self) -> None:
        """Give the connection's sockets back, when nobody reads any more."""
        self._connection.release()

    def check(self) -> None:
        """See whether the call has ended well.

        Raises:
            CallFailed: the peer did not end it with the status OK.
        """
        if self._status != "0":
            raise CallFailed("the connection ended" if self._status is None else f"status {self._status}")

    def _apply(self, events: Sequence[Event | Data], receive: Callable[[bytes], None]) -> None:
        for event in events:
            if isinstance(event, Data):
                self._arrived.extend((receive, message) for message in self._cutter.cut(event.content))
            elif isinstance(event, ResponseReceived | TrailersReceived):
                headers = dict(event.headers)
                if b"grpc-status" in headers:
                    self._status = headers[b"grpc-status"].decode("ascii", "replace")
                elif headers.get(b":status", b"200") != b"200":
                    self._status = "of HTTP " + headers[b":status"].decode("ascii", "replace")
            elif isinstance(event, StreamReset | StreamEnded) and self._status is None:
                self._status = "none"
