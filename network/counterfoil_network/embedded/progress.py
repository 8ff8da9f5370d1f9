"""Wait until a ledger has grown: on one event loop, told by whoever commits."""

from __future__ import annotations

import asyncio


class Progress:
    """The height of a ledger, and those who wait for more of it."""

    def __init__(self, height: int) -> None:
        self.height = height
        self._grown = asyncio.Event()

    def advance(self, height: int) -> None:
        """Say on the loop that this many blocks are on disk."""
        self.height = max(self.height, height)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def reached(self, height: int) -> None:
        """Return as soon as this many blocks are on disk."""
        while self.height < height:
            await self._grown.wait()
