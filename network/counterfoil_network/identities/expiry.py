"""When certificates of an organisation's folder run out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate (PEM file) and when it ends."""

    certificate: Path
    ends: datetime


def expiries(folder: Path) -> Iterator[Expiry]:
    """Every certificate under a folder of cryptogen's or Fabric CA's layout."""
    for path in sorted(path for pattern in ("*.pem", "*.crt") for path in folder.rglob(pattern)):
        content = path.read_bytes()
        if b"BEGIN CERTIFICATE" in content:
            for certificate in x509.load_pem_x509_certificates(content):
                yield Expiry(path, certificate.not_valid_after_utc)


def first_expiry(folder: Path) -> Expiry | None:
    """The certificate that ends first; None if there is none."""
    return min(expiries(folder), key=lambda each: each.ends, default=None)
