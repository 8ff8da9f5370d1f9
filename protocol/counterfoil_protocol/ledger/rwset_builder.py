"""Collects the reads and writes of one simulation and gives the read-write set, sorted as Fabric sorts it.

As Fabric core/ledger/kvledger/txmgmt/rwsetutil/rwset_builder.go: the last read and the last write of a key
win, namespaces, collections and keys are in order, range queries in order of asking, each once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..rwset import (
    HashedCollection,
    HashedMetadataWrite,
    HashedRead,
    HashedWrite,
    MetadataEntries,
    MetadataWrite,
    NamespaceReadWriteSet,
    PrivateCollection,
    PrivateNamespace,
    PrivateReadWriteSet,
    RangeQuery,
    Read,
    ReadWriteSet,
    Write,
    key_hash,
    value_hash,
)
from .state import Version


@dataclass(slots=True)
class _Collection:
    reads: dict[str, HashedRead] = field(default_factory=dict)
    writes: dict[str, tuple[Write, HashedWrite]] = field(default_factory=dict)
    metadata: dict[str, MetadataEntries] = field(default_factory=dict)

    def private(self, name: str) -> PrivateCollection | None:
        """The private part; the metadata itself is public, so here only the keys are named."""
        if not self.writes and not self.metadata:
            return None
        return PrivateCollection(
            name,
            tuple(self.writes[key][0] for key in sorted(self.writes)),
            tuple(MetadataWrite(key) for key in sorted(self.metadata)),
        )

    def hashed(self, name: str) -> HashedCollection:
        private = self.private(name)
        return HashedCollection(
            name,
            tuple(self.reads[key] for key in sorted(self.reads)),
            tuple(self.writes[key][1] for key in sorted(self.writes)),
            tuple(HashedMetadataWrite(key_hash(key), self.metadata[key]) for key in sorted(self.metadata)),
            private.digest() if private is not None else b"",
        )


@dataclass(slots=True)
class _Namespace:
    reads: dict[str, Read] = field(default_factory=dict)
    range_queries: dict[tuple[str, str, bool], RangeQuery] = field(default_factory=dict)
    writes: dict[str, Write] = field(default_factory=dict)
    metadata: dict[str, MetadataEntries] = field(default_factory=dict)
    collections: dict[str, _Collection] = field(default_factory=dict)

    def collection(self, name: str) -> _Collection:
        # Looked up, not `setdefault`: this is asked for every key, and what it would make is seldom wanted.
        found = self.collections.get(name)
        if found is None:
            found = self.collections[name] = _Collection()
        return found

    def public(self, name: str) -> NamespaceReadWriteSet:
        return NamespaceReadWriteSet(
            name,
            reads=tuple(self.reads[key] for key in sorted(self.reads)),
            range_queries=tuple(self.range_queries.values()),
            writes=tuple(self.writes[key] for key in sorted(self.writes)),
            metadata_writes=tuple(MetadataWrite(key, self.metadata[key]) for key in sorted(self.metadata)),
            collections=tuple(self.collections[coll].hashed(coll) for coll in sorted(self.collections)),
        )

    def private(self, name: str) -> PrivateNamespace | None:
        parts = (self.collections[collection].private(collection) for collection in sorted(self.collections))
        present = tuple(part for part in parts if part is not None)
        return PrivateNamespace(name, present) if present else None


class ReadWriteSetBuilder:
    """Accumulates one simulation."""

    def __init__(self) -> None:
        self._namespaces: dict[str, _Namespace] = {}

    def read(self, namespace: str, key: str, version: Version | None) -> None:
        """A public key was read at this version (None: absent)."""
        self._namespace(namespace).reads[key] = Read(key, version)

    def range_query(self, namespace: str, query: RangeQuery) -> None:
        """A range was read; the same bounds asked twice are kept once, the first."""
        queries = self._namespace(namespace).range_queries
        queries.setdefault((query.start_key, query.end_key, query.exhausted), query)

    def write(self, namespace: str, key: str, value: bytes) -> None:
        """A public key is written; an empty value deletes it."""
        self._namespace(namespace).writes[key] = Write(key, value, is_delete=not value)

    def metadata_write(self, namespace: str, key: str, metadata: Mapping[str, bytes]) -> None:
        """A public key's metadata is replaced; an empty mapping deletes it."""
        self._namespace(namespace).metadata[key] = _entries(metadata)

    def private_read(self, namespace: str, collection: str, key: str, version: Version | None) -> None:
        """A private key, or its hash, was read: both leave the same hashed read."""
        self._namespace(namespace).collection(collection).reads[key] = HashedRead(key_hash(key), version)

    def private_write(self, namespace: str, collection: str, key: str, value: bytes) -> None:
        """A private key is written; an empty value deletes it."""
        hashed = HashedWrite(key_hash(key), value_hash(value) if value else b"", is_delete=not value)
        writes = self._namespace(namespace).collection(collection).writes
        writes[key] = (Write(key, value, is_delete=not value), hashed)

    def purge(self, namespace: str, collection: str, key: str) -> None:
        """A private key is deleted with all its history."""
        hashed = HashedWrite(key_hash(key), b"", is_delete=True, is_purge=True)
        self._namespace(namespace).collection(collection).writes[key] = (
            Write(key, b"", is_delete=True),
            hashed,
        )

    def private_metadata_write(
        self, namespace: str, collection: str, key: str, metadata: Mapping[str, bytes]
    ) -> None:
        """A private key's metadata, which is public under the key's hash, is replaced."""
        self._namespace(namespace).collection(collection).metadata[key] = _entries(metadata)

    def build(self) -> tuple[ReadWriteSet, PrivateReadWriteSet | None]:
        """The public set with hashes, and the private set if a collection was written."""
        names = sorted(self._namespaces)
        public = ReadWriteSet(tuple(self._namespaces[name].public(name) for name in names))
        parts = (self._namespaces[name].private(name) for name in names)
        private = tuple(part for part in parts if part is not None)
        return public, PrivateReadWriteSet(private) if private else None

    def _namespace(self, name: str) -> _Namespace:
        found = self._namespaces.get(name)
        if found is None:
            found = self._namespaces[name] = _Namespace()
        return found


def _entries(metadata: Mapping[str, bytes]) -> MetadataEntries:
    return tuple((name, metadata[name]) for name in sorted(metadata))
