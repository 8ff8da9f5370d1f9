"""Read configtx.yaml: the profiles of a channel's configuration, in Fabric's own format.

As Fabric internal/configtxgen/genesisconfig/config.go: the same keys (upper and lower case are one), the same
defaults, an unknown key is an error, paths are relative to the file's folder. What the trade network has no
use for (consortiums, BFT, solo) is refused by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from counterfoil_network.configuration.errors import ConfigurationError
from counterfoil_network.configuration.units import byte_size, duration_ns, format_duration
from counterfoil_network.yaml_text import parse_yaml

_LAYOUT_FOLDERS = frozenset({"peerOrganizations", "ordererOrganizations"})


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as written: type `Signature` or `ImplicitMeta`, and its rule."""

    type: str
    rule: str


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `host:port`.

        Raises:
            ConfigurationError: it is none.
        """
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit():
            raise ConfigurationError(f"{text!r} is no host:port")
        return cls(host, int(port))

    def __str__(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the channel."""

    name: str
    msp_id: str
    msp_folder: Path
    policies: Mapping[str, Policy]
    anchor_peers: tuple[Address, ...]
    orderer_endpoints: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Consenter:
    """A member of the Raft cluster; the certificates are files."""

    address: Address
    client_tls_certificate: Path
    server_tls_certificate: Path


@dataclass(frozen=True, slots=True)
class RaftOptions:
    """Options of etcdraft (orderer/etcdraft/configuration.proto); the interval is text, as there."""

    tick_interval: str
    election_tick: int
    heartbeat_tick: int
    max_inflight_blocks: int
    snapshot_interval_size: int


@dataclass(frozen=True, slots=True)
class Orderer:
    """The ordering service; sizes in bytes, the timeout as Go prints it."""

    consenters: tuple[Consenter, ...]
    options: RaftOptions
    batch_timeout: str
    max_message_count: int
    absolute_max_bytes: int
    preferred_max_bytes: int
    max_channels: int
    addresses: tuple[Address, ...]
    organisations: tuple[Organisation, ...]
    policies: Mapping[str, Policy]
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What the member organisations agree on."""

    organisations: tuple[Organisation, ...]
    policies: Mapping[str, Policy]
    acls: Mapping[str, str]
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One channel's whole configuration."""

    policies: Mapping[str, Policy]
    capabilities: tuple[str, ...]
    orderer: Orderer
    application: Application


@dataclass(frozen=True, slots=True)
class _Paths:
    """How a path of the file becomes a path here."""

    folder: Path
    crypto_folder: Path | None

    def resolve(self, value: object) -> Path:
        path = Path(str(value))
        if self.crypto_folder is not None:
            for index, part in enumerate(path.parts):
                if part in _LAYOUT_FOLDERS:
                    return self.crypto_folder.joinpath(*path.parts[index:])
        return self.folder / path


def read_configtx(path: Path, profile: str, crypto_folder: Path | None = None) -> Profile:
    """Read one profile.

    With `crypto_folder`, a path that runs through peerOrganizations/ or ordererOrganizations/ is taken from
    there instead of from the file's own folder, so that one file serves every network folder.

    Raises:
        ConfigurationError: no such file or profile, or something in it cannot be followed.
    """
    try:
        document = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    profiles = (document or {}).get("Profiles") or {}
    if profile not in profiles:
        raise ConfigurationError(f"{path} has no profile {profile}; it has {', '.join(sorted(profiles))}")
    try:
        return _profile(profiles[profile], _Paths(path.parent, crypto_folder))
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}, profile {profile}: {error}") from error


