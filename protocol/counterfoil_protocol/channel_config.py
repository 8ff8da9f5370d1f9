"""A channel's configuration, read from a configuration block (common/channelconfig, common/configtx)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import messages
from .acl import resource_policy
from .block import block_signed_data
from .envelope import parse_envelope
from .errors import MalformedMessage
from .msp import Msp, MspManager, Verifier
from .policy import BLOCK_VALIDATION, PolicyManager
from .signing import verify
from .wire import MessageT, decode

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_FABRIC_MSP = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a peer or an orderer is reached."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation of the channel: its name in the configuration, its MSP ID, where its nodes are."""

    name: str
    msp_id: str
    anchor_peers: tuple[Endpoint, ...] = ()
    orderer_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchSize:
    """When the orderer cuts a block: transactions, and bytes it may not and would rather not exceed."""

    max_message_count: int
    absolute_max_bytes: int
    preferred_max_bytes: int


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """What a channel's configuration says, with its MSPs and policies set up.

    ``applications`` and ``orderers`` hold the organisations of the two groups by name; ``capabilities``
    the names set in the groups Channel, Orderer and Application; ``batch_timeout`` is in seconds.
    """

    channel_id: str
    sequence: int
    applications: Mapping[str, Organization]
    orderers: Mapping[str, Organization]
    msps: MspManager = field(repr=False)
    policies: PolicyManager = field(repr=False)
    capabilities: Mapping[str, frozenset[str]]
    batch_size: BatchSize
    batch_timeout: float
    consensus_type: str
    orderer_addresses: tuple[str, ...]
    acls: Mapping[str, str]
    consenters: tuple[messages.common_configuration.Consenter, ...] = field(repr=False)
    config: messages.configtx.Config = field(repr=False)

    @classmethod
    def from_block(cls, block: messages.common.Block, verifier: Verifier = verify) -> "ChannelConfig":
        """Read a genesis or configuration block.

        Args:
            block: whose one transaction is of type CONFIG.
            verifier: of signatures, for the MSP manager.

        Raises:
            MalformedMessage: it is no such block, or the configuration is inconsistent.
        """
        if len(block.data.data) != 1:
            raise MalformedMessage("a configuration block holds one transaction")
        transaction = parse_envelope(block.data.data[0])
        if transaction.header_type != messages.common.CONFIG:
            raise MalformedMessage("the block's transaction is no configuration")
        envelope = decode(messages.configtx.ConfigEnvelope, transaction.data)
        if not envelope.HasField("config"):
            raise MalformedMessage("the configuration envelope is empty")
        return cls.from_config(transaction.channel_id, envelope.config, verifier)

    @classmethod
    def from_config(
        cls, channel_id: str, config: messages.configtx.Config, verifier: Verifier = verify
    ) -> "ChannelConfig":
        """Read a configuration.

        Args:
            channel_id: the channel's ID, which the configuration itself does not hold.
            config: with the group Channel at its root.
            verifier: of signatures, for the MSP manager.

        Raises:
            MalformedMessage: a value cannot be read, or two organisations disagree about an MSP.
        """
        root = config.channel_group
        capabilities = {
            "Channel": _capabilities(root),
            "Orderer": _capabilities(root.groups["Orderer"]) if "Orderer" in root.groups else frozenset(),
            "Application": _capabilities(root.groups["Application"])
            if "Application" in root.groups
            else frozenset(),
        }
        msps = _msps(root, supports_ed25519="V3_0" in capabilities["Channel"])
        manager = MspManager(msps.values(), verifier)
        orderer = root.groups["Orderer"] if "Orderer" in root.groups else messages.configtx.ConfigGroup()
        batch = _value(orderer, "BatchSize", messages.orderer_configuration.BatchSize)
        timeout = _value(orderer, "BatchTimeout", messages.orderer_configuration.BatchTimeout).timeout
        orderers = _organizations(root, "Orderer")
        addresses = _value(root, "OrdererAddresses", messages.common_configuration.OrdererAddresses).addresses
        return cls(
            channel_id=channel_id,
            sequence=config.sequence,
            applications=_organizations(root, "Application"),
            orderers=orderers,
            msps=manager,
            policies=PolicyManager(root, manager),
            capabilities=capabilities,
            batch_size=BatchSize(
                batch.max_message_count, batch.absolute_max_bytes, batch.preferred_max_bytes
            ),
            batch_timeout=parse_duration(timeout) if timeout else 0.0,
            consensus_type=_value(
                orderer, "ConsensusType", messages.orderer_configuration.ConsensusType
            ).type,
            orderer_addresses=tuple(
                dict.fromkeys(
                    [address for name in sorted(orderers) for address in orderers[name].orderer_addresses]
                    + list(addresses)
                )
            ),
            acls=_acls(root),
            consenters=tuple(
                _value(orderer, "Orderers", messages.common_configuration.Orderers).consenter_mapping
            ),
            config=config,
        )

    @property
    def application_msp_ids(self) -> tuple[str, ...]:
        """MSP IDs of the application organisations, in order."""
        return tuple(sorted(organization.msp_id for organization in self.applications.values()))

    def application(self, msp_id: str) -> Organization | None:
        """The application organisation of an MSP ID; None if the channel has none."""
        for organization in self.applications.values():
            if organization.msp_id == msp_id:
                return organization
        return None

    def acl(self, resource: str) -> str | None:
        """Path of the policy that guards a resource of the channel; None for unknown and for local ones."""
        return resource_policy(resource, self.acls)

    def has_capability(self, group: str, name: str) -> bool:
        """Whether the group (Channel, Orderer or Application) names this capability."""
        return name in self.capabilities.get(group, frozenset())

    def verify_block_signature(self, block: messages.common.Block) -> None:
        """Refuse a block that the orderers of this configuration did not sign, by the policy BlockValidation.

        Raises:
            MalformedMessage: the signatures cannot be read.
            PolicyFailure: they do not satisfy the policy.
        """
        self.policies.evaluate(BLOCK_VALIDATION, block_signed_data(block, self.consenters))


