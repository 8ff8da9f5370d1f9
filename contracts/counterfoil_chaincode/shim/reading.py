"""The thread that reads a stream, and runs one transaction itself.

Handing a message from one thread to another costs more than all else about it. So the thread that reads runs
one transaction itself, and while that waits for the peer, reads on; further transactions go to the workers.
Should a contract not come back to its peer for a while, another thread takes the reading over, so that nobody
waits behind it.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread, get_ident

from ..errors import ProtocolViolation, StreamClosed
from .worker_pool import WorkerPool

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.1
"""How long a transaction on the reading thread may compute without asking its peer anything."""

Delivery = tuple[Callable[[bytes], None], bytes]
"""A message, and who takes it."""


class Reading:
    """Reads one connection, on the thread that calls `run` and those that take over. Is a handler's `Runner`.

    `take` waits for the next message and gives it with its receiver, None at the end; it is called by one
    thread at a time. `ended` is called once, when there is nothing more to read.
    """

    def __init__(
        self, take: Callable[[], Delivery | None], ended: Callable[[], None], workers: WorkerPool
    ) -> None:
        self._take = take
        self._tell_end = ended
        self._workers = workers
        self._reading = Lock()
        self._turns = Lock()
        self._leader = 0
        self._busy = False
        self._turn = 0
        self._left_behind = 0
        self._over = Event()
        self._violation: ProtocolViolation | None = None

    def run(self) -> None:
        """Read until there is nothing more.

        Raises:
            ProtocolViolation: the peer sent what the protocol does not allow.
        """
        self._leader = get_ident()
        self._lead()
        self._over.wait()
        if self._violation is not None:
            raise self._violation

    @property
    def left_behind(self) -> bool:
        """Whether a transaction still runs on a thread that has read before."""
        return self._left_behind > 0

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
        me = get_ident()
        if self._busy or me != self._leader:
            return self._workers.submit(job)
        self._busy = True
        try:
            return self._workers.run_here(job)
        finally:
            with self._turns:
                if me == self._leader:
                    self._busy = False
                else:
                    self._left_behind -= 1

    def pump(self) -> bool:
        """Read one message if this thread is the one that reads; False if an answer must be waited for."""
        if get_ident() != self._leader:
            return False
        if self._read_one():
            return True
        self._end_unless_taken_over()
        return False

    # Reading

    def _lead(self) -> None:
        watch = Thread(target=self._watch, name="stream-watch", daemon=True)
        watch.start()
        try:
            while self._read_one():
                pass
        finally:
            self._end_unless_taken_over()

    def _read_one(self) -> bool:
        """Read and deliver a message; False at the end, or when another thread has taken over."""
        if not self._reading.acquire(blocking=False):
            return False
        try:
            if get_ident() != self._leader or self._over.is_set():
                return False
            self._turn += 1
            delivery = self._take()
            if delivery is None:
                return False
        except StreamClosed:
            return False
        except ProtocolViolation as error:
            self._violation = error
            return False
        finally:
            self._reading.release()
        return self._deliver(*delivery)

    def _deliver(self, receive: Callable[[bytes], None], message: bytes) -> bool:
        try:
            receive(message)
        except ProtocolViolation as error:
            self._violation = error
            return False
        except StreamClosed:
            return False
        return True

    def _end_unless_taken_over(self) -> None:
        with self._turns:
            if get_ident() != self._leader or self._over.is_set():
                return
            self._over.set()
        self._tell_end()

    def _watch(self) -> None:
        """Take over the reading when the leader computes for longer than is fair to the others."""
        seen = -1
        while not self._over.wait(PATIENCE_SECONDS):
            if self._busy and self._turn == seen and self._reading.acquire(blocking=False):
                with self._turns:
                    taken = self._busy and self._turn == seen
                    if taken:
                        self._leader, self._busy = get_ident(), False
                        self._left_behind += 1
                self._reading.release()
                if taken:
                    self._lead()
                    return
            seen = self._turn
