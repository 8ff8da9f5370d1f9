"""Messages on a socket: four bytes of length, the most significant first, then the serialized message."""

import socket
import struct
from threading import Lock

from ..errors import ProtocolViolation, StreamClosed

FRAME_LENGTH_MAX = 100 * 1024 * 1024
"""As the peer's largest message (fabric core/comm MaxRecvMsgSize), in bytes."""
_LENGTH = struct.Struct(">I")
_CHUNK = 64 * 1024
"""Read at once, in bytes; from 128 KiB on, each read would map and unmap memory."""


class FrameReader:
    """Cuts what comes from a socket into messages; one thread at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def read(self) -> bytes | None:
        """The next message, None when the other side has closed between two.

        Raises:
            StreamClosed: it closed in the middle of one.
            ProtocolViolation: a length beyond the limit.
        """
        buffer = self._buffer
        if not self._fill(_LENGTH.size):
            return None
        (length,) = _LENGTH.unpack_from(buffer)
        if length > FRAME_LENGTH_MAX:
            raise ProtocolViolation(f"a frame of {length} bytes is longer than any message")
        end = _LENGTH.size + length
        if not self._fill(end):
            raise StreamClosed("the stream ended within a message")
        with memoryview(buffer) as view:
            message = bytes(view[_LENGTH.size : end])
        del buffer[:end]
        return message

    def _fill(self, wanted: int) -> bool:
        while len(self._buffer) < wanted:
            try:
                data = self._connection.recv(_CHUNK)
            except ConnectionError:
                data = b""
            if not data:
                if self._buffer:
                    raise StreamClosed("the stream ended within a message")
                return False
            self._buffer += data
        return True


class FrameWriter:
    """Writes messages to a socket, from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = Lock()

    def write(self, message: bytes) -> None:
        """Send one message.

        Raises:
            StreamClosed: the other side has closed.
        """
        frame = _LENGTH.pack(len(message)) + message
        try:
            with self._lock:
                self._connection.sendall(frame)
        except OSError:
            raise StreamClosed("the stream to the peer has ended") from None
