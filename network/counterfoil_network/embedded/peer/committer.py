"""Pull blocks from the ordering service, validate them for oneself, commit them one after the other.

Source: gossip/state and core/committer: signature of the block, transactions, private data, ledger.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from counterfoil_protocol.block import check_block_data, header_hash, is_config_block
from counterfoil_protocol.config_validator import UpdateRefused
from counterfoil_protocol.errors import MalformedMessage, PolicyFailure
from counterfoil_protocol.ledger.definitions import LIFECYCLE
from counterfoil_protocol.validation.endorsement_policy import written_keys
from counterfoil_protocol.validation.transaction_validator import TransactionValidator

from counterfoil_network.embedded.ledger.parsed import commit_view
from counterfoil_network.embedded.ledger.records import CommitRequest, LedgerClosed
from counterfoil_network.embedded.peer.private_data.collections import state_getter

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from counterfoil_protocol.messages import common

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
    from counterfoil_network.embedded.ledger.records import CommittedBlock
    from counterfoil_network.embedded.peer.private_data.fetch import PrivateDataFetcher


class OrderedBlocks(Protocol):
    """Where blocks come from."""

    async def next_block(self, number: int) -> common.Block:
        """Return a block, waiting until it is written; not to be changed."""
        ...


class BadBlock(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The ordering service gave a block that does not belong here: the peer stops, as Fabric's does."""


class Committer:
    """The one writer of blocks of one peer."""

    def __init__(  # noqa: PLR0913 - what commits a block is made of these parts
        self,
        *,
        ledger: PeerLedger,
        channel: Channel,
        source: OrderedBlocks,
        fetcher: PrivateDataFetcher,
        committed: Callable[[CommittedBlock], None],
        log: logging.Logger,
    ) -> None:
        """`committed` is told on the loop of every block that is on disk."""
        self._ledger = ledger
        self._channel = channel
        self._source = source
        self._fetcher = fetcher
        self._committed = committed
        self._log = log
        self._previous_hash: bytes | None = None

    async def run(self) -> None:
        """Commit blocks from the ledger's height on, until cancelled or the ledger is gone."""
        try:
            while True:
                block = await self._source.next_block(self._ledger.height)
                was_member = self._channel.is_member
                await self._commit(block)
                if was_member and not self._channel.is_member:
                    # The ordering service gives it no block from here on (common/deliver asks again
                    # whenever the configuration has changed).
                    self._log.warning("the organisation has left the channel: no more blocks")
                    return
        except LedgerClosed as error:
            self._log.error("stopped committing: %s", error)

    async def _commit(self, block: common.Block) -> None:
        self._check(block)
        envelopes = list(block.data.data)
        with self._ledger.snapshot() as view:
            validator = TransactionValidator(self._channel.config)
            codes = validator.validate(
                envelopes, view, lambda txid: view.transaction_status(txid) is not None
            )
            private = await self._fetcher.fetch(block, codes, view, state_getter(view))
        committed = await asyncio.wrap_future(
            self._ledger.commit(CommitRequest(block, codes, private.held, private.missing))
        )
        self._previous_hash = header_hash(block.header)
        if committed.is_config and committed.number > 0:
            self._channel.update(committed.block)
        self._log.info(
            "committed block %d with %d transactions, %d valid",
            committed.number,
            len(committed.codes),
            sum(1 for code in committed.codes if code == 0),
        )
        self._committed(committed)

    def _check(self, block: common.Block) -> None:
        number = block.header.number
        if self._previous_hash is None:
            previous = self._ledger.block(number - 1)
            self._previous_hash = header_hash(previous.header) if previous is not None else b""
        try:
            if block.header.previous_hash != self._previous_hash:
                raise BadBlock(f"block {number} does not follow the block before it")
            check_block_data(block)
            self._channel.config.verify_block_signature(block)
            if number > 0 and is_config_block(block):
                self._channel.check_successor(block)
        except (MalformedMessage, PolicyFailure, UpdateRefused) as error:
            raise BadBlock(f"block {number} is not acceptable: {error}") from error


def writes_lifecycle(committed: CommittedBlock) -> bool:
    """Whether a committed block may have changed chaincode definitions or approvals.

    Every endorsement reads `_lifecycle`: what it is called by.
    """
    rwsets = (commit_view(envelope).rwset for envelope in committed.block.data.data)
    return any(
        next(written_keys(entry), None) is not None
        for rwset in rwsets
        if rwset is not None
        for entry in rwset.namespaces
        if entry.namespace == LIFECYCLE
    )
