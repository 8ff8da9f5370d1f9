"""Identities that a network does not expect: wrong keys, foreign certificates, other roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterfoil import Gateway, Identity, Signer, private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.acceptance.surroundings import Surroundings

_DAY = timedelta(days=1)


def new_signer() -> Signer:
    """A key that belongs to nobody."""
    return private_key_signer(ec.generate_private_key(ec.SECP256R1()))


def msp_certificate(msp: Path) -> bytes:
    """The certificate in an MSP folder."""
    [certificate] = (msp / "signcerts").glob("*.pem")
    return certificate.read_bytes()


def msp_signer(msp: Path) -> Signer:
    """A signer with the key in an MSP folder."""
    [key] = (msp / "keystore").iterdir()
    return private_key_signer(key.read_bytes())


def self_made(unit: str = "client") -> tuple[bytes, Signer]:
    """A certificate of an authority nobody knows, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = _name("self", unit)
    return _certificate(key, key, name, name, (now - _DAY, now + _DAY)), private_key_signer(key)


def expired(surroundings: Surroundings, organisation: str) -> tuple[bytes, Signer]:
    """A client certificate of an organisation's own authority that has ended, and its key.

    Authorities begin five minutes before they are made, so there is room for it.
    """
    authority = _authority(surroundings, organisation)
    start = authority.certificate.not_valid_before_utc
    return _issued(authority, "late", "client", (start, start + timedelta(minutes=1)))


def older(surroundings: Surroundings, organisation: str) -> tuple[bytes, Signer]:
    """A client certificate that began before its authority did, and its key."""
    now = datetime.now(UTC)
    return _issued(_authority(surroundings, organisation), "old", "client", (now - 2 * _DAY, now + _DAY))


def issued(surroundings: Surroundings, organisation: str, unit: str = "client") -> tuple[bytes, Signer]:
    """A good certificate of an organisation's own authority, and its key."""
    authority = _authority(surroundings, organisation)
    start = authority.certificate.not_valid_before_utc
    return _issued(authority, "soon", unit, (start, start + _DAY))


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _authority(surroundings: Surroundings, organisation: str) -> _Authority:
    [folder] = surroundings.folder.crypto.glob(f"peerOrganizations/{organisation.lower()}.*/ca")
    [certificate_file] = folder.glob("*.pem")
    [key_file] = [path for path in folder.iterdir() if path.suffix != ".pem"]
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return _Authority(x509.load_pem_x509_certificate(certificate_file.read_bytes()), key)


def _issued(
    authority: _Authority, name: str, unit: str, span: tuple[datetime, datetime]
) -> tuple[bytes, Signer]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = authority.certificate.subject
    return _certificate(key, authority.key, _name(name, unit), subject, span), private_key_signer(key)


@contextmanager
def connected(
    surroundings: Surroundings, organisation: str, identity: Identity, signer: Signer | None
) -> Iterator[Gateway]:
    """An organisation's gateway, used by anybody."""
    node = surroundings.state.node(organisation)
    with Gateway.connect(
        node.address,
        identity=identity,
        signer=signer,
        tls_root=surroundings.tls_root(organisation),
        server_name=node.host,
        peer_msp_id=node.msp_id,
    ) as gateway:
        yield gateway


def _name(common_name: str, unit: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    signed_by: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    issuer: x509.Name,
    span: tuple[datetime, datetime],
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False
        )
    )
    return builder.sign(signed_by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
