"""Ask again and again for private data that was missing when its block was committed.

Source: gossip/privdata/reconcile.go; Fabric asks every minute, here every few seconds.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from counterfoil_protocol.ledger.private import hashed_collection

from counterfoil_network.embedded.ledger import parsed
from counterfoil_network.embedded.ledger.records import (
    LedgerClosed,
    MissingPrivateData,
    PrivateWriteSet,
    ReconciledPrivateData,
)
from counterfoil_network.embedded.membership import WantedPrivateData

if TYPE_CHECKING:
    import logging

    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger
    from counterfoil_network.embedded.peer.private_data.fetch import PrivateDataFetcher

INTERVAL = 5.0
"""Seconds between two rounds."""
_AT_ONCE = 100


class Reconciler:
    """Fills the gaps of one peer's private data."""

    def __init__(self, ledger: PeerLedger, fetcher: PrivateDataFetcher, log: logging.Logger) -> None:
        self._ledger = ledger
        self._fetcher = fetcher
        self._log = log

    async def run(self) -> None:
        """Reconcile until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            try:
                await self.reconcile()
            except LedgerClosed:
                return

    async def reconcile(self) -> int:
        """Ask once for what is missing; return how many write sets were found and stored."""
        found: list[ReconciledPrivateData] = []
        for missing in self._ledger.missing_private_data(eligible=True, limit=_AT_ONCE):
            wanted = self._wanted(missing)
            given = self._fetcher.pull(wanted) if wanted is not None else None
            if given is not None:
                write_set = PrivateWriteSet(missing.namespace, missing.collection, given)
                found.append(ReconciledPrivateData(missing.block, missing.transaction, write_set))
        if not found:
            return 0
        wrong = await asyncio.wrap_future(self._ledger.store_reconciled(found))
        self._log.info("reconciled %d private write sets, %d were wrong", len(found) - len(wrong), len(wrong))
        return len(found) - len(wrong)

    def _wanted(self, missing: MissingPrivateData) -> WantedPrivateData | None:
        block = self._ledger.block(missing.block)
        if block is None:
            return None
        rwset = parsed.commit_view(block.data.data[missing.transaction]).rwset
        stated = hashed_collection(rwset, missing.namespace, missing.collection) if rwset else None
        if stated is None:
            return None
        return WantedPrivateData(
            block=missing.block,
            place=missing.transaction,
            transaction_id=missing.transaction_id,
            namespace=missing.namespace,
            collection=missing.collection,
            digest=stated.private_hash,
        )
