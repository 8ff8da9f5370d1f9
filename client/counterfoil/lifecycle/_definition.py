"""A chaincode's definition: what the organisations of a channel agree on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.collection import (
    CollectionDefinition,
    collection_package,
    read_collection_package,
)
from counterfoil_protocol.messages import lifecycle
from counterfoil_protocol.signature_policy import parse_policy


@dataclass(frozen=True, slots=True)
class ChaincodeDefinition:
    """What is approved and committed; two organisations agree when every field is equal.

    Attributes:
        name: the chaincode's name on the channel.
        version: text for people; Fabric compares it.
        sequence: 1 for the first definition, then one more each time.
        endorsement_policy: signature policy text, ``AND('RegulatorMSP.peer','PortMSP.peer')``, or the path of
            a channel policy; empty for Fabric's default, ``/Channel/Application/Endorsement``.
        collections: the private data collections.
        init_required: whether the chaincode has to be initialised first.
        endorsement_plugin: empty for Fabric's ``escc``.
        validation_plugin: empty for Fabric's ``vscc``.
    """

    name: str
    version: str
    sequence: int
    endorsement_policy: str | ApplicationPolicy = ""
    collections: tuple[CollectionDefinition, ...] = ()
    init_required: bool = field(default=False, kw_only=True)
    endorsement_plugin: str = field(default="", kw_only=True)
    validation_plugin: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if not self.name or not self.version:
            raise ValueError("a chaincode definition has a name and a version")
        if isinstance(self.sequence, bool) or not isinstance(self.sequence, int):
            raise TypeError("sequence is a whole number")
        if self.sequence < 1:
            raise ValueError("sequence starts at 1")

    def arguments(self) -> dict[str, Any]:
        """The fields that the arguments of Approve, CheckCommitReadiness and Commit have in common.

        Raises:
            ValueError: the endorsement policy is none.
        """
        return {
            "name": self.name,
            "version": self.version,
            "sequence": self.sequence,
            "endorsement_plugin": self.endorsement_plugin,
            "validation_plugin": self.validation_plugin,
            "validation_parameter": _policy_bytes(self.endorsement_policy),
            "collections": collection_package(self.collections) if self.collections else None,
            "init_required": self.init_required,
        }


@dataclass(frozen=True, slots=True)
class CommittedDefinition:
    """A definition in force, and which organisations have approved just this one."""

    definition: ChaincodeDefinition
    approvals: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class ApprovedDefinition:
    """What the caller's own organisation has approved, with the package it runs (None for none)."""

    definition: ChaincodeDefinition
    package_id: str | None


def read_definition(
    name: str,
    found: lifecycle.QueryChaincodeDefinitionResult
    | lifecycle.QueryChaincodeDefinitionsResult.ChaincodeDefinition
    | lifecycle.QueryApprovedChaincodeDefinitionResult,
) -> ChaincodeDefinition:
    """A definition as the peer gives it."""
    policy = ApplicationPolicy.parse(found.validation_parameter) if found.validation_parameter else ""
    return ChaincodeDefinition(
        name,
        found.version,
        found.sequence,
        policy,
        read_collection_package(found.collections),
        init_required=found.init_required,
        endorsement_plugin=found.endorsement_plugin,
        validation_plugin=found.validation_plugin,
    )


def _policy_bytes(policy: str | ApplicationPolicy) -> bytes:
    if isinstance(policy, ApplicationPolicy):
        return policy.serialize()
    if not policy:
        return b""
    if policy.startswith("/"):
        return ApplicationPolicy(channel_policy=policy).serialize()
    return ApplicationPolicy(signature_policy=parse_policy(policy).SerializeToString()).serialize()
