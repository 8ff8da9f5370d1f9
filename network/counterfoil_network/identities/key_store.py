"""Find private keys by what they belong to: what a key's file is called differs from tool to tool.

Ours and cryptogen's are `priv_sk`, Fabric CA's are named by the key's identifier, and stay beside the new one
when an identity is enrolled again. Fabric itself searches a key store the same way (bccsp/sw/fileks.go).
"""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from counterfoil_network.identities.errors import IdentityNotFound


def signing_certificate(folder: Path) -> Path:
    """The certificate in `signcerts`: the first by name, as Fabric takes it (msp/configbuilder.go).

    Raises:
        IdentityNotFound: there is none.
    """
    certificates = sorted((folder / "signcerts").glob("*.pem"))
    if not certificates:
        raise IdentityNotFound(f"{folder} has no signing certificate")
    return certificates[0]


def key_of(certificate: Path, key_store: Path) -> Path:
    """The file in a key store whose private key belongs to the certificate.

    Raises:
        IdentityNotFound: no key there does.
    """
    wanted = _encoded(x509.load_pem_x509_certificate(certificate.read_bytes()).public_key())
    for path in sorted(key_store.glob("*")):
        if path.is_file() and _public_key(path.read_bytes()) == wanted:
            return path
    raise IdentityNotFound(f"{key_store} has no key of {certificate.name}")


def _public_key(content: bytes) -> bytes | None:
    """None for what is no private key: key stores hold other files too."""
    try:
        return _encoded(serialization.load_pem_private_key(content, None).public_key())
    except (ValueError, TypeError):
        return None


def _encoded(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
