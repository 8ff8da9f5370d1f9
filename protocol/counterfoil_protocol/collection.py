"""Private data collections: definition, message, collections_config.json, implicit collections.

Sources: internal/peer/chaincode/common.go getCollectionConfigFromBytes (the JSON), core/chaincode/
implicitcollection, core/chaincode/lifecycle/deployedcc_infoprovider.go GenerateImplicitCollectionForOrg.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from . import messages
from .application_policy import ApplicationPolicy
from .errors import MalformedMessage
from .signature_policy import format_policy, organizations, parse_policy, signed_by_any
from .wire import decode

IMPLICIT_PREFIX = "_implicit_org_"

_JSON_FIELDS = {
    "name",
    "policy",
    "requiredPeerCount",
    "maxPeerCount",
    "blockToLive",
    "memberOnlyRead",
    "memberOnlyWrite",
    "endorsementPolicy",
}


@dataclass(frozen=True, slots=True)
class CollectionDefinition:
    """One collection of a chaincode's definition (protos.StaticCollectionConfig).

    ``policy`` is the serialized SignaturePolicyEnvelope that names the members; ``block_to_live`` counts
    blocks, 0 meaning for ever; the peer counts say to how many other peers private data goes at endorsement.
    """

    name: str
    policy: bytes
    required_peer_count: int = 0
    maximum_peer_count: int = 1
    block_to_live: int = 0
    member_only_read: bool = False
    member_only_write: bool = False
    endorsement_policy: ApplicationPolicy | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """MSP IDs of the member organisations, in the policy's order."""
        return organizations(messages.policies.SignaturePolicyEnvelope.FromString(self.policy))

    def to_message(self) -> messages.collection.StaticCollectionConfig:
        """The message ``protos.StaticCollectionConfig``."""
        policy = messages.policies.SignaturePolicyEnvelope.FromString(self.policy)
        endorsement = self.endorsement_policy
        return messages.collection.StaticCollectionConfig(
            name=self.name,
            member_orgs_policy=messages.collection.CollectionPolicyConfig(signature_policy=policy),
            required_peer_count=self.required_peer_count,
            maximum_peer_count=self.maximum_peer_count,
            block_to_live=self.block_to_live,
            member_only_read=self.member_only_read,
            member_only_write=self.member_only_write,
            endorsement_policy=None if endorsement is None else endorsement.to_message(),
        )

    @classmethod
    def from_message(cls, message: messages.collection.StaticCollectionConfig) -> "CollectionDefinition":
        """Read ``protos.StaticCollectionConfig``.

        Raises:
            MalformedMessage: the name or the members' policy is missing.
        """
        if not message.name:
            raise MalformedMessage("collection name is empty")
        if message.member_orgs_policy.WhichOneof("payload") != "signature_policy":
            raise MalformedMessage(f"collection member policy is not set [{message.name}]")
        has_policy = message.HasField("endorsement_policy")
        return cls(
            name=message.name,
            policy=message.member_orgs_policy.signature_policy.SerializeToString(),
            required_peer_count=message.required_peer_count,
            maximum_peer_count=message.maximum_peer_count,
            block_to_live=message.block_to_live,
            member_only_read=message.member_only_read,
            member_only_write=message.member_only_write,
            endorsement_policy=(
                ApplicationPolicy.from_message(message.endorsement_policy) if has_policy else None
            ),
        )


def collection_package(
    collections: Iterable[CollectionDefinition],
) -> messages.collection.CollectionConfigPackage:
    """The message ``protos.CollectionConfigPackage`` of a chaincode's definition."""
    return messages.collection.CollectionConfigPackage(
        config=[
            messages.collection.CollectionConfig(static_collection_config=collection.to_message())
            for collection in collections
        ]
    )


def read_collection_package(
    package: messages.collection.CollectionConfigPackage,
) -> tuple[CollectionDefinition, ...]:
    """The collections of a message.

    Raises:
        MalformedMessage: one is of an unknown kind or lacks name or policy.
    """
    collections = []
    for config in package.config:
        if config.WhichOneof("payload") != "static_collection_config":
            raise MalformedMessage("unknown collection configuration type")
        collections.append(CollectionDefinition.from_message(config.static_collection_config))
    return tuple(collections)


def parse_collection_package(data: bytes) -> tuple[CollectionDefinition, ...]:
    """The collections of serialized bytes; empty bytes hold none.

    Raises:
        MalformedMessage: as ``read_collection_package``, or no such message.
    """
    return read_collection_package(decode(messages.collection.CollectionConfigPackage, data))


