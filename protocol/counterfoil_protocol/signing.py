"""Sign and verify as Fabric's MSP does: SHA-256 and ECDSA in low-S DER, or Ed25519 over the message itself.

Sources: bccsp/sw/ecdsa.go (low S), msp/identities.go Verify (hash family SHA2 means SHA-256, also for P-384).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Signer: TypeAlias = Callable[[bytes], bytes]
"""Takes the message (not its digest) and gives the signature."""

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}
"""Orders of the curves Fabric's MSP accepts here, for the low-S rule."""

_SEQUENCE, _LONG_LENGTH, _SHORTEST = 0x30, 0x80, 8
"""DER: the tag of a sequence, the first length that takes more than one byte; two numbers of a byte each."""
_ECDSA_SHA256 = ec.ECDSA(SHA256())


def private_key_signer(key: bytes | PrivateKey) -> Signer:
    """A signer with a private key: P-256 or P-384 (SHA-256, DER, low S) or Ed25519.

    Args:
        key: an unencrypted PEM key, or the key itself.

    Raises:
        ValueError: no such key, or a kind of key that Fabric does not sign with.
    """
    private_key = _load_private_key(key) if isinstance(key, bytes) else key
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key.sign
    order = _order(private_key.curve)
    half = order >> 1

    def sign(message: bytes) -> bytes:
        signature = private_key.sign(message, _ECDSA_SHA256)
        r, s = decode_dss_signature(signature)
        return signature if s <= half else encode_dss_signature(r, order - s)

    return sign


def verify(signed_by: x509.Certificate | PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the certificate or key signed the message; a high-S signature is refused.

    An unknown kind of key gives False, since nothing it signs can be accepted.
    """
    key = _certificate_key(signed_by) if isinstance(signed_by, x509.Certificate) else signed_by
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            r, s = decode_dss_signature(_two_integers(signature))
            if s > _order(key.curve) >> 1:
                return False
            key.verify(encode_dss_signature(r, s), message, _ECDSA_SHA256)
            return True
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
            return True
    except (InvalidSignature, ValueError):
        return False
    return False


def low_s(key: PublicKey, signature: bytes) -> bytes:
    """The low-S form of an ECDSA signature, other signatures unchanged (bccsp utils SignatureToLowS).

    Raises:
        ValueError: the key is ECDSA and the signature is not DER, or the curve is not one of Fabric's.
    """
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return signature
    r, s = decode_dss_signature(signature)
    order = _order(key.curve)
    return signature if s <= order >> 1 else encode_dss_signature(r, order - s)


def _two_integers(signature: bytes) -> bytes:
    """The signature without what Go's asn1.Unmarshal does not look at (bccsp UnmarshalECDSASignature).

    It stops behind the second number, whatever else the sequence holds or comes after it.
    """
    if len(signature) < _SHORTEST or signature[0] != _SEQUENCE or signature[1] >= _LONG_LENGTH:
        return signature
    content, end = signature[2 : 2 + signature[1]], 0
    for _ in range(2):
        end += 2 + (content[end + 1] if end + 1 < len(content) else 0)
    if end > len(content):
        return signature
    return bytes([_SEQUENCE, end]) + content[:end]


def _load_private_key(pem: bytes) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not an unencrypted private key in PEM") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise ValueError("Fabric signs with ECDSA or Ed25519 keys only")
    return key


def _order(curve: ec.EllipticCurve) -> int:
    try:
        return _ORDERS[curve.name]
    except KeyError:
        raise ValueError(f"the curve {curve.name} is not used here; P-256 and P-384 are") from None


@lru_cache(maxsize=4096)
def _certificate_key(certificate: x509.Certificate) -> PublicKey | None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) else None
