"""One HTTP/2 connection: the socket (plain or TLS) around `h2`'s state machine.

One thread reads; any thread sends. Sending never waits: what the socket or the other side's flow control
holds back is kept, and goes out when there is room.
"""

import contextlib
import select
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, StreamEnded, StreamReset
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from ..errors import ProtocolViolation, StreamClosed
from .tls import TlsSession

Headers = Iterable[tuple[bytes, bytes]]

_STREAM_WINDOW_BYTES = 1024 * 1024
_WINDOW_BYTES = 16 * 1024 * 1024
"""What the other side may send ahead of our acknowledgement, on a stream and in all."""
_ACKNOWLEDGED_AT_BYTES = 64 * 1024
"""An acknowledgement is a frame of its own; all streams' together stay below the window."""
_STREAMS_MAX = 100
_CHUNK_BYTES = 64 * 1024
_AFTER_GOOD_BYE = "in state ConnectionState.CLOSED"
"""`h2` takes no frame after GOAWAY, though streams may go on for a while; to us the connection has ended."""


@dataclass(slots=True)
class _Sending:
    """What a stream has yet to send; `trailers` end it."""

    pending: bytearray = field(default_factory=bytearray)
    trailers: Headers | None = None


class Http2Connection:
    """A connection. `tls` is a TLS session whose handshake is done on the socket, None for a plain one.

    Raises, from `read` and the sending methods:
        ProtocolViolation: the other side broke HTTP/2's rules.
        StreamClosed: the stream, or the connection, has ended.
    """

    def __init__(self, connection: socket.socket, tls: TlsSession | None = None, *, server: bool) -> None:
        self._socket = connection
        self._tls = tls
        self._h2 = H2Connection(H2Configuration(client_side=not server))
        self._h2.local_settings = Settings(client=not server, initial_values=_settings(server=server))
        # Held while computing, never while the socket is asked: a thread that waits for a lock whose holder
        # waits for the interpreter would cost more than the message.
        self._lock = Lock()
        self._sending: dict[int, _Sending] = {}
        self._received: dict[int, int] = {}
        self._unsent = b""
        self._is_flushing = False
        self._has_read = False
        self._closed = False
        # Wakes the reading thread when it must also wait for room in the socket.
        self._alarm, self._bell = socket.socketpair()
        connection.settimeout(0)
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll = select.poll()
        self._poll.register(self._alarm, select.POLLIN)
        with self._lock:
            self._h2.initiate_connection()
            self._h2.increment_flow_control_window(_WINDOW_BYTES - self._h2.inbound_flow_control_window)
            self._collect()
        self._flush()

    # Reading, by one thread

    def read(self, timeout_seconds: float | None = None) -> Sequence[Event] | None:
        """Wait for what comes next; None when the connection has ended, nothing when the time is over."""
        if not self._has_read:
            # With the end of the handshake the first data may have come.
            self._has_read = True
            events = self._take(b"")
            if events:
                return events
        while not self._closed:
            self._flush()
            try:
                data = self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                if not self._wait(timeout_seconds):
                    return ()
                continue
            except OSError:
                break
            if not data:
                break
            events = self._take(data)
            if events:
                return events
        return None

    def _take(self, data: bytes) -> Sequence[Event]:
        with self._lock:
            try:
                if self._tls is not None:
                    data = self._tls.decrypt(data)
                events = self._h2.receive_data(data) if data else []
                self._note(events)
                return events
            except (H2Error, ssl.SSLError) as error:
                if _AFTER_GOOD_BYE in str(error):
                    self._closed = True
                    return ()
                raise ProtocolViolation(f"HTTP/2: {type(error).__name__}") from None
            finally:
                self._collect()

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, DataReceived):
                self._acknowledge(event)
            elif isinstance(event, StreamEnded | StreamReset):
                self._received_last(event.stream_id, reset=isinstance(event, StreamReset))
            elif isinstance(event, ConnectionTerminated):
                self._closed = True
                self._sending.clear()
        # A window may have opened.
        for stream_id, sending in list(self._sending.items()):
            if sending.pending:
                self._push(stream_id, sending)

    def _acknowledge(self, event: DataReceived) -> None:
        received = self._received.get(event.stream_id, 0) + event.flow_controlled_length
        if received >= _ACKNOWLEDGED_AT_BYTES:
            self._h2.acknowledge_received_data(received, event.stream_id)
            received = 0
        self._received[event.stream_id] = received

    def _received_last(self, stream_id: int, *, reset: bool) -> None:
        rest = self._received.pop(stream_id, 0)
        if rest:
            # Of the stream nothing more comes, but the connection's window is to be open again.
            self._h2.acknowledge_received_data(rest, stream_id)
        if reset:
            self._sending.pop(stream_id, None)

    def _wait(self, timeout_seconds: float | None) -> bool:
        try:
            self._poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
            ready = self._poll.poll(None if timeout_seconds is None else timeout_seconds * 1000)
        except (OSError, ValueError):
            # Closed meanwhile.
            return True
        if any(descriptor == self._alarm.fileno() for descriptor, _ in ready):
            self._alarm.recv(16)
        return bool(ready)

    # Sending, by any thread

    def open_stream(self, headers: Headers) -> int:
        """Begin a call, on a client's side."""
        with self._lock:
            stream_id = self._h2.get_next_available_stream_id()
            self._begin(stream_id, headers)
        self._flush()
        return stream_id

    def answer(self, stream_id: int, headers: Headers) -> None:
        """Begin an answer, on a server's side."""
        with self._lock:
            self._begin(stream_id, headers)
        self._flush()

    def send(self, stream_id: int, data: bytes) -> None:
        """Send data on a stream."""
        with self._lock:
            sending = self._sending.get(stream_id)
            if sending is None or self._closed:
                raise StreamClosed("the stream to the peer has ended")
            sending.pending += data
            self._push(stream_id, sending)
            self._collect()
        self._flush()

    def finish(self, stream_id: int, trailers: Headers | None = None) -> None:
        """Say that nothing more comes on a stream, after what is still to be sent."""
        with self._lock:
            sending = self._sending.get(stream_id)
            if sending is None or self._closed:
                return
            sending.trailers = () if trailers is None else list(trailers)
            self._push(stream_id, sending)
            self._collect()
        self._flush()

    def close(self) -> None:
        """Say good-bye and end the connection; the reading thread gets None."""
        with self._lock:
            if not self._closed:
                with contextlib.suppress(H2Error):
                    self._h2.close_connection()
                self._collect()
            self._closed = True
            self._sending.clear()
        self._flush()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the sockets back, when nobody reads any more."""
        self.close()
        for each in (self._socket, self._alarm, self._bell):
            each.close()

    def _begin(self, stream_id: int, headers: Headers) -> None:
        if self._closed:
            raise StreamClosed("the connection to the peer has ended")
        try:
            self._h2.send_headers(stream_id, list(headers))
        except H2Error:
            raise StreamClosed("the stream has ended") from None
        self._sending[stream_id] = _Sending()
        self._collect()

    def _push(self, stream_id: int, sending: _Sending) -> None:
        """Hand to `h2` what the other side has room for."""
        pending = sending.pending
        try:
            while pending:
                room = min(self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size)
                if room <= 0:
                    return
                self._h2.send_data(stream_id, bytes(pending[:room]))
                del pending[:room]
            if sending.trailers is not None:
                del self._sending[stream_id]
                if sending.trailers:
                    self._h2.send_headers(stream_id, list(sending.trailers), end_stream=True)
                else:
                    self._h2.end_stream(stream_id)
        except H2Error:
            self._sending.pop(stream_id, None)

    def _collect(self) -> None:
        """Make ready for the socket what `h2` has to send."""
        data = self._h2.data_to_send()
        if self._tls is not None:
            data = self._tls.encrypt(data)
        self._unsent += data

    def _flush(self) -> None:
        """Give the socket what is ready; what another thread is about to give it, that thread gives."""
        with self._lock:
            if self._is_flushing or not self._unsent:
                return
            self._is_flushing = True
            data, self._unsent = self._unsent, b""
        while True:
            held_back = False
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                held_back = True
            except OSError:
                # The reading thread finds out by itself.
                data = b""
            with self._lock:
                data, self._unsent = data + self._unsent, b""
                if data and not held_back:
                    continue
                self._unsent, self._is_flushing = data, False
            if held_back:
                self._bell.send(b"\0")
            return


def _settings(*, server: bool) -> dict[SettingCodes, int]:
    settings: dict[SettingCodes, int] = {
        SettingCodes.INITIAL_WINDOW_SIZE: _STREAM_WINDOW_BYTES,
        SettingCodes.MAX_CONCURRENT_STREAMS: _STREAMS_MAX,
        SettingCodes.MAX_HEADER_LIST_SIZE: 16 * 1024,
    }
    if not server:
        settings[SettingCodes.ENABLE_PUSH] = 0
    return settings
