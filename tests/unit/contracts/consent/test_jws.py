"""The strict form of a consent's signature, and RFC 7515's own example of ES256 (appendix A.3)."""

import base64
import json
from datetime import UTC, datetime

import pytest
from counterfoil_contracts.consent import jws
from counterfoil_contracts.testing import SELLER, Signatory, signatory
from counterfoil_protocol import canonical_json
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

RFC_HEADER = "eyJhbGciOiJFUzI1NiJ9"
RFC_PAYLOAD = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
RFC_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
RFC_X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
RFC_Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


def rfc_key() -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(jws.decode(part), "big") for part in (RFC_X, RFC_Y))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def enterprise() -> Signatory:
    return signatory(SELLER)


def signed(header: bytes, payload: bytes, key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """A token whose signature holds over whatever it says."""
    message = f"{jws.encode(header)}.{jws.encode(payload)}"
    signature = (key or enterprise().key).sign(message.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(signature)
    return f"{message}.{jws.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def header_with(**members: object) -> bytes:
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in enterprise().certificates]
    given = {"alg": "ES256", "x5c": chain, **members}
    return canonical_json.encode({name: value for name, value in given.items() if value is not None})


def test_rfc_7515_example() -> None:
    jws.check_signature(rfc_key(), f"{RFC_HEADER}.{RFC_PAYLOAD}", jws.decode(RFC_SIGNATURE))
    with pytest.raises(ValueError, match="does not hold"):
        jws.check_signature(rfc_key(), f"{RFC_HEADER}.{RFC_PAYLOAD[:-1]}R", jws.decode(RFC_SIGNATURE))


def test_the_rfc_s_own_token_is_no_consent() -> None:
    with pytest.raises(ValueError, match=r"canonical JSON|nothing else"):
        jws.verify(f"{RFC_HEADER}.{RFC_PAYLOAD}.{RFC_SIGNATURE}")


def test_what_is_made_verifies() -> None:
    its = enterprise()
    token = jws.make({"b": 1, "a": "ü"}, its.certificates, private_key_signer(its.key))
    found = jws.verify(token)
    assert found.payload == {"a": "ü", "b": 1}
    assert found.certificates == its.certificates
    assert "ü" not in repr(found)


@pytest.mark.parametrize(
    "header",
    [
        header_with(alg="ES384"),
        header_with(alg="none"),
        header_with(alg=None),
        header_with(x5c=None),
        header_with(x5c=[]),
        header_with(x5c="AA=="),
        header_with(x5c=["AA"]),
        header_with(x5c=[1]),
        header_with(crit=["b64"], b64=True),
        header_with(crit=[]),
        header_with(kid="1"),
        header_with(typ="JOSE"),
        header_with(jwk={"kty": "EC"}),
        header_with().replace(b'"alg":"ES256"', b'"alg":"none","alg":"ES256"'),
        json.dumps(json.loads(header_with())).encode(),
    ],
)
def test_another_header_is_refused_though_its_signature_holds(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        jws.verify(signed(header, b'{"a":1}'))


@pytest.mark.parametrize(
    "payload",
    [b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'{"a":1.0}', b"[]", b"1", b"", b"\xff", b'{"a":1}\n'],
)
def test_another_payload_is_refused_though_its_signature_holds(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        jws.verify(signed(header_with(), payload))


def test_spellings_of_one_token_are_refused() -> None:
    head, body, signature = signed(header_with(), b'{"a":1}').split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = signature[:-1] + last[last.index(signature[-1]) + 1]
    for token in (
        f"{head}.{body}.{signature}==",
        f"{head}.{body}.{signature}\n",
        f"{head}.{body}==.{signature}",
        f"{head}.{body}.{other}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature}.",
        f"{head}.{body}.{signature[:-4]}",
        f"{head}.{body}",
        " " + f"{head}.{body}.{signature}",
        "A" * 200_001,
    ):
        with pytest.raises(ValueError, match=r"."):
            jws.verify(token)


def test_a_key_on_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "P-384")])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(moment).not_valid_after(moment.replace(year=2030))
    certificate = builder.sign(key, hashes.SHA256())
    chain = [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()]
    with pytest.raises(ValueError, match="P-256"):
        jws.verify(signed(header_with(x5c=chain), b'{"a":1}'))


def test_another_s_signature_does_not_hold() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="does not hold"):
        jws.verify(signed(header_with(), b'{"a":1}', stranger))
