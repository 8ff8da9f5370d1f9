"""Certificates of enterprises, signed by an authority that is no member of the channel.

An enterprise acts by what it signs (a consent). Its certificate names it by organizationIdentifier
`NTRCN-<USCC>` (OID 2.5.4.97; ETSI EN 319 412-1 section 5.1.4: national trade register, China).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from counterfoil_network.identities.certificate_authority import create_authority, new_key, utc_now
from counterfoil_network.identities.crypto_config import EnterpriseAuthoritySpec
from counterfoil_network.identities.errors import IdentityExists, IdentityNotFound
from counterfoil_network.identities.folder import (
    certificate_file,
    pem,
    read_authority,
    whole_folder,
    write_authority,
    write_key,
    write_public,
)
from counterfoil_network.identities.local_msp import LocalIdentity

ENTERPRISES = "enterprises"
"""Folder of the authorities outside the channel."""

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
"""A Unified Social Credit Code: 18 characters without I, O, S, V, Z (GB 32100-2015)."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise's identity; `chain` is its certificate and then its authority's (PEM)."""

    uscc: str
    identity: LocalIdentity
    chain: tuple[bytes, ...] = field(repr=False)


def organisation_identifier(uscc: str) -> str:
    """`NTRCN-<USCC>`.

    Raises:
        ValueError: not 18 characters of a credit code's alphabet (the check character is not looked at here).
    """
    if not _USCC.fullmatch(uscc):
        raise ValueError("a USCC has 18 digits and capital letters without I, O, S, V, Z")
    return f"NTRCN-{uscc}"


def create_enterprise_authority(crypto_folder: Path, spec: EnterpriseAuthoritySpec, now: datetime) -> None:
    """Make the authority under `<crypto>/enterprises/<domain>/ca`, unless it is there."""
    root = crypto_folder / ENTERPRISES / spec.authority.domain
    if not root.exists():
        with whole_folder(root) as folder:
            write_authority(folder / "ca", create_authority(spec.authority, now))


def enterprise_roots(crypto_folder: Path) -> tuple[bytes, ...]:
    """Certificates (PEM) of every enterprise authority: trust roots for the channel's parameters."""
    return tuple(
        path.read_bytes() for path in sorted((crypto_folder / ENTERPRISES).glob("[!.]*/ca/*-cert.pem"))
    )


def issue_enterprise(
    crypto_folder: Path, uscc: str, name: str, *, domain: str | None = None, now: datetime | None = None
) -> Enterprise:
    """Issue an enterprise's certificate: O and CN are its name, organizationIdentifier `NTRCN-<USCC>`.

    Raises:
        IdentityExists: this authority has issued one for the USCC; load it instead.
        IdentityNotFound: no such authority, or several and `domain` was not given.
        ValueError: not a USCC.
    """
    identifier = organisation_identifier(uscc)
    root = _authority_folder(crypto_folder, domain)
    target = root / ENTERPRISES / uscc
    if target.exists():
        raise IdentityExists(f"{uscc} has a certificate of {root.name}")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier),
            # X.520 allows a common name 64 characters.
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )
    key = new_key()
    certificate = read_authority(root / "ca").issue(subject, key.public_key(), now or utc_now())
    with whole_folder(target) as folder:
        write_public(folder / certificate_file(uscc), pem(certificate))
        write_key(folder / "priv_sk", key)
    return load_enterprise(crypto_folder, uscc, domain=domain)


def load_enterprise(crypto_folder: Path, uscc: str, *, domain: str | None = None) -> Enterprise:
    """Load an enterprise's certificate, key and chain.

    Raises:
        IdentityNotFound: it has none.
    """
    root = _authority_folder(crypto_folder, domain)
    folder = root / ENTERPRISES / uscc
    if not folder.is_dir():
        raise IdentityNotFound(f"{root.name} has issued no certificate for {uscc}")
    certificate = (folder / certificate_file(uscc)).read_bytes()
    authority = read_authority(root / "ca").certificate
    return Enterprise(
        uscc, LocalIdentity(certificate, (folder / "priv_sk").read_bytes()), (certificate, pem(authority))
    )


def _authority_folder(crypto_folder: Path, domain: str | None) -> Path:
    folders = sorted(
        path for path in (crypto_folder / ENTERPRISES).glob("[!.]*") if domain in {None, path.name}
    )
    if len(folders) != 1:
        raise IdentityNotFound(f"{len(folders)} enterprise authorities in {crypto_folder}, one was wanted")
    return folders[0]
