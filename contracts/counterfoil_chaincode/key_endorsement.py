"""Key-level endorsement policies: which organisations must all endorse changes of a key.

policy = KeyEndorsementPolicy.parse(stub.get_state_validation_parameter("k")).add("Org1MSP", "Org2MSP")
stub.set_state_validation_parameter("k", policy.serialize())

As fabric-chaincode-go pkg/statebased: a signature policy that asks for one signature of each organisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import msp_principal, policies
from counterfoil_protocol.wire import decode


class Role(IntEnum):
    """Whose signature of an organisation counts. An endorser's is a peer's; any member's is the wider one."""

    MEMBER = int(msp_principal.MSPRole.MEMBER)
    PEER = int(msp_principal.MSPRole.PEER)


@dataclass(frozen=True, slots=True)
class KeyEndorsementPolicy:
    """The organisations (MSP IDs) that must all endorse, each with the role that must sign."""

    roles: Mapping[str, Role] = field(default_factory=dict)

    @classmethod
    def parse(cls, policy: bytes | None) -> "KeyEndorsementPolicy":
        """Read a key's policy; None, which is a key without one, gives the empty policy.

        Raises:
            MalformedMessage: not a policy that asks for all of some organisations, by member or peer; adding
                to it would change its meaning.
        """
        if not policy:
            return cls()
        envelope = decode(policies.SignaturePolicyEnvelope, policy)
        read = cls(dict(_role(principal) for principal in envelope.identities))
        if read._envelope().rule != envelope.rule or len(read.roles) != len(envelope.identities):
            raise MalformedMessage("the key's policy is not one that asks for all of some organisations")
        return read

    @property
    def organizations(self) -> tuple[str, ...]:
        """The MSP IDs in order."""
        return tuple(sorted(self.roles))

    def add(self, *msp_ids: str, role: Role = Role.PEER) -> "KeyEndorsementPolicy":
        """The policy that also asks for these; an organisation that is there gets the role."""
        return KeyEndorsementPolicy({**self.roles, **dict.fromkeys(msp_ids, role)})

    def remove(self, *msp_ids: str) -> "KeyEndorsementPolicy":
        """The policy without these; nothing happens to those who are not there."""
        return KeyEndorsementPolicy({name: role for name, role in self.roles.items() if name not in msp_ids})

    def serialize(self) -> bytes:
        """What `set_state_validation_parameter` takes: a SignaturePolicyEnvelope.

        Raises:
            ValueError: no organisation is left; such a policy would be fulfilled by nobody's signature.
        """
        if not self.roles:
            raise ValueError("a key's policy names at least one organisation")
        return self._envelope().SerializeToString()

    def _envelope(self) -> policies.SignaturePolicyEnvelope:
        rules = [policies.SignaturePolicy(signed_by=place) for place in range(len(self.roles))]
        return policies.SignaturePolicyEnvelope(
            version=0,
            rule=policies.SignaturePolicy(
                n_out_of=policies.SignaturePolicy.NOutOf(n=len(rules), rules=rules)
            ),
            identities=[_principal(name, self.roles[name]) for name in self.organizations],
        )


def _principal(msp_id: str, role: Role) -> msp_principal.MSPPrincipal:
    named = msp_principal.MSPRole(
        msp_identifier=msp_id, role=msp_principal.MSPRole.MSPRoleType.ValueType(role.value)
    )
    return msp_principal.MSPPrincipal(
        principal_classification=msp_principal.MSPPrincipal.ROLE, principal=named.SerializeToString()
    )


def _role(principal: msp_principal.MSPPrincipal) -> tuple[str, Role]:
    if principal.principal_classification == msp_principal.MSPPrincipal.ROLE:
        named = decode(msp_principal.MSPRole, principal.principal)
        if named.role in (msp_principal.MSPRole.MEMBER, msp_principal.MSPRole.PEER):
            return named.msp_identifier, Role(named.role)
    raise MalformedMessage("the key's policy names others than members and peers of organisations")
