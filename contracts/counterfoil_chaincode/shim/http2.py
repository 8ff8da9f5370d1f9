"""One HTTP/2 connection: `h2` keeps the rules, around it the socket (plain or TLS) and the way of the data.

Data does not pass through `h2`, whose general way costs more than all that a transaction does: DATA and
WINDOW_UPDATE frames, and with them flow control, are read and written here (RFC 9113, 5.2, 6.1, 6.9).

One thread reads; any thread sends. Sending never waits: what the socket or the other side's flow control
holds back is kept, and goes out when there is room. What the reading thread sends goes out before it waits
for more to come, so that the answers to many messages go out together.
"""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock, get_ident
from typing import NamedTuple

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, Event, RemoteSettingsChanged, RequestReceived, StreamReset
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from ..errors import ProtocolViolation, StreamClosed
from .http2_frames import (
    ACKNOWLEDGED,
    DATA,
    END_STREAM,
    FRAME_BYTES_MAX,
    PING,
    PREFACE,
    START,
    WINDOW_UPDATE,
    FrameCutter,
    frame,
    unpadded,
)
from .patient_socket import PatientSocket
from .tls import TlsSession

Headers = Iterable[tuple[bytes, bytes]]

_WINDOW_BYTES = 1024 * 1024
"""What the other side may send on a stream ahead of our acknowledgement."""
_ALL_WINDOWS_BYTES = 16 * 1024 * 1024
"""The same on all streams together."""
_ACKNOWLEDGED_AT_BYTES = 64 * 1024
"""An acknowledgement is a frame of its own; all streams' together stay below the window."""
_FIRST_WINDOW_BYTES = 65_535
"""Of every connection, until it is enlarged (RFC 9113, 6.9.2)."""
_WINDOW_BYTES_MAX = (1 << 31) - 1
_PING_BYTES = 8
_STREAMS_MAX = 100
_HEADERS_BYTES_MAX = 16 * 1024
_UNREAD_BYTES_MAX = 16 * 1024 * 1024
_UNSENT_BYTES_MAX = 256 * 1024 * 1024
"""What may wait for a window that the other side does not open: some of the longest messages."""
_HELD_SECONDS = 0.005
"""So long the reading thread may keep what it has to send, so that it goes out together."""
_INCREMENT = struct.Struct(">I")


class Data(NamedTuple):
    """Data of a stream."""

    stream_id: int
    content: bytes


@dataclass(slots=True)
class _Stream:
    """What a stream has yet to send and may send; `trailers` end it. `received`: not yet acknowledged."""

    window: int
    pending: bytearray = field(default_factory=bytearray)
    trailers: Headers | None = None
    received: int = 0


