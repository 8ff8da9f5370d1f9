"""Judge a configuration update against the configuration in force, and say what it makes of it.

Sources: common/configtx/update.go, validator.go, configmap.go; common/channelconfig/bundle.go ValidateNew.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from .channel_config import ChannelConfig
from .config_update import read_update, unwrap_update, update_signed_data
from .configuration_rules import check_configuration, check_supported
from .errors import InvalidPolicy, MalformedMessage, PolicyFailure
from .identity import Identity
from .messages import common, configtx
from .policy import ROOT
from .wire import UNREADABLE

_NAME = re.compile(r"[a-zA-Z0-9.-]+")
_LONGEST_NAME = 249
_ORDERER_CAPABILITIES = f"[Value]  /{ROOT}/Orderer/Capabilities"
_DEFAULT_MOD_POLICY = "Admins"

Content: TypeAlias = configtx.ConfigGroup | configtx.ConfigValue | configtx.ConfigPolicy
ContentT = TypeVar("ContentT", configtx.ConfigGroup, configtx.ConfigValue, configtx.ConfigPolicy)


class UpdateRefused(ValueError):  # noqa: N818 - reads as what happened, as Fabric's names do
    """A configuration update that may not be applied; the text is Fabric's."""


@dataclass(frozen=True, slots=True)
class Element:
    """A group, value or policy of a configuration, with the path of the group that its own policy is in."""

    policy_group: str
    content: Content = field(repr=False)


ConfigMap: TypeAlias = Mapping[str, Element]
"""Every element of a tree by Fabric's key, such as ``[Group]  /Channel/Application/BankA``."""


def propose(current: ChannelConfig, envelope: common.Envelope) -> configtx.ConfigEnvelope:
    """What the ordering service makes of an envelope of type CONFIG_UPDATE (ProposeConfigUpdate).

    Raises:
        UpdateRefused: a version does not fit, a policy is not satisfied, or the result is no configuration.
    """
    try:
        update = unwrap_update(envelope)
    except MalformedMessage as error:
        text = _told(error)
        if text == UNREADABLE:
            text = f"error unmarshalling message for type CONFIG_UPDATE: {text}"
        raise UpdateRefused(f"error converting envelope to config update: {text}") from error
    try:
        group = _apply(current, update)
    except UpdateRefused as refused:
        raise UpdateRefused(f"error authorizing update: {refused}") from refused
    proposed = configtx.ConfigEnvelope(
        config=configtx.Config(sequence=current.sequence + 1, channel_group=group), last_update=envelope
    )
    _check_successor(current, proposed.config)
    return proposed


def validate(current: ChannelConfig, proposed: configtx.ConfigEnvelope) -> None:
    """Check, as a peer does, that a configuration transaction follows from the configuration in force.

    Raises:
        UpdateRefused: with Fabric's text.
    """
    if not proposed.HasField("config"):
        raise UpdateRefused("config envelope has nil config")
    if proposed.config.sequence != current.sequence + 1:
        raise UpdateRefused(
            f"config currently at sequence {current.sequence}, cannot validate config at sequence "
            f"{proposed.config.sequence}"
        )
    try:
        group = _apply(current, unwrap_update(proposed.last_update))
    except MalformedMessage as error:
        raise UpdateRefused(str(error)) from error
    if group != proposed.config.channel_group:
        raise UpdateRefused("ConfigEnvelope LastUpdate did not produce the supplied config result")
    _check_successor(current, proposed.config)


def check_maintenance(current: ChannelConfig, proposed: configtx.ConfigEnvelope) -> None:
    """Refuse another way of ordering, which takes a maintenance mode that there is not here.

    Source: orderer/common/msgprocessor/maintenancefilter.go inspect; the orderer alone asks this.

    Raises:
        UpdateRefused: with Fabric's text.
    """
    new = ChannelConfig.from_config(current.channel_id, proposed.config)
    if new.consensus_type != current.consensus_type:
        raise UpdateRefused(
            f"attempted to change consensus type from {current.consensus_type} to {new.consensus_type}, but "
            "current config ConsensusType.State is not in maintenance mode"
        )


