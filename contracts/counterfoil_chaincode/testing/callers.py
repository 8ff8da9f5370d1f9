"""Clients for tests: identities with attributes. Certificates are real, signatures are not checked here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from counterfoil_protocol.identity import Identity, attribute_extension
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client. `staff` is the pseudonym in its certificate, empty if it has none."""

    msp_id: str
    staff: str
    creator: bytes = field(repr=False)
    """The serialized identity, as proposals carry it."""


def make_caller(  # noqa: PLR0913 - what may differ between certificates, each by name
    msp_id: str,
    role: str = "",
    person: str = "",
    *,
    attributes: Mapping[str, str] | None = None,
    common_name: str | None = None,
    serial_number: int = 1,
) -> Caller:
    """A client with a certificate of its own.

    Args:
        msp_id: its organisation.
        role: the attribute `role`; left out if empty.
        person: any name; the staff id is derived from it, so the same person can have several certificates.
        attributes: further attributes, or others in place of role and staff.
        common_name: the subject's common name; the staff id where it is not given.
        serial_number: another number makes another certificate of the same person.
    """
    staff = hashlib.sha256(f"{msp_id}/{person}".encode()).hexdigest()[:32] if person or role else ""
    given = {"role": role} if role else {}
    if staff:
        given["staff"] = staff
    given.update(attributes or {})
    name = staff or "client" if common_name is None else common_name
    certificate = _certificate(name, tuple(sorted(given.items())), serial_number)
    return Caller(msp_id, given.get("staff", ""), Identity(msp_id, certificate).serialize())


@lru_cache
def _key() -> ec.EllipticCurvePrivateKey:
    # One key for all: nobody checks a signature here, and making keys takes most of the time.
    return ec.generate_private_key(ec.SECP256R1())


@lru_cache(maxsize=1024)
def _certificate(name: str, attributes: tuple[tuple[str, str], ...], serial_number: int) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca.testing")]))
        .public_key(_key().public_key())
        .serial_number(serial_number)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )
    if attributes:
        builder = builder.add_extension(attribute_extension(dict(attributes)), critical=False)
    return builder.sign(_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