def parse_duration(text: str) -> float:
    """Seconds of a duration in Go's form, such as ``2s``, ``200ms`` or ``1m30s``.

    Raises:
        MalformedMessage: another form, or not positive.
    """
    seconds, place = 0.0, 0
    while place < len(text):
        found = _DURATION.match(text, place)
        if found is None:
            break
        seconds += float(found[1]) * _UNIT_SECONDS[found[2]]
        place = found.end()
    if place != len(text) or seconds <= 0:
        raise MalformedMessage(f"'{text}' is no positive duration such as 2s or 200ms")
    return seconds


def _groups(
    root: messages.configtx.ConfigGroup, name: str
) -> Iterator[tuple[str, messages.configtx.ConfigGroup]]:
    if name in root.groups:
        groups = root.groups[name].groups
        yield from ((organization, groups[organization]) for organization in sorted(groups))


def _value(group: messages.configtx.ConfigGroup, name: str, kind: type[MessageT]) -> MessageT:
    # An absent value reads as an empty message, as Fabric's getters give it.
    return decode(kind, group.values[name].value if name in group.values else b"")


def _capabilities(group: messages.configtx.ConfigGroup) -> frozenset[str]:
    return frozenset(_value(group, "Capabilities", messages.common_configuration.Capabilities).capabilities)


def _acls(root: messages.configtx.ConfigGroup) -> dict[str, str]:
    if "Application" not in root.groups:
        return {}
    acls = _value(root.groups["Application"], "ACLs", messages.peer_configuration.ACLs).acls
    return {resource: acls[resource].policy_ref for resource in acls}


def _msps(root: messages.configtx.ConfigGroup, *, supports_ed25519: bool) -> dict[str, Msp]:
    msps: dict[str, tuple[bytes, Msp]] = {}
    for kind in ("Orderer", "Application"):
        for name, group in _groups(root, kind):
            config = _fabric_msp_config(name, group)
            data = config.SerializeToString()
            known = msps.get(config.name)
            if known is None:
                msps[config.name] = data, Msp.from_config(config, supports_ed25519=supports_ed25519)
            elif known[0] != data:
                raise MalformedMessage(f"attempted to define two different versions of MSP: {config.name}")
    return {msp_id: msp for msp_id, (_, msp) in msps.items()}


def _fabric_msp_config(
    organization: str, group: messages.configtx.ConfigGroup
) -> messages.msp_config.FabricMSPConfig:
    config = _value(group, "MSP", messages.msp_config.MSPConfig)
    if config.type != _FABRIC_MSP:
        raise MalformedMessage(f"organization {organization}: only X.509 MSPs are supported")
    decoded = decode(messages.msp_config.FabricMSPConfig, config.config)
    if not decoded.name:
        raise MalformedMessage(f"organization {organization} has no MSP")
    return decoded


def _organizations(root: messages.configtx.ConfigGroup, kind: str) -> dict[str, Organization]:
    organizations = {}
    for name, group in _groups(root, kind):
        anchors = _value(group, "AnchorPeers", messages.peer_configuration.AnchorPeers).anchor_peers
        endpoints = _value(group, "Endpoints", messages.common_configuration.OrdererAddresses).addresses
        organizations[name] = Organization(
            name,
            _fabric_msp_config(name, group).name,
            tuple(Endpoint(anchor.host, anchor.port) for anchor in anchors),
            tuple(endpoints),
        )
    return organizations
