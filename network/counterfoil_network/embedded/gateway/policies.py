"""Policies and collection members of a planned call, from the local peer's committed state.

Source: discovery/support/chaincode/support.go PoliciesByChaincode, core/chaincode/lifecycle/
metadata_provider.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import implicit_collection_owner
from counterfoil_protocol.ledger.definitions import LIFECYCLE, read_definition
from counterfoil_protocol.policy import LIFECYCLE_ENDORSEMENT
from counterfoil_protocol.signature_policy import compile_policy, signed_by_any
from counterfoil_protocol.validation.endorsement_policy import policy_is_satisfied

from counterfoil_network.embedded.gateway.registry import NoPlan
from counterfoil_network.embedded.peer.private_data.collections import (
    find_collection,
    is_member,
    state_getter,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil_protocol.identity import Identity
    from counterfoil_protocol.ledger.simulator import GetState
    from counterfoil_protocol.messages import policies as policy_messages
    from counterfoil_protocol.messages import proposal_response

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.gateway.registry import Satisfied
    from counterfoil_network.embedded.ledger.peer_ledger import PeerLedger


class CommittedPolicies:
    """A `PolicySource` on a peer's ledger."""

    def __init__(self, ledger: PeerLedger, channel: Channel) -> None:
        self._ledger = ledger
        self._channel = channel

    def policies(self, call: proposal_response.ChaincodeCall) -> list[Satisfied] | None:
        """Return the policies that endorsers of a call must satisfy; None for an unknown chaincode.

        Raises:
            NoPlan: nothing is left after the chaincode's policy was disregarded.

        """
        with self._ledger.snapshot() as view:
            get = state_getter(view)
            own = self._chaincode_policy(get, call.name)
            if own is None:
                return None
            found = self._collection_policies(get, call, own) if call.collection_names else [own]
        if call.disregard_namespace_policy:
            if not call.key_policies and len(found) == 1:
                raise NoPlan(
                    "no combination of peers can be derived which satisfy the endorsement policy: "
                    f"requested to disregard chaincode {call.name}'s policy but key and collection policies "
                    "are missing, either disable DisregardNamespacePolicy or specify at least one key policy "
                    "or at least one collection policy"
                )
            found = found[1:]
        return [
            *(self._satisfied(policy) for policy in found),
            *(self._key_satisfied(policy) for policy in call.key_policies),
        ]

    def may_hold(self, call: proposal_response.ChaincodeCall, identity: Identity) -> bool:
        """Whether a peer is a member of every collection that a call reads."""
        if call.no_private_reads or not call.collection_names:
            return True
        with self._ledger.snapshot() as view:
            get = state_getter(view)
            for name in call.collection_names:
                config = find_collection(get, self._channel, call.name, name)
                if config is None or not is_member(self._channel, config, identity):
                    return False
        return True

    def _chaincode_policy(self, get: GetState, name: str) -> bytes | None:
        if name == LIFECYCLE:
            return ApplicationPolicy(channel_policy=LIFECYCLE_ENDORSEMENT).serialize()
        definition = read_definition(get, name)
        return definition.validation_parameter if definition is not None else None

    def _collection_policies(
        self, get: GetState, call: proposal_response.ChaincodeCall, own: bytes
    ) -> list[bytes]:
        found: dict[bytes, None] = {}
        for name in call.collection_names:
            owner = implicit_collection_owner(name)
            if owner is not None:
                any_member = signed_by_any("member", [owner]).SerializeToString()
                found[ApplicationPolicy(signature_policy=any_member).serialize()] = None
                continue
            config = find_collection(get, self._channel, call.name, name)
            if config is not None and config.HasField("endorsement_policy"):
                found[config.endorsement_policy.SerializeToString()] = None
            else:
                found[own] = None
        return list(found)

    def _satisfied(self, policy: bytes) -> Satisfied:
        return lambda identities: policy_is_satisfied(policy, identities, self._channel.config)

    def _key_satisfied(self, policy: policy_messages.SignaturePolicyEnvelope) -> Satisfied:
        compiled = compile_policy(policy)

        def satisfied(identities: Sequence[Identity]) -> bool:
            return compiled.evaluate(identities, self._channel.msps.satisfies)

        return satisfied
