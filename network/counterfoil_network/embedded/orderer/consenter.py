"""Order envelopes and write them as signed blocks, one at a time, durable before anybody sees them.

What has been queued while a block was being written, and committed by the peers that keep up, becomes the
next block: an idle network cuts at once, a busy one in groups. Fabric waits for BatchTimeout before each
block; here that is the longest wait. The limits of a block are the same.
Source of the metadata: orderer/common/multichannel/blockwriter.go.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from counterfoil_protocol.block import header_hash, is_config_block, new_block, sign_block

from counterfoil_network.embedded.orderer.block_cutter import BlockCutter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import common
    from counterfoil_protocol.signing import Signer

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.orderer_ledger import OrdererLedger

_NONCE_BYTES = 24


class Consenter:
    """The one writer of the orderer's ledger."""

    def __init__(  # noqa: PLR0913 - what orders needs these parts
        self,
        *,
        ledger: OrdererLedger,
        channel: Channel,
        identity: Identity,
        signer: Signer,
        written: Callable[[common.Block], None],
        committed: Callable[[int], Awaitable[None]],
    ) -> None:
        """`written` is told on the loop of every block that is on disk.

        `committed` returns when the peers have committed that many blocks; it is waited for no longer than
        BatchTimeout.
        """
        last = ledger.block(ledger.height - 1)
        assert last is not None, "an orderer's ledger holds at least the genesis block"
        self._ledger = ledger
        self._channel = channel
        self._creator = identity.serialize()
        self._signer = signer
        self._written = written
        self._committed = committed
        self._previous = last.header
        self._queue: asyncio.Queue[common.Envelope] = asyncio.Queue()

    def order(self, envelope: common.Envelope) -> None:
        """Accept an envelope that has passed the filters."""
        self._queue.put_nowait(envelope)

    async def run(self) -> None:
        """Cut, sign and write blocks until cancelled."""
        cutter = BlockCutter(self._channel.batch_size)
        while True:
            envelopes = [await self._queue.get()]
            while not self._queue.empty():
                envelopes.append(self._queue.get_nowait())
            cutter.limits = self._channel.batch_size
            for envelope in envelopes:
                for batch in cutter.ordered(envelope):
                    await self._write(batch)
            rest = cutter.cut()
            if rest:
                await self._write(rest)
            await self._wait_for_peers()

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
        sign_block(
            block,
            self._signer,
            self._creator,
            nonce=os.urandom(_NONCE_BYTES),
            last_config_number=self._channel.config_block_number,
        )
        await asyncio.wrap_future(self._ledger.append(block, is_config=is_config_block(block)))
        self._previous = block.header
        self._written(block)
