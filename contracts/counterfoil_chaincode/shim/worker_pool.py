"""Threads on which contract functions run: plain `def` functions that wait for their peer.

A thread a running transaction is what lets a contract be written as plain code: a read looks like a read.
Threads are made as needed and kept; beyond `threads` transactions wait, beyond `limit` they are refused.
"""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Condition, Lock, Thread

logger = logging.getLogger(__name__)

DEFAULT_THREADS = 16
"""Few, because contracts compute in turn anyway: more threads only fight over the interpreter."""
DEFAULT_LIMIT = 1024


class WorkerPool:
    """A bounded pool. Not concurrent.futures: a future for each transaction costs more than the hand-over."""

    def __init__(self, threads: int = DEFAULT_THREADS, limit: int = DEFAULT_LIMIT) -> None:
        if not 1 <= threads <= limit:
            raise ValueError("a pool needs at least one thread, and a limit not below the number of threads")
        self._threads = threads
        self._limit = limit
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._changed = Condition(Lock())
        self._pending = 0
        self._on_threads = 0
        self._started: list[Thread] = []
        self._closed = False

    @property
    def limit(self) -> int:
        """How many transactions may run or wait."""
        return self._limit

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def submit(self, job: Callable[[], None]) -> bool:
        """Run `job` on a thread; False if too many run and wait already, or the pool is closed."""
        with self._changed:
            if not self._admit():
                return False
            self._on_threads += 1
            if self._on_threads > len(self._started) < self._threads:
                self._start_thread()
        self._jobs.put(job)
        return True

    def run_here(self, job: Callable[[], None]) -> bool:
        """Run `job` on the calling thread, counted with the others; False as for `submit`."""
        with self._changed:
            if not self._admit():
                return False
        try:
            job()
        finally:
            with self._changed:
                self._finished()
        return True

    def pump(self) -> bool:
        """Nothing: a worker waits for its answer while another thread reads."""
        return False

    def close(self, timeout_seconds: float | None = None) -> bool:
        """Finish what runs and waits, then end the threads; False if some job did not end in time."""
        with self._changed:
            self._closed = True
            done = self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)
            for _ in self._started:
                self._jobs.put(None)
        return done

    def _admit(self) -> bool:
        if self._closed or self._pending >= self._limit:
            return False
        self._pending += 1
        return True

    def _start_thread(self) -> None:
        name = f"contract-{len(self._started) + 1}"
        thread = Thread(target=self._work, name=name, daemon=True)
        self._started.append(thread)
        thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:
                logger.error("a job of the worker pool failed: %s", type(error).__name__)
            with self._changed:
                self._on_threads -= 1
                self._finished()

    def _finished(self) -> None:
        self._pending -= 1
        if self._closed and self._pending == 0:
            self._changed.notify_all()