def parse_collections_json(text: str | bytes) -> tuple[CollectionDefinition, ...]:
    """Read ``collections_config.json``, the array that ``peer lifecycle chaincode`` takes.

    An unknown field is refused, where Fabric's command would silently ignore a misspelled one.

    Raises:
        MalformedMessage: no such JSON, an unknown field, or an invalid policy.
    """
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedMessage("could not parse the collection configuration") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MalformedMessage("the collection configuration is no array of objects")
    return tuple(_from_json(entry) for entry in entries)


def format_collections_json(collections: Iterable[CollectionDefinition]) -> str:
    """The text of ``collections_config.json`` for Fabric's own command.

    Raises:
        InvalidPolicy: a policy has no text.
    """
    return json.dumps([_to_json(collection) for collection in collections], indent=2) + "\n"


def implicit_collection_name(msp_id: str) -> str:
    """Name of an organisation's implicit collection."""
    return IMPLICIT_PREFIX + msp_id


def implicit_collection_owner(name: str) -> str | None:
    """MSP ID of the organisation an implicit collection belongs to; None for any other collection."""
    return name[len(IMPLICIT_PREFIX) :] if name.startswith(IMPLICIT_PREFIX) else None


def implicit_collection(msp_id: str) -> CollectionDefinition:
    """An organisation's implicit collection: its members alone, no dissemination."""
    policy = signed_by_any("member", [msp_id]).SerializeToString()
    return CollectionDefinition(implicit_collection_name(msp_id), policy, 0, 0)


def _from_json(entry: dict[str, object]) -> CollectionDefinition:
    unknown = set(entry) - _JSON_FIELDS
    if unknown:
        raise MalformedMessage(f"unknown field in the collection configuration: {', '.join(sorted(unknown))}")
    name, policy = entry.get("name"), entry.get("policy")
    if not isinstance(name, str) or not name or not isinstance(policy, str):
        raise MalformedMessage("a collection needs name and policy")
    return CollectionDefinition(
        name=name,
        policy=parse_policy(policy).SerializeToString(),
        required_peer_count=_count(entry, "requiredPeerCount", 0),
        maximum_peer_count=_count(entry, "maxPeerCount", 1),
        block_to_live=_count(entry, "blockToLive", 0),
        member_only_read=_flag(entry, "memberOnlyRead"),
        member_only_write=_flag(entry, "memberOnlyWrite"),
        endorsement_policy=_endorsement_policy(entry.get("endorsementPolicy")),
    )


def _count(entry: dict[str, object], field: str, default: int) -> int:
    value = entry.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise MalformedMessage(f"{field} of a collection is a whole number from 0")
    return value


def _flag(entry: dict[str, object], field: str) -> bool:
    value = entry.get(field, False)
    if not isinstance(value, bool):
        raise MalformedMessage(f"{field} of a collection is true or false")
    return value


def _endorsement_policy(value: object) -> ApplicationPolicy | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"signaturePolicy", "channelConfigPolicy"}:
        raise MalformedMessage("endorsementPolicy holds signaturePolicy or channelConfigPolicy")
    signature, channel = value.get("signaturePolicy"), value.get("channelConfigPolicy")
    if signature and channel:
        raise MalformedMessage("endorsementPolicy holds signaturePolicy or channelConfigPolicy, not both")
    if isinstance(signature, str) and signature:
        return ApplicationPolicy(signature_policy=parse_policy(signature).SerializeToString())
    if isinstance(channel, str) and channel:
        return ApplicationPolicy(channel_policy=channel)
    return None


def _to_json(collection: CollectionDefinition) -> dict[str, object]:
    envelope = messages.policies.SignaturePolicyEnvelope
    entry: dict[str, object] = {
        "name": collection.name,
        "policy": format_policy(envelope.FromString(collection.policy)),
        "requiredPeerCount": collection.required_peer_count,
        "maxPeerCount": collection.maximum_peer_count,
        "blockToLive": collection.block_to_live,
        "memberOnlyRead": collection.member_only_read,
        "memberOnlyWrite": collection.member_only_write,
    }
    endorsement = collection.endorsement_policy
    if endorsement is not None and endorsement.signature_policy is not None:
        text = format_policy(envelope.FromString(endorsement.signature_policy))
        entry["endorsementPolicy"] = {"signaturePolicy": text}
    elif endorsement is not None:
        entry["endorsementPolicy"] = {"channelConfigPolicy": endorsement.channel_policy}
    return entry
