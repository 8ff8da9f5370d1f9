"""Turn a profile into the channel's configuration tree, as Fabric internal/configtxgen/encoder/encoder.go
does.
"""

from collections.abc import Mapping
from pathlib import Path

from counterfoil_protocol.messages import (
    common_configuration,
    configtx,
    etcdraft_configuration,
    msp_config,
    orderer_configuration,
    peer_configuration,
    policies,
)
from counterfoil_protocol.signature_policy import parse_policy
from google.protobuf.message import Message

from counterfoil_network.configuration.configtx import (
    Application,
    Orderer,
    Organisation,
    Policy,
    Profile,
)
from counterfoil_network.configuration.errors import ConfigurationError
from counterfoil_network.configuration.msp_folder import read_msp_folder

_ADMINS = "Admins"
_ORDERER_ADMINS = "/Channel/Orderer/Admins"
_UINT32_MAX = 2**32 - 1
_META_RULES = ("ANY", "ALL", "MAJORITY")


def channel_group(profile: Profile) -> configtx.ConfigGroup:
    """The tree under `/Channel`; reads the MSP folders and the consenters' certificates.

    Raises:
        ConfigurationError: a folder or file is missing, or a policy cannot be parsed.
    """
    group = configtx.ConfigGroup(mod_policy=_ADMINS)
    _add_policies(group, profile.policies)
    _add_value(group, "HashingAlgorithm", common_configuration.HashingAlgorithm(name="SHA256"))
    structure = common_configuration.BlockDataHashingStructure(width=_UINT32_MAX)
    _add_value(group, "BlockDataHashingStructure", structure)
    needs_endpoints = "V3_0" in profile.capabilities
    if profile.orderer.addresses:
        if needs_endpoints:
            raise ConfigurationError("Orderer.Addresses cannot be used with the capability V3_0")
        addresses = common_configuration.OrdererAddresses(addresses=map(str, profile.orderer.addresses))
        _add_value(group, "OrdererAddresses", addresses, _ORDERER_ADMINS)
    _add_capabilities(group, profile.capabilities)
    group.groups["Orderer"].CopyFrom(_orderer_group(profile.orderer, needs_endpoints=needs_endpoints))
    group.groups["Application"].CopyFrom(_application_group(profile.application))
    return group


def _orderer_group(orderer: Orderer, *, needs_endpoints: bool) -> configtx.ConfigGroup:
    group = configtx.ConfigGroup(mod_policy=_ADMINS)
    _add_policies(group, orderer.policies)
    batch_size = orderer_configuration.BatchSize(
        max_message_count=orderer.max_message_count,
        absolute_max_bytes=orderer.absolute_max_bytes,
        preferred_max_bytes=orderer.preferred_max_bytes,
    )
    _add_value(group, "BatchSize", batch_size)
    _add_value(group, "BatchTimeout", orderer_configuration.BatchTimeout(timeout=orderer.batch_timeout))
    restrictions = orderer_configuration.ChannelRestrictions(max_count=orderer.max_channels)
    _add_value(group, "ChannelRestrictions", restrictions)
    _add_capabilities(group, orderer.capabilities)
    consensus = orderer_configuration.ConsensusType(
        type="etcdraft", metadata=_serialize(_raft_metadata(orderer))
    )
    _add_value(group, "ConsensusType", consensus)
    for organisation in orderer.organisations:
        member = _organisation_group(organisation)
        if organisation.orderer_endpoints:
            endpoints = common_configuration.OrdererAddresses(
                addresses=map(str, organisation.orderer_endpoints)
            )
            _add_value(member, "Endpoints", endpoints)
        elif needs_endpoints:
            raise ConfigurationError(
                f"{organisation.name}: OrdererEndpoints are needed with the capability V3_0"
            )
        group.groups[organisation.name].CopyFrom(member)
    return group


