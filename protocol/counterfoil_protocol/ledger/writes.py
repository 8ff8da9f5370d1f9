"""A valid transaction's writes, added to the block's updates.

As Fabric core/ledger/kvledger/txmgmt/validation/tx_ops.go: a key's value and metadata are written apart, and
what a transaction leaves alone stays as it is; a delete takes the metadata along.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from ..rwset import MetadataEntries, NamespaceReadWriteSet, ReadWriteSet, metadata_bytes
from .state import StateReader, Version, VersionedValue
from .updates import HashedKey, PublicKey, Purge, Update, UpdateBatch

KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(slots=True)
class _KeyOperation:
    """What one transaction does to one key; None leaves that part alone."""

    deletes: bool = False
    value: bytes | None = None
    metadata: bytes | None = None


def apply_writes(batch: UpdateBatch, rwset: ReadWriteSet, version: Version, reader: StateReader) -> None:
    """Add the public and hashed writes of one valid transaction to the batch."""
    public: dict[PublicKey, _KeyOperation] = {}
    hashed: dict[HashedKey, _KeyOperation] = {}
    for entry in rwset.namespaces:
        for write in entry.writes:
            _set_value(public, (entry.namespace, write.key), None if write.deletes else write.value)
        for metadata in entry.metadata_writes:
            _set_metadata(public, (entry.namespace, metadata.key), metadata.entries)
        _collect_hashed(hashed, entry)
        _collect_purges(batch, entry, version)
    _merge(batch.public, public, version, lambda key: reader.get_state(*key))
    _merge(batch.hashed, hashed, version, lambda key: reader.get_private_hash(*key))


def _collect_hashed(operations: dict[HashedKey, _KeyOperation], entry: NamespaceReadWriteSet) -> None:
    for collection in entry.collections:
        for write in collection.writes:
            key = (entry.namespace, collection.name, write.key_hash)
            _set_value(operations, key, None if write.deletes else write.value_hash)
        for metadata in collection.metadata_writes:
            _set_metadata(operations, (entry.namespace, collection.name, metadata.key_hash), metadata.entries)


def _collect_purges(batch: UpdateBatch, entry: NamespaceReadWriteSet, version: Version) -> None:
    for collection in entry.collections:
        for write in collection.writes:
            if write.is_purge:
                key = (entry.namespace, collection.name, write.key_hash)
                batch.purges[key] = Purge(*key, version)


def _set_value(operations: dict[KeyT, _KeyOperation], key: KeyT, value: bytes | None) -> None:
    operation = operations.setdefault(key, _KeyOperation())
    operation.value, operation.deletes = value, value is None


def _set_metadata(operations: dict[KeyT, _KeyOperation], key: KeyT, entries: MetadataEntries) -> None:
    operations.setdefault(key, _KeyOperation()).metadata = metadata_bytes(entries)


def _merge(
    updates: dict[KeyT, Update],
    operations: dict[KeyT, _KeyOperation],
    version: Version,
    committed: Callable[[KeyT], VersionedValue | None],
) -> None:
    for key, operation in operations.items():
        if operation.deletes:
            updates[key] = Update(None, version)
            continue
        value, metadata = operation.value, operation.metadata
        if value is None or metadata is None:
            now_value, now_metadata = _now(updates, key, committed)
            value = now_value if value is None else value
            metadata = now_metadata if metadata is None else metadata
        # Metadata for a key that is not there changes nothing. (Where the key was deleted earlier in the same
        # block, Fabric's peer panics on it; here too nothing changes.)
        if value is not None:
            updates[key] = Update(value, version, metadata)


def _now(
    updates: dict[KeyT, Update], key: KeyT, committed: Callable[[KeyT], VersionedValue | None]
) -> tuple[bytes | None, bytes]:
    update = updates.get(key)
    if update is not None:
        return update.value, update.metadata
    found = committed(key)
    return (found.value, found.metadata) if found is not None else (None, b"")
