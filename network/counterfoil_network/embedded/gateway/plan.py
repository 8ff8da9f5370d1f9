"""Which peers to ask for endorsements, and what has been collected so far.

Source: internal/pkg/gateway/endorsement.go. Every organisation of this engine runs one peer, so a group of
interchangeable peers is one organisation and is named by its MSP ID.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import gateway

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from counterfoil_protocol.messages import proposal_response

    from counterfoil_network.embedded.membership import EndorsingPeer

MISMATCH = "ProposalResponsePayloads do not match"


@dataclass(slots=True)
class Layout:
    """One way to satisfy the policies: the organisations still needed and the endorsements so far."""

    required: set[str]
    endorsements: list[proposal_response.Endorsement] = field(default_factory=list)


class EndorsementPlan:
    """Layouts in order of preference; the first that is completed wins."""

    def __init__(self, layouts: Iterable[Iterable[str]], peers: Mapping[str, EndorsingPeer]) -> None:
        self._layouts: list[Layout | None] = [Layout(set(layout)) for layout in layouts]
        self._peers = dict(peers)
        self.payload: bytes | None = None
        self.completed: Layout | None = None
        self.details: list[gateway.ErrorDetail] = []

    def next_endorsers(self) -> list[EndorsingPeer]:
        """Peers to ask now, each asked once in a plan's life; empty when no layout is left."""
        for index, layout in enumerate(self._layouts):
            if layout is None:
                continue
            if layout.required <= self._peers.keys():
                return [self._peers.pop(msp_id) for msp_id in sorted(layout.required)]
            self._layouts[index] = None
        return []

    def add_endorsement(self, peer: EndorsingPeer, response: proposal_response.ProposalResponse) -> bool:
        """Take a peer's successful response; False, with a detail, if its payload differs from the first."""
        self._peers.pop(peer.msp_id, None)
        if self.payload is None:
            self.payload = response.payload
        elif self.payload != response.payload:
            self.add_error(peer, MISMATCH)
            return False
        for layout in self._layouts:
            if layout is None or peer.msp_id not in layout.required:
                continue
            layout.required.discard(peer.msp_id)
            layout.endorsements.append(response.endorsement)
            if not layout.required:
                self.completed = layout
                break
        return True

    def abandon(self, msp_ids: Iterable[str]) -> None:
        """Drop every layout that needs one of these organisations, whose peers failed."""
        failed = set(msp_ids)
        for index, layout in enumerate(self._layouts):
            if layout is not None and layout.required & failed:
                self._layouts[index] = None

    def add_error(self, peer: EndorsingPeer, message: str) -> None:
        """Keep what a peer said, for the client."""
        self.details.append(error_detail(peer, message))


def error_detail(peer: EndorsingPeer, message: str) -> gateway.ErrorDetail:
    """One row of an error's details: the peer's address, MSP ID and what it said."""
    return gateway.ErrorDetail(address=peer.address, msp_id=peer.msp_id, message=message)
