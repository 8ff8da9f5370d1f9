"""The stream over a socket pair, for a chaincode that runs as a child process of the peer.

Handing a message from one thread to another costs more than all else about it. So the thread that reads the
socket runs one transaction itself, and while that waits for the peer, reads on; further transactions go to
the workers. Should a contract not come back to its peer for a while, another thread takes over the reading
for good, so that nobody waits behind it.

The socket is the process's life: when the peer closes it, or ends, the child ends.
"""

import logging
import socket
from collections.abc import Callable
from threading import Event, Lock, Thread, get_ident

from ..errors import ProtocolViolation, StreamClosed
from ..peer_environment import PeerEnvironment
from .frames import FrameReader, FrameWriter
from .handler import Handler, Invocable
from .worker_pool import WorkerPool

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.1
"""How long a transaction on the reading thread may compute without asking its peer anything."""


class SocketStream:
    """One stream, read by the thread that calls `serve`. Is the handler's `Runner`."""

    def __init__(
        self,
        connection: socket.socket,
        invocable: Invocable,
        peer: PeerEnvironment,
        workers: WorkerPool,
        abandoned: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = FrameReader(connection)
        self._handler = Handler(invocable, peer, self, FrameWriter(connection).write)
        self._workers = workers
        self._abandoned = abandoned
        self._reading = Lock()
        self._leader = 0
        self._busy = False
        self._turn = 0
        self._ended = Event()

    def serve(self, chaincode_id: str) -> None:
        """Register and serve until the peer closes the stream; returns then.

        Raises:
            ProtocolViolation: the peer sent what the protocol does not allow.
        """
        self._leader = get_ident()
        watch = Thread(target=self._watch, name="stream-watch", daemon=True)
        watch.start()
        try:
            self._handler.register(chaincode_id)
            while self._read_one():
                pass
            if self._reading.locked():
                watch.join()
        except StreamClosed:
            return
        finally:
            self._ended.set()
            self._handler.close()

    # What the handler asks of whoever runs its transactions

    @property
    def limit(self) -> int:
        """As the workers'."""
        return self._workers.limit

    @property
    def closed(self) -> bool:
        """As the workers'."""
        return self._workers.closed

    def submit(self, job: Callable[[], None]) -> bool:
        """Run a transaction here if this thread reads and is free, else on the workers."""
        if self._busy or get_ident() != self._leader:
            return self._workers.submit(job)
        self._busy = True
        try:
            job()
        finally:
            self._busy = False
        return True

    def pump(self) -> bool:
        """Read one message if this thread is the one that reads; False if an answer must be waited for."""
        if get_ident() != self._leader:
            return False
        try:
            if self._read_one():
                return True
        except StreamClosed:
            pass
        except ProtocolViolation as error:
            logger.error("the peer broke the protocol: %s", error)
            self._handler.close()
        if not self._reading.locked():
            self._handler.close()
        return False

    def _read_one(self) -> bool:
        if not self._reading.acquire(blocking=False):
            return False
        try:
            self._turn += 1
            message = self._reader.read()
        finally:
            self._reading.release()
        if message is None:
            return False
        self._handler.receive(message)
        return True

    def _watch(self) -> None:
        """Take over the reading when the leader computes for longer than is fair to the others."""
        seen = -1
        while not self._ended.wait(PATIENCE_SECONDS):
            if self._busy and self._turn == seen and self._reading.acquire(blocking=False):
                self._read_on()
                return
            seen = self._turn

    def _read_on(self) -> None:
        try:
            while (message := self._reader.read()) is not None:
                self._handler.receive(message)
        except StreamClosed:
            pass
        except ProtocolViolation as error:
            logger.error("the peer broke the protocol: %s", error)
        self._handler.close()
        if self._busy:
            # The leader is in a contract that does not end; only the process's end stops it.
            self._abandoned()
