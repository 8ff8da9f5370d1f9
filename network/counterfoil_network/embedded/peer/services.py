"""The gRPC services of a peer beside the Gateway: Endorser and Deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from counterfoil_protocol.errors import InvalidIdentity, MalformedMessage, PolicyFailure
from counterfoil_protocol.messages import common, events, rwset
from counterfoil_protocol.services import DeliverServicer, EndorserServicer

from counterfoil_network.embedded.deliver import Answers, deliver
from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.events import filtered_block
from counterfoil_network.embedded.peer.private_data.collections import (
    find_collection,
    is_member,
    state_getter,
)
from counterfoil_network.embedded.rpc import ConcurrencyLimit, RpcError, Service, streaming, unary
from counterfoil_network.embedded.settings import DELIVER_CONCURRENCY, ENDORSER_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from counterfoil_protocol.messages import proposal, proposal_response
    from counterfoil_protocol.signed_data import SignedData

    from counterfoil_network.embedded.peer.peer import Peer


class EndorserService(Service, EndorserServicer):
    """`protos.Endorser`: what clients use to install packages, and peers to endorse."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(ConcurrencyLimit("/protos.Endorser", ENDORSER_CONCURRENCY), peer.log)
        self._peer = peer

    @unary
    async def ProcessProposal(  # noqa: N802 - gRPC's name
        self, request: proposal.SignedProposal, _: Any
    ) -> proposal_response.ProposalResponse:
        """Endorse one proposal."""
        self._peer.check_ledger()
        outcome = await self._peer.process_proposal(request)
        if outcome.error is not None or outcome.response is None:
            # gRPC carries no response beside an error, so the client hears the text alone.
            raise RpcError(grpc.StatusCode.UNKNOWN, outcome.error or "")
        return outcome.response


class DeliverService(Service, DeliverServicer):
    """`protos.Deliver`: blocks, filtered blocks, blocks with private data."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(ConcurrencyLimit("/protos.Deliver", DELIVER_CONCURRENCY), peer.log)
        self._peer = peer

    @streaming
    async def Deliver(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[common.Envelope], _: Any
    ) -> AsyncIterator[events.DeliverResponse]:
        """Deliver whole blocks."""
        answers = self._deliver(
            request_iterator, "event/Block", lambda block, _: events.DeliverResponse(block=block)
        )
        async for answer in answers:
            yield answer

    @streaming
    async def DeliverFiltered(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[common.Envelope], _: Any
    ) -> AsyncIterator[events.DeliverResponse]:
        """Deliver ids, codes and names of events."""

        def filtered(block: common.Block, _: SignedData) -> events.DeliverResponse:
            return events.DeliverResponse(filtered_block=filtered_block(block))

        async for answer in self._deliver(request_iterator, "event/FilteredBlock", filtered):
            yield answer

    @streaming
    async def DeliverWithPrivateData(  # noqa: N802 - gRPC's name
        self, request_iterator: AsyncIterator[common.Envelope], _: Any
    ) -> AsyncIterator[events.DeliverResponse]:
        """Deliver whole blocks with the private data that the client may see."""

        def private(block: common.Block, signed: SignedData) -> events.DeliverResponse:
            with_private = events.BlockAndPrivateData(block=block)
            for place, private_rwset in self._private_data(block, signed).items():
                with_private.private_data_map[place].CopyFrom(private_rwset)
            return events.DeliverResponse(block_and_private_data=with_private)

        async for answer in self._deliver(request_iterator, "event/Block", private):
            yield answer

    async def _deliver(
        self,
        requests: AsyncIterator[common.Envelope],
        resource: str,
        block: Callable[[common.Block, SignedData], events.DeliverResponse],
    ) -> AsyncIterator[events.DeliverResponse]:
        self._peer.check_ledger()

        def allow(signed: SignedData) -> None:
            try:
                self._peer.access.check(resource, self._peer.channel.channel_id, signed)
            except AccessDenied as denied:
                raise PolicyFailure(str(denied)) from denied

        answers = Answers(allow, block, lambda status: events.DeliverResponse(status=status))
        async for answer in deliver(requests, self._peer, answers, self._peer.log):
            assert isinstance(answer, events.DeliverResponse)
            yield answer

    def _private_data(self, block: common.Block, signed: SignedData) -> dict[int, rwset.TxPvtReadWriteSet]:
        """Collect what the client is a member of, or what non-members may read.

        Source: core/peer/deliverevents.go CheckCollectionPolicy, which wants a signature that satisfies the
        members' policy unless the collection is open.
        """
        found: dict[int, rwset.TxPvtReadWriteSet] = {}
        with self._peer.ledger.snapshot() as view:
            get = state_getter(view)
            for place, write_sets in view.private_data(block.header.number).items():
                for write_set in write_sets:
                    if not self._may_read(get, write_set.namespace, write_set.collection, signed):
                        continue
                    entry = found.setdefault(
                        place, rwset.TxPvtReadWriteSet(data_model=rwset.TxReadWriteSet.KV)
                    )
                    namespace = _namespace(entry, write_set.namespace)
                    namespace.collection_pvt_rwset.add(
                        collection_name=write_set.collection, rwset=write_set.rwset
                    )
        return found

    def _may_read(
        self,
        get: Callable[[str, str], bytes | None],
        namespace: str,
        collection: str,
        signed: SignedData,
    ) -> bool:
        channel = self._peer.channel
        config = find_collection(get, channel, namespace, collection)
        if config is None:
            return False
        if not config.member_only_read:
            return True
        try:
            identity = channel.msps.deserialize(signed.identity)
        except (MalformedMessage, InvalidIdentity):
            return False
        return is_member(channel, config, identity)


def _namespace(entry: rwset.TxPvtReadWriteSet, name: str) -> rwset.NsPvtReadWriteSet:
    for namespace in entry.ns_pvt_rwset:
        if namespace.namespace == name:
            return namespace
    return entry.ns_pvt_rwset.add(namespace=name)
