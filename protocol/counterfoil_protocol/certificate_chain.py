"""Certificate chains as Fabric's MSP asks Go's crypto/x509 for them.

Sources: msp/mspimpl.go getUniqueValidationChain, getValidityOptsForCert; Go crypto/x509 Certificate.Verify,
CheckSignatureFrom. The time of the check is one second after the certificate was issued, so an expired
certificate still has its chain: blocks must validate alike for ever.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from .der import der_value
from .errors import InvalidIdentity
from .signing import low_s

# Go's parser handles these when they are critical; any other critical extension fails the chain.
_HANDLED = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
}
# An empty list of usages means server authentication to Go; Fabric leaves it empty.
_USAGES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_CHAIN_LENGTH_MAX = 10
_BIT_STRING, _SEQUENCE = 0x03, 0x30

ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)


def unique_chain(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
) -> tuple[x509.Certificate, ...]:
    """The one chain from ``certificate`` to a root, both included.

    Raises:
        InvalidIdentity: there is no chain, or more than one.
    """
    try:
        at = certificate.not_valid_before_utc + timedelta(seconds=1)
    except OverflowError:
        # Issued in the last second that a certificate can name; to Go, too, it ends before the check's time.
        raise InvalidIdentity("the supplied identity is not valid: certificate has expired") from None
    found: list[tuple[x509.Certificate, ...]] = []
    if certificate in roots:
        found.append((certificate,))
    else:
        _extend((certificate,), roots, intermediates, at, found)
    found = [chain for chain in found if _check_chain(chain, at)]
    if not found:
        raise InvalidIdentity("the supplied identity is not valid: certificate signed by unknown authority")
    if len(found) > 1:
        raise InvalidIdentity(f"this MSP only supports a single validation chain, got {len(found)}")
    return found[0]


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether the certificate is a CA's and its own key signed it."""
    return _issued((certificate,), certificate)


def sanitize(certificate: x509.Certificate, issuer: x509.Certificate) -> x509.Certificate:
    """The certificate with the issuer's ECDSA signature in low-S form (msp/cert.go sanitizeECDSASignedCert).

    A certificate has two valid signatures, and so two forms, which anybody can make from each other; Fabric
    compares and hashes the one with low S.
    """
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return certificate
    try:
        signature = low_s(key, certificate.signature)
    except ValueError:
        # A curve the MSP does not know cannot be brought into another form.
        return certificate
    if signature == certificate.signature:
        return certificate
    signed = certificate.tbs_certificate_bytes
    encoded = certificate.public_bytes(Encoding.DER)
    algorithm_at = encoded.index(signed) + len(signed)
    algorithm = encoded[algorithm_at : algorithm_at + 2 + encoded[algorithm_at + 1]]
    body = signed + algorithm + der_value(_BIT_STRING, b"\x00" + signature)
    return x509.load_der_x509_certificate(der_value(_SEQUENCE, body))


def is_ca(certificate: x509.Certificate) -> bool:
    """Whether the basic constraints say CA."""
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def subject_key_id(certificate: x509.Certificate) -> bytes | None:
    """The subject key identifier, None if there is none."""
    extension = _extension(certificate, x509.SubjectKeyIdentifier)
    return None if extension is None else extension.digest


def _extend(
    chain: tuple[x509.Certificate, ...],
    roots: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    at: datetime,
    found: list[tuple[x509.Certificate, ...]],
) -> None:
    if len(chain) > _CHAIN_LENGTH_MAX:
        return
    for root in roots:
        if root not in chain and _issued(chain, root):
            found.append((*chain, root))
    for intermediate in intermediates:
        if intermediate not in chain and intermediate not in roots and _issued(chain, intermediate):
            _extend((*chain, intermediate), roots, intermediates, at, found)


def _issued(chain: tuple[x509.Certificate, ...], issuer: x509.Certificate) -> bool:
    if chain[-1].issuer != issuer.subject or not _may_sign(issuer, len(chain) - 1):
        return False
    try:
        chain[-1].verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _may_sign(issuer: x509.Certificate, intermediates_below: int) -> bool:
    constraints = _extension(issuer, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        return False
    if constraints.path_length is not None and intermediates_below > constraints.path_length:
        return False
    usage = _extension(issuer, x509.KeyUsage)
    return usage is None or usage.key_cert_sign


def _check_chain(chain: tuple[x509.Certificate, ...], at: datetime) -> bool:
    for certificate in chain:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return False
        if any(entry.critical and entry.oid not in _HANDLED for entry in certificate.extensions):
            return False
        if _extension(certificate, x509.NameConstraints) is not None:
            # Fabric's CAs have none, and a half-done check would be worse than a refusal.
            return False
        usages = _extension(certificate, x509.ExtendedKeyUsage)
        if usages is not None and not _USAGES.intersection(usages):
            return False
    return True


def _extension(certificate: x509.Certificate, kind: type[ExtensionT]) -> ExtensionT | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