def _raft_metadata(orderer: Orderer) -> etcdraft_configuration.ConfigMetadata:
    options = orderer.options
    return etcdraft_configuration.ConfigMetadata(
        consenters=[
            etcdraft_configuration.Consenter(
                host=consenter.address.host,
                port=consenter.address.port,
                client_tls_cert=_read(consenter.client_tls_certificate),
                server_tls_cert=_read(consenter.server_tls_certificate),
            )
            for consenter in orderer.consenters
        ],
        options=etcdraft_configuration.Options(
            tick_interval=options.tick_interval,
            election_tick=options.election_tick,
            heartbeat_tick=options.heartbeat_tick,
            max_inflight_blocks=options.max_inflight_blocks,
            snapshot_interval_size=options.snapshot_interval_size,
        ),
    )


def _application_group(application: Application) -> configtx.ConfigGroup:
    group = configtx.ConfigGroup(mod_policy=_ADMINS)
    _add_policies(group, application.policies)
    if application.acls:
        acls = peer_configuration.ACLs(
            acls={
                resource: peer_configuration.APIResource(policy_ref=policy)
                for resource, policy in application.acls.items()
            }
        )
        _add_value(group, "ACLs", acls)
    _add_capabilities(group, application.capabilities)
    for organisation in application.organisations:
        group.groups[organisation.name].CopyFrom(member_group(organisation))
    return group


def member_group(organisation: Organisation) -> configtx.ConfigGroup:
    """What stands for an application organisation under `/Channel/Application`.

    Raises:
        ConfigurationError: its MSP folder cannot be read, or a policy cannot be parsed.
    """
    member = _organisation_group(organisation)
    if organisation.anchor_peers:
        anchors = peer_configuration.AnchorPeers(
            anchor_peers=[
                peer_configuration.AnchorPeer(host=anchor.host, port=anchor.port)
                for anchor in organisation.anchor_peers
            ]
        )
        _add_value(member, "AnchorPeers", anchors)
    return member


def _organisation_group(organisation: Organisation) -> configtx.ConfigGroup:
    group = configtx.ConfigGroup(mod_policy=_ADMINS)
    _add_policies(group, organisation.policies)
    msp: msp_config.MSPConfig = read_msp_folder(organisation.msp_folder, organisation.msp_id)
    _add_value(group, "MSP", msp)
    return group


def _add_value(group: configtx.ConfigGroup, key: str, value: Message, mod_policy: str = _ADMINS) -> None:
    group.values[key].CopyFrom(configtx.ConfigValue(value=_serialize(value), mod_policy=mod_policy))


def _add_capabilities(group: configtx.ConfigGroup, names: tuple[str, ...]) -> None:
    if names:
        message = common_configuration.Capabilities()
        for name in names:
            message.capabilities[name].SetInParent()
        _add_value(group, "Capabilities", message)


def _add_policies(group: configtx.ConfigGroup, stated: Mapping[str, Policy]) -> None:
    for name, policy in stated.items():
        group.policies[name].CopyFrom(configtx.ConfigPolicy(policy=_policy(policy), mod_policy=_ADMINS))


def _policy(policy: Policy) -> policies.Policy:
    if policy.type == "ImplicitMeta":
        rule, separator, sub_policy = policy.rule.partition(" ")
        if rule not in _META_RULES or not separator or " " in sub_policy:
            raise ConfigurationError(f"{policy.rule!r} is no rule such as MAJORITY Admins")
        meta = policies.ImplicitMetaPolicy(
            rule=policies.ImplicitMetaPolicy.Rule.Value(rule), sub_policy=sub_policy
        )
        return policies.Policy(type=policies.Policy.IMPLICIT_META, value=_serialize(meta))
    if policy.type == "Signature":
        try:
            envelope = parse_policy(policy.rule)
        except ValueError as error:
            raise ConfigurationError(f"{policy.rule!r}: {error}") from error
        return policies.Policy(type=policies.Policy.SIGNATURE, value=_serialize(envelope))
    raise ConfigurationError(f"unknown policy type {policy.type}")


def _serialize(message: Message) -> bytes:
    """Maps in the order of their keys, so that one configuration has one form."""
    return message.SerializeToString(deterministic=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"a consenter's certificate cannot be read: {error}") from error
