"""Change a channel's configuration: what changed between two of them, who signed that, what is submitted.

A configuration update names what it read and what it writes, each with its version, and is signed by as many
organisations as its policies ask for, each on its own copy. Files hold it as Fabric's own tools do: an
envelope of type CONFIG_UPDATE, for `peer channel signconfigtx` and `peer channel update` too.
Sources: internal/configtxlator/update/update.go (the difference), protoutil/signeddata.go (what is signed).
"""

import os
import time
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TypeVar

from .errors import MalformedMessage
from .identity import Identity
from .messages import common, configtx
from .signed_data import SignedData
from .signing import Signer
from .wire import decode

_NONCE_BYTES = 24
"""protoutil.CreateNonce."""

EntryT = TypeVar("EntryT", configtx.ConfigValue, configtx.ConfigPolicy)


def compute_update(
    channel_id: str, original: configtx.Config, updated: configtx.Config
) -> configtx.ConfigUpdate:
    """The update that turns one configuration into the other, as `configtxlator compute_update`.

    Versions in `updated` are not looked at: they follow from what differs.

    Raises:
        MalformedMessage: a configuration has no channel group, or they are the same.
    """
    for config, which in ((original, "original"), (updated, "updated")):
        if not config.HasField("channel_group"):
            raise MalformedMessage(f"no channel group included for {which} config")
    update = configtx.ConfigUpdate(channel_id=channel_id)
    read, write, differs = _group_update(original.channel_group, updated.channel_group)
    if not differs:
        raise MalformedMessage("no differences detected between original and updated config")
    update.read_set.CopyFrom(read)
    update.write_set.CopyFrom(write)
    return update


def unsigned_envelope(update: configtx.ConfigUpdate) -> configtx.ConfigUpdateEnvelope:
    """The update in the one form that everybody signs."""
    return configtx.ConfigUpdateEnvelope(config_update=update.SerializeToString(deterministic=True))


def read_update(envelope: configtx.ConfigUpdateEnvelope) -> configtx.ConfigUpdate:
    """The update that is signed.

    Raises:
        MalformedMessage: it cannot be read.
    """
    return decode(configtx.ConfigUpdate, envelope.config_update)


def sign_update(
    envelope: configtx.ConfigUpdateEnvelope, identity: Identity, signer: Signer, nonce: bytes | None = None
) -> configtx.ConfigUpdateEnvelope:
    """A copy with one more signature; `nonce` is drawn unless stated."""
    header = common.SignatureHeader(creator=identity.serialize(), nonce=nonce or os.urandom(_NONCE_BYTES))
    header_bytes = header.SerializeToString()
    signed = configtx.ConfigUpdateEnvelope()
    signed.CopyFrom(envelope)
    signed.signatures.add(
        signature_header=header_bytes, signature=signer(header_bytes + envelope.config_update)
    )
    return signed


def merge_signatures(envelopes: Iterable[configtx.ConfigUpdateEnvelope]) -> configtx.ConfigUpdateEnvelope:
    """One envelope with the signatures of all copies, each creator's first one.

    Raises:
        MalformedMessage: there are none, they are of different updates, or a signature cannot be read.
    """
    merged: configtx.ConfigUpdateEnvelope | None = None
    creators: set[bytes] = set()
    for envelope in envelopes:
        if merged is None:
            merged = configtx.ConfigUpdateEnvelope(config_update=envelope.config_update)
        if envelope.config_update != merged.config_update:
            raise MalformedMessage("the copies are of different configuration updates")
        for signature, signed in zip(envelope.signatures, update_signed_data(envelope), strict=True):
            if signed.identity not in creators:
                creators.add(signed.identity)
                merged.signatures.append(signature)
    if merged is None:
        raise MalformedMessage("no configuration update")
    return merged


def update_signed_data(envelope: configtx.ConfigUpdateEnvelope) -> tuple[SignedData, ...]:
    """The signatures as policies evaluate them (ConfigUpdateEnvelopeAsSignedData).

    Raises:
        MalformedMessage: a signature header cannot be read.
    """
    return tuple(
        SignedData(
            signature.signature_header + envelope.config_update,
            decode(common.SignatureHeader, signature.signature_header).creator,
            signature.signature,
        )
        for signature in envelope.signatures
    )


