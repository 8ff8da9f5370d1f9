"""One thread's transactions, each on a greenlet of its own: plain `def` functions that take turns.

A transaction runs until it asks its peer for something; then the next has its turn, and it goes on when the
answer has come. That costs a hundredth of handing the answer to another thread.
"""

import logging
from collections.abc import Callable
from contextvars import Context
from queue import SimpleQueue
from threading import get_ident

from counterfoil_protocol.messages import chaincode_shim
from greenlet import getcurrent, greenlet

logger = logging.getLogger(__name__)

MESSAGE = chaincode_shim.ChaincodeMessage
Answer = MESSAGE | None
"""None: none will come, the stream has ended."""
_IDLE_MAX = 64
"""A new greenlet maps memory for its frames, which takes long; an idle one has it already."""


class Hub:
    """Belongs to the thread that makes it, whose own greenlet is the one that the others come back to."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self._home: greenlet | None = getcurrent()
        self._inbox: SimpleQueue[tuple[Place, Answer]] = SimpleQueue()
        self._running = 0
        self._idle: list[greenlet] = []

    def start(self, job: "Job") -> None:
        """Run a transaction until it waits or ends; only from the hub's own thread and greenlet."""
        self._running += 1
        worker = self._idle.pop() if self._idle else greenlet(self._work, self._home)
        worker.switch(job)
        if not self._inbox.empty():
            self._hand_out()

    def deliver(self, place: "Place", answer: Answer) -> None:
        """Bring an answer, from any thread: the transaction goes on at once if this is its thread."""
        if get_ident() != self._thread or getcurrent() is not self._home:
            self._inbox.put((place, answer))
            return
        if place.worker is not None:
            place.worker.switch(answer)
        if not self._inbox.empty():
            self._hand_out()

    def finish(self) -> None:
        """Go on with what still runs until all has ended, when another thread brings the answers."""
        while self._running:
            self._go_on()
        while self._idle:
            self._idle.pop().switch(None)
        # What is left of this hub may be for the collector of any thread, and a thread's own greenlet is not.
        self._home = None

    def _hand_out(self) -> None:
        while not self._inbox.empty():
            self._go_on()

    def _go_on(self) -> None:
        place, answer = self._inbox.get()
        if place.worker is not None:
            place.worker.switch(answer)

    def _work(self, job: "Job | None") -> None:
        """Run transactions one after the other on one greenlet, until there is none to run."""
        while job is not None:
            place = Place(self, getcurrent())
            try:
                # In a context of its own: what a contract leaves in context variables, the next must not see.
                Context().run(self._run, job, place)
            finally:
                # Nor is the next one reached, or taken for it, by who still knows the place of this.
                place.leave()
            # And nothing of a transaction stays with a greenlet that waits for the next.
            del job, place
            if len(self._idle) >= _IDLE_MAX or self._home is None:
                return
            self._idle.append(getcurrent())
            job = self._home.switch()

    def _run(self, job: "Job", place: "Place") -> None:
        try:
            job(place)
        except BaseException as error:
            # Whatever it is, it must not end the thread that others wait for.
            logger.error("a transaction's end failed: %s", type(error).__name__)
        finally:
            self._running -= 1


class Place:
    """A transaction's place in its hub; `worker` is the greenlet it runs on, None when it has ended."""

    __slots__ = ("_hub", "worker")

    def __init__(self, hub: Hub, worker: greenlet) -> None:
        self._hub: Hub | None = hub
        self.worker: greenlet | None = worker

    @property
    def is_here(self) -> bool:
        """Whether it is this transaction that calls: not a thread, or a greenlet, that its contract made."""
        return getcurrent() is self.worker

    def wait(self) -> Answer:
        """Let others have their turn until an answer has come."""
        parent = getcurrent().parent
        assert parent is not None, "a transaction's greenlet has the hub's as its parent"
        answer: Answer = parent.switch()
        return answer

    def deliver(self, answer: Answer) -> None:
        """Bring the answer, from any thread."""
        hub = self._hub
        if hub is not None:
            hub.deliver(self, answer)

    def leave(self) -> None:
        """The transaction has ended: no answer comes here any more."""
        self._hub = self.worker = None


Job = Callable[[Place], None]
"""A transaction, given the place where it waits for its answers."""
