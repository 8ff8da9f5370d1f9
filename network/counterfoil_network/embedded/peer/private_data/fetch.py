"""Private writes that belong to a block: from the own transient store, else from another member.

Source: gossip/privdata/coordinator.go, pvtdataprovider.go; settings as the trade design asks of real peers
(skipPullingInvalidTransactionsDuringCommit true, pullRetryThreshold 2 s).
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.ledger.private import expected_private_data
from counterfoil_protocol.messages import common, transaction

from counterfoil_network.embedded.ledger import parsed
from counterfoil_network.embedded.ledger.records import MissingPrivateData, PrivateWriteSet
from counterfoil_network.embedded.membership import WantedPrivateData
from counterfoil_network.embedded.peer.private_data.collections import find_collection, is_member
from counterfoil_network.embedded.settings import PULL_RETRY_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterfoil_protocol.ledger.simulator import GetState

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.ledger.view import LedgerView
    from counterfoil_network.embedded.membership import EndorsingPeer, Membership

_PULL_PAUSE = 0.2


@dataclass(slots=True)
class BlockPrivateData:
    """What a commit takes: the writes held, by place in the block, and what is missing."""

    held: dict[int, list[PrivateWriteSet]] = field(default_factory=dict)
    missing: list[MissingPrivateData] = field(default_factory=list)

    def add(self, wanted: WantedPrivateData, rwset: bytes) -> None:
        """Take one collection's writes."""
        write_set = PrivateWriteSet(wanted.namespace, wanted.collection, rwset)
        self.held.setdefault(wanted.place, []).append(write_set)


class PrivateDataFetcher:
    """Collects the private data of blocks for one peer."""

    def __init__(self, own: EndorsingPeer, channel: Channel, membership: Membership) -> None:
        self._own = own
        self._channel = channel
        self._membership = membership

    async def fetch(
        self, block: common.Block, codes: Sequence[int], view: LedgerView, get: GetState
    ) -> BlockPrivateData:
        """Return what the block needs; waits a little for what other members have not given yet."""
        found = BlockPrivateData()
        to_pull: list[WantedPrivateData] = []
        for wanted in _wanted(block):
            stored = _from_transient(view, wanted)
            member = self._is_member(get, wanted)
            if stored is not None and member:
                found.add(wanted, stored)
            elif codes[wanted.place] == transaction.VALID:
                if member:
                    to_pull.append(wanted)
                else:
                    found.missing.append(_missing(wanted, eligible=False))
        await self._pull_all(to_pull, found)
        return found

    def pull(self, wanted: WantedPrivateData) -> bytes | None:
        """Ask the other members once."""
        for peer in self._membership.alive():
            if peer is self._own:
                continue
            given = peer.give_private(wanted, self._own.identity)
            if given is not None and hashlib.sha256(given).digest() == wanted.digest:
                return given
        return None

    async def _pull_all(self, to_pull: list[WantedPrivateData], found: BlockPrivateData) -> None:
        deadline = asyncio.get_running_loop().time() + PULL_RETRY_THRESHOLD
        while to_pull:
            still: list[WantedPrivateData] = []
            for wanted in to_pull:
                given = self.pull(wanted)
                if given is None:
                    still.append(wanted)
                else:
                    found.add(wanted, given)
            to_pull = still
            if to_pull and asyncio.get_running_loop().time() > deadline:
                found.missing.extend(_missing(wanted, eligible=True) for wanted in to_pull)
                return
            if to_pull:
                await asyncio.sleep(_PULL_PAUSE)

    def _is_member(self, get: GetState, wanted: WantedPrivateData) -> bool:
        config = find_collection(get, self._channel, wanted.namespace, wanted.collection)
        return config is not None and is_member(self._channel, config, self._own.identity)


def _wanted(block: common.Block) -> Iterator[WantedPrivateData]:
    for place, envelope in enumerate(block.data.data):
        seen = parsed.commit_view(envelope)
        if seen.rwset is None:
            continue
        for expected in expected_private_data(seen.rwset):
            yield WantedPrivateData(
                block=block.header.number,
                place=place,
                transaction_id=seen.transaction_id,
                namespace=expected.namespace,
                collection=expected.collection,
                digest=expected.digest,
            )


def _from_transient(view: LedgerView, wanted: WantedPrivateData) -> bytes | None:
    for content in view.transient(wanted.transaction_id):
        for namespace in content.pvt_rwset.ns_pvt_rwset:
            if namespace.namespace != wanted.namespace:
                continue
            for written in namespace.collection_pvt_rwset:
                matches = written.collection_name == wanted.collection
                if matches and hashlib.sha256(written.rwset).digest() == wanted.digest:
                    return written.rwset
    return None


def _missing(wanted: WantedPrivateData, *, eligible: bool) -> MissingPrivateData:
    return MissingPrivateData(
        block=wanted.block,
        transaction=wanted.place,
        transaction_id=wanted.transaction_id,
        namespace=wanted.namespace,
        collection=wanted.collection,
        eligible=eligible,
    )
