"""Read crypto-config.yaml: which organisations there are and which identities each of them issues.

The format is that of Fabric's cryptogen (cmd/cryptogen/main.go) with two keys of our own, `Users.Attributes`
and `EnterpriseCAs`, which cryptogen passes over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from counterfoil_network.identities.errors import CryptoConfigError
from counterfoil_network.yaml_text import parse_yaml

STAFF = re.compile(r"[0-9a-f]{32}")
"""A staff id: 32 lower-case hexadecimal digits, the pseudonym of a person."""

_USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEMPLATE_FIELD = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")


class OrganisationKind(Enum):
    """What an organisation runs; the values are the folder of cryptogen's layout."""

    ORDERER = "ordererOrganizations"
    PEER = "peerOrganizations"

    @property
    def node_folder(self) -> str:
        """`orderers` or `peers`: the folder of an organisation's nodes."""
        return "orderers" if self is OrganisationKind.ORDERER else "peers"

    @property
    def node_ou(self) -> str:
        """`orderer` or `peer`: the organisational unit in a node's certificate (Fabric's NodeOUs)."""
        return "orderer" if self is OrganisationKind.ORDERER else "peer"


@dataclass(frozen=True, slots=True)
class AuthoritySpec:
    """A certificate authority's subject: common name, organisation (the domain) and, if given, the place."""

    common_name: str
    domain: str
    country: str | None
    province: str | None
    locality: str | None


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One peer or orderer: its full host name and the names its TLS certificate carries."""

    common_name: str
    alternative_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserSpec:
    """One user: name of its folder, attributes of its certificate, staff id if the file fixes it."""

    name: str
    attributes: Mapping[str, str]
    staff: str | None
    is_admin: bool


@dataclass(frozen=True, slots=True)
class OrganisationSpec:
    """One organisation of the channel."""

    name: str
    domain: str
    kind: OrganisationKind
    authority: AuthoritySpec
    nodes: tuple[NodeSpec, ...]
    users: tuple[UserSpec, ...]


@dataclass(frozen=True, slots=True)
class EnterpriseAuthoritySpec:
    """An authority outside the channel that signs enterprises' certificates."""

    name: str
    authority: AuthoritySpec


@dataclass(frozen=True, slots=True)
class CryptoConfig:
    """The whole file."""

    organisations: tuple[OrganisationSpec, ...]
    enterprise_authorities: tuple[EnterpriseAuthoritySpec, ...]