class Http2Connection:
    """A connection. `tls` is a TLS session whose handshake is done on the socket, None for a plain one.

    Raises, from `read` and the sending methods:
        ProtocolViolation: the other side broke HTTP/2's rules.
        StreamClosed: the stream, or the connection, has ended.
    """

    def __init__(self, connection: socket.socket, tls: TlsSession | None = None, *, server: bool) -> None:
        self._socket = PatientSocket(connection)
        self._tls = tls
        self._h2 = H2Connection(H2Configuration(client_side=not server))
        self._h2.local_settings = Settings(client=not server, initial_values=_settings(server=server))
        self._frames = FrameCutter(PREFACE if server else b"")
        self._lock = Lock()
        self._streams: dict[int, _Stream] = {}
        self._window = _FIRST_WINDOW_BYTES
        self._received = 0
        self._has_read = False
        self._reader = 0
        self._outgoing = bytearray()
        self._held_until = 0.0
        self._closed = False
        with self._lock:
            self._h2.initiate_connection()
            self._collect(_window_update(0, _ALL_WINDOWS_BYTES - _FIRST_WINDOW_BYTES))
        self._flush()

    # Reading, by one thread

    def read(self, timeout_seconds: float | None = None) -> Sequence[Event | Data] | None:
        """Wait for what comes next; None when the connection has ended, nothing when the time is over."""
        self._reader = get_ident()
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        if not self._has_read:
            # With the end of the handshake the first data may have come.
            self._has_read = True
            if events := self._take(b""):
                return events
        while not self._closed:
            self._flush()
            left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            data = self._socket.receive(left)
            self._held_until = time.monotonic() + _HELD_SECONDS
            if data is None:
                return ()
            if not data:
                break
            if events := self._take(data):
                return events
            if left == 0.0:
                # What is not for a call does not prolong it.
                return ()
        return None

    def _take(self, data: bytes) -> Sequence[Event | Data]:
        with self._lock:
            try:
                if self._tls is not None:
                    data = self._tls.decrypt(data)
                return self._read_frames(data)
            except (H2Error, ssl.SSLError) as error:
                raise ProtocolViolation(f"HTTP/2: {type(error).__name__}") from None
            finally:
                self._collect()

    def _read_frames(self, data: bytes) -> list[Event | Data]:
        events: list[Event | Data] = []
        for kind, flags, stream_id, content in self._frames.cut(data):
            if kind == DATA:
                self._read_data(flags, stream_id, content, events)
            elif kind == WINDOW_UPDATE:
                self._open_window(stream_id, content)
            elif kind == PING:
                self._answer_ping(flags, stream_id, content)
            elif kind == START:
                self._h2.receive_data(content)
            else:
                events += self._hand_over(frame(kind, flags, stream_id, content))
        return events

    def _answer_ping(self, flags: int, stream_id: int, content: bytes) -> None:
        # After each piece of data gRPC in Go measures the way with one; `h2` takes long for it.
        if stream_id != 0 or len(content) != _PING_BYTES:
            raise ProtocolViolation("HTTP/2: a ping of another form")
        self._check_read()
        if not flags & ACKNOWLEDGED:
            self._collect(frame(PING, ACKNOWLEDGED, 0, content))

    def _check_read(self) -> None:
        if self._socket.unsent > _UNREAD_BYTES_MAX:
            raise ProtocolViolation("HTTP/2: answers are asked for and not read")

    def _hand_over(self, data: bytes) -> Sequence[Event]:
        """Give `h2` a frame."""
        if self._closed:
            # After GOAWAY it takes none; to us the connection has ended with that.
            return ()
        self._check_read()
        events = self._h2.receive_data(data)
        self._note(events)
        return events

    def _read_data(self, flags: int, stream_id: int, content: bytes, events: list[Event | Data]) -> None:
        length = len(content)
        self._received += length
        if self._received >= _ACKNOWLEDGED_AT_BYTES:
            self._collect(_window_update(0, self._received))
            self._received = 0
        stream = self._streams.get(stream_id)
        if stream is not None:
            stream.received += length
            if stream.received >= _ACKNOWLEDGED_AT_BYTES:
                self._collect(_window_update(stream_id, stream.received))
                stream.received = 0
            events.append(Data(stream_id, unpadded(flags, content)))
        if flags & END_STREAM:
            events += self._hand_over(frame(DATA, END_STREAM, stream_id, b""))

    def _open_window(self, stream_id: int, content: bytes) -> None:
        if len(content) != _INCREMENT.size:
            raise ProtocolViolation("HTTP/2: a window's increment of another length")
        increment = _INCREMENT.unpack(content)[0] & _WINDOW_BYTES_MAX
        if stream_id == 0:
            self._window += increment
            widest = self._window
        else:
            stream = self._streams.get(stream_id)
            if stream is None:
                return
            stream.window += increment
            widest = stream.window
        if not increment or widest > _WINDOW_BYTES_MAX:
            raise ProtocolViolation("HTTP/2: a window's increment out of range")
        self._push_all()

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, RequestReceived):
                self._streams[event.stream_id] = self._new_stream()
            elif isinstance(event, StreamReset):
                self._streams.pop(event.stream_id, None)
            elif isinstance(event, RemoteSettingsChanged):
                changed = event.changed_settings.get(SettingCodes.INITIAL_WINDOW_SIZE)
                if changed is not None:
                    for stream in self._streams.values():
                        stream.window += changed.new_value - (changed.original_value or 0)
                    self._push_all()
            elif isinstance(event, ConnectionTerminated):
                self._closed = True
                self._streams.clear()

    # Sending, by any thread

    def open_stream(self, headers: Headers) -> int:
        """Begin a call, on a client's side."""
        with self._lock:
            stream_id = self._h2.get_next_available_stream_id()
            self._begin(stream_id, headers)
            self._streams[stream_id] = self._new_stream()
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
            stream = self._streams.get(stream_id)
            if stream is None or stream.trailers is not None:
                raise StreamClosed("the stream to the peer has ended")
            length = len(data)
            if not stream.pending and length <= min(stream.window, self._window, FRAME_BYTES_MAX):
                # Nearly always: one message, one frame.
                stream.window -= length
                self._window -= length
                self._outgoing += frame(DATA, 0, stream_id, data)
            else:
                if len(stream.pending) > _UNSENT_BYTES_MAX:
                    raise StreamClosed("the peer takes nothing of what is sent")
                stream.pending += data
                self._push(stream_id, stream)
        if (
            get_ident() != self._reader
            or len(self._outgoing) > FRAME_BYTES_MAX
            or time.monotonic() > self._held_until
        ):
            self._flush()

    def finish(self, stream_id: int, trailers: Headers | None = None) -> None:
        """Say that nothing more comes on a stream, after what is still to be sent."""
        with self._lock:
            stream = self._streams.get(stream_id)
            if stream is None or stream.trailers is not None:
                return
            stream.trailers = () if trailers is None else list(trailers)
            self._push(stream_id, stream)
        self._flush()

    def close(self) -> None:
        """Say good-bye and end the connection; the reading thread gets None."""
        with self._lock:
            if not self._closed:
                with contextlib.suppress(H2Error):
                    self._h2.close_connection()
                self._collect()
            self._closed = True
            self._streams.clear()
        self._flush()
        self._socket.shut()

    def release(self) -> None:
        """Give the sockets back, when nobody reads any more."""
        self.close()
        self._socket.release()

    def _begin(self, stream_id: int, headers: Headers) -> None:
        if self._closed:
            raise StreamClosed("the connection to the peer has ended")
        try:
            self._h2.send_headers(stream_id, list(headers))
        except H2Error:
            raise StreamClosed("the stream has ended") from None
        self._collect()

    def _new_stream(self) -> _Stream:
        return _Stream(self._h2.remote_settings.initial_window_size)

    def _push_all(self) -> None:
        for stream_id, stream in list(self._streams.items()):
            if stream.pending:
                self._push(stream_id, stream)

    def _push(self, stream_id: int, stream: _Stream) -> None:
        """Send what the other side has room for, and the trailers after the last of it."""
        pending = stream.pending
        while pending:
            room = min(stream.window, self._window, FRAME_BYTES_MAX)
            if room <= 0:
                return
            part = bytes(pending[:room])
            del pending[:room]
            stream.window -= len(part)
            self._window -= len(part)
            self._collect(frame(DATA, 0, stream_id, part))
        if stream.trailers is not None:
            self._send_end(stream_id, list(stream.trailers))

    def _send_end(self, stream_id: int, trailers: Sequence[tuple[bytes, bytes]]) -> None:
        with contextlib.suppress(H2Error):
            if trailers:
                # A server's: the call is over.
                del self._streams[stream_id]
                self._h2.send_headers(stream_id, trailers, end_stream=True)
            else:
                self._h2.end_stream(stream_id)
        self._collect()

    def _collect(self, data: bytes = b"") -> None:
        """Keep for the next `_flush` what `h2` has to send, and then this."""
        self._outgoing += self._h2.data_to_send()
        self._outgoing += data

    def _flush(self) -> None:
        """Give the socket what was kept."""
        self._held_until = time.monotonic() + _HELD_SECONDS
        with self._lock:
            data, self._outgoing = bytes(self._outgoing), bytearray()
            if self._tls is not None:
                data = self._tls.encrypt(data)
            if data:
                self._socket.put(data)
        self._socket.flush()


def _window_update(stream_id: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream_id, _INCREMENT.pack(increment))


def _settings(*, server: bool) -> dict[SettingCodes, int]:
    settings: dict[SettingCodes, int] = {
        SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES,
        SettingCodes.MAX_CONCURRENT_STREAMS: _STREAMS_MAX,
        SettingCodes.MAX_HEADER_LIST_SIZE: _HEADERS_BYTES_MAX,
    }
    if not server:
        settings[SettingCodes.ENABLE_PUSH] = 0
    return settings
