"""Read-write sets: the result of a simulation, public with hashes of private, and the private part.

Frozen values <-> Fabric's messages, byte for byte what core/ledger/kvledger/txmgmt/rwsetutil writes.
Building keeps the order it is given; Fabric's builder sorts namespaces, collections and keys. Values never
appear in a repr.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from .ledger.state import Version
from .messages import kvrwset, rwset
from .wire import decode

MetadataEntries = tuple[tuple[str, bytes], ...]
"""Names and values of a key's metadata in order of name; empty deletes the metadata."""

VALIDATION_PARAMETER = "VALIDATION_PARAMETER"
"""Metadata name of a key-level endorsement policy (protos.MetaDataKeys)."""

_NO_VALUE_HASH = hashlib.sha256(b"").digest()


def key_hash(key: str) -> bytes:
    """SHA-256 of a private key, as the public part names it."""
    return hashlib.sha256(key.encode()).digest()


def value_hash(value: bytes) -> bytes:
    """SHA-256 of a private value."""
    return hashlib.sha256(value).digest()


@dataclass(frozen=True, slots=True)
class Read:
    """A key read and the version it had; None when the key was absent."""

    key: str
    version: Version | None


@dataclass(frozen=True, slots=True)
class Write:
    """A key and its new value; a delete has ``is_delete`` and no value."""

    key: str
    value: bytes = field(repr=False)
    is_delete: bool = False

    @property
    def deletes(self) -> bool:
        """Whether the key is gone afterwards: an empty value deletes too (IsKVWriteDelete, FAB-18386)."""
        return self.is_delete or not self.value


@dataclass(frozen=True, slots=True)
class MetadataWrite:
    """A key and its new metadata."""

    key: str
    entries: MetadataEntries = ()


@dataclass(frozen=True, slots=True)
class MerkleSummary:
    """Hashes that stand for the reads of a long range query (QueryReadsMerkleSummary)."""

    max_degree: int
    max_level: int
    max_level_hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """A range query and what it returned, for the phantom check.

    ``reads`` holds the results; ``merkle`` is there instead when they were hashed.
    """

    start_key: str
    end_key: str
    exhausted: bool
    reads: tuple[Read, ...] | None = None
    merkle: MerkleSummary | None = None


@dataclass(frozen=True, slots=True)
class HashedRead:
    """Hash of a private key read and the version it had."""

    key_hash: bytes
    version: Version | None


@dataclass(frozen=True, slots=True)
class HashedWrite:
    """Hashes of a private key and its new value; deletes and purges have no value hash."""

    key_hash: bytes
    value_hash: bytes
    is_delete: bool = False
    is_purge: bool = False

    @property
    def deletes(self) -> bool:
        """Whether the key is gone afterwards (IsKVWriteHashDelete, FAB-18386)."""
        return self.is_delete or not self.value_hash or self.value_hash == _NO_VALUE_HASH


@dataclass(frozen=True, slots=True)
class HashedMetadataWrite:
    """Hash of a private key and its new metadata (the metadata itself is public)."""

    key_hash: bytes
    entries: MetadataEntries = ()


