"""Order envelopes and write them as signed blocks, one at a time, durable before anybody sees them.

What has been queued while a block was being written, and committed by the peers that keep up, becomes the
next block: an idle network cuts at once, a busy one in groups. Fabric waits for BatchTimeout before each
block; here that is the longest wait. The limits of a block are the same.
Source of the metadata: orderer/common/multichannel/blockwriter.go.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.block import header_hash, is_config_block, new_block, sign_block

from counterfoil_network.embedded.orderer.block_cutter import BlockCutter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import common
    from counterfoil_protocol.signing import Signer

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.orderer_ledger import OrdererLedger

_NONCE_BYTES = 24


@dataclass(frozen=True, slots=True)
class Ordered:
    """An envelope that has passed the filters under the configuration of this sequence."""

    envelope: common.Envelope = field(repr=False)
    sequence: int
    is_config: bool


class Consenter:
    """The one writer of the orderer's ledger."""

    def __init__(  # noqa: PLR0913 - what orders needs these parts
        self,
        *,
        ledger: OrdererLedger,
        channel: Channel,
        identity: Identity,
        signer: Signer,
        again: Callable[[Ordered], common.Envelope | None],
        written: Callable[[common.Block], None],
        committed: Callable[[int], Awaitable[None]],
    ) -> None:
        """`written` is told on the loop of every block that is on disk.

        `again` looks once more at an envelope of an earlier configuration, and may drop it.

        `committed` returns when the peers have committed that many blocks; it is waited for no longer than
        BatchTimeout.
        """
        last = ledger.block(ledger.height - 1)
        assert last is not None, "an orderer's ledger holds at least the genesis block"
        self._ledger = ledger
        self._channel = channel
        self._creator = identity.serialize()
        self._signer = signer
        self._again = again
        self._written = written
        self._committed = committed
        self._previous = last.header
        self._queue: asyncio.Queue[Ordered] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._idle.set()

    def order(self, ordered: Ordered) -> None:
        """Accept an envelope that has passed the filters."""
        self._idle.clear()
        self._queue.put_nowait(ordered)

    async def idle(self) -> None:
        """Return when everything accepted so far is in blocks."""
        await self._idle.wait()

    async def run(self) -> None:
        """Cut, sign and write blocks until cancelled."""
        cutter = BlockCutter(self._channel.batch_size)
        while True:
            queued = [await self._queue.get()]
            while not self._queue.empty():
                queued.append(self._queue.get_nowait())
            for ordered in queued:
                cutter.limits = self._channel.batch_size
                for batch in self._batches(cutter, ordered):
                    await self._write(batch)
            rest = cutter.cut()
            if rest:
                await self._write(rest)
            if self._queue.empty():
                self._idle.set()
            await self._wait_for_peers()

    def _batches(self, cutter: BlockCutter, ordered: Ordered) -> Iterator[Sequence[common.Envelope]]:
        """Yield what is complete by this envelope; a configuration has a block of its own."""
        if ordered.is_config:
            # What is waiting goes first, under the configuration by which it was accepted.
            pending = cutter.cut()
            if pending:
                yield pending
        outdated = ordered.sequence < self._channel.sequence
        envelope = self._again(ordered) if outdated else ordered.envelope
        if envelope is None:
            return
        if ordered.is_config:
            yield [envelope]
        else:
            yield from cutter.ordered(envelope)

    async def _wait_for_peers(self) -> None:
        try:
            async with asyncio.timeout(self._channel.config.batch_timeout):
                await self._committed(self._previous.number + 1)
        except TimeoutError:
            return

    async def _write(self, batch: Sequence[common.Envelope]) -> None:
        block = new_block(
            self._previous.number + 1,
            header_hash(self._previous),
            [envelope.SerializeToString() for envelope in batch],
        )
        is_config = is_config_block(block)
        sign_block(
            block,
            self._signer,
            self._creator,
            nonce=os.urandom(_NONCE_BYTES),
            last_config_number=block.header.number if is_config else self._channel.config_block_number,
        )
        await asyncio.wrap_future(self._ledger.append(block, is_config=is_config))
        self._previous = block.header
        if is_config:
            self._channel.update(block)
        self._written(block)
