"""How lifecycle structures lie in the state: one key a field, and one for the structure's metadata.

Source: core/chaincode/lifecycle/serializer.go. Keys and bytes are Fabric's, because approvals are compared by
the hashes of these bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from counterfoil_protocol.messages import lifecycle_db

if TYPE_CHECKING:
    from collections.abc import Callable

    GetState = Callable[[str], bytes | None]

NAMESPACES = "namespaces"
"""Definitions (public state) and approved parameters (implicit collections)."""
SOURCES = "chaincode-sources"
"""Which package an organisation runs (implicit collections only)."""

LAST_OF_RANGE = "\x7f"
"""Queries over the keys with a prefix end here; names hold ASCII below it (ledger_shim.go GetStateRange)."""


class WritableState(Protocol):
    """Where structures are written: public state or one implicit collection of `_lifecycle`."""

    def get(self, key: str) -> bytes | None:
        """Return a committed value."""
        ...

    def put(self, key: str, value: bytes) -> None:
        """Write a value."""
        ...

    def delete(self, key: str) -> None:
        """Delete a key."""
        ...


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure to be stored: its type's name and its fields in order, as StateData."""

    datatype: str
    fields: tuple[tuple[str, lifecycle_db.StateData], ...]

    def metadata(self) -> bytes:
        """Serialized StateMetadata: the type and the names of its fields."""
        return lifecycle_db.StateMetadata(
            datatype=self.datatype, fields=[name for name, _ in self.fields]
        ).SerializeToString()


def metadata_key(namespace: str, name: str) -> str:
    """Key of a structure's metadata."""
    return f"{namespace}/metadata/{name}"


def field_key(namespace: str, name: str, field: str) -> str:
    """Key of one field."""
    return f"{namespace}/fields/{name}/{field}"


def read_metadata(get: GetState, namespace: str, name: str) -> lifecycle_db.StateMetadata | None:
    """Return the metadata of a stored structure, None where there is none."""
    found = get(metadata_key(namespace, name))
    return lifecycle_db.StateMetadata.FromString(found) if found else None


def read_field(get: GetState, namespace: str, name: str, field: str) -> lifecycle_db.StateData:
    """Return one field; absent reads as zero and empty."""
    return lifecycle_db.StateData.FromString(get(field_key(namespace, name, field)) or b"")


def write(state: WritableState, namespace: str, name: str, structure: Structure) -> None:
    """Store a structure, writing only the keys that change, and delete fields it no longer has."""
    metadata = read_metadata(state.get, namespace, name) or lifecycle_db.StateMetadata()
    existing = {
        field_key(namespace, name, field): state.get(field_key(namespace, name, field))
        for field in metadata.fields
    }
    for field, data in structure.fields:
        key, value = field_key(namespace, name, field), data.SerializeToString()
        if existing.pop(key, None) != value:
            state.put(key, value)
    if existing or metadata.datatype != structure.datatype or len(metadata.fields) != len(structure.fields):
        state.put(metadata_key(namespace, name), structure.metadata())
    for key in existing:
        state.delete(key)


def mismatches(get_hash: GetState, namespace: str, name: str, structure: Structure) -> list[str] | None:
    """Compare a structure with the hashes of what is stored: None if all match, else the fields that do not.

    The type's name stands alone where the structure is not stored at all. Every key is read, so that the
    read set does not depend on the answer (serializer.go IsSerialized).
    """
    stored_metadata = get_hash(metadata_key(namespace, name))
    stored = {field: get_hash(field_key(namespace, name, field)) for field, _ in structure.fields}
    if _digest(structure.metadata()) != stored_metadata:
        return [structure.datatype]
    different = [
        field for field, data in structure.fields if _digest(data.SerializeToString()) != stored[field]
    ]
    return different or None


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
