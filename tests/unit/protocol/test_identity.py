from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import (
    ATTRIBUTES_OID,
    Identity,
    attribute_extension,
    attributes,
    distinguished_name,
    organizational_units,
    parse_certificate,
)
from counterfoil_protocol.messages import identities
from counterfoil_protocol.signing import Signer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID


def certificate_with(extension: x509.ExtensionType | None) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in ("client", "desk")]
    )
    certificate = parse_time(x509.CertificateBuilder().subject_name(name).issuer_name(name))
    certificate = certificate.public_key(key.public_key()).serial_number(1)
    if extension is not None:
        certificate = certificate.add_extension(extension, critical=False)
    return certificate.sign(key, SHA256())


def parse_time(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    import datetime

    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    return builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=1))


def test_round_trip(signing_identity: tuple[Identity, Signer]) -> None:
    identity, _ = signing_identity
    assert Identity.parse(identity.serialize()) == identity
    message = identities.SerializedIdentity.FromString(identity.serialize())
    assert (message.mspid, message.id_bytes) == ("OrgMSP", identity.certificate)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        identities.SerializedIdentity(mspid="OrgMSP").SerializeToString(),
        identities.SerializedIdentity(id_bytes=b"x").SerializeToString(),
    ],
)
def test_incomplete_identities_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        Identity.parse(data)


def test_certificate_is_parsed_once(signing_identity: tuple[Identity, Signer]) -> None:
    identity, _ = signing_identity
    assert identity.x509 is Identity.parse(identity.serialize()).x509


def test_garbage_certificate() -> None:
    with pytest.raises(MalformedMessage):
        _ = Identity("OrgMSP", b"no certificate").x509


def test_attributes_round_trip() -> None:
    wanted = {"staff": "0f" * 16, "role": "bank.officer"}
    certificate = certificate_with(attribute_extension(wanted))
    assert attributes(certificate) == wanted
    assert certificate.extensions.get_extension_for_oid(ATTRIBUTES_OID).value == x509.UnrecognizedExtension(
        ATTRIBUTES_OID, b'{"attrs":{"role":"bank.officer","staff":"' + b"0f" * 16 + b'"}}'
    )


def test_no_attributes() -> None:
    assert attributes(certificate_with(None)) == {}
    assert attributes(certificate_with(x509.UnrecognizedExtension(ATTRIBUTES_OID, b'{"attrs":null}'))) == {}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"attrs":{"role":1}}', b'{"attrs":[]x', b"\xff"])
def test_unreadable_attributes(content: bytes) -> None:
    with pytest.raises(MalformedMessage):
        attributes(certificate_with(x509.UnrecognizedExtension(ATTRIBUTES_OID, content)))


def test_names_as_go_writes_them(recorded: Callable[[str], Any]) -> None:
    cases = recorded("names.json")
    assert len(cases) == 8
    for case in cases:
        certificate = parse_certificate(case["certificate"].encode())
        assert distinguished_name(certificate.subject) == case["subject"], case["title"]
        assert distinguished_name(certificate.issuer) == case["issuer"], case["title"]


def test_organizational_units() -> None:
    assert organizational_units(certificate_with(None)) == ("client", "desk")
