"""The peers of the channel as they see each other: what Fabric's gossip and discovery tell.

All of them live in this process, so nothing travels by gossip; each still executes, validates and stores for
itself, and a peer that is down or has lost its ledger is seen as gone by the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import proposal, proposal_response, transient_store


@dataclass(frozen=True, slots=True)
class ProposalOutcome:
    """What ProcessProposal gave: a response, an error text, or both (Fabric's local endorser gives both)."""

    response: proposal_response.ProposalResponse | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class WantedPrivateData:
    """One transaction's private writes in one collection, by the hash that the block states."""

    block: int
    place: int
    transaction_id: str
    namespace: str
    collection: str
    digest: bytes


def as_remote(outcome: ProposalOutcome) -> ProposalOutcome:
    """Return what a client of another process sees: beside an error gRPC carries no response."""
    if outcome.error is None or outcome.error.startswith("rpc error:"):
        return outcome
    return ProposalOutcome(None, f"rpc error: code = Unknown desc = {outcome.error}")


class EndorsingPeer(Protocol):
    """A peer as gateways and other peers use it."""

    @property
    def msp_id(self) -> str:
        """Its organisation."""
        ...

    @property
    def address(self) -> str:
        """Its endpoint, host and port."""
        ...

    @property
    def identity(self) -> Identity:
        """Its own identity, which endorses."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether it answers: started, and its ledger is there."""
        ...

    @property
    def height(self) -> int:
        """Number of blocks it has committed."""
        ...

    async def committed(self, height: int) -> None:
        """Return when it has committed this many blocks."""
        ...

    def has_chaincode(self, name: str) -> bool:
        """Whether it could execute a chaincode: defined, approved and installed, or a system chaincode."""
        ...

    async def process_proposal(self, signed: proposal.SignedProposal) -> ProposalOutcome:
        """Endorse; never raises."""
        ...

    async def accept_private(
        self, transaction_id: str, content: transient_store.TxPvtReadWriteSetWithConfigInfo
    ) -> None:
        """Keep a transaction's private writes of one collection until commit; durable on return."""
        ...

    def give_private(self, wanted: WantedPrivateData, requester: Identity) -> bytes | None:
        """Return private writes to a member that lacks them; None if they are not here or not for it."""
        ...


@dataclass(slots=True)
class Membership:
    """The channel's peers by MSP ID."""

    _peers: dict[str, EndorsingPeer] = field(default_factory=dict)

    def join(self, peer: EndorsingPeer) -> None:
        """Make a peer known to the others."""
        self._peers[peer.msp_id] = peer

    def leave(self, peer: EndorsingPeer) -> None:
        """Forget a peer."""
        self._peers.pop(peer.msp_id, None)

    def alive(self) -> Iterator[EndorsingPeer]:
        """Peers that answer, in order of MSP ID."""
        return (self._peers[msp_id] for msp_id in sorted(self._peers) if self._peers[msp_id].is_alive)

    def get(self, msp_id: str) -> EndorsingPeer | None:
        """Return one organisation's peer if it is known and answers."""
        peer = self._peers.get(msp_id)
        return peer if peer is not None and peer.is_alive else None
