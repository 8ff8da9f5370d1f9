"""The calls of one service that are under way, so that a node which ends can end them."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 1.0
"""How long a call has to say that it ends; the connection is closed after that in any case."""


class Calls:
    """Tasks of gRPC that are within a call; used on one event loop."""

    def __init__(self) -> None:
        self.ended = False
        self._tasks: set[asyncio.Task[Any]] = set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """The current task is within a call.

        Raises:
            asyncio.CancelledError: there are no new ones.

        """
        if self.ended:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None, "a call is a task of gRPC"
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def end(self) -> None:
        """Cancel them and wait until each has answered; from now on there are no new ones."""
        self.ended = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_SECONDS)
