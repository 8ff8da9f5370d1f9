"""gRPC's server side for the few calls a chaincode answers, straight on HTTP/2 (PROTOCOL-HTTP2.md).

grpcio's own server hands each message through three threads, which costs ten times what a transaction does.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from threading import Lock
from typing import Protocol

from h2.events import Event, RequestReceived, StreamEnded, StreamReset

from ..errors import ProtocolViolation, StreamClosed
from .admission import Admission
from .grpc_messages import MessageCutter, with_prefix
from .http2 import Data, Http2Connection
from .reading import Delivery, Reading

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 300.0
"""After so long a connection on which no call is open is closed."""
_CONTENT = (b"content-type", b"application/grpc")


class Status(IntEnum):
    """Codes of gRPC's statuses that are used here."""

    OK = 0
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14


class Answering(Protocol):
    """What answers one call. All of it is called by the thread that reads the connection."""

    def receive(self, message: bytes) -> None:
        """The caller's next message.

        Raises:
            ProtocolViolation: it does not belong here; the call ends.
        """
        ...

    def finish(self) -> None:
        """The caller sends nothing more."""
        ...

    def close(self) -> None:
        """The call has ended, in whatever way."""
        ...


class Outlet:
    """The way back to a caller."""

    def __init__(self, connection: Http2Connection, stream_id: int) -> None:
        self._connection = connection
        self._stream_id = stream_id

    def send(self, message: bytes) -> None:
        """Send a message, from any thread.

        Raises:
            StreamClosed: the call has ended.
        """
        self._connection.send(self._stream_id, with_prefix(message))

    def end(self, status: Status, text: str = "") -> None:
        """End the call; `text` is ASCII."""
        trailers = [(b"grpc-status", str(int(status)).encode())]
        if text:
            trailers.append((b"grpc-message", text.encode("ascii")))
        self._connection.finish(self._stream_id, trailers)


@dataclass(frozen=True, slots=True)
class ServedBy:
    """How a method begins to answer: with the way back to the caller, and who runs its transactions."""

    begin: Callable[[Outlet, Reading], Answering]


@dataclass(slots=True)
class _Call:
    outlet: Outlet
    answering: Answering
    deliver: Callable[[bytes], None]
    cutter: MessageCutter = field(default_factory=MessageCutter)


class GrpcServerConnection:
    """One caller's connection. `methods` are by path."""

    def __init__(
        self, connection: Http2Connection, methods: Mapping[bytes, ServedBy], admission: Admission
    ) -> None:
        self._connection = connection
        self._methods = methods
        self._reading = Reading(self._take, self._ended, admission)
        self._arrived: deque[Delivery] = deque()
        self._calls: dict[int, _Call] = {}
        self._lock = Lock()

    def serve(self) -> None:
        """Serve until the connection ends."""
        try:
            self._reading.run()
        except ProtocolViolation as error:
            logger.error("a peer broke the protocol: %s", error)
        finally:
            self._connection.release()

    def stop(self) -> None:
        """End all calls, from any thread."""
        with self._lock:
            calls = list(self._calls.values())
        for call in calls:
            call.outlet.end(Status.UNAVAILABLE, "the chaincode has ended")
        self._connection.close()

    def _take(self) -> Delivery | None:
        while not self._arrived:
            events = self._connection.read(None if self._calls else _IDLE_SECONDS)
            if events is None or (not events and not self._calls):
                return None
            for event in events:
                self._apply(event)
        return self._arrived.popleft()

    def _apply(self, event: Event | Data) -> None:
        if isinstance(event, Data):
            call = self._calls.get(event.stream_id)
            if call is not None:
                for message in call.cutter.cut(event.content):
                    self._arrived.append((call.deliver, message))
        elif isinstance(event, RequestReceived):
            self._begin(event)
        elif isinstance(event, StreamEnded):
            self._arrived.append((partial(self._finish, event.stream_id), b""))
        elif isinstance(event, StreamReset):
            self._arrived.append((partial(self._close, event.stream_id), b""))

    def _begin(self, event: RequestReceived) -> None:
        path = dict(event.headers).get(b":path", b"")
        served_by = self._methods.get(bytes(path))
        stream_id, outlet = event.stream_id, Outlet(self._connection, event.stream_id)
        try:
            self._connection.answer(stream_id, [(b":status", b"200"), _CONTENT])
            if served_by is None:
                outlet.end(Status.UNIMPLEMENTED, "no such method")
                return
            answering = served_by.begin(outlet, self._reading)
        except StreamClosed:
            return
        with self._lock:
            self._calls[stream_id] = _Call(outlet, answering, partial(self._deliver, stream_id))

    def _deliver(self, stream_id: int, message: bytes) -> None:
        call = self._calls.get(stream_id)
        if call is None:
            return
        try:
            call.answering.receive(message)
        except ProtocolViolation as error:
            logger.error("the peer broke the protocol: %s", error)
            call.outlet.end(Status.INTERNAL, "the peer broke the protocol")
            self._close(stream_id)
        except StreamClosed:
            self._close(stream_id)

    def _finish(self, stream_id: int, _: bytes) -> None:
        call = self._calls.get(stream_id)
        if call is not None:
            call.answering.finish()
            self._close(stream_id)

    def _close(self, stream_id: int, _: bytes = b"") -> None:
        with self._lock:
            call = self._calls.pop(stream_id, None)
        if call is not None:
            call.answering.close()

    def _ended(self) -> None:
        for stream_id in list(self._calls):
            self._close(stream_id)
        self._connection.close()
