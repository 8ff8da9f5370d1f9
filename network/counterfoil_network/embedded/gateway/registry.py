"""Which peers can serve a call: plans for named organisations, for evaluation and from the policies.

Source: internal/pkg/gateway/registry.go, discovery/endorsement/endorsement.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from counterfoil_network.embedded.gateway.layouts import layouts
from counterfoil_network.embedded.gateway.plan import EndorsementPlan
from counterfoil_network.embedded.membership import as_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.messages import proposal, proposal_response

    from counterfoil_network.embedded.membership import EndorsingPeer, Membership, ProposalOutcome

    Satisfied = Callable[[Sequence[Identity]], bool]

_NO_COMBINATION = "no combination of peers can be derived which satisfy the endorsement policy"


class NoPlan(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """No set of peers can serve the call; the text is Fabric's."""


class PolicySource(Protocol):
    """What the local peer knows of chaincodes and their policies, from its own committed state."""

    def policies(self, call: proposal_response.ChaincodeCall) -> list[Satisfied] | None:
        """Policies that endorsers of a call must satisfy together; None where no such chaincode is defined.

        Raises:
            NoPlan: the call cannot be planned at all.

        """
        ...

    def may_hold(self, call: proposal_response.ChaincodeCall, identity: Identity) -> bool:
        """Whether a peer is a member of every collection that the call reads."""
        ...


class Registry:
    """The peers of the channel as one gateway sees them."""

    def __init__(
        self, local: EndorsingPeer, membership: Membership, policies: PolicySource, channel_id: str
    ) -> None:
        self.local = local
        self._channel_id = channel_id
        self._membership = membership
        self._policies = policies

    async def ask(self, peer: EndorsingPeer, signed: proposal.SignedProposal) -> ProposalOutcome:
        """Let a peer endorse; of another organisation's peer only what gRPC carries is seen."""
        outcome = await peer.process_proposal(signed)
        return outcome if peer is self.local else as_remote(outcome)

    def plan_for_organisations(self, channel: str, chaincode: str, msp_ids: Sequence[str]) -> EndorsementPlan:
        """Plan with one endorser from each named organisation.

        Raises:
            NoPlan: an organisation has no peer that can execute the chaincode.

        """
        peers = self._able(chaincode) if channel == self._channel_id else {}
        missing = [msp_id for msp_id in msp_ids if msp_id not in peers]
        if missing:
            raise NoPlan(f"failed to find any endorsing peers for org(s): {', '.join(missing)}")
        wanted = set(msp_ids)
        return EndorsementPlan([wanted], {msp_id: peers[msp_id] for msp_id in wanted})

    def evaluators(self, channel: str, chaincode: str, msp_ids: Sequence[str]) -> list[EndorsingPeer]:
        """Return the peers to try an evaluation on, in order: the own, then the highest.

        Raises:
            NoPlan: none of the organisations (of all, if none is named) has a peer that can execute it.

        """
        peers = self._able(chaincode)
        named = [peers[msp_id] for msp_id in (msp_ids or sorted(peers)) if msp_id in peers]
        if not named:
            raise NoPlan(f"no peers available to evaluate chaincode {chaincode} in channel {channel}")
        return sorted(named, key=lambda peer: (peer.msp_id != self.local.msp_id, -peer.height))

    def endorsement_plan(
        self, channel: str, interest: proposal_response.ChaincodeInterest
    ) -> EndorsementPlan:
        """Plan from the policies of everything that a simulation touched.

        Raises:
            NoPlan: a chaincode is unknown, or the peers that are there cannot satisfy the policies.

        """
        required: list[Satisfied] = []
        for call in interest.chaincodes:
            policies = self._policies.policies(call) if channel == self._channel_id else None
            if policies is None:
                raise NoPlan(
                    f"{_NO_COMBINATION}: No metadata was found for chaincode {call.name} in channel {channel}"
                )
            required.extend(policies)
        alive = [
            peer
            for peer in self._membership.alive()
            if all(self._policies.may_hold(call, peer.identity) for call in interest.chaincodes)
        ]
        possible = self._layouts(alive, required)
        if not possible:
            raise NoPlan(f"{_NO_COMBINATION}: no peer combination can satisfy the endorsement policy")
        able = [peer for peer in alive if all(peer.has_chaincode(call.name) for call in interest.chaincodes)]
        names = {peer.msp_id for peer in able}
        usable = [layout for layout in possible if layout <= names]
        if not usable:
            raise NoPlan(f"{_NO_COMBINATION}: required chaincodes are not installed on sufficient peers")
        return EndorsementPlan(usable, {peer.msp_id: peer for peer in able})

    def _able(self, chaincode: str) -> dict[str, EndorsingPeer]:
        return {peer.msp_id: peer for peer in self._membership.alive() if peer.has_chaincode(chaincode)}

    def _layouts(self, peers: Iterable[EndorsingPeer], required: Sequence[Satisfied]) -> list[frozenset[str]]:
        identities = {peer.msp_id: peer.identity for peer in peers}

        def satisfied(msp_ids: Collection[str]) -> bool:
            signed = [identities[msp_id] for msp_id in msp_ids]
            return all(policy(signed) for policy in required)

        return layouts(sorted(identities), satisfied, self.local.msp_id)
