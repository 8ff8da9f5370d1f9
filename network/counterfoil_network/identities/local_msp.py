"""Write and read MSP folders: a verifying one (to check others by) and a local one (to sign with).

The layout is cryptogen's (internal/cryptogen/msp/msp.go), with NodeOUs always on.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from counterfoil_network.identities.certificate_authority import CertificateAuthority, new_key
from counterfoil_network.identities.errors import IdentityNotFound
from counterfoil_network.identities.folder import KEY_FILE, certificate_file, pem, write_key, write_public

_NODE_OUS = ("Client", "Peer", "Admin", "Orderer")


@dataclass(frozen=True, slots=True)
class Authorities:
    """An organisation's two authorities: one signs identities, the other TLS certificates."""

    identities: CertificateAuthority
    tls: CertificateAuthority


@dataclass(frozen=True, slots=True)
class LocalIdentity:
    """What a local MSP signs with: a certificate and its private key, both PEM; the key is in no repr."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        """Name the subject only."""
        return f"LocalIdentity({self.x509.subject.rfc4514_string()})"

    @property
    def x509(self) -> x509.Certificate:
        """The parsed certificate."""
        return x509.load_pem_x509_certificate(self.certificate)


def write_verifying_msp(folder: Path, authorities: Authorities) -> None:
    """Write cacerts, tlscacerts and config.yaml."""
    authority = certificate_file(authorities.identities.common_name)
    write_public(folder / "cacerts" / authority, pem(authorities.identities.certificate))
    tls_authority = certificate_file(authorities.tls.common_name)
    write_public(folder / "tlscacerts" / tls_authority, pem(authorities.tls.certificate))
    write_public(folder / "config.yaml", _node_ous(f"cacerts/{authority}").encode())


def write_identity(  # noqa: PLR0913 - a certificate has these parts
    folder: Path,
    authorities: Authorities,
    file_name: str,
    *,
    subject: x509.Name,
    now: datetime,
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> None:
    """Draw a key, have its certificate signed, and write a local MSP into `folder`."""
    write_verifying_msp(folder, authorities)
    key = new_key()
    certificate = authorities.identities.issue(subject, key.public_key(), now, extensions=extensions)
    write_public(folder / "signcerts" / certificate_file(file_name), pem(certificate))
    write_key(folder / "keystore" / KEY_FILE, key)


def write_tls(  # noqa: PLR0913 - a TLS folder has these parts
    folder: Path,
    authority: CertificateAuthority,
    stem: str,
    *,
    subject: x509.Name,
    now: datetime,
    alternative_names: tuple[str, ...] = (),
) -> None:
    """Write `<stem>.crt`, `<stem>.key` (stem `server` or `client`) and `ca.crt`."""
    key = new_key()
    certificate = authority.issue(
        subject, key.public_key(), now, alternative_names=alternative_names, for_tls=True
    )
    write_public(folder / f"{stem}.crt", pem(certificate))
    write_key(folder / f"{stem}.key", key)
    write_public(folder / "ca.crt", pem(authority.certificate))


def load_identity(msp: Path) -> LocalIdentity:
    """Read the certificate and key of a local MSP folder, ours or cryptogen's or Fabric CA's.

    The key is the one in the key store that belongs to the certificate, whatever its file is called.

    Raises:
        IdentityNotFound: no certificate, or no key that belongs to it.
    """
    certificates = sorted((msp / "signcerts").glob("*.pem"))
    if not certificates:
        raise IdentityNotFound(f"{msp} has no signing certificate")
    certificate = certificates[0].read_bytes()
    public_key = x509.load_pem_x509_certificate(certificate).public_key()
    for path in sorted((msp / "keystore").glob("*")):
        content = path.read_bytes()
        if _public_bytes(serialization.load_pem_private_key(content, None).public_key()) == _public_bytes(
            public_key
        ):
            return LocalIdentity(certificate, content)
    raise IdentityNotFound(f"{msp / 'keystore'} has no key of {certificates[0].name}")


def node_subject(common_name: str, organisational_unit: str | None) -> x509.Name:
    """A subject of common name and NodeOU alone: nothing that names a place or a person."""
    unit = x509.NameOID.ORGANIZATIONAL_UNIT_NAME
    attributes = [x509.NameAttribute(unit, organisational_unit)] if organisational_unit else []
    return x509.Name([*attributes, x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _public_bytes(key: object) -> bytes:
    assert hasattr(key, "public_bytes")
    encoded: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _node_ous(authority: str) -> str:
    lines = ["NodeOUs:", "  Enable: true"]
    for name in _NODE_OUS:
        lines += [
            f"  {name}OUIdentifier:",
            f"    Certificate: {authority}",
            f"    OrganizationalUnitIdentifier: {name.lower()}",
        ]
    return "\n".join(lines) + "\n"
