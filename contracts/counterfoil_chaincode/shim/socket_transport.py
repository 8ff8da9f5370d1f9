"""The stream over a socket pair, for a chaincode that runs as a child process of the peer.

A frame is the length of a serialized ChaincodeMessage, four bytes with the most significant first, and the
message. The socket is the process's life: when the peer closes it, or ends, the child ends.
"""

import socket
import struct
from threading import Lock

from ..errors import ProtocolViolation, StreamClosed
from ..peer_environment import PeerEnvironment
from .handler import Handler, Invocable
from .worker_pool import WorkerPool

FRAME_LENGTH_MAX = 100 * 1024 * 1024
"""As the peer's largest message (fabric core/comm MaxRecvMsgSize), in bytes."""
_LENGTH = struct.Struct(">I")
_CHUNK = 256 * 1024


class FrameReader:
    """Cuts what comes from a socket into messages."""

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
        wanted = _LENGTH.size
        if not self._fill(wanted):
            return None
        (length,) = _LENGTH.unpack_from(buffer)
        if length > FRAME_LENGTH_MAX:
            raise ProtocolViolation(f"a frame of {length} bytes is longer than any message")
        wanted += length
        if not self._fill(wanted):
            raise StreamClosed("the stream ended within a message")
        message = bytes(memoryview(buffer)[_LENGTH.size : wanted])
        del buffer[:wanted]
        return message

    def _fill(self, wanted: int) -> bool:
        while len(self._buffer) < wanted:
            data = self._connection.recv(_CHUNK)
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


def serve_socket(
    connection: socket.socket,
    invocable: Invocable,
    chaincode_id: str,
    peer: PeerEnvironment,
    workers: WorkerPool,
) -> None:
    """Register and serve until the peer closes the stream; returns then.

    Raises:
        ProtocolViolation: the peer sent what the protocol does not allow.
    """
    reader = FrameReader(connection)
    handler = Handler(invocable, peer, workers, FrameWriter(connection).write)
    try:
        handler.register(chaincode_id)
        while (message := reader.read()) is not None:
            handler.receive(message)
    except (StreamClosed, ConnectionError):
        return
    finally:
        handler.close()