def read_crypto_config(path: Path) -> CryptoConfig:
    """Read and check the file.

    Raises:
        CryptoConfigError: the file is absent, is no YAML, or says something this reader cannot follow.
    """
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CryptoConfigError(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise CryptoConfigError(f"{path}: expected a mapping with PeerOrgs and OrdererOrgs")
    try:
        return _crypto_config(document)
    except CryptoConfigError as error:
        raise CryptoConfigError(f"{path}: {error}") from error


def with_orderers(config: CryptoConfig, count: int) -> CryptoConfig:
    """The same with `count` orderers: those of the file, then copies of the first (`orderer2`, ...).

    Raises:
        CryptoConfigError: the file names no orderer, or more than `count`.
    """
    organisation = next(
        (each for each in config.organisations if each.kind is OrganisationKind.ORDERER), None
    )
    if organisation is None or not organisation.nodes or len(organisation.nodes) > count:
        raise CryptoConfigError(f"the file does not name between 1 and {count} orderers")
    first = organisation.nodes[0]
    added = tuple(_numbered(first, number) for number in range(len(organisation.nodes) + 1, count + 1))
    extended = replace(organisation, nodes=(*organisation.nodes, *added))
    organisations = tuple(extended if each is organisation else each for each in config.organisations)
    return replace(config, organisations=organisations)


def _numbered(node: NodeSpec, number: int) -> NodeSpec:
    label, _, domain = node.common_name.partition(".")
    names = {label: f"{label}{number}", node.common_name: f"{label}{number}.{domain}"}
    return NodeSpec(names[node.common_name], tuple(names.get(name, name) for name in node.alternative_names))


def _crypto_config(document: Mapping[str, Any]) -> CryptoConfig:
    organisations = [
        _organisation(entry, kind)
        for key, kind in (("OrdererOrgs", OrganisationKind.ORDERER), ("PeerOrgs", OrganisationKind.PEER))
        for entry in document.get(key) or ()
    ]
    enterprises = [
        EnterpriseAuthoritySpec(_text(entry, "Name"), _authority(entry, _text(entry, "Domain")))
        for entry in document.get("EnterpriseCAs") or ()
    ]
    for what, values in (
        ("Name", [each.name for each in organisations]),
        ("Domain", [each.domain for each in organisations] + [each.authority.domain for each in enterprises]),
    ):
        if len(set(values)) != len(values):
            raise CryptoConfigError(f"two organisations have the same {what}")
    return CryptoConfig(tuple(organisations), tuple(enterprises))


def _organisation(entry: Mapping[str, Any], kind: OrganisationKind) -> OrganisationSpec:
    name, domain = _text(entry, "Name"), _text(entry, "Domain")
    if entry.get("EnableNodeOUs") is not True:
        # Without NodeOUs a role would be told by lists of certificates; nothing here writes those.
        raise CryptoConfigError(f"{name}: EnableNodeOUs must be true")
    return OrganisationSpec(
        name, domain, kind, _authority(entry, domain), _nodes(entry, kind, domain), _users(entry, name)
    )


def _authority(entry: Mapping[str, Any], domain: str) -> AuthoritySpec:
    spec = entry.get("CA") or {}
    hostname = spec.get("Hostname") or "ca"
    common_name = _render(
        spec.get("CommonName") or "{{.Hostname}}.{{.Domain}}", Hostname=hostname, Domain=domain
    )
    return AuthoritySpec(common_name, domain, spec.get("Country"), spec.get("Province"), spec.get("Locality"))


def _nodes(entry: Mapping[str, Any], kind: OrganisationKind, domain: str) -> tuple[NodeSpec, ...]:
    """As renderOrgSpec: the nodes of Specs, then those counted by Template."""
    specs = list(entry.get("Specs") or ())
    template = entry.get("Template") or {}
    for index in range(template.get("Count") or 0):
        hostname = _render(
            template.get("Hostname") or "{{.Prefix}}{{.Index}}",
            Prefix=kind.node_ou,
            Index=str(index + (template.get("Start") or 0)),
            Domain=domain,
        )
        specs.append({"Hostname": hostname, "SANS": template.get("SANS")})
    return tuple(_node(spec, domain) for spec in specs)


def _node(spec: Mapping[str, Any], domain: str) -> NodeSpec:
    hostname = _text(spec, "Hostname")
    common_name = _render(
        spec.get("CommonName") or "{{.Hostname}}.{{.Domain}}", Hostname=hostname, Domain=domain
    )
    stated = (
        _render(str(name), Hostname=hostname, Domain=domain, CommonName=common_name)
        for name in spec.get("SANS") or ()
    )
    return NodeSpec(common_name, tuple(dict.fromkeys((common_name, hostname, *stated))))


def _users(entry: Mapping[str, Any], organisation: str) -> tuple[UserSpec, ...]:
    users = entry.get("Users") or {}
    named: dict[str, Mapping[str, Any]] = {f"User{index + 1}": {} for index in range(users.get("Count") or 0)}
    named |= {str(name): attributes or {} for name, attributes in (users.get("Attributes") or {}).items()}
    named.setdefault("Admin", {})
    return tuple(_user(name, attributes, organisation) for name, attributes in named.items())


def _user(name: str, attributes: Mapping[str, Any], organisation: str) -> UserSpec:
    if not _USER_NAME.fullmatch(name):
        raise CryptoConfigError(f"{organisation}: {name!r} cannot be a user's name")
    values = {str(key): str(value) for key, value in attributes.items()}
    staff = values.pop("staff", None)
    if staff is not None and not STAFF.fullmatch(staff):
        raise CryptoConfigError(f"{organisation}: {name}: staff must be 32 lower-case hexadecimal digits")
    return UserSpec(name, values, staff, is_admin=name == "Admin")


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise CryptoConfigError(f"an entry has no {key}")
    return value


def _render(template: str, **fields: str) -> str:
    """Fill cryptogen's Go templates, of which only plain fields ({{.Hostname}}) are understood."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in fields:
            raise CryptoConfigError(f"unknown field in template {template!r}")
        return fields[match[1]]

    rendered = _TEMPLATE_FIELD.sub(value, template)
    if "{{" in rendered:
        raise CryptoConfigError(f"template {template!r} is more than plain fields")
    return rendered