@dataclass(frozen=True, slots=True)
class HashedCollection:
    """What everybody sees of one collection: hashes, and the hash of the private read-write set's bytes."""

    name: str
    reads: tuple[HashedRead, ...] = ()
    writes: tuple[HashedWrite, ...] = ()
    metadata_writes: tuple[HashedMetadataWrite, ...] = ()
    private_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class NamespaceReadWriteSet:
    """One chaincode's reads and writes."""

    namespace: str
    reads: tuple[Read, ...] = ()
    range_queries: tuple[RangeQuery, ...] = ()
    writes: tuple[Write, ...] = ()
    metadata_writes: tuple[MetadataWrite, ...] = ()
    collections: tuple[HashedCollection, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadWriteSet:
    """The public result of a simulation (TxReadWriteSet)."""

    namespaces: tuple[NamespaceReadWriteSet, ...] = ()

    def serialize(self) -> bytes:
        """The bytes of ``rwset.TxReadWriteSet``."""
        message = rwset.TxReadWriteSet(data_model=rwset.TxReadWriteSet.KV)
        for namespace in self.namespaces:
            entry = message.ns_rwset.add(namespace=namespace.namespace, rwset=_kv_rwset(namespace))
            for collection in namespace.collections:
                entry.collection_hashed_rwset.add(
                    collection_name=collection.name,
                    hashed_rwset=_hashed_rwset(collection),
                    pvt_rwset_hash=collection.private_hash,
                )
        return message.SerializeToString()

    @classmethod
    def parse(cls, data: bytes) -> "ReadWriteSet":
        """Read ``rwset.TxReadWriteSet`` with everything inside.

        Raises:
            MalformedMessage: a layer cannot be read.
        """
        message = decode(rwset.TxReadWriteSet, data)
        return cls(tuple(_parse_namespace(entry) for entry in message.ns_rwset))


@dataclass(frozen=True, slots=True)
class PrivateCollection:
    """The private writes in one collection; ``metadata_writes`` names keys alone, as Fabric does."""

    name: str
    writes: tuple[Write, ...] = ()
    metadata_writes: tuple[MetadataWrite, ...] = ()

    def serialize(self) -> bytes:
        """The bytes of the collection's ``KVRWSet``."""
        message = kvrwset.KVRWSet()
        _add_writes(message, self.writes, self.metadata_writes)
        return message.SerializeToString()

    def digest(self) -> bytes:
        """SHA-256 of ``serialize()``: the ``private_hash`` of the hashed collection."""
        return hashlib.sha256(self.serialize()).digest()

    @classmethod
    def parse(cls, name: str, data: bytes) -> "PrivateCollection":
        """Read a collection's ``KVRWSet``.

        Raises:
            MalformedMessage: the bytes are no KVRWSet.
        """
        message = decode(kvrwset.KVRWSet, data)
        return cls(
            name,
            tuple(_parse_write(write) for write in message.writes),
            tuple(MetadataWrite(write.key, _entries(write.entries)) for write in message.metadata_writes),
        )


@dataclass(frozen=True, slots=True)
class PrivateNamespace:
    """One chaincode's private writes."""

    namespace: str
    collections: tuple[PrivateCollection, ...] = ()


@dataclass(frozen=True, slots=True)
class PrivateReadWriteSet:
    """The private result of a simulation (TxPvtReadWriteSet)."""

    namespaces: tuple[PrivateNamespace, ...] = ()

    def serialize(self) -> bytes:
        """The bytes of ``rwset.TxPvtReadWriteSet``."""
        return self.to_message().SerializeToString()

    def to_message(self) -> rwset.TxPvtReadWriteSet:
        """The message, as gossip's PrivatePayload and the transient store hold it."""
        message = rwset.TxPvtReadWriteSet(data_model=rwset.TxReadWriteSet.KV)
        for namespace in self.namespaces:
            entry = message.ns_pvt_rwset.add(namespace=namespace.namespace)
            for collection in namespace.collections:
                entry.collection_pvt_rwset.add(collection_name=collection.name, rwset=collection.serialize())
        return message

    @classmethod
    def parse(cls, data: bytes) -> "PrivateReadWriteSet":
        """Read ``rwset.TxPvtReadWriteSet`` with everything inside.

        Raises:
            MalformedMessage: a layer cannot be read.
        """
        return cls.from_message(decode(rwset.TxPvtReadWriteSet, data))

    @classmethod
    def from_message(cls, message: rwset.TxPvtReadWriteSet) -> "PrivateReadWriteSet":
        """Read the collections inside the message.

        Raises:
            MalformedMessage: a collection's bytes are no KVRWSet.
        """
        return cls(
            tuple(
                PrivateNamespace(
                    entry.namespace,
                    tuple(
                        PrivateCollection.parse(collection.collection_name, collection.rwset)
                        for collection in entry.collection_pvt_rwset
                    ),
                )
                for entry in message.ns_pvt_rwset
            )
        )


def metadata_bytes(entries: MetadataEntries) -> bytes:
    """Metadata as the state database holds it: a KVMetadataWrite without key (SerializeMetadata)."""
    if not entries:
        return b""
    message = kvrwset.KVMetadataWrite()
    _add_entries(message.entries, entries)
    return message.SerializeToString()


def parse_metadata(data: bytes) -> dict[str, bytes]:
    """Names and values of what ``metadata_bytes`` made.

    Raises:
        MalformedMessage: the bytes are no KVMetadataWrite.
    """
    return {entry.name: entry.value for entry in decode(kvrwset.KVMetadataWrite, data).entries}


def _kv_rwset(namespace: NamespaceReadWriteSet) -> bytes:
    message = kvrwset.KVRWSet()
    for read in namespace.reads:
        _add_read(message.reads, read)
    for query in namespace.range_queries:
        _add_range_query(message, query)
    _add_writes(message, namespace.writes, namespace.metadata_writes)
    return message.SerializeToString()


def _add_read(reads: "Iterable[kvrwset.KVRead]", read: Read) -> None:
    added = reads.add(key=read.key)  # type: ignore[attr-defined]  # a protobuf container, which has no public type
    if read.version is not None:
        _set_version(added.version, read.version)


def _set_version(message: kvrwset.Version, version: Version) -> None:
    # Assigning makes the message present even where both are 0: it says the key was there.
    message.block_num, message.tx_num = version


def _add_writes(
    message: kvrwset.KVRWSet, writes: Iterable[Write], metadata_writes: Iterable[MetadataWrite]
) -> None:
    for write in writes:
        message.writes.add(key=write.key, is_delete=write.is_delete, value=write.value)
    for metadata in metadata_writes:
        _add_entries(message.metadata_writes.add(key=metadata.key).entries, metadata.entries)


def _add_entries(container: "Iterable[kvrwset.KVMetadataEntry]", entries: MetadataEntries) -> None:
    for name, value in entries:
        container.add(name=name, value=value)  # type: ignore[attr-defined]  # as in _add_read


def _add_range_query(message: kvrwset.KVRWSet, query: RangeQuery) -> None:
    added = message.range_queries_info.add(
        start_key=query.start_key, end_key=query.end_key, itr_exhausted=query.exhausted
    )
    if query.reads is not None:
        added.raw_reads.SetInParent()
        for read in query.reads:
            _add_read(added.raw_reads.kv_reads, read)
    elif query.merkle is not None:
        added.reads_merkle_hashes.SetInParent()
        added.reads_merkle_hashes.max_degree = query.merkle.max_degree
        added.reads_merkle_hashes.max_level = query.merkle.max_level
        added.reads_merkle_hashes.max_level_hashes.extend(query.merkle.max_level_hashes)


def _hashed_rwset(collection: HashedCollection) -> bytes:
    message = kvrwset.HashedRWSet()
    for read in collection.reads:
        added = message.hashed_reads.add(key_hash=read.key_hash)
        if read.version is not None:
            _set_version(added.version, read.version)
    for write in collection.writes:
        message.hashed_writes.add(
            key_hash=write.key_hash,
            is_delete=write.is_delete,
            value_hash=write.value_hash,
            is_purge=write.is_purge,
        )
    for metadata in collection.metadata_writes:
        _add_entries(message.metadata_writes.add(key_hash=metadata.key_hash).entries, metadata.entries)
    return message.SerializeToString()


def _parse_namespace(entry: rwset.NsReadWriteSet) -> NamespaceReadWriteSet:
    message = decode(kvrwset.KVRWSet, entry.rwset)
    return NamespaceReadWriteSet(
        entry.namespace,
        tuple(Read(read.key, _version(read)) for read in message.reads),
        tuple(_parse_range_query(query) for query in message.range_queries_info),
        tuple(_parse_write(write) for write in message.writes),
        tuple(MetadataWrite(write.key, _entries(write.entries)) for write in message.metadata_writes),
        tuple(_parse_collection(collection) for collection in entry.collection_hashed_rwset),
    )


def _version(read: kvrwset.KVRead | kvrwset.KVReadHash) -> Version | None:
    return Version(read.version.block_num, read.version.tx_num) if read.HasField("version") else None


def _parse_write(write: kvrwset.KVWrite) -> Write:
    return Write(write.key, write.value, write.is_delete)


def _entries(entries: Iterable[kvrwset.KVMetadataEntry]) -> MetadataEntries:
    return tuple((entry.name, entry.value) for entry in entries)


def _parse_range_query(query: kvrwset.RangeQueryInfo) -> RangeQuery:
    kind = query.WhichOneof("reads_info")
    reads = merkle = None
    if kind == "raw_reads":
        reads = tuple(Read(read.key, _version(read)) for read in query.raw_reads.kv_reads)
    elif kind == "reads_merkle_hashes":
        hashes = query.reads_merkle_hashes
        merkle = MerkleSummary(hashes.max_degree, hashes.max_level, tuple(hashes.max_level_hashes))
    return RangeQuery(query.start_key, query.end_key, query.itr_exhausted, reads, merkle)


def _parse_collection(collection: rwset.CollectionHashedReadWriteSet) -> HashedCollection:
    message = decode(kvrwset.HashedRWSet, collection.hashed_rwset)
    return HashedCollection(
        collection.collection_name,
        tuple(HashedRead(read.key_hash, _version(read)) for read in message.hashed_reads),
        tuple(
            HashedWrite(write.key_hash, write.value_hash, write.is_delete, write.is_purge)
            for write in message.hashed_writes
        ),
        tuple(
            HashedMetadataWrite(write.key_hash, _entries(write.entries)) for write in message.metadata_writes
        ),
        collection.pvt_rwset_hash,
    )
