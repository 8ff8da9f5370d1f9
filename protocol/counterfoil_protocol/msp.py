"""Membership: which identities an organisation vouches for, and which principals they satisfy.

Sources: msp/mspimpl.go, mspimplsetup.go (setupV142, setupV3), mspimplvalidate.go, mspmgrimpl.go;
common/policies/policy.go SignatureSetToValidIdentities. It is the MSP of the capabilities V1_4_3 and later.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from .certificate_authorities import CertificateAuthorities
from .certificate_chain import is_ca, is_self_signed
from .errors import InvalidIdentity, MalformedMessage
from .identity import Identity, organizational_units, parse_certificate
from .messages import msp_config, msp_principal
from .revocation import RevocationList
from .signed_data import SignedData
from .signing import verify
from .wire import decode

Principal: TypeAlias = msp_principal.MSPPrincipal
Verifier: TypeAlias = Callable[[x509.Certificate, bytes, bytes], bool]
"""Certificate, message, signature -> whether it is good; ``signing.verify`` or a memo around it."""

_MEMBERS_REMEMBERED = 4096
_ANSWERS_REMEMBERED = 16384
_ROLE = msp_principal.MSPRole
_ECDSA_SIGNATURES = "1.2.840.10045.4."


@dataclass(frozen=True, slots=True)
class NodeOu:
    """A unit that marks a role; ``certifiers``, unless empty, limits it to one chain of CAs."""

    unit: str
    certifiers: bytes = b""


@dataclass(frozen=True, slots=True)
class _Member:
    """What the MSP found out about one certificate.

    ``is_readable`` is whether Fabric would make an identity of it at all, ``refusal`` None when it is valid.
    """

    identifier: bytes
    units: tuple[str, ...]
    certifiers: bytes
    is_readable: bool
    refusal: str | None


class Msp:
    """One organisation's MSP, made from its part of the channel configuration."""

    def __init__(self, config: msp_config.FabricMSPConfig, *, supports_ed25519: bool = True) -> None:
        """Set up from ``msp.FabricMSPConfig``; see ``from_config``."""
        self.msp_id = config.name
        self._supports_ed25519 = supports_ed25519
        self._cas = CertificateAuthorities(config)
        self.tls_root_certificates = tuple(config.tls_root_certs)
        self.tls_intermediate_certificates = tuple(config.tls_intermediate_certs)
        self._members: dict[bytes, _Member] = {}
        self._answers: dict[tuple[Identity, int, bytes], bool] = {}
        self._revocation_lists = tuple(RevocationList.parse(crl) for crl in config.revocation_list)
        self._ou_identifiers = {
            (ou.organizational_unit_identifier, self._cas.certifiers_of(ou.certificate))
            for ou in config.organizational_unit_identifiers
        }
        self.node_ous: dict[int, NodeOu] = self._read_node_ous(config)
        self._admins = frozenset(self.identifier(Identity(self.msp_id, pem)) for pem in config.admins)
        self._check_admins(config)

    @classmethod
    def from_config(cls, config: msp_config.FabricMSPConfig, *, supports_ed25519: bool = True) -> "Msp":
        """Set up an MSP.

        Args:
            config: with at least one root certificate, and an admin certificate or an admin OU.
            supports_ed25519: the channel capability V3_0 allows Ed25519 keys.

        Raises:
            MalformedMessage: the configuration cannot be read or is inconsistent.
        """
        try:
            return cls(config, supports_ed25519=supports_ed25519)
        except (InvalidIdentity, MalformedMessage) as error:
            raise MalformedMessage(f"MSP {config.name}: {error}") from None

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The root certificates that every identity of this MSP chains to."""
        return self._cas.roots

    def deserialize(self, identity: Identity) -> None:
        """Refuse an identity that cannot even be looked at here (newIdentity, sanitizeCert).

        Fabric puts the CA's signature on the certificate into low-S form when it reads an identity, and needs
        the chain for it; so a certificate signed by an unknown CA with ECDSA counts as malformed.

        Raises:
            MalformedMessage: the certificate cannot be parsed, or is ECDSA-signed and has no chain here.
        """
        member = self._member(identity)
        if member.is_readable:
            return
        raise MalformedMessage(member.refusal or "the certificate has no chain")

    def validate(self, identity: Identity, now: datetime | None = None) -> None:
        """Refuse an identity this MSP does not vouch for: chain, key, revocation, organisational units.

        Args:
            identity: of this MSP.
            now: when given, the certificate must also be valid at that time. Fabric checks expiry where a
                proposal or envelope enters (core/handlers/auth/filter/expiration.go, orderer/common/
                msgprocessor/expiration.go), never when it validates a block.

        Raises:
            MalformedMessage: the certificate cannot be parsed.
            InvalidIdentity: the reason.
        """
        if identity.msp_id != self.msp_id:
            raise InvalidIdentity(f"expected MSP ID {self.msp_id}, received {identity.msp_id}")
        member = self._member(identity)
        if member.refusal is not None:
            raise InvalidIdentity(member.refusal)
        if now is not None:
            certificate = identity.x509
            if now > certificate.not_valid_after_utc:
                raise InvalidIdentity("the certificate has expired")
            if now < certificate.not_valid_before_utc:
                raise InvalidIdentity("the certificate is not valid yet")

    def is_valid(self, identity: Identity) -> bool:
        """``validate`` as a question, without a time."""
        try:
            self.validate(identity)
        except (InvalidIdentity, MalformedMessage):
            return False
        return True

    def satisfies(self, identity: Identity, principal: Principal) -> bool:
        """Whether the identity is what the principal asks for (SatisfiesPrincipal).

        Answers are remembered: an MSP does not change, a new configuration makes new ones.
        """
        key = (identity, principal.principal_classification, principal.principal)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _ANSWERS_REMEMBERED:
                self._answers.clear()
            answer = self._answers[key] = self._satisfies(identity, principal)
        return answer

    def has_role(self, identity: Identity, role: int) -> bool:
        """Whether the identity has a role of ``MSPRole.MSPRoleType`` here."""
        return self._satisfies_role(
            identity, _ROLE(msp_identifier=self.msp_id, role=_ROLE.MSPRoleType.ValueType(role))
        )

    def identifier(self, identity: Identity) -> bytes:
        """SHA-256 of the certificate in its low-S form: what makes two certificates one identity.

        Raises:
            MalformedMessage: the certificate cannot be parsed.
        """
        return self._member(identity).identifier

    def _satisfies(self, identity: Identity, principal: Principal) -> bool:
        kind = principal.principal_classification
        try:
            if kind == msp_principal.MSPPrincipal.ROLE:
                return self._satisfies_role(identity, decode(_ROLE, principal.principal))
            if kind == msp_principal.MSPPrincipal.ORGANIZATION_UNIT:
                unit = decode(msp_principal.OrganizationUnit, principal.principal)
                return self._satisfies_unit(identity, unit)
            if kind == msp_principal.MSPPrincipal.IDENTITY:
                return self._satisfies_identity(identity, Identity.parse(principal.principal))
            if kind == msp_principal.MSPPrincipal.ANONYMITY:
                anonymity = decode(msp_principal.MSPIdentityAnonymity, principal.principal)
                return anonymity.anonymity_type == msp_principal.MSPIdentityAnonymity.NOMINAL
            if kind == msp_principal.MSPPrincipal.COMBINED:
                combined = decode(msp_principal.CombinedPrincipal, principal.principal).principals
                return bool(combined) and all(self._satisfies(identity, part) for part in combined)
        except MalformedMessage:
            return False
        return False

    def _satisfies_role(self, identity: Identity, role: msp_principal.MSPRole) -> bool:
        if role.msp_identifier != self.msp_id or identity.msp_id != self.msp_id:
            return False
        if role.role == _ROLE.ADMIN and self.identifier(identity) in self._admins:
            return True
        if not self.is_valid(identity):
            return False
        if role.role == _ROLE.MEMBER:
            return True
        node_ou = self.node_ous.get(role.role)
        return node_ou is not None and node_ou.unit in self._member(identity).units

    def _satisfies_unit(self, identity: Identity, unit: msp_principal.OrganizationUnit) -> bool:
        if unit.msp_identifier != self.msp_id or not self.is_valid(identity):
            return False
        member = self._member(identity)
        return (
            unit.organizational_unit_identifier in member.units
            and unit.certifiers_identifier == member.certifiers
        )

    def _satisfies_identity(self, identity: Identity, wanted: Identity) -> bool:
        if wanted.msp_id != self.msp_id or identity.msp_id != self.msp_id:
            return False
        return self.identifier(identity) == self.identifier(wanted) and self.is_valid(wanted)

    def _member(self, identity: Identity) -> _Member:
        member = self._members.get(identity.certificate)
        if member is None:
            member = self._examine(parse_certificate(identity.certificate))
            if len(self._members) >= _MEMBERS_REMEMBERED:
                self._members.clear()
            self._members[identity.certificate] = member
        return member

    def _examine(self, certificate: x509.Certificate) -> _Member:
        units = organizational_units(certificate)
        try:
            chain = self._cas.chain(certificate)
        except InvalidIdentity as error:
            ecdsa_signed = certificate.signature_algorithm_oid.dotted_string.startswith(_ECDSA_SIGNATURES)
            is_readable = not ecdsa_signed or is_self_signed(certificate)
            return _Member(
                self._cas.identifier(certificate), units, b"", is_readable=is_readable, refusal=str(error)
            )
        certifiers = self._cas.chain_hash(chain[1:])
        refusal = self._refusal(certificate, chain, units, certifiers)
        return _Member(self._cas.identifier(chain[0]), units, certifiers, is_readable=True, refusal=refusal)

    def _refusal(
        self,
        certificate: x509.Certificate,
        chain: tuple[x509.Certificate, ...],
        units: tuple[str, ...],
        certifiers: bytes,
    ) -> str | None:
        if not self._supports_key(certificate):
            return "the public key's algorithm is not supported"
        if is_ca(certificate):
            return (
                "An X509 certificate with Basic Constraint: Certificate Authority equals true "
                "cannot be used as an identity"
            )
        if len(chain) < 2:
            return f"expected a chain of length at least 2, got {len(chain)}"
        if self._cas.is_inner(chain[1]):
            return "invalid validation chain. Parent certificate should be a leaf of the certification tree"
        try:
            if any(revocation.revokes(certificate, chain[1]) for revocation in self._revocation_lists):
                return "The certificate has been revoked"
        except MalformedMessage as error:
            return str(error)
        return self._unit_refusal(units, certifiers)

    def _unit_refusal(self, units: tuple[str, ...], certifiers: bytes) -> str | None:
        if self._ou_identifiers and not any((unit, certifiers) in self._ou_identifiers for unit in units):
            return f"none of the identity's organizational units are in MSP {self.msp_id}"
        if not self.node_ous:
            return None
        known = {node_ou.unit: node_ou for node_ou in self.node_ous.values()}
        roles = [known[unit] for unit in units if unit in known]
        for node_ou in roles[:2]:
            if node_ou.certifiers and node_ou.certifiers != certifiers:
                return f"certifiersIdentifier does not match, MSP: [{self.msp_id}]"
        if not roles:
            return (
                "the identity does not have an OU that resolves to client, peer, orderer, or admin role. "
                f"MSP: [{self.msp_id}]"
            )
        if len(roles) > 1:
            return (
                "the identity must have a client, a peer, an orderer, or an admin OU role to be valid, "
                f"not a combination of them. MSP: [{self.msp_id}]"
            )
        return None

    def _supports_key(self, certificate: x509.Certificate) -> bool:
        try:
            key = certificate.public_key()
        except ValueError:
            return False
        return isinstance(key, ec.EllipticCurvePublicKey) or (
            self._supports_ed25519 and isinstance(key, ed25519.Ed25519PublicKey)
        )

    def _read_node_ous(self, config: msp_config.FabricMSPConfig) -> dict[int, NodeOu]:
        ous = config.fabric_node_ous
        if not ous.enable:
            return {}
        declared = (
            (_ROLE.CLIENT, "client_ou_identifier", ous.client_ou_identifier),
            (_ROLE.PEER, "peer_ou_identifier", ous.peer_ou_identifier),
            (_ROLE.ADMIN, "admin_ou_identifier", ous.admin_ou_identifier),
            (_ROLE.ORDERER, "orderer_ou_identifier", ous.orderer_ou_identifier),
        )
        return {
            int(role): NodeOu(
                ou.organizational_unit_identifier,
                self._cas.certifiers_of(ou.certificate) if ou.certificate else b"",
            )
            for role, name, ou in declared
            if ous.HasField(name)  # type: ignore[arg-type]  # the stub wants the literal, the loop has it as text
        }

    def _check_admins(self, config: msp_config.FabricMSPConfig) -> None:
        if not config.admins and _ROLE.ADMIN not in self.node_ous:
            raise MalformedMessage("administrators must be declared when no admin ou classification is set")
        for pem in config.admins:
            admin = Identity(self.msp_id, pem)
            if self.node_ous:
                wanted = {
                    self.node_ous[role].unit for role in (_ROLE.CLIENT, _ROLE.ADMIN) if role in self.node_ous
                }
                if not wanted.intersection(self._member(admin).units):
                    raise MalformedMessage("an admin is neither client nor admin")
            else:
                self.validate(admin)


class MspManager:
    """The MSPs of a channel: every serialized identity belongs to one of them or to nobody."""

    def __init__(self, msps: Iterable[Msp], verifier: Verifier = verify) -> None:
        """Take the MSPs of a channel.

        Args:
            msps: each with another MSP ID.
            verifier: checks signatures; a memo may stand in front of ``signing.verify``.
        """
        self.msps: Mapping[str, Msp] = {msp.msp_id: msp for msp in msps}
        self.verifier = verifier

    def msp(self, msp_id: str) -> Msp:
        """The MSP of that ID.

        Raises:
            InvalidIdentity: the channel has none.
        """
        try:
            return self.msps[msp_id]
        except KeyError:
            raise InvalidIdentity(f"MSP {msp_id} is not defined on channel") from None

    def deserialize(self, serialized: bytes) -> Identity:
        """Read a serialized identity of one of the channel's MSPs; whether it is valid is asked separately.

        Raises:
            MalformedMessage: it cannot be read, or has no chain (see ``Msp.deserialize``).
            InvalidIdentity: its MSP is not on the channel.
        """
        identity = Identity.parse(serialized)
        self.msp(identity.msp_id).deserialize(identity)
        return identity

    def validate(self, identity: Identity, now: datetime | None = None) -> None:
        """Refuse an identity its MSP does not vouch for; see ``Msp.validate``.

        Raises:
            MalformedMessage: the certificate cannot be parsed.
            InvalidIdentity: the MSP is unknown or refuses.
        """
        self.msp(identity.msp_id).validate(identity, now)

    def satisfies(self, identity: Identity, principal: Principal) -> bool:
        """Whether the identity is what the principal asks for, by its own MSP."""
        msp = self.msps.get(identity.msp_id)
        return msp is not None and msp.satisfies(identity, principal)

    def verify(self, identity: Identity, message: bytes, signature: bytes) -> bool:
        """Whether the identity's certificate signed the message."""
        return self.verifier(identity.x509, message, signature)

    def valid_signers(self, signed_data: Iterable[SignedData]) -> list[Identity]:
        """The distinct identities whose signatures are good, in order (SignatureSetToValidIdentities).

        An identity is looked at once: after a good signature its further ones are skipped unread. Whether its
        MSP vouches for it is the principals' question.
        """
        signers: dict[tuple[str, bytes], Identity] = {}
        for signed in signed_data:
            try:
                identity = self.deserialize(signed.identity)
                key = (identity.msp_id, self.msps[identity.msp_id].identifier(identity))
            except (MalformedMessage, InvalidIdentity):
                continue
            if key not in signers and self.verify(identity, signed.data, signed.signature):
                signers[key] = identity
        return list(signers.values())
