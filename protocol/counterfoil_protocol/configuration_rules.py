"""What Fabric asks of a channel's configuration by itself, before it compares it with the one in force.

Sources: common/channelconfig (bundle.go NewBundle, channel.go, orderer.go, application.go, organization.go,
msp.go, standardvalues.go), orderer/common/multichannel/ledger_resources.go checkResources. The texts are
Fabric's, because whoever submits an update sees them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from google.protobuf.message import Message

from .errors import MalformedMessage
from .messages import (
    common_configuration,
    configtx,
    msp_config,
    orderer_configuration,
    peer_configuration,
)
from .msp import Msp
from .wire import UNREADABLE, MessageT, decode

Values = Mapping[str, type[Message]]

_CHANNEL: Values = {
    "HashingAlgorithm": common_configuration.HashingAlgorithm,
    "BlockDataHashingStructure": common_configuration.BlockDataHashingStructure,
    "OrdererAddresses": common_configuration.OrdererAddresses,
    "Orderers": common_configuration.Orderers,
    "Consortium": common_configuration.Consortium,
    "Capabilities": common_configuration.Capabilities,
}
_ORDERER: Values = {
    "ConsensusType": orderer_configuration.ConsensusType,
    "BatchSize": orderer_configuration.BatchSize,
    "BatchTimeout": orderer_configuration.BatchTimeout,
    "KafkaBrokers": orderer_configuration.KafkaBrokers,
    "ChannelRestrictions": orderer_configuration.ChannelRestrictions,
    "Orderers": common_configuration.Orderers,
    "Capabilities": common_configuration.Capabilities,
}
_APPLICATION: Values = {
    "ACLs": peer_configuration.ACLs,
    "Capabilities": common_configuration.Capabilities,
}
_MEMBERS: Mapping[str, Values] = {
    "Orderer": {"Endpoints": common_configuration.OrdererAddresses, "MSP": msp_config.MSPConfig},
    "Application": {"AnchorPeers": peer_configuration.AnchorPeers, "MSP": msp_config.MSPConfig},
}
_KNOWN = {
    "Orderer": ("V1_1", "V1_4_2", "V2_0"),
    "Channel": ("V1_1", "V1_3", "V1_4_2", "V1_4_3", "V2_0", "V3_0"),
}
"""Capabilities that an orderer of Fabric 3.1 knows (common/capabilities)."""
_WITH_ACLS = frozenset({"V1_2", "V1_3", "V1_4_2", "V2_0", "V2_5"})
_HASHES = ("SHA256", "SHA3_256")
_WIDTH = 2**32 - 1
_FABRIC_MSP = 0
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
"""As time.ParseDuration reads it."""


def check_configuration(root: configtx.ConfigGroup) -> None:
    """Refuse a configuration (the group Channel) that Fabric would not set a channel up with.

    Raises:
        MalformedMessage: with Fabric's text.
    """
    try:
        _check_values(root, _CHANNEL)
        _check_channel(root)
        for name in sorted(root.groups):
            try:
                _check_part(name, root)
            except MalformedMessage as error:
                raise MalformedMessage(f"could not create channel {name} sub-group config: {error}") from None
    except MalformedMessage as error:
        raise MalformedMessage(f"initializing channelconfig failed: {error}") from None


def check_supported(root: configtx.ConfigGroup) -> None:
    """Refuse a configuration that asks for what an orderer of Fabric 3.1 does not know, or has no orderers.

    Raises:
        MalformedMessage: with Fabric's text.
    """
    prefix = "config update is not compatible: config"
    if "Orderer" not in root.groups:
        raise MalformedMessage(f"{prefix} does not contain orderer config")
    for kind, group in (("Orderer", root.groups["Orderer"]), ("Channel", root)):
        for name in sorted(_capabilities(group)):
            if name not in _KNOWN[kind]:
                reason = f"{kind} capability {name} is required but not supported"
                # Fabric wraps the reason in a text that quotes it.
                raise MalformedMessage(
                    f"{prefix} requires unsupported {kind.lower()} capabilities: {reason}: {reason}"
                )


def _check_part(name: str, root: configtx.ConfigGroup) -> None:
    group = root.groups[name]
    if name == "Orderer":
        _check_values(group, _ORDERER)
        _check_batches(group)
    elif name == "Application":
        _check_values(group, _APPLICATION)
        if "ACLs" in group.values and not _WITH_ACLS & _capabilities(group):
            raise MalformedMessage("ACLs may not be specified without the required capability")
    else:
        raise MalformedMessage(f"Disallowed channel group: {name}")
    _check_members(name, root)


def _check_channel(root: configtx.ConfigGroup) -> None:
    algorithm = _value(root, "HashingAlgorithm", common_configuration.HashingAlgorithm).name
    if algorithm not in _HASHES:
        raise MalformedMessage(f"Unknown hashing algorithm type: {algorithm}")
    structure = _value(root, "BlockDataHashingStructure", common_configuration.BlockDataHashingStructure)
    if structure.width != _WIDTH:
        raise MalformedMessage("BlockDataHashStructure width only supported at MaxUint32 in this version")
    addresses = _value(root, "OrdererAddresses", common_configuration.OrdererAddresses).addresses
    capabilities = _capabilities(root)
    if not capabilities & {"V1_4_2", "V1_4_3", "V2_0", "V3_0"} and not addresses:
        raise MalformedMessage("Must set some OrdererAddresses")
    if "V3_0" in capabilities and addresses:
        raise MalformedMessage(
            "global OrdererAddresses are not allowed with V3_0 capability, use org specific addresses only"
        )


def _check_batches(orderer: configtx.ConfigGroup) -> None:
    prefix = "Attempted to set the batch"
    size = _value(orderer, "BatchSize", orderer_configuration.BatchSize)
    for told, number in (
        ("max message count", size.max_message_count),
        ("absolute max bytes", size.absolute_max_bytes),
        ("preferred max bytes", size.preferred_max_bytes),
    ):
        if number == 0:
            raise MalformedMessage(f"{prefix} size {told} to an invalid value: 0")
    if size.preferred_max_bytes > size.absolute_max_bytes:
        raise MalformedMessage(
            f"{prefix} size preferred max bytes ({size.preferred_max_bytes}) greater than the absolute max "
            f"bytes ({size.absolute_max_bytes})."
        )
    text = _value(orderer, "BatchTimeout", orderer_configuration.BatchTimeout).timeout
    if not _DURATION.fullmatch(text):
        raise MalformedMessage(f'{prefix} timeout to a invalid value: time: invalid duration "{text}"')
    is_zero = not re.search("[1-9]", text)
    if is_zero or text.startswith("-"):
        raise MalformedMessage(f"{prefix} timeout to a non-positive value: {'0s' if is_zero else text}")


def _check_members(kind: str, root: configtx.ConfigGroup) -> None:
    members = root.groups[kind].groups
    for name in sorted(members):
        if members[name].groups:
            raise MalformedMessage(f"{kind}Org config does not allow sub-groups")
        _check_values(members[name], _MEMBERS[kind])
    for name in sorted(members):
        _check_msp(name, members[name], root)
    if kind == "Orderer" and "V3_0" in _capabilities(root):
        without = [name for name in sorted(members) if not _endpoints(members[name])]
        if without:
            raise MalformedMessage(f"some orderer organizations endpoints are empty: [{' '.join(without)}]")


def _endpoints(member: configtx.ConfigGroup) -> Sequence[str]:
    return _value(member, "Endpoints", common_configuration.OrdererAddresses).addresses


def _check_msp(organization: str, member: configtx.ConfigGroup, root: configtx.ConfigGroup) -> None:
    config = _value(member, "MSP", msp_config.MSPConfig)
    if config.type != _FABRIC_MSP:
        raise MalformedMessage(f"Setup error: unsupported msp type {config.type}")
    fabric = decode(msp_config.FabricMSPConfig, config.config)
    prefix = "setting up the MSP manager failed"
    for pem in (*fabric.root_certs, *fabric.intermediate_certs):
        if b"-----BEGIN " not in pem:
            numbers = " ".join(str(byte) for byte in pem)
            raise MalformedMessage(
                f"{prefix}: getCertFromPem error: could not decode pem bytes [[{numbers}]]"
            )
    try:
        Msp.from_config(fabric)
    except MalformedMessage as error:
        raise MalformedMessage(f"{prefix}: {str(error).removeprefix(f'MSP {fabric.name}: ')}") from None
    if not fabric.name:
        raise MalformedMessage(f"MSP for org {organization} has empty MSP ID")
    if any(other.name == fabric.name and other != fabric for other in _msps(root)):
        raise MalformedMessage(f"Attempted to define two different versions of MSP: {fabric.name}")


def _msps(root: configtx.ConfigGroup) -> Iterator[msp_config.FabricMSPConfig]:
    """All that can be read; of the others their own check tells."""
    for kind in _MEMBERS:
        if kind in root.groups:
            for member in root.groups[kind].groups.values():
                with suppress(MalformedMessage):
                    outer = _value(member, "MSP", msp_config.MSPConfig)
                    yield decode(msp_config.FabricMSPConfig, outer.config)


def _check_values(group: configtx.ConfigGroup, known: Values) -> None:
    for name in sorted(group.values):
        if name not in known:
            raise MalformedMessage(f"failed to deserialize values: Unexpected key {name}")
        try:
            decode(known[name], group.values[name].value)
        except MalformedMessage:
            raise MalformedMessage(f"failed to deserialize values: {UNREADABLE}") from None


def _value(group: configtx.ConfigGroup, name: str, kind: type[MessageT]) -> MessageT:
    return decode(kind, group.values[name].value if name in group.values else b"")


def _capabilities(group: configtx.ConfigGroup) -> frozenset[str]:
    return frozenset(_value(group, "Capabilities", common_configuration.Capabilities).capabilities)
