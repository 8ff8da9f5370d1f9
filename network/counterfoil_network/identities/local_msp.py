"""Write and read MSP folders: a verifying one (to check others by) and a local one (to sign with).

The layout is cryptogen's (internal/cryptogen/msp/msp.go), with NodeOUs always on.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from counterfoil_network.identities.certificate_authority import CertificateAuthority, new_key
from counterfoil_network.identities.folder import KEY_FILE, certificate_file, pem, write_key, write_public
from counterfoil_network.identities.key_store import key_of, signing_certificate

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
    write_public(folder / "config.yaml", node_ous(f"cacerts/{authority}").encode())


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
    certificate = signing_certificate(msp)
    return LocalIdentity(certificate.read_bytes(), key_of(certificate, msp / "keystore").read_bytes())


def node_subject(common_name: str, organisational_unit: str | None) -> x509.Name:
    """A subject of common name and NodeOU alone: nothing that names a place or a person."""
    unit = x509.NameOID.ORGANIZATIONAL_UNIT_NAME
    attributes = [x509.NameAttribute(unit, organisational_unit)] if organisational_unit else []
    return x509.Name([*attributes, x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def node_ous(authority: str | None) -> str:
    """config.yaml: the NodeOUs, for certificates of `authority` (a path in the MSP), or of any of its."""
    lines = ["NodeOUs:", "  Enable: true"]
    for name in _NODE_OUS:
        lines.append(f"  {name}OUIdentifier:")
        if authority:
            lines.append(f"    Certificate: {authority}")
        lines.append(f"    OrganizationalUnitIdentifier: {name.lower()}")
    return "\n".join(lines) + "\n"