def config_map(group: configtx.ConfigGroup) -> ConfigMap:
    """Every element of a tree under the group Channel.

    Raises:
        UpdateRefused: a name has a form that names may not have.
    """
    found: dict[str, Element] = {}
    _add_group(found, "", ROOT, group)
    return found


def _apply(current: ChannelConfig, envelope: configtx.ConfigUpdateEnvelope) -> configtx.ConfigGroup:
    """The new tree under Channel (authorizeUpdate, configMapToConfig)."""
    try:
        update = read_update(envelope)
        signed = update_signed_data(envelope)
    except MalformedMessage as error:
        raise UpdateRefused(_told(error)) from error
    if update.channel_id != current.channel_id:
        raise UpdateRefused(
            f"ConfigUpdate for channel '{update.channel_id}' but envelope for channel '{current.channel_id}'"
        )
    existing = config_map(current.config.channel_group)
    read = _mapped(update.read_set if update.HasField("read_set") else None, "ReadSet")
    _check_read_set(existing, read)
    write = _mapped(update.write_set if update.HasField("write_set") else None, "WriteSet")
    delta = {
        key: element
        for key, element in write.items()
        if key not in read or _version(read[key]) != _version(element)
    }
    if not delta:
        raise UpdateRefused("error validating DeltaSet: delta set was empty -- update would have no effect")
    signers = current.msps.valid_signers(signed)
    for key in sorted(delta):
        try:
            _check_change(key, delta[key], existing.get(key), current, signers)
        except UpdateRefused as refused:
            raise UpdateRefused(f"error validating DeltaSet: {refused}") from refused
    return _rebuild(f"/{ROOT}", {**existing, **delta})


def _told(error: MalformedMessage) -> str:
    """Our decoder names the message, Go's does not."""
    return UNREADABLE if str(error).startswith("not a ") else str(error)


def _mapped(group: configtx.ConfigGroup | None, told: str) -> ConfigMap:
    if group is None:
        return {}
    try:
        return config_map(group)
    except UpdateRefused as refused:
        raise UpdateRefused(f"error mapping {told}: {refused}") from refused


def _check_read_set(existing: ConfigMap, read: ConfigMap) -> None:
    for key in sorted(read):
        wanted = _version(read[key])
        known = existing.get(key)
        if known is None:
            raise UpdateRefused(
                f"error validating ReadSet: existing config does not contain element for {key} but was in "
                f"the read set"
            )
        if _version(known) != wanted:
            raise UpdateRefused(
                f"error validating ReadSet: proposed update requires that key {key} be at version {wanted}, "
                f"but it is currently at version {_version(known)}"
            )


def _check_change(
    key: str, changed: Element, known: Element | None, current: ChannelConfig, signers: Sequence[Identity]
) -> None:
    """One element of the delta set (verifyDeltaSet): its version is the next, its policy is satisfied."""
    _check_mod_policy(key, changed.content.mod_policy)
    version = _version(changed)
    if known is None:
        if version != 0:
            raise UpdateRefused(f"attempted to set key {key} to version {version}, but key does not exist")
        return
    if version != _version(known) + 1:
        raise UpdateRefused(
            f"attempt to set key {key} to version {version}, but key is at version {_version(known)}"
        )
    name = known.content.mod_policy
    path = name if name.startswith("/") else f"{known.policy_group}/{name}"
    if current.policies.find(path) is None:
        raise UpdateRefused(f"unexpected missing policy {name} for item {key}")
    try:
        current.policies.evaluate_identities(path, signers)
    except PolicyFailure as failure:
        raise UpdateRefused(f"policy for {key} not satisfied: {failure}") from failure


def _check_mod_policy(key: str, mod_policy: str) -> None:
    if not mod_policy:
        raise UpdateRefused(f"invalid mod_policy for element {key}: mod_policy not set")
    for place, name in enumerate(mod_policy.removeprefix("/").split("/")):
        try:
            _check_name(name)
        except UpdateRefused as refused:
            raise UpdateRefused(
                f"invalid mod_policy for element {key}: path element at {place} is invalid: {refused}"
            ) from refused


