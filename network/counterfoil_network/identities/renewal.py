"""Renew and revoke certificates."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from counterfoil_protocol.identity import attributes
from cryptography import x509
from cryptography.x509.oid import NameOID

from counterfoil_network.identities.certificate_authority import utc_now
from counterfoil_network.identities.enterprise import ENTERPRISES
from counterfoil_network.identities.errors import IdentityNotFound
from counterfoil_network.identities.folder import OrganisationFolder, read_authority, write_public
from counterfoil_network.identities.generator import STAFF_ATTRIBUTE, issue_user
from counterfoil_network.identities.local_msp import load_identity

CRL_FILE = "crl.pem"


def renew(
    organisation: OrganisationFolder,
    user: str,
    *,
    changed_attributes: Mapping[str, str] | None = None,
    new_name: str | None = None,
    now: datetime | None = None,
) -> Path:
    """Give a user a new certificate and key for the same staff id and attributes; give the MSP's path.

    `changed_attributes` (a new role, say) replace those of the old certificate; the staff id never changes,
    for it is the person. With `new_name` the old certificate stays in its folder and the new one gets a
    folder of its own.

    Raises:
        IdentityNotFound: the organisation has no such user, its certificate no staff id, or the folder no
            authority's key: whoever was enrolled with a Fabric CA is enrolled again there.
        ValueError: `changed_attributes` names the staff id.
    """
    if changed_attributes and STAFF_ATTRIBUTE in changed_attributes:
        raise ValueError("the staff id is the person and survives every renewal")
    certificate = load_identity(organisation.user_msp(user)).x509
    kept = dict(attributes(certificate))
    staff = kept.pop(STAFF_ATTRIBUTE, None)
    if staff is None:
        raise IdentityNotFound(f"the certificate of {user} names no staff id")
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return issue_user(
        organisation,
        new_name or user,
        {**kept, **(changed_attributes or {})},
        staff=staff,
        is_admin=any(unit.value == "admin" for unit in units),
        now=now,
    )


def revoke(organisation: OrganisationFolder, *certificates: bytes, now: datetime | None = None) -> Path:
    """Add certificates (PEM) of this organisation to its MSP's revocation list; give the list's path.

    A running channel learns of it by a configuration update; a genesis block made afterwards holds it
    already.
    """
    path = organisation.msp / "crls" / CRL_FILE
    _revoke(organisation.root / "ca", path, certificates, now)
    return path


def revoke_enterprise(
    crypto_folder: Path, domain: str, *certificates: bytes, now: datetime | None = None
) -> Path:
    """Add enterprises' certificates (PEM) to their authority's revocation list; give the list's path."""
    root = crypto_folder / ENTERPRISES / domain
    _revoke(root / "ca", root / "crls" / CRL_FILE, certificates, now)
    return root / "crls" / CRL_FILE


def _revoke(authority: Path, path: Path, certificates: tuple[bytes, ...], now: datetime | None) -> None:
    parsed = [x509.load_pem_x509_certificate(certificate) for certificate in certificates]
    earlier = path.read_bytes() if path.exists() else None
    write_public(path, read_authority(authority).revoke(parsed, now or utc_now(), earlier))
