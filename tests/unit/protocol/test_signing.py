import pytest
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import Signer, low_s, private_key_signer, verify
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}
CURVES = [ec.SECP256R1(), ec.SECP384R1()]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_signatures_have_low_s(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    sign = private_key_signer(key)
    for number in range(32):
        message = b"message %d" % number
        signature = sign(message)
        _, s = decode_dss_signature(signature)
        assert s <= ORDERS[curve.name] // 2
        assert verify(key.public_key(), message, signature)
        assert not verify(key.public_key(), message + b".", signature)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_the_high_s_twin_is_refused(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    signature = private_key_signer(key)(b"message")
    r, s = decode_dss_signature(signature)
    twin = encode_dss_signature(r, ORDERS[curve.name] - s)
    assert not verify(key.public_key(), b"message", twin)
    assert low_s(key.public_key(), twin) == signature == low_s(key.public_key(), signature)


def test_what_comes_after_the_two_numbers_is_not_looked_at() -> None:
    """As Go's asn1.Unmarshal, and so Fabric, read a signature."""
    key = ec.generate_private_key(ec.SECP256R1())
    signature = private_key_signer(key)(b"message")
    inside = bytes([0x30, signature[1] + 3]) + signature[2:] + b"\x02\x01\x01"
    assert verify(key.public_key(), b"message", signature + b"more")
    assert verify(key.public_key(), b"message", inside)
    assert not verify(key.public_key(), b"massage", signature + b"more")
    for size in range(len(signature)):
        assert not verify(key.public_key(), b"message", signature[:size])


def test_ed25519() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    signature = private_key_signer(key)(b"message")
    assert verify(key.public_key(), b"message", signature)
    assert not verify(key.public_key(), b"massage", signature)
    assert low_s(key.public_key(), signature) == signature


def test_pem_key_and_certificate(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    assert verify(identity.x509, b"message", sign(b"message"))
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert verify(key.public_key(), b"message", private_key_signer(pem)(b"message"))
    assert not verify(identity.x509, b"message", private_key_signer(pem)(b"message"))


@pytest.mark.parametrize("signature", [b"", b"\x00", b"0\x06\x02\x01\x00\x02\x01\x00", b"\xff" * 72])
def test_garbage_signatures(signing_identity: tuple[Identity, Signer], signature: bytes) -> None:
    identity, _ = signing_identity
    assert verify(identity.x509, b"message", signature) is False


def test_keys_fabric_does_not_sign_with() -> None:
    key = rsa.generate_private_key(65537, 2048)
    with pytest.raises(ValueError, match="ECDSA or Ed25519"):
        private_key_signer(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="P-256 and P-384"):
        private_key_signer(ec.generate_private_key(ec.SECP521R1()))
    with pytest.raises(ValueError, match="unencrypted private key"):
        private_key_signer(b"no key")
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    with pytest.raises(ValueError, match="unencrypted private key"):
        private_key_signer(locked)


def test_unknown_curve_verifies_nothing() -> None:
    key = ec.generate_private_key(ec.SECP521R1())
    assert verify(key.public_key(), b"message", b"0\x06\x02\x01\x01\x02\x01\x01") is False