def wrap_update(
    envelope: configtx.ConfigUpdateEnvelope,
    identity: Identity | None = None,
    signer: Signer | None = None,
    now: float | None = None,
) -> common.Envelope:
    """The envelope of type CONFIG_UPDATE: signed by who submits it, or unsigned as a file for signing.

    Args:
        envelope: with the organisations' signatures, as far as they are there.
        identity: of the submitter.
        signer: of the submitter; without it nobody signs.
        now: seconds since 1970, the present unless stated.

    Raises:
        MalformedMessage: the update cannot be read.
    """
    channel = common.ChannelHeader(type=common.CONFIG_UPDATE, channel_id=read_update(envelope).channel_id)
    header = common.Header()
    if identity is not None:
        # A file for signing has no time: the same update is the same file.
        channel.timestamp.FromNanoseconds(int((time.time() if now is None else now) * 1_000_000_000))
        creator = common.SignatureHeader(creator=identity.serialize(), nonce=os.urandom(_NONCE_BYTES))
        header.signature_header = creator.SerializeToString()
    header.channel_header = channel.SerializeToString()
    payload = common.Payload(header=header, data=envelope.SerializeToString()).SerializeToString()
    return common.Envelope(payload=payload, signature=signer(payload) if signer is not None else b"")


def unwrap_update(envelope: common.Envelope) -> configtx.ConfigUpdateEnvelope:
    """What an envelope of type CONFIG_UPDATE holds (protoutil EnvelopeToConfigUpdate).

    Raises:
        MalformedMessage: it is of another type, or cannot be read.
    """
    payload = decode(common.Payload, envelope.payload)
    if not payload.HasField("header"):
        raise MalformedMessage("envelope must have a Header")
    header = decode(common.ChannelHeader, payload.header.channel_header)
    if header.type != common.CONFIG_UPDATE:
        raise MalformedMessage("the envelope holds no configuration update")
    return decode(configtx.ConfigUpdateEnvelope, payload.data)


def _group_update(
    original: configtx.ConfigGroup, updated: configtx.ConfigGroup
) -> tuple[configtx.ConfigGroup, configtx.ConfigGroup, bool]:
    """Read set, write set, and whether the groups differ at all."""
    read = configtx.ConfigGroup(version=original.version)
    write = configtx.ConfigGroup(version=original.version)
    # Members that stay the same; named only where the set of members, or the group's own policy, changes.
    same = configtx.ConfigGroup()
    _entries_update(original.policies, updated.policies, write.policies, same.policies)
    _entries_update(original.values, updated.values, write.values, same.values)
    _groups_update(original, updated, read, write, same)
    if _members(original) == _members(updated) and original.mod_policy == updated.mod_policy:
        return read, write, bool(write.policies or write.values or write.groups)
    for target in (read, write):
        _copy_all(same, target)
    write.version = original.version + 1
    write.mod_policy = updated.mod_policy
    return read, write, True


def _groups_update(
    original: configtx.ConfigGroup,
    updated: configtx.ConfigGroup,
    read: configtx.ConfigGroup,
    write: configtx.ConfigGroup,
    same: configtx.ConfigGroup,
) -> None:
    for name, group in updated.groups.items():
        if name not in original.groups:
            _, new, _ = _group_update(configtx.ConfigGroup(), group)
            new.version, new.mod_policy = 0, group.mod_policy
            write.groups[name].CopyFrom(new)
            continue
        inner_read, inner_write, differs = _group_update(original.groups[name], group)
        if differs:
            read.groups[name].CopyFrom(inner_read)
            write.groups[name].CopyFrom(inner_write)
        else:
            same.groups[name].CopyFrom(inner_read)


def _entries_update(
    original: Mapping[str, EntryT],
    updated: Mapping[str, EntryT],
    write: MutableMapping[str, EntryT],
    same: MutableMapping[str, EntryT],
) -> None:
    for name, entry in updated.items():
        known = original.get(name)
        if known is None:
            write[name].CopyFrom(entry)
            write[name].version = 0
        elif _content(known) == _content(entry):
            same[name].version = known.version
        else:
            write[name].CopyFrom(entry)
            write[name].version = known.version + 1


def _content(entry: configtx.ConfigValue | configtx.ConfigPolicy) -> tuple[str, object]:
    content = entry.value if isinstance(entry, configtx.ConfigValue) else entry.policy
    return entry.mod_policy, content


def _members(group: configtx.ConfigGroup) -> tuple[set[str], set[str], set[str]]:
    return set(group.groups), set(group.values), set(group.policies)


def _copy_all(source: configtx.ConfigGroup, target: configtx.ConfigGroup) -> None:
    for name in source.groups:
        target.groups[name].CopyFrom(source.groups[name])
    for name in source.values:
        target.values[name].CopyFrom(source.values[name])
    for name in source.policies:
        target.policies[name].CopyFrom(source.policies[name])