class _Section:
    """A mapping of the file whose keys are looked up without regard to case and must all be known."""

    def __init__(self, name: str, value: object, known: Sequence[str]) -> None:
        if not isinstance(value, Mapping):
            raise ConfigurationError(f"{name} is missing or no mapping")
        self._name = name
        self._values = {str(key).lower(): entry for key, entry in value.items()}
        unknown = set(self._values) - {key.lower() for key in known}
        if unknown:
            raise ConfigurationError(f"{name} has unknown keys: {', '.join(sorted(unknown))}")

    def get(self, key: str, default: Any = None) -> Any:
        value = self._values.get(key.lower())
        return default if value is None else value

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"{self._name} has no {key}")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number; like Fabric, 0 means "not set" where there is a default."""
        value = self.get(key) or default
        if isinstance(value, bool) or not str(value).isdigit():
            raise ConfigurationError(f"{self._name} has no number {key}")
        return int(str(value))


def _profile(value: object, paths: _Paths) -> Profile:
    section = _Section("the profile", value, ("Orderer", "Application", "Policies", "Capabilities"))
    return Profile(
        _policies(section, ("Admins", "Readers", "Writers")),
        _capabilities(section),
        _orderer(section.get("Orderer"), paths),
        _application(section.get("Application"), paths),
    )


def _application(value: object, paths: _Paths) -> Application:
    section = _Section("Application", value, ("Organizations", "Policies", "ACLs", "Capabilities"))
    return Application(
        tuple(_organisation(entry, paths) for entry in section.get("Organizations", ())),
        _policies(section, ("Admins", "Readers", "Writers")),
        {str(resource): str(policy) for resource, policy in section.get("ACLs", {}).items()},
        _capabilities(section),
    )


def _organisation(value: object, paths: _Paths) -> Organisation:
    known = ("Name", "ID", "MSPDir", "MSPType", "Policies", "AnchorPeers", "OrdererEndpoints")
    section = _Section("an organisation", value, known)
    if section.get("MSPType", "bccsp") != "bccsp":
        raise ConfigurationError(f"{section.text('Name')}: only the MSP type bccsp is supported")
    anchors = (_Section("AnchorPeers", entry, ("Host", "Port")) for entry in section.get("AnchorPeers", ()))
    return Organisation(
        section.text("Name"),
        section.text("ID"),
        paths.resolve(section.text("MSPDir")),
        _policies(section, ("Admins", "Readers", "Writers")),
        tuple(Address(anchor.text("Host"), anchor.number("Port")) for anchor in anchors),
        tuple(Address.parse(str(entry)) for entry in section.get("OrdererEndpoints", ())),
    )


def _orderer(value: object, paths: _Paths) -> Orderer:
    known = ("OrdererType", "Addresses", "BatchTimeout", "BatchSize", "EtcdRaft", "Organizations")
    section = _Section("Orderer", value, (*known, "MaxChannels", "Capabilities", "Policies"))
    if section.get("OrdererType") != "etcdraft":
        raise ConfigurationError("Orderer: only the type etcdraft is supported")
    sizes = ("MaxMessageCount", "AbsoluteMaxBytes", "PreferredMaxBytes")
    batch = _Section("BatchSize", section.get("BatchSize", {}), sizes)
    raft = _Section("EtcdRaft", section.get("EtcdRaft"), ("Consenters", "Options"))
    consenters = tuple(_consenter(entry, paths) for entry in raft.get("Consenters", ()))
    if not consenters:
        raise ConfigurationError("EtcdRaft names no consenter")
    return Orderer(
        consenters=consenters,
        options=_raft_options(raft.get("Options", {})),
        batch_timeout=format_duration(duration_ns(str(section.get("BatchTimeout", "2s")))),
        max_message_count=batch.number("MaxMessageCount", 500),
        absolute_max_bytes=byte_size(batch.get("AbsoluteMaxBytes", "10 MB")),
        preferred_max_bytes=byte_size(batch.get("PreferredMaxBytes", "2 MB")),
        max_channels=int(section.get("MaxChannels", 0)),
        addresses=tuple(Address.parse(str(entry)) for entry in section.get("Addresses", ())),
        organisations=tuple(_organisation(entry, paths) for entry in section.get("Organizations", ())),
        policies=_policies(section, ("Admins", "Readers", "Writers", "BlockValidation")),
        capabilities=_capabilities(section),
    )


def _consenter(value: object, paths: _Paths) -> Consenter:
    section = _Section("a consenter", value, ("Host", "Port", "ClientTLSCert", "ServerTLSCert"))
    return Consenter(
        Address(section.text("Host"), section.number("Port")),
        paths.resolve(section.text("ClientTLSCert")),
        paths.resolve(section.text("ServerTLSCert")),
    )


def _raft_options(value: object) -> RaftOptions:
    known = ("TickInterval", "ElectionTick", "HeartbeatTick", "MaxInflightBlocks", "SnapshotIntervalSize")
    section = _Section("EtcdRaft.Options", value, known)
    interval = str(section.get("TickInterval", "500ms"))
    duration_ns(interval)
    options = RaftOptions(
        interval,
        section.number("ElectionTick", 10),
        section.number("HeartbeatTick", 1),
        section.number("MaxInflightBlocks", 5),
        byte_size(section.get("SnapshotIntervalSize", "16 MB")),
    )
    if options.election_tick <= options.heartbeat_tick:
        raise ConfigurationError(
            "EtcdRaft.Options: the election tick must be greater than the heartbeat tick"
        )
    return options


def _policies(section: _Section, required: Sequence[str]) -> dict[str, Policy]:
    policies = {}
    for name, value in section.get("Policies", {}).items():
        entry = _Section(f"policy {name}", value, ("Type", "Rule"))
        policies[str(name)] = Policy(entry.text("Type"), entry.text("Rule"))
    for name in required:
        if name not in policies:
            raise ConfigurationError(f"no {name} policy is defined")
    return policies


def _capabilities(section: _Section) -> tuple[str, ...]:
    return tuple(str(name) for name, required in section.get("Capabilities", {}).items() if required is True)
