"""Generate every identity that crypto-config.yaml names, keeping those that are there already."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from counterfoil_protocol.identity import attribute_extension

from counterfoil_network.identities.certificate_authority import create_authority, utc_now
from counterfoil_network.identities.crypto_config import (
    CryptoConfig,
    NodeSpec,
    OrganisationSpec,
    UserSpec,
    read_crypto_config,
)
from counterfoil_network.identities.enterprise import create_enterprise_authority
from counterfoil_network.identities.errors import IdentityNotFound
from counterfoil_network.identities.fabric_ca import complete
from counterfoil_network.identities.folder import (
    KEY_FILE,
    CryptoFolder,
    OrganisationFolder,
    read_authority,
    whole_folder,
    write_authority,
)
from counterfoil_network.identities.local_msp import (
    Authorities,
    node_subject,
    write_identity,
    write_tls,
    write_verifying_msp,
)

STAFF_ATTRIBUTE = "staff"
ROLE_ATTRIBUTE = "role"


def generate(crypto_config: Path, target: Path, *, now: datetime | None = None) -> CryptoFolder:
    """Write the identities of `crypto_config` under `target` in cryptogen's layout.

    An organisation, node or user that has its folder is left as it is, so a second run only adds what the
    file has gained (cryptogen's `extend`). Private keys are readable by their owner alone. Each folder
    appears whole or not at all.

    Folders of Fabric CA's layout are taken too, and given the public files they lack; their users are those
    who have enrolled.

    Raises:
        CryptoConfigError: the file cannot be followed.
        IdentityNotFound: a node is to be made where no authority's key is.
    """
    return generate_identities(read_crypto_config(crypto_config), target, now=now)


def generate_identities(config: CryptoConfig, target: Path, *, now: datetime | None = None) -> CryptoFolder:
    """Write the identities of a file that was read; see `generate`."""
    now = now or utc_now()
    organisations = tuple(_organisation(spec, target, now) for spec in config.organisations)
    for enterprise_authority in config.enterprise_authorities:
        create_enterprise_authority(target, enterprise_authority, now)
    return CryptoFolder(target, organisations)


def open_crypto_folder(crypto_config: Path, target: Path) -> CryptoFolder:
    """The folder that `generate` wrote earlier, without writing anything.

    Raises:
        CryptoConfigError: the file cannot be followed.
    """
    return CryptoFolder(
        target, tuple(_folder(spec, target) for spec in read_crypto_config(crypto_config).organisations)
    )


def issue_user(  # noqa: PLR0913 - the parts of a user
    organisation: OrganisationFolder,
    name: str,
    attributes: Mapping[str, str],
    *,
    staff: str | None = None,
    is_admin: bool = False,
    now: datetime | None = None,
) -> Path:
    """Write one user's MSP and TLS folder, replacing one of that name; give the MSP's path.

    The common name is the staff id, drawn here if none is given. Attributes and staff go into the certificate
    by Fabric CA's extension.
    """
    now = now or utc_now()
    authorities = read_authorities(organisation)
    staff = staff or secrets.token_hex(16)
    target = organisation.user(name)
    extension = attribute_extension({**attributes, STAFF_ATTRIBUTE: staff})
    unit = "admin" if is_admin else "client"
    with whole_folder(target) as folder:
        write_identity(
            folder / "msp",
            authorities,
            target.name,
            subject=node_subject(staff, unit),
            now=now,
            extensions=(extension,),
        )
        write_tls(folder / "tls", authorities.tls, "client", subject=node_subject(staff, None), now=now)
    return target / "msp"


def read_authorities(organisation: OrganisationFolder) -> Authorities:
    """The organisation's two authorities with their keys.

    Raises:
        IdentityNotFound: the folder does not hold them (a real organisation keeps them elsewhere).
    """
    return Authorities(read_authority(organisation.root / "ca"), read_authority(organisation.root / "tlsca"))


def _folder(spec: OrganisationSpec, target: Path) -> OrganisationFolder:
    return OrganisationFolder(spec.name, spec.domain, spec.kind, target / spec.kind.value / spec.domain)


def _organisation(spec: OrganisationSpec, target: Path, now: datetime) -> OrganisationFolder:
    organisation = _folder(spec, target)
    if organisation.root.exists():
        complete(organisation)
    else:
        authorities = Authorities(
            create_authority(spec.authority, now), create_authority(spec.authority, now, prefix="tls")
        )
        with whole_folder(organisation.root) as folder:
            write_authority(folder / "ca", authorities.identities)
            write_authority(folder / "tlsca", authorities.tls)
            write_verifying_msp(folder / "msp", authorities)
    for node in spec.nodes:
        _node(organisation, node, now)
    if _can_issue(organisation):
        for user in spec.users:
            _user(organisation, user, now)
    return organisation


def _can_issue(organisation: OrganisationFolder) -> bool:
    """Not where the authority is elsewhere, a Fabric CA say: then those who have enrolled are the users."""
    return all((organisation.root / name / KEY_FILE).is_file() for name in ("ca", "tlsca"))


def _node(organisation: OrganisationFolder, spec: NodeSpec, now: datetime) -> None:
    target = organisation.root / organisation.kind.node_folder / spec.common_name
    if target.exists():
        return
    if not _can_issue(organisation):
        raise IdentityNotFound(
            f"{organisation.root} holds neither {spec.common_name} nor an authority that could sign for it"
        )
    authorities = read_authorities(organisation)
    subject = node_subject(spec.common_name, organisation.kind.node_ou)
    with whole_folder(target) as folder:
        write_identity(folder / "msp", authorities, spec.common_name, subject=subject, now=now)
        tls_subject = node_subject(spec.common_name, None)
        write_tls(
            folder / "tls",
            authorities.tls,
            "server",
            subject=tls_subject,
            now=now,
            alternative_names=spec.alternative_names,
        )


def _user(organisation: OrganisationFolder, spec: UserSpec, now: datetime) -> None:
    if not organisation.user(spec.name).exists():
        issue_user(
            organisation, spec.name, spec.attributes, staff=spec.staff, is_admin=spec.is_admin, now=now
        )
