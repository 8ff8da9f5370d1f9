"""How many transactions may be under way at once, and the end of them all."""

from threading import Condition, Lock

DEFAULT_LIMIT = 1024


class Admission:
    """Counts the running transactions of one chaincode, over all its streams.

    Raises:
        ValueError: not even one may run.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        if limit < 1:
            raise ValueError("at least one transaction must be admitted")
        self._limit = limit
        self._changed = Condition(Lock())
        self._running = 0
        self._closed = False

    @property
    def limit(self) -> int:
        """How many transactions may run."""
        return self._limit

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def admit(self) -> bool:
        """Count one more; False if too many run already, or nothing is to begin any more."""
        with self._changed:
            if self._closed or self._running >= self._limit:
                return False
            self._running += 1
            return True

    def leave(self) -> None:
        """One that was admitted has ended."""
        with self._changed:
            self._running -= 1
            if self._closed and not self._running:
                self._changed.notify_all()

    def close(self, timeout_seconds: float | None = None) -> bool:
        """Admit nothing more, and wait for what runs; False if something did not end in time."""
        with self._changed:
            self._closed = True
            return self._changed.wait_for(lambda: not self._running, timeout_seconds)
