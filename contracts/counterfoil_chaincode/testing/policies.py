"""Endorsement policies on the test ledger: chaincode, collection and key level, as a peer validates them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import CollectionDefinition, collection_package
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.ledger.definitions import ChaincodeDefinition
from counterfoil_protocol.ledger.state import StateReader
from counterfoil_protocol.messages import msp_principal
from counterfoil_protocol.rwset import NamespaceReadWriteSet, ReadWriteSet
from counterfoil_protocol.signature_policy import parse_policy, principal_msp_id, signed_by_any
from counterfoil_protocol.validation.endorsement_policy import EndorsementCheck, KeyId, changed_metadata

if TYPE_CHECKING:
    from counterfoil_protocol.channel_config import ChannelConfig

_PEER_ROLES = (msp_principal.MSPRole.PEER, msp_principal.MSPRole.MEMBER)


class _Msps:
    """Every endorser of the test ledger is a peer of its organisation."""

    def satisfies(self, identity: Identity, principal: msp_principal.MSPPrincipal) -> bool:
        if principal_msp_id(principal) != identity.msp_id:
            return False
        return msp_principal.MSPRole.FromString(principal.principal).role in _PEER_ROLES


class _Channel:
    """As much of a channel's configuration as signature policies need."""

    msps = _Msps()


@dataclass(slots=True)
class BlockEndorsements:
    """Checks the transactions of one block in order."""

    definition: ChaincodeDefinition
    state: StateReader = field(repr=False)
    _changing: set[KeyId] = field(default_factory=set, repr=False)

    def hold(self, rwset: ReadWriteSet, endorsers: Sequence[str]) -> bool:
        """Whether the endorsers' signatures are what the policies ask for what is written."""
        signers = [Identity(msp, b"peer") for msp in endorsers]
        entries = {entry.namespace: entry for entry in rwset.namespaces}
        # The chaincode's own namespace is checked even if nothing happened in it.
        entries.setdefault(self.definition.name, NamespaceReadWriteSet(self.definition.name))
        for entry in entries.values():
            check = EndorsementCheck(
                # Only its MSPs are asked: the test ledger has no channel policies.
                cast("ChannelConfig", cast("Any", _Channel())),
                signers,
                self.definition,
                self.definition.validation_parameter,
                self._metadata,
                self._changing.__contains__,
            )
            if not check.holds(entry):
                return False
        for entry in rwset.namespaces:
            self._changing.update(changed_metadata(entry))
        return True

    def _metadata(self, key: KeyId) -> bytes:
        namespace, collection, name = key
        if collection:
            found = self.state.get_private_hash(namespace, collection, name)
        else:
            found = self.state.get_state(namespace, name.decode())
        return found.metadata if found is not None else b""


def definition_of(
    name: str, policy: str, organizations: Sequence[str], collections: Sequence[CollectionDefinition]
) -> ChaincodeDefinition:
    """A chaincode's definition; an empty policy asks for any one peer."""
    envelope = parse_policy(policy) if policy else signed_by_any("peer", organizations)
    parameter = ApplicationPolicy(signature_policy=envelope.SerializeToString()).serialize()
    package = collection_package(collections).SerializeToString()
    return ChaincodeDefinition(
        name=name,
        sequence=1,
        version="1.0",
        init_required=False,
        endorsement_plugin="escc",
        validation_plugin="vscc",
        validation_parameter=parameter,
        collections=package,
    )
