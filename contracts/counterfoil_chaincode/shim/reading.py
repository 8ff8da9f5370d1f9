"""The thread that reads a stream, and runs its transactions.

Handing a message from one thread to another costs more than all else about it. So the thread that reads also
runs the transactions, which take turns (`hub.py`). Should one compute for long without asking its peer
anything, another thread takes the reading over: nobody who comes later waits behind it.
"""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Lock, Thread, get_ident

from ..errors import ProtocolViolation, StreamClosed
from .admission import Admission
from .hub import Hub, Job, Place

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.1
"""How long a transaction may compute on the reading thread without asking its peer anything."""

Delivery = tuple[Callable[[bytes], None], bytes]
"""A message, and who takes it."""


class Reading:
    """Reads one connection, on the thread that calls `run` and those that take over. Is a handler's `Runner`.

    `take` waits for the next message and gives it with its receiver, None at the end; it is called by one
    thread at a time. `ended` is called once, when there is nothing more to read.
    """

    def __init__(
        self, take: Callable[[], Delivery | None], ended: Callable[[], None], admission: Admission
    ) -> None:
        self._take = take
        self._tell_end = ended
        self._admission = admission
        self._reading = Lock()
        self._turns = Lock()
        self._leader = 0
        self._hubs: dict[int, Hub] = {}
        self._delivers = False
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
        """As admitted."""
        return self._admission.limit

    @property
    def closed(self) -> bool:
        """As admitted."""
        return self._admission.closed

    def start(self, job: Job) -> bool:
        """Run a transaction on this thread, which has just read it."""
        if not self._admission.admit():
            return False
        self._hubs[get_ident()].start(partial(self._admitted, job))
        return True

    def _admitted(self, job: Job, place: Place) -> None:
        try:
            job(place)
        finally:
            self._admission.leave()

    # Reading

    def _lead(self) -> None:
        hub = self._hubs[get_ident()] = Hub()
        try:
            self._start_watch()
            while self._read_one():
                pass
        finally:
            self._end_unless_taken_over()
            hub.finish()
            with self._turns:
                del self._hubs[get_ident()]
                self._left_behind -= get_ident() != self._leader

    def _start_watch(self) -> None:
        try:
            Thread(target=self._watch, name="stream-watch", daemon=True).start()
        except RuntimeError:
            # No thread is left, perhaps. Who comes behind a long computation waits for it, then.
            logger.error("nobody watches over a stream: no thread can be started")

    def _read_one(self) -> bool:
        """Read and deliver a message; False at the end, or when another thread has taken over."""
        # Only the one that leads comes here, so whoever else has the lock is a watcher, and for a moment.
        self._reading.acquire()
        try:
            if get_ident() != self._leader or self._over.is_set():
                return False
            self._turn += 1
            delivery = self._take()
            if delivery is None:
                return False
            self._delivers = True
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
        with self._turns:
            if get_ident() != self._leader:
                return False
            self._delivers = False
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
            if self._delivers and self._turn == seen and self._reading.acquire(blocking=False):
                with self._turns:
                    taken = self._delivers and self._turn == seen
                    if taken:
                        self._leader, self._delivers = get_ident(), False
                        self._left_behind += 1
                self._reading.release()
                if taken:
                    self._lead()
                    return
            seen = self._turn
