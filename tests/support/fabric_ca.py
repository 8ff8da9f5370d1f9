"""Folders as fabric-ca-client 1.5 leaves them, made by hand: no Fabric CA is needed, nor any CA key in them.

What an enrolment writes was taken from the client's source (lib/client.go, cmd/.../getcainfo.go) and compared
with what the program wrote; `tests/fabric/test_fabric_ca.py` enrols with the program itself where it is.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from counterfoil_network.identities.certificate_authority import (
    CertificateAuthority,
    create_authority,
    new_key,
)
from counterfoil_network.identities.crypto_config import AuthoritySpec, CryptoConfig, OrganisationSpec
from counterfoil_network.identities.folder import pem, write_key, write_public
from counterfoil_protocol.identity import attribute_extension
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

HOST = "ca.example:7054"


@dataclass(frozen=True, slots=True)
class FabricCa:
    """A Fabric CA: its root, and the intermediate authority below that issues, if it has one."""

    name: str
    root: CertificateAuthority
    issuing: CertificateAuthority

    @classmethod
    def start(cls, name: str, *, with_intermediate: bool = False) -> "FabricCa":
        now = datetime.now(UTC)
        root = create_authority(AuthoritySpec(name, "example", None, None, None), now)
        return cls(name, root, _intermediate(root, now) if with_intermediate else root)

    def enroll(self, home: Path, identity: str, kind: str, attributes: dict[str, str] | None = None) -> None:
        """`fabric-ca-client enroll -M home/msp`: the OU is the type that the identity was registered with."""
        extension = attribute_extension({"hf.EnrollmentID": identity, "hf.Type": kind} | (attributes or {}))
        self._enroll(home / "msp", identity, kind, "", extensions=(extension,))
        write_public(home / "fabric-ca-client-config.yaml", b"url: https://ca.example:7054\n")

    def enroll_tls(self, home: Path, identity: str, kind: str, hosts: tuple[str, ...]) -> None:
        """`fabric-ca-client enroll --enrollment.profile tls --csr.hosts ... -M home/tls`."""
        self._enroll(home / "tls", identity, kind, "tls", alternative_names=hosts, for_tls=True)

    def _enroll(self, folder: Path, identity: str, kind: str, prefix: str, **parts: object) -> None:
        key = new_key()
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, kind),
                x509.NameAttribute(NameOID.COMMON_NAME, identity),
            ]
        )
        now = datetime.now(UTC)
        certificate = self.issuing.issue(subject, key.public_key(), now, **parts)  # type: ignore[arg-type]  # as told
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()
        # One that was enrolled before: the client leaves the earlier key beside the new one.
        write_key(folder / "keystore" / f"00{identifier}_sk", new_key())
        write_key(folder / "keystore" / f"{identifier}_sk", key)
        write_public(folder / "signcerts" / "cert.pem", pem(certificate))
        file = f"{prefix}{'-' if prefix else ''}{HOST.replace('.', '-').replace(':', '-')}-{self.name}.pem"
        write_public(folder / f"{prefix}cacerts" / file, pem(self.root.certificate))
        if self.issuing is not self.root:
            write_public(folder / f"{prefix}intermediatecerts" / file, pem(self.issuing.certificate))
        for name in ("cacerts", "user"):
            (folder / name).mkdir(exist_ok=True)
        write_public(folder / "IssuerPublicKey", b"\x0a\x02idemix")
        write_public(folder / "IssuerRevocationPublicKey", b"-----BEGIN PUBLIC KEY-----\n")


def enroll_organisations(
    config: CryptoConfig, target: Path, names: set[str], *, with_intermediate: bool = False
) -> None:
    """The folders of some organisations under `target`, all identities enrolled that the file names."""
    for spec in config.organisations:
        if spec.name in names:
            _enroll_organisation(spec, target / spec.kind.value / spec.domain, with_intermediate)


def _enroll_organisation(spec: OrganisationSpec, root: Path, with_intermediate: bool) -> None:
    name = spec.name.lower()
    authority = FabricCa.start(f"ca-{name}", with_intermediate=with_intermediate)
    tls_authority = FabricCa.start(f"tlsca-{name}", with_intermediate=with_intermediate)
    for node in spec.nodes:
        home = root / spec.kind.node_folder / node.common_name
        authority.enroll(home, node.common_name, spec.kind.node_ou)
        tls_authority.enroll_tls(home, node.common_name, spec.kind.node_ou, node.alternative_names)
    for user in spec.users:
        kind = "admin" if user.is_admin else "client"
        home = root / "users" / f"{user.name}@{spec.domain}"
        staff = user.staff or secrets.token_hex(16)
        authority.enroll(home, staff, kind, {**user.attributes, "staff": staff})


def _intermediate(root: CertificateAuthority, now: datetime) -> CertificateAuthority:
    key = new_key()
    builder = x509.CertificateBuilder().issuer_name(root.certificate.subject).public_key(key.public_key())
    builder = builder.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "intermediate")]))
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(root.certificate.not_valid_before_utc)
    builder = builder.not_valid_after(root.certificate.not_valid_after_utc)
    for kind in (x509.BasicConstraints, x509.KeyUsage):
        extension = root.certificate.extensions.get_extension_for_class(kind)
        builder = builder.add_extension(extension.value, critical=True)
    identifier = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )
    return CertificateAuthority(builder.sign(root.key, hashes.SHA256()), key)
