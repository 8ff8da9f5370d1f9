"""Chaincode definitions as `_lifecycle` keeps them in the public state.

Layout of Fabric core/chaincode/lifecycle/serializer.go: `namespaces/metadata/<name>` holds a StateMetadata of
datatype ChaincodeDefinition, `namespaces/fields/<name>/<field>` a StateData for each field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ..errors import MalformedMessage
from ..messages import chaincode_definition, lifecycle_db
from ..messages import collection as collection_messages
from ..wire import decode

LIFECYCLE = "_lifecycle"
DEFINITION_TYPE = "ChaincodeDefinition"
FIELDS = ("Sequence", "EndorsementInfo", "ValidationInfo", "Collections")
"""In the order in which Fabric reads and writes them."""


def metadata_key(name: str) -> str:
    """Where a chaincode's StateMetadata is."""
    return f"namespaces/metadata/{name}"


def field_key(name: str, field: str) -> str:
    """Where one field of a chaincode's definition is."""
    return f"namespaces/fields/{name}/{field}"


@dataclass(frozen=True, slots=True)
class ChaincodeDefinition:
    """A committed chaincode definition.

    `validation_parameter` is a serialized ApplicationPolicy; `collections` a serialized
    CollectionConfigPackage without implicit collections, empty where there is none.
    """

    name: str
    sequence: int
    version: str
    init_required: bool
    endorsement_plugin: str
    validation_plugin: str
    validation_parameter: bytes
    collections: bytes

    def collection_configs(self) -> tuple[collection_messages.StaticCollectionConfig, ...]:
        """The explicit collections, in order of the definition."""
        return _configs(self.collections)

    def collection_config(self, name: str) -> collection_messages.StaticCollectionConfig | None:
        """One explicit collection."""
        for config in self.collection_configs():
            if config.name == name:
                return config
        return None


def read_definition(get_state: Callable[[str, str], bytes | None], name: str) -> ChaincodeDefinition | None:
    """The definition of a chaincode, None where none is committed.

    Every key is read through `get_state(namespace, key)`: in a simulation these reads belong to the read set,
    as in Fabric.

    Raises:
        MalformedMessage: the state holds something else under these keys.
    """
    metadata = get_state(LIFECYCLE, metadata_key(name))
    if metadata is None:
        return None
    if decode(lifecycle_db.StateMetadata, metadata).datatype != DEFINITION_TYPE:
        raise MalformedMessage(f"namespace {name} is no chaincode")
    return _definition(name, tuple(get_state(LIFECYCLE, field_key(name, field)) or b"" for field in FIELDS))


@lru_cache(maxsize=256)
def _definition(name: str, fields: tuple[bytes, ...]) -> ChaincodeDefinition:
    sequence, endorsement, validation, collections = (decode(lifecycle_db.StateData, f) for f in fields)
    endorsement_info = decode(chaincode_definition.ChaincodeEndorsementInfo, endorsement.Bytes)
    validation_info = decode(chaincode_definition.ChaincodeValidationInfo, validation.Bytes)
    return ChaincodeDefinition(
        name,
        sequence.Int64,
        endorsement_info.version,
        endorsement_info.init_required,
        endorsement_info.endorsement_plugin,
        validation_info.validation_plugin,
        validation_info.validation_parameter,
        collections.Bytes,
    )


@lru_cache(maxsize=256)
def _configs(package: bytes) -> tuple[collection_messages.StaticCollectionConfig, ...]:
    configs = decode(collection_messages.CollectionConfigPackage, package).config
    return tuple(c.static_collection_config for c in configs if c.HasField("static_collection_config"))
