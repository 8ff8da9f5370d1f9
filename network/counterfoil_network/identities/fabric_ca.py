"""Complete folders that `fabric-ca-client enroll` wrote, so that they serve as cryptogen's do.

The client writes `signcerts/cert.pem`, `keystore/<identifier>_sk`, `cacerts` and `intermediatecerts` for an
identity, and `tlscacerts` and `tlsintermediatecerts` in place of those for a TLS enrolment (fabric-ca
cmd/fabric-ca-client/command/getcainfo.go, storeCAChain). What Fabric's programs need beside that its users
write by hand: `config.yaml` with the NodeOUs, the organisation's own `msp`, one file of TLS authorities. Only
what is missing is written, and nothing but public files; what is there stays as it is.
"""

import shutil
from pathlib import Path

from counterfoil_network.identities.folder import OrganisationFolder, write_public
from counterfoil_network.identities.local_msp import node_ous

_IDENTITY_AUTHORITIES = ("cacerts", "intermediatecerts")
_TLS_AUTHORITIES = ("tlscacerts", "tlsintermediatecerts")


def complete(organisation: OrganisationFolder) -> None:
    """Give an organisation's folder the public files that it lacks; nothing to do in cryptogen's and ours."""
    for node in organisation.nodes:
        _write_tls_authorities(node.root / "tls")
    for node in organisation.nodes[:1]:
        _copy_authorities(node.msp, organisation.msp, _IDENTITY_AUTHORITIES)
        _copy_authorities(node.root / "tls", organisation.msp, _TLS_AUTHORITIES)
    users = (organisation.user(name) / "msp" for name in organisation.users)
    for msp in (organisation.msp, *(node.msp for node in organisation.nodes), *users):
        _write_node_ous(msp)


def _write_tls_authorities(tls: Path) -> None:
    """One file of all of them: Fabric's settings and connection profiles name a single one."""
    target = tls / "ca.crt"
    found = [path for name in _TLS_AUTHORITIES for path in _certificates(tls / name)]
    if found and not target.exists():
        write_public(target, b"".join(path.read_bytes() for path in found))


def _copy_authorities(source: Path, target: Path, names: tuple[str, ...]) -> None:
    if _certificates(target / names[0]):
        return
    for name in names:
        for path in _certificates(source / name):
            (target / name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name / path.name)


def _write_node_ous(msp: Path) -> None:
    """Name the one authority that signs identities; where there are several, any of them may."""
    target = msp / "config.yaml"
    issuers = _certificates(msp / "intermediatecerts") or _certificates(msp / "cacerts")
    if issuers and not target.exists():
        named = str(issuers[0].relative_to(msp)) if len(issuers) == 1 else None
        write_public(target, node_ous(named).encode())


def _certificates(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file())
