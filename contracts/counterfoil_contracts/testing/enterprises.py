"""Enterprises for tests: their codes, keys and certificates, of a certification authority of their own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.consent.model import ORGANIZATION_IDENTIFIER
from counterfoil_contracts.core import identifiers

SELLER = "91310000MA1FL0007C"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
_CHECK_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Signatory:
    """An enterprise that can sign: its key and its certificate, without the root."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificates: tuple[x509.Certificate, ...] = field(repr=False)

    def sign(self, claims: consents.ClaimsT) -> str:
        """The compact JWS of claims."""
        return consents.sign(claims, self.certificates, private_key_signer(self.key))


def social_credit_code(number: int) -> str:
    """A code of an enterprise that does not exist, from 0 to 9,999,999, with the right check character."""
    base = f"91310000M{number:08d}"
    return next(
        code for each in _CHECK_CHARACTERS if identifiers.is_social_credit_code(code := f"{base}{each}")
    )


def root_pem() -> str:
    """The root of the enterprises' certification authority, in PEM."""
    return _authority()[1].public_bytes(Encoding.PEM).decode()


@lru_cache
def signatory(uscc: str) -> Signatory:
    """An enterprise with a certificate of the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Signatory(key, (issue(uscc, key.public_key()),))


def issue(
    uscc: str,
    key: ec.EllipticCurvePublicKey,
    *,
    until: datetime = _UNTIL,
    scheme: str = "NTRCN-",
    serial_number: int | None = None,
) -> x509.Certificate:
    """A certificate of the authority for an enterprise."""
    signer, root = _authority()
    subject = x509.Name(
        [
            x509.NameAttribute(ORGANIZATION_IDENTIFIER, f"{scheme}{uscc}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Enterprise {uscc}"),
        ]
    )
    number = serial_number or x509.random_serial_number()
    return _builder(subject, root.subject, key, number, until).sign(signer, hashes.SHA256())


@lru_cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Enterprise CA")])
    builder = _builder(name, name, key.public_key(), 1, _UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, number: int, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(number)
        .not_valid_before(_FROM)
        .not_valid_after(until)
    )
