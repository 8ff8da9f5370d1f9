"""Identities that a network does not expect: wrong keys, foreign certificates, other roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counterfoil import Gateway, Identity, Signer, private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.acceptance.surroundings import Surroundings


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
    return _certificate(key, key, _name("self", unit), _name("self", unit)), private_key_signer(key)


def expired(surroundings: Surroundings, organisation: str) -> tuple[bytes, Signer]:
    """A client certificate of an organisation's own authority that ended yesterday, and its key."""
    [folder] = surroundings.folder.crypto.glob(f"peerOrganizations/{organisation.lower()}.*/ca")
    [certificate_file] = folder.glob("*.pem")
    [key_file] = [path for path in folder.iterdir() if path.suffix != ".pem"]
    authority = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    authority_key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(key, authority_key, _name("late", "client"), authority.subject, ended=True)
    return made, private_key_signer(key)


@contextmanager
def connected(
    surroundings: Surroundings, organisation: str, identity: Identity, signer: Signer
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
    *,
    ended: bool = False,
) -> bytes:
    now = datetime.now(UTC)
    end = now - timedelta(days=1) if ended else now + timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False
        )
    )
    return builder.sign(signed_by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
