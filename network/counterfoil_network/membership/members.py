"""A channel's configuration with one member more, or one less; nothing else of it is touched."""

from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.messages import configtx

from counterfoil_network.membership.definition import OrganisationDefinition
from counterfoil_network.membership.errors import MembershipError

_APPLICATION = "Application"


def with_organisation(current: ChannelConfig, definition: OrganisationDefinition) -> configtx.Config:
    """The configuration in which the organisation is an application member; orderers stay as they are.

    Raises:
        MembershipError: there is a member of that name, or of that MSP ID.
    """
    changed = _copy(current)
    members = changed.channel_group.groups[_APPLICATION].groups
    if definition.name in members:
        raise MembershipError(f"{definition.name} is a member of channel {current.channel_id} already")
    members[definition.name].CopyFrom(definition.group)
    joined = _check(current, changed).applications[definition.name]
    if joined.msp_id in current.msps.msps:
        raise MembershipError(f"an organisation with the MSP ID {joined.msp_id} is a member already")
    return changed


def without_organisation(current: ChannelConfig, name: str) -> configtx.Config:
    """The configuration in which the application organisation of that name is none any more.

    Raises:
        MembershipError: there is no member of that name.
    """
    if name not in current.applications:
        raise MembershipError(f"{name} is no member of channel {current.channel_id}")
    changed = _copy(current)
    del changed.channel_group.groups[_APPLICATION].groups[name]
    _check(current, changed)
    return changed


def _copy(current: ChannelConfig) -> configtx.Config:
    changed = configtx.Config()
    changed.CopyFrom(current.config)
    return changed


def _check(current: ChannelConfig, changed: configtx.Config) -> ChannelConfig:
    """What does not make a configuration is told here, before anybody signs it."""
    try:
        return ChannelConfig.from_config(current.channel_id, changed)
    except ValueError as error:
        raise MembershipError(f"that makes no configuration: {error}") from error
