"""The ordering service of the channel: one node with its own block file."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import atomic_broadcast, common

from counterfoil_network.embedded.gateway.submit import OrderingServiceDown
from counterfoil_network.embedded.orderer.configurer import configuration_transaction, renewed
from counterfoil_network.embedded.orderer.consenter import Consenter, Ordered
from counterfoil_network.embedded.orderer.message_filters import Refused, check_message, message_type
from counterfoil_network.embedded.progress import Progress
from counterfoil_network.embedded.unreachable import connection_refused

if TYPE_CHECKING:
    import logging

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.orderer_ledger import OrdererLedger
    from counterfoil_network.embedded.membership import Membership
    from counterfoil_network.embedded.node import Node

_RECENT_BLOCKS = 64


class Orderer:
    """Accepts envelopes, and gives out blocks once they are on disk."""

    def __init__(
        self,
        node: Node,
        ledger: OrdererLedger,
        channel: Channel,
        membership: Membership,
        log: logging.Logger,
    ) -> None:
        self.node = node
        self.ledger = ledger
        self.channel = channel
        self.log = log
        self._membership = membership
        self.progress = Progress(ledger.height)
        self._recent: OrderedDict[int, common.Block] = OrderedDict()
        self._consenter = Consenter(
            ledger=ledger,
            channel=channel,
            identity=node.identity,
            signer=node.signer,
            again=self._again,
            written=self._written,
            committed=self._committed_by_peers,
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Its endpoint."""
        return self.node.address

    @property
    def msp_id(self) -> str:
        """Its organisation."""
        return self.node.msp_id

    def start(self) -> None:
        """Begin to order."""
        self._task = asyncio.get_running_loop().create_task(self._consenter.run(), name="consenter")

    async def halt(self) -> None:
        """Accept nothing more until `start`, and write what was accepted."""
        task, self._task = self._task, None
        await self._consenter.idle()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """Stop ordering; envelopes that are queued are lost, as the clients were never told of a block."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self.ledger.close()

    async def broadcast(self, envelope: common.Envelope) -> atomic_broadcast.BroadcastResponse:
        """Check an envelope and queue it; SUCCESS means that it will be in a block.

        Raises:
            OrderingServiceDown: the orderer is not running.

        """
        if self._task is None or self._task.done():
            raise OrderingServiceDown(connection_refused(self.address))
        sequence = self.channel.sequence
        try:
            message = self._process(envelope)
        except Refused as refused:
            self.log.warning("rejecting broadcast: %s", refused.info)
            return atomic_broadcast.BroadcastResponse(status=refused.status, info=refused.info)
        is_config = message is not envelope
        self._consenter.order(Ordered(message, sequence, is_config=is_config))
        return atomic_broadcast.BroadcastResponse(status=common.SUCCESS)

    def _process(self, envelope: common.Envelope) -> common.Envelope:
        """Return what is to be ordered: the message itself, or the transaction that an update gives."""
        now = datetime.now(UTC)
        if message_type(envelope, self.channel) == common.CONFIG_UPDATE:
            return configuration_transaction(envelope, self.channel, self.node, now)
        check_message(envelope, self.channel, now)
        return envelope

    def _again(self, ordered: Ordered) -> common.Envelope | None:
        """Look again at a message that was accepted under an earlier configuration; None to drop it."""
        now = datetime.now(UTC)
        try:
            if ordered.is_config:
                return renewed(ordered.envelope, self.channel, self.node, now)
            check_message(ordered.envelope, self.channel, now)
        except Refused as refused:
            self.log.warning("dropping a message after a change of configuration: %s", refused.info)
            return None
        return ordered.envelope

    async def next_block(self, number: int) -> common.Block:
        """Return a block, waiting until it is written; shared, so not to be changed."""
        await self.progress.reached(number + 1)
        recent = self._recent.get(number)
        if recent is not None:
            return recent
        block = self.ledger.block(number)
        assert block is not None, "every block below the height is in the ledger"
        return block

    async def _committed_by_peers(self, height: int) -> None:
        await asyncio.gather(*(peer.committed(height) for peer in self._membership.alive()))

    def _written(self, block: common.Block) -> None:
        number = block.header.number
        self._recent[number] = block
        if len(self._recent) > _RECENT_BLOCKS:
            self._recent.popitem(last=False)
        self.log.info("wrote block %d with %d transactions", number, len(block.data.data))
        self.progress.advance(number + 1)
