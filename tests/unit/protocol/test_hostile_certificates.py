"""Certificates that somebody made to hurt: every peer reads the endorsers of every envelope in a block."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from counterfoil_protocol.certificate_chain import unique_chain
from counterfoil_protocol.errors import InvalidIdentity
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def self_made(change: Callable[[x509.CertificateBuilder], x509.CertificateBuilder]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer0")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    return change(builder.serial_number(1)).sign(key, hashes.SHA256())


def test_the_last_second_of_a_date_is_no_chain() -> None:
    certificate = self_made(lambda b: b.not_valid_before(LAST_SECOND).not_valid_after(LAST_SECOND))
    with pytest.raises(InvalidIdentity):
        unique_chain(certificate, (), ())
    with pytest.raises(InvalidIdentity):
        unique_chain(certificate, (certificate,), ())
