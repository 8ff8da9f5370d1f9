"""Spread a proposal's private writes to other members before the endorsement is answered.

Source: gossip/privdata/distributor.go, gossip/service/gossip_service.go DistributePrivateData.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from counterfoil_protocol.collection import implicit_collection_owner
from counterfoil_protocol.messages import collection, rwset, transient_store

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.private_data.collections import find_collection, is_member
from counterfoil_network.embedded.settings import PUSH_ACK_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil_protocol.ledger.simulator import GetState

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.membership import EndorsingPeer, Membership

    Content = transient_store.TxPvtReadWriteSetWithConfigInfo

_CHOICE = random.SystemRandom()


def with_configurations(
    private: rwset.TxPvtReadWriteSet, channel: Channel, get: GetState, height: int
) -> Content:
    """Add the configurations of the collections written, as the transient store keeps them.

    Raises:
        ChaincodeFailure: a collection is not defined.

    """
    content = transient_store.TxPvtReadWriteSetWithConfigInfo(endorsed_at=height, pvt_rwset=private)
    for namespace in private.ns_pvt_rwset:
        package = content.collection_configs[namespace.namespace]
        for written in namespace.collection_pvt_rwset:
            config = find_collection(get, channel, namespace.namespace, written.collection_name)
            if config is None:
                raise ChaincodeFailure(
                    f"failed to obtain collections config: no collection config for chaincode "
                    f'"{namespace.namespace}"'
                )
            package.config.append(collection.CollectionConfig(static_collection_config=config))
    return content


class Distributor:
    """Sends one peer's private writes to the other members."""

    def __init__(self, own: EndorsingPeer, channel: Channel, membership: Membership) -> None:
        self._own = own
        self._channel = channel
        self._membership = membership

    async def distribute(self, transaction_id: str, content: Content) -> None:
        """Send each collection to as many members as it wants; done when enough have stored it.

        Raises:
            ChaincodeFailure: too few members are there, or too few stored it, with Fabric's text.

        """
        prefix = (
            f"failed to distribute private collection, txID {transaction_id}, "
            f"channel {self._channel.channel_id}"
        )
        sends = []
        for namespace, config, part in _parts(content):
            try:
                chosen = self._choose(config)
            except ChaincodeFailure as failure:
                raise failure.within(
                    f"{prefix}: could not build private data dissemination plan for chaincode {namespace} "
                    f"and collection {config.name}"
                ) from None
            required = config.required_peer_count
            for place, peer in enumerate(chosen):
                sends.append((self._send(peer, transaction_id, part), place < required))
        stored = await asyncio.gather(*(send for send, _ in sends))
        failed = sum(1 for (_, needed), good in zip(sends, stored, strict=True) if needed and not good)
        if failed:
            raise ChaincodeFailure(
                f"{prefix}: Failed disseminating {failed} out of {len(sends)} private dissemination plans"
            )

    def _choose(self, config: collection.StaticCollectionConfig) -> list[EndorsingPeer]:
        eligible = [
            peer
            for peer in self._membership.alive()
            if peer is not self._own and is_member(self._channel, config, peer.identity)
        ]
        if len(eligible) < config.required_peer_count:
            raise ChaincodeFailure(
                f"required to disseminate to at least {config.required_peer_count} peers, but know of only "
                f"{len(eligible)} eligible peers"
            )
        most = config.maximum_peer_count
        if implicit_collection_owner(config.name) == self._own.msp_id:
            most = 1
        return _CHOICE.sample(eligible, min(most, len(eligible)))

    async def _send(self, peer: EndorsingPeer, transaction_id: str, part: Content) -> bool:
        try:
            async with asyncio.timeout(PUSH_ACK_TIMEOUT):
                await peer.accept_private(transaction_id, part)
        except Exception:
            return False
        return True


def _parts(content: Content) -> Iterator[tuple[str, collection.StaticCollectionConfig, Content]]:
    """Yield each collection's writes alone, because every collection has other members."""
    for namespace in content.pvt_rwset.ns_pvt_rwset:
        package = content.collection_configs[namespace.namespace]
        for written, entry in zip(namespace.collection_pvt_rwset, package.config, strict=True):
            part = transient_store.TxPvtReadWriteSetWithConfigInfo(endorsed_at=content.endorsed_at)
            part.pvt_rwset.data_model = content.pvt_rwset.data_model
            own = part.pvt_rwset.ns_pvt_rwset.add(namespace=namespace.namespace)
            own.collection_pvt_rwset.add(collection_name=written.collection_name, rwset=written.rwset)
            part.collection_configs[namespace.namespace].config.append(entry)
            yield namespace.namespace, entry.static_collection_config, part
