"""A certificate authority: makes its own certificate, signs others and revokes them.

Certificates have the shape cryptogen gives them (internal/cryptogen/ca/ca.go): P-256, subject key identifier
by RFC 7093 section 2 method 4, valid ten years from five minutes ago.
"""

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from counterfoil_network.identities.crypto_config import AuthoritySpec

LIFETIME = timedelta(days=3650)
BACKDATED = timedelta(minutes=5)
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """An authority's certificate with its key; the key is in no repr."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        """Name the subject only."""
        return f"CertificateAuthority({self.certificate.subject.rfc4514_string()})"

    @property
    def common_name(self) -> str:
        """The common name of its subject; also the stem of its file names."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def issue(  # noqa: PLR0913 - a certificate has these parts
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        now: datetime,
        *,
        extensions: Sequence[x509.ExtensionType] = (),
        alternative_names: Sequence[str] = (),
        for_tls: bool = False,
    ) -> x509.Certificate:
        """Sign a certificate for `public_key`, valid ten years, but no longer than the authority's own.

        A TLS certificate may also encipher keys and serves both ends of a connection.
        """
        start, end = _validity(now)
        # Fabric judges a chain as it was when the certificate began (msp/mspimplvalidate.go), and another's
        # authority that was made a minute ago may begin later than five minutes ago.
        start = max(start, self.certificate.not_valid_before_utc)
        end = min(end, self.certificate.not_valid_after_utc)
        builder = _builder(subject, public_key, start, end).issuer_name(self.certificate.subject)
        builder = builder.add_extension(_key_usage(key_encipherment=for_tls), critical=True)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        identifier = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        if for_tls:
            builder = builder.add_extension(_TLS_USAGE, critical=False)
        if alternative_names:
            names = [_general_name(name) for name in alternative_names]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return _sign_low_s(builder, self.key)

    def revoke(
        self, certificates: Iterable[x509.Certificate], now: datetime, earlier: bytes | None = None
    ) -> bytes:
        """Give the revocation list (PEM) that holds `certificates` and all that the `earlier` list (PEM)
        held.
        """
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now - BACKDATED).next_update(now + LIFETIME)
        identifier = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        dates = {entry.serial_number: entry.revocation_date_utc for entry in _entries(earlier)}
        for certificate in certificates:
            dates.setdefault(certificate.serial_number, now)
        for serial, date in sorted(dates.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(date).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def create_authority(spec: AuthoritySpec, now: datetime, *, prefix: str = "") -> CertificateAuthority:
    """Make a self-signed authority; `prefix` goes before its common name (cryptogen: `tls`)."""
    key = new_key()
    subject = x509.Name(
        [
            x509.NameAttribute(oid, value)
            for oid, value in (
                (NameOID.COUNTRY_NAME, spec.country),
                (NameOID.STATE_OR_PROVINCE_NAME, spec.province),
                (NameOID.LOCALITY_NAME, spec.locality),
                (NameOID.ORGANIZATION_NAME, spec.domain),
                (NameOID.COMMON_NAME, prefix + spec.common_name),
            )
            if value
        ]
    )
    builder = _builder(subject, key.public_key(), *_validity(now)).issuer_name(subject)
    builder = builder.add_extension(_key_usage(key_encipherment=True, signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_TLS_USAGE, critical=False)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier(_key_identifier(key.public_key())), critical=False
    )
    return CertificateAuthority(_sign_low_s(builder, key), key)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Draw a P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def utc_now() -> datetime:
    """The clock, for callers that were given no time."""
    return datetime.now(UTC)


_TLS_USAGE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])


def _validity(now: datetime) -> tuple[datetime, datetime]:
    start = now.replace(second=0, microsecond=0) - BACKDATED
    return start, start + LIFETIME


def _builder(
    subject: x509.Name, public_key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).public_key(public_key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def _key_usage(*, key_encipherment: bool, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_identifier(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """RFC 7093 section 2 method 4; Fabric's key store finds private keys by the same sum (bccsp/sw)."""
    point = public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return hashlib.sha256(point).digest()


def _sign_low_s(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Sign until S is low: of a certificate with a high S Fabric makes another one (msp/cert.go)."""
    while True:
        certificate = builder.sign(key, hashes.SHA256())
        if decode_dss_signature(certificate.signature)[1] <= _P256_ORDER // 2:
            return certificate


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _entries(revocation_list: bytes | None) -> Iterable[x509.RevokedCertificate]:
    return () if revocation_list is None else x509.load_pem_x509_crl(revocation_list)