def _check_name(name: str) -> None:
    if not name:
        raise UpdateRefused("config ID illegal, cannot be empty")
    if len(name) > _LONGEST_NAME:
        raise UpdateRefused(f"config ID illegal, cannot be longer than {_LONGEST_NAME}")
    if name in (".", ".."):
        raise UpdateRefused(f"name '{name}' for config ID is not allowed")
    if not _NAME.fullmatch(name):
        raise UpdateRefused(f"config ID '{name}' contains illegal characters")


def _check_successor(current: ChannelConfig, config: configtx.Config) -> None:
    """What Fabric asks of the new configuration as a whole (NewBundle, ValidateNew, checkResources)."""
    try:
        check_configuration(config.channel_group)
        try:
            new = ChannelConfig.from_config(current.channel_id, config)
        except InvalidPolicy as error:
            raise MalformedMessage(f"initializing policymanager failed: {error}") from error
        check_supported(config.channel_group)
    except MalformedMessage as error:
        raise UpdateRefused(str(error)) from error
    groups = current.config.channel_group.groups
    for kind, name in (("Orderer", "orderer"), ("Application", "application")):
        if kind in groups and kind not in config.channel_group.groups:
            raise UpdateRefused(f"current config has {name} section, but new config does not")
    for kind, old_members, new_members in (
        ("orderer", current.orderers, new.orderers),
        ("application", current.applications, new.applications),
    ):
        for name, member in old_members.items():
            successor = new_members.get(name, member)
            if successor.msp_id != member.msp_id:
                raise UpdateRefused(
                    f"{kind} org {name} attempted to change MSP ID from {member.msp_id} to {successor.msp_id}"
                )


def _add_group(found: dict[str, Element], path: str, name: str, group: configtx.ConfigGroup) -> None:
    own = f"{path}/{name}"
    _add(found, f"[Group]  {own}", name, Element(own, group))
    for key, inner in group.groups.items():
        _add_group(found, own, key, inner)
    for key, value in group.values.items():
        _add(found, f"[Value]  {own}/{key}", key, Element(own, value))
    for key, policy in group.policies.items():
        _add(found, f"[Policy] {own}/{key}", key, Element(own, policy))


def _add(found: dict[str, Element], key: str, name: str, element: Element) -> None:
    try:
        _check_name(name)
    except UpdateRefused as refused:
        prefix = key[: key.index("/")]
        raise UpdateRefused(f"illegal characters in key: {prefix}: {refused}") from refused
    found[key] = element


def _rebuild(path: str, elements: ConfigMap) -> configtx.ConfigGroup:
    """The tree of a map: each group's own members say what belongs to it (recurseConfigMap)."""
    shape = _element(elements, "[Group]  ", path, configtx.ConfigGroup)
    group = configtx.ConfigGroup(version=shape.version, mod_policy=shape.mod_policy)
    for key in shape.groups:
        group.groups[key].CopyFrom(_rebuild(f"{path}/{key}", elements))
    for key in shape.values:
        group.values[key].CopyFrom(_element(elements, "[Value]  ", f"{path}/{key}", configtx.ConfigValue))
    for key in shape.policies:
        group.policies[key].CopyFrom(_element(elements, "[Policy] ", f"{path}/{key}", configtx.ConfigPolicy))
    if _ORDERER_CAPABILITIES in elements:
        # Channels of Fabric 1.0 have elements without a policy; with capabilities they get one.
        members: list[Content] = [group, *group.values.values(), *group.policies.values()]
        for element in members:
            element.mod_policy = element.mod_policy or _DEFAULT_MOD_POLICY
    return group


def _element(elements: ConfigMap, prefix: str, path: str, kind: type[ContentT]) -> ContentT:
    found = elements.get(prefix + path)
    if found is None or not isinstance(found.content, kind):
        raise UpdateRefused(f"could not turn configMap back to channelGroup: missing element at path: {path}")
    return found.content


def _version(element: Element) -> int:
    return element.content.version
