"""The one thread that writes a ledger file: takes what is queued, commits it as one SQLite transaction."""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .records import LedgerClosed
from .write_ahead_log import WriteAheadLog

_log = logging.getLogger(__name__)
_GROUP_MAX = 256
"""Jobs in one SQLite transaction at most; bounds what one fsync can hold up."""

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class _Job(Generic[ResultT]):
    work: Callable[[sqlite3.Connection], ResultT]
    future: "Future[ResultT]"
    after: Callable[[ResultT], None] | None


class GroupWriter:
    """Runs jobs in order on the writing connection; a job's future is done when its writes are on disk.

    Jobs that wait while another group is being synced share the next sync. A job that raises is rolled back
    alone; if the SQLite transaction itself cannot commit, every job of the group fails and the writer stops.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._log = WriteAheadLog(connection)
        self._queue: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[sqlite3.Connection], ResultT],
        after: Callable[[ResultT], None] | None = None,
    ) -> "Future[ResultT]":
        """Queue a job; `after` runs in the writer thread once the result is on disk, just before the future.

        Raises:
            LedgerClosed: the writer has stopped.
        """
        job = _Job(work, Future[ResultT](), after)
        # From here on nobody can cancel it: an asyncio task that gives up waiting takes back no write.
        job.future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed:
                raise LedgerClosed("the ledger is closed")
            self._queue.put(job)
        return job.future

    def close(self) -> None:
        """Finish what is queued, then stop and close the connection."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._next_group():
                pass
        finally:
            with self._lock:
                self._closed = True
            self._refuse_waiting()
            self._connection.close()

    def _next_group(self) -> bool:
        jobs: list[_Job[Any]] = []
        job = self._queue.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == _GROUP_MAX or self._queue.empty():
                break
            job = self._queue.get()
        carry_on = self._commit_group(jobs) if jobs else True
        return carry_on and job is not None

    def _commit_group(self, jobs: list[_Job[Any]]) -> bool:
        outcomes: list[tuple[_Job[Any], Any, BaseException | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                outcomes.append((job, *self._run_job(job)))
            self._connection.execute("COMMIT")
        except BaseException as error:
            _log.exception("ledger writer stopped: its transaction could not be committed")
            for job in jobs:
                job.future.set_exception(LedgerClosed(f"not committed: {error}"))
            return False
        for job, result, failure in outcomes:
            self._deliver(job, result, failure)
        self._shorten_log()
        return True

    def _shorten_log(self) -> None:
        try:
            self._log.shorten()
        except sqlite3.Error:
            # All is on disk already; the next group tells whether the file can still be written.
            _log.exception("the write-ahead log could not be begun anew")

    def _run_job(self, job: _Job[Any]) -> tuple[Any, BaseException | None]:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job.work(self._connection)
        except Exception as error:
            self._connection.execute("ROLLBACK TO job")
            self._connection.execute("RELEASE job")
            return None, error
        self._connection.execute("RELEASE job")
        return result, None

    @staticmethod
    def _deliver(job: _Job[Any], result: Any, failure: BaseException | None) -> None:
        if failure is not None:
            job.future.set_exception(failure)
            return
        if job.after is not None:
            try:
                job.after(result)
            except Exception:
                _log.exception("a listener of the ledger failed")
        job.future.set_result(result)

    def _refuse_waiting(self) -> None:
        while not self._queue.empty():
            job = self._queue.get()
            if job is not None:
                job.future.set_exception(LedgerClosed("the ledger is closed"))
