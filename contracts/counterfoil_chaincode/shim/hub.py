"""One thread's transactions, each on a greenlet of its own: plain `def` functions that take turns.

A transaction runs until it asks its peer for something; then the next has its turn, and it goes on when the
answer has come. That costs a hundredth of handing the answer to another thread.
"""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import get_ident

from counterfoil_protocol.messages import chaincode_shim
from greenlet import getcurrent, greenlet

logger = logging.getLogger(__name__)

MESSAGE = chaincode_shim.ChaincodeMessage
Answer = MESSAGE | None
"""None: none will come, the stream has ended."""


class Hub:
    """Belongs to the thread that makes it, whose own greenlet is the one that the others come back to."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self._home = getcurrent()
        self._inbox: SimpleQueue[tuple[greenlet, Answer]] = SimpleQueue()
        self._running = 0

    def start(self, job: "Job") -> None:
        """Run a transaction until it waits or ends; only from the hub's own thread and greenlet."""
        self._running += 1
        greenlet(self._run, self._home).switch(job)
        if not self._inbox.empty():
            self._hand_out()

    def deliver(self, waiting: greenlet, answer: Answer) -> None:
        """Bring an answer, from any thread: the transaction goes on at once if this is its thread."""
        if get_ident() != self._thread or getcurrent() is not self._home:
            self._inbox.put((waiting, answer))
            return
        waiting.switch(answer)
        if not self._inbox.empty():
            self._hand_out()

    def finish(self) -> None:
        """Go on with what still runs until all has ended, when another thread brings the answers."""
        while self._running:
            waiting, answer = self._inbox.get()
            waiting.switch(answer)

    def _hand_out(self) -> None:
        inbox = self._inbox
        while not inbox.empty():
            waiting, answer = inbox.get()
            waiting.switch(answer)

    def _run(self, job: "Job") -> None:
        try:
            job(Place(self, getcurrent()))
        except Exception as error:
            logger.error("a transaction's end failed: %s", type(error).__name__)
        finally:
            self._running -= 1


class Place:
    """A running transaction's place in its hub."""

    __slots__ = ("_greenlet", "_hub")

    def __init__(self, hub: Hub, own: greenlet) -> None:
        self._hub = hub
        self._greenlet = own

    @property
    def is_here(self) -> bool:
        """Whether it is this transaction that calls: not a thread, or a greenlet, that its contract made."""
        return getcurrent() is self._greenlet

    def wait(self) -> Answer:
        """Let others have their turn until an answer has come."""
        parent = self._greenlet.parent
        assert parent is not None, "a transaction's greenlet has the hub's as its parent"
        answer: Answer = parent.switch()
        return answer

    def deliver(self, answer: Answer) -> None:
        """Bring the answer, from any thread."""
        self._hub.deliver(self._greenlet, answer)


Job = Callable[[Place], None]
"""A transaction, given the place where it waits for its answers."""
