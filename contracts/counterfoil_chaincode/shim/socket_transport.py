"""The stream over a socket pair, for a chaincode that runs as a child process of the peer.

The socket is the process's life: when the peer closes it, or ends, the child ends.
"""

import socket
from collections.abc import Callable

from ..errors import StreamClosed
from ..peer_environment import PeerEnvironment
from .admission import Admission
from .frames import FrameReader, FrameWriter
from .handler import Handler, Invocable
from .reading import Delivery, Reading


class SocketStream:
    """One stream, read by the thread that calls `serve`."""

    def __init__(
        self,
        connection: socket.socket,
        invocable: Invocable,
        peer: PeerEnvironment,
        admission: Admission,
        abandoned: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = FrameReader(connection)
        self._reading = Reading(self._take, self._end, admission)
        self._handler = Handler(invocable, peer, self._reading, FrameWriter(connection).write)
        self._abandoned = abandoned

    def serve(self, chaincode_id: str) -> None:
        """Register and serve until the peer closes the stream; returns then.

        Raises:
            ProtocolViolation: the peer sent what the protocol does not allow.
        """
        try:
            self._handler.register(chaincode_id)
        except StreamClosed:
            return
        self._reading.run()

    def _take(self) -> Delivery | None:
        message = self._reader.read()
        return None if message is None else (self._handler.receive, message)

    def _end(self) -> None:
        self._handler.close()
        if self._reading.left_behind:
            # A thread is in a contract that does not end; only the process's end stops it.
            self._abandoned()
