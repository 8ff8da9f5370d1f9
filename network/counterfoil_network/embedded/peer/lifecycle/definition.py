"""Chaincode definitions as the channel commits them, and what an organisation approves of one.

Source: core/chaincode/lifecycle/lifecycle.go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterfoil_protocol.messages import chaincode_definition, collection, lifecycle_db

from counterfoil_network.embedded.peer.lifecycle.layout import (
    NAMESPACES,
    SOURCES,
    Structure,
    read_field,
    read_metadata,
)

if TYPE_CHECKING:
    from counterfoil_network.embedded.peer.lifecycle.layout import GetState

LIFECYCLE = "_lifecycle"
DEFINITION_TYPE = "ChaincodeDefinition"
PARAMETERS_TYPE = "ChaincodeParameters"
LOCAL_PACKAGE_TYPE = "ChaincodeLocalPackage"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What organisations agree on: everything of a definition but its sequence."""

    version: str
    init_required: bool
    endorsement_plugin: str
    validation_plugin: str
    policy: bytes = field(repr=False)
    """Serialized ApplicationPolicy: the chaincode's endorsement policy."""
    collections: collection.CollectionConfigPackage = field(
        default_factory=collection.CollectionConfigPackage, repr=False
    )

    def structure(self) -> Structure:
        """Return the parameters as they are stored in an implicit collection."""
        return Structure(PARAMETERS_TYPE, self.fields())

    def fields(self) -> tuple[tuple[str, lifecycle_db.StateData], ...]:
        """Return the stored fields in Fabric's order."""
        endorsement = chaincode_definition.ChaincodeEndorsementInfo(
            version=self.version, init_required=self.init_required, endorsement_plugin=self.endorsement_plugin
        )
        validation = chaincode_definition.ChaincodeValidationInfo(
            validation_plugin=self.validation_plugin, validation_parameter=self.policy
        )
        return (
            ("EndorsementInfo", lifecycle_db.StateData(Bytes=endorsement.SerializeToString())),
            ("ValidationInfo", lifecycle_db.StateData(Bytes=validation.SerializeToString())),
            ("Collections", lifecycle_db.StateData(Bytes=self.collections.SerializeToString())),
        )

    def difference(self, other: Parameters) -> str | None:
        """Say in Fabric's words in what `other` differs, None if in nothing."""
        for name, mine, theirs in (
            ("Version", self.version, other.version),
            ("EndorsementPlugin", self.endorsement_plugin, other.endorsement_plugin),
            ("InitRequired", _go_bool(self.init_required), _go_bool(other.init_required)),
            ("ValidationPlugin", self.validation_plugin, other.validation_plugin),
            ("ValidationParameter", self.policy.hex(), other.policy.hex()),
        ):
            if mine != theirs:
                return f"expected {name} '{mine}' does not match passed {name} '{theirs}'"
        return None if self.collections == other.collections else "Collections do not match"

    def find_collection(self, name: str) -> collection.StaticCollectionConfig | None:
        """Return the explicit collection of a name."""
        for entry in self.collections.config:
            if entry.static_collection_config.name == name:
                return entry.static_collection_config
        return None


@dataclass(frozen=True, slots=True)
class Definition:
    """A committed definition."""

    sequence: int
    parameters: Parameters

    def structure(self) -> Structure:
        """Return the definition as it is stored in public state."""
        sequence = ("Sequence", lifecycle_db.StateData(Int64=self.sequence))
        return Structure(DEFINITION_TYPE, (sequence, *self.parameters.fields()))


def local_package(package_id: str) -> Structure:
    """Return an organisation's package id, empty for none, as it is stored in its implicit collection."""
    return Structure(LOCAL_PACKAGE_TYPE, (("PackageID", lifecycle_db.StateData(String=package_id)),))


def approval_name(chaincode: str, sequence: int) -> str:
    """Name under which approvals of one sequence are stored."""
    return f"{chaincode}#{sequence}"


def read_sequence(get: GetState, chaincode: str) -> int:
    """Return the committed sequence of a chaincode, 0 where it is not defined."""
    return read_field(get, NAMESPACES, chaincode, "Sequence").Int64


def read_definition(get: GetState, chaincode: str) -> Definition | None:
    """Return a chaincode's committed definition, None where it is not defined."""
    metadata = read_metadata(get, NAMESPACES, chaincode)
    if metadata is None or metadata.datatype != DEFINITION_TYPE:
        return None
    return Definition(read_sequence(get, chaincode), read_parameters(get, chaincode))


def read_parameters(get: GetState, name: str) -> Parameters:
    """Return the parameters stored under a chaincode's or an approval's name."""
    endorsement = chaincode_definition.ChaincodeEndorsementInfo.FromString(
        read_field(get, NAMESPACES, name, "EndorsementInfo").Bytes
    )
    validation = chaincode_definition.ChaincodeValidationInfo.FromString(
        read_field(get, NAMESPACES, name, "ValidationInfo").Bytes
    )
    return Parameters(
        version=endorsement.version,
        init_required=endorsement.init_required,
        endorsement_plugin=endorsement.endorsement_plugin,
        validation_plugin=validation.validation_plugin,
        policy=validation.validation_parameter,
        collections=collection.CollectionConfigPackage.FromString(
            read_field(get, NAMESPACES, name, "Collections").Bytes
        ),
    )


def read_package_id(get: GetState, name: str) -> str | None:
    """Return the package id an organisation stated with an approval, None where it made none."""
    if read_metadata(get, SOURCES, name) is None:
        return None
    return read_field(get, SOURCES, name, "PackageID").String


def _go_bool(value: bool) -> str:  # noqa: FBT001 - the value is the argument
    return "true" if value else "false"
