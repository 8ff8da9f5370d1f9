"""Compact JWS with ES256 and the signer's certificates (RFC 7515, RFC 7518 3.4), in one strict form.

The header is exactly the canonical JSON of `alg` ES256 and `x5c`; the payload is canonical JSON; base64url is
without padding and without spare bits. So one statement has one signing input, nothing in a header can
choose how it is verified, and `crit` is refused with every other member.
`docs/decisions/0003-consent-signatures.md` says why this is not a library's verification.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil_protocol import canonical_json
from counterfoil_protocol.canonical_json import JsonValue
from counterfoil_protocol.signing import Signer
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding

_ALGORITHM = "ES256"
_HALF = 32
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_PARTS = 3
_LARGEST = 200_000
_LONGEST_CHAIN = 4


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWS whose signature is verified by the first of its certificates; whom that one is, is not
    checked yet."""

    payload: dict[str, JsonValue] = field(repr=False)
    certificates: tuple[x509.Certificate, ...] = field(repr=False)


def make(payload: dict[str, JsonValue], certificates: Sequence[x509.Certificate], sign: Signer) -> str:
    """The compact JWS of a payload; `certificates` begin with the signer's own, up to but without the root.

    `sign` is a signer of a P-256 key (`counterfoil_protocol.signing.private_key_signer`).

    Raises:
        TypeError: the payload holds something that canonical JSON does not.
    """
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode("ascii") for each in certificates]
    header = canonical_json.encode({"alg": _ALGORITHM, "x5c": chain})
    signing_input = f"{encode(header)}.{encode(canonical_json.encode(payload))}"
    r, s = utils.decode_dss_signature(sign(signing_input.encode("ascii")))
    signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return f"{signing_input}.{encode(signature)}"


def verify(token: str) -> Signed:
    """Take a compact JWS apart and check its signature with the key of its first certificate.

    Raises:
        ValueError: any other form than that of `make`, or a signature that does not hold.
    """
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _LARGEST:
        raise ValueError("a consent has three parts")
    header = _canonical_object(decode(parts[0]))
    if set(header) != {"alg", "x5c"} or header["alg"] != _ALGORITHM:
        raise ValueError("a consent's header is alg ES256 and x5c, nothing else")
    certificates = _certificates(header["x5c"])
    check_signature(certificates[0].public_key(), f"{parts[0]}.{parts[1]}", decode(parts[2]))
    return Signed(_canonical_object(decode(parts[1])), certificates)


def check_signature(key: object, signing_input: str, signature: bytes) -> None:
    """Check an ES256 signature, 64 bytes of R and S (RFC 7518 3.4).

    Raises:
        ValueError: the key is no P-256 key, or the signature does not hold.
    """
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a consent is signed with a key on P-256")
    if len(signature) != 2 * _HALF:
        raise ValueError("an ES256 signature has 64 bytes")
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), signing_input.encode("ascii"), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("the signature does not hold") from None


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of base64url without padding, in its one spelling.

    Raises:
        ValueError: another alphabet, padding, or spare bits that are not zero.
    """
    if not _BASE64URL.fullmatch(text):
        raise ValueError("a consent's parts are base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("a consent's parts are base64url in its one spelling")
    return data


def _canonical_object(data: bytes) -> dict[str, JsonValue]:
    value = canonical_json.decode(data)
    if not isinstance(value, dict) or canonical_json.encode(value) != data:
        raise ValueError("a consent's header and payload are canonical JSON objects")
    return value


def _certificates(chain: JsonValue) -> tuple[x509.Certificate, ...]:
    if not isinstance(chain, list) or not 1 <= len(chain) <= _LONGEST_CHAIN:
        raise ValueError("x5c has one to four certificates")
    found = []
    for text in chain:
        if not isinstance(text, str):
            raise ValueError("x5c is a list of base64 texts")
        der = base64.b64decode(text, validate=True)
        if base64.b64encode(der).decode("ascii") != text:
            raise ValueError("x5c is base64 in its one spelling")
        found.append(_certificate(der))
    return tuple(found)


def _certificate(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        # These are read lazily; here, so that nobody later meets an error of another kind.
        _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key()
    except Exception:
        # The library's errors on hostile bytes (InvalidVersion, DuplicateExtension) have no base in common.
        raise ValueError("x5c holds what is no readable certificate") from None
    return certificate
