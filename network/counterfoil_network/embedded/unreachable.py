"""A peer that was halted, as the others see it until they know: there, and refusing every connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from counterfoil_network.embedded.membership import ProposalOutcome
from counterfoil_network.embedded.settings import KNOWN_DEAD

if TYPE_CHECKING:
    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import proposal, transient_store

    from counterfoil_network.embedded.membership import EndorsingPeer, WantedPrivateData


def connection_refused(address: str) -> str:
    """What a gRPC client of Go's says of an address where nobody listens."""
    return (
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: '
        f'dial tcp {address}: connect: connection refused"'
    )


class UnreachablePeer:
    """Stands in the membership for a peer that has gone; after KNOWN_DEAD seconds it is not alive."""

    def __init__(self, peer: EndorsingPeer) -> None:
        self.msp_id = peer.msp_id
        self.address = peer.address
        self.identity: Identity = peer.identity
        self.height = peer.height
        self._until = time.monotonic() + KNOWN_DEAD

    @property
    def is_alive(self) -> bool:
        """Whether the others still take it for alive."""
        return time.monotonic() < self._until

    async def committed(self, height: int) -> None:
        """Nobody waits for it."""

    def has_chaincode(self, name: str) -> bool:
        """Return what its last gossip said, taken to be yes: the call finds out."""
        del name
        return True

    async def process_proposal(self, signed: proposal.SignedProposal) -> ProposalOutcome:
        """Answer as an address where nobody listens."""
        del signed
        return ProposalOutcome(None, connection_refused(self.address))

    async def accept_private(
        self, transaction_id: str, content: transient_store.TxPvtReadWriteSetWithConfigInfo
    ) -> None:
        """Store nothing.

        Raises:
            ConnectionRefusedError: always.

        """
        del transaction_id, content
        raise ConnectionRefusedError(self.address)

    def give_private(self, wanted: WantedPrivateData, requester: Identity) -> bytes | None:
        """Give nothing."""
        del wanted, requester
        return None
