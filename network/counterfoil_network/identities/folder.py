"""The folder of a network's identities in cryptogen's layout: where each certificate and key lies.

Within it, folders of identities may be Fabric CA's (`fabric_ca`).

<crypto>/{peerOrganizations,ordererOrganizations}/<domain>/
    ca/  tlsca/                      authority's certificate and key
    msp/                             what the channel configuration takes (cacerts, tlscacerts, crls,
    config.yaml) {peers,orderers}/<host>/{msp,tls} users/<User>@<domain>/{msp,tls}
<crypto>/enterprises/<domain>/{ca,enterprises/<USCC>}      authorities outside the channel
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from counterfoil_network.identities.certificate_authority import CertificateAuthority
from counterfoil_network.identities.crypto_config import OrganisationKind
from counterfoil_network.identities.errors import IdentityNotFound
from counterfoil_network.identities.tls_folder import TlsFolder

KEY_FILE = "priv_sk"
"""File name of a private key in a key store, as cryptogen writes it."""


@dataclass(frozen=True, slots=True)
class NodeFolder:
    """A peer's or orderer's folder."""

    host: str
    root: Path

    @property
    def msp(self) -> Path:
        """Its local MSP: signing certificate, key, roots."""
        return self.root / "msp"

    @property
    def tls(self) -> TlsFolder:
        """Its TLS pair, and who signed it."""
        return TlsFolder(self.root / "tls")


@dataclass(frozen=True, slots=True)
class OrganisationFolder:
    """One organisation's folder."""

    name: str
    domain: str
    kind: OrganisationKind
    root: Path

    @property
    def msp(self) -> Path:
        """The MSP that others verify it by."""
        return self.root / "msp"

    @property
    def tls_authority_certificate(self) -> Path:
        """Certificates (PEM) of the authorities of its TLS certificates, intermediate ones among them.

        Raises:
            IdentityNotFound: there is none.
        """
        if self.nodes and (self.msp / "tlsintermediatecerts").is_dir():
            return self.nodes[0].tls.authorities
        found = sorted((self.msp / "tlscacerts").glob("*"))
        if not found:
            raise IdentityNotFound(f"{self.msp} has no TLS authority")
        return found[0]

    @property
    def nodes(self) -> tuple[NodeFolder, ...]:
        """Its peers or orderers, by name."""
        folder = self.root / self.kind.node_folder
        return tuple(NodeFolder(path.name, path) for path in _folders(folder))

    @property
    def users(self) -> tuple[str, ...]:
        """Names of its users (without the domain), sorted."""
        folder = self.root / "users"
        return tuple(path.name.partition("@")[0] for path in _folders(folder))

    def user(self, name: str) -> Path:
        """Folder of a user; its MSP is `user(name) / "msp"`."""
        return self.root / "users" / f"{name}@{self.domain}"

    def user_msp(self, name: str) -> Path:
        """Local MSP of a user.

        Raises:
            IdentityNotFound: the organisation has no such user.
        """
        path = self.user(name) / "msp"
        if not path.is_dir():
            raise IdentityNotFound(f"{self.name} has no user {name}; it has {', '.join(self.users)}")
        return path


@dataclass(frozen=True, slots=True)
class CryptoFolder:
    """The whole folder: the organisations that crypto-config.yaml names, in its order."""

    root: Path
    organisations: tuple[OrganisationFolder, ...]

    def organisation(self, name: str) -> OrganisationFolder:
        """The organisation of that name.

        Raises:
            IdentityNotFound: there is none.
        """
        for organisation in self.organisations:
            if organisation.name == name:
                return organisation
        raise IdentityNotFound(f"there is no organisation {name} in {self.root}")


def _folders(folder: Path) -> list[Path]:
    """The folders in it by name, without the half-filled ones that `whole_folder` hides by a dot."""
    return sorted(path for path in folder.glob("[!.]*") if path.is_dir())


def write_public(path: Path, content: bytes) -> None:
    """Write a file anybody may read, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key (PKCS #8 PEM) that its owner alone may read; never over an existing file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def certificate_file(common_name: str) -> str:
    """File name of a certificate, as cryptogen writes it."""
    return f"{common_name}-cert.pem"


def write_authority(folder: Path, authority: CertificateAuthority) -> None:
    """Write an authority's certificate and key."""
    write_public(folder / certificate_file(authority.common_name), pem(authority.certificate))
    write_key(folder / KEY_FILE, authority.key)


def read_authority(folder: Path) -> CertificateAuthority:
    """Read an authority's certificate and key back.

    Raises:
        IdentityNotFound: one of them is not there.
    """
    certificates = sorted(folder.glob("*-cert.pem"))
    if not certificates or not (folder / KEY_FILE).is_file():
        raise IdentityNotFound(f"{folder} holds no certificate authority")
    key = serialization.load_pem_private_key((folder / KEY_FILE).read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise IdentityNotFound(f"{folder / KEY_FILE} is no elliptic-curve key")
    return CertificateAuthority(x509.load_pem_x509_certificate(certificates[0].read_bytes()), key)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill that becomes `target` in one step, or vanishes if filling fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield partial
        partial.chmod(0o755)
        if target.exists():
            replaced = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            target.rename(replaced / "old")
            partial.rename(target)
            shutil.rmtree(replaced)
        else:
            partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
