"""What a block changes: the batch of updates that validation prepares, and its hash for the block."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .state import Version


@dataclass(frozen=True, slots=True)
class Update:
    """A key's new value (None deletes), version and metadata. For hashed keys the value is a hash."""

    value: bytes | None = field(repr=False)
    version: Version
    metadata: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Purge:
    """A private key that a transaction purged (PurgePrivateData), by hash: no older value may stay."""

    namespace: str
    collection: str
    key_hash: bytes
    version: Version


_DELETED = b"\x20\x01"
"""Field 4, a varint, true."""
_TAGS = tuple(bytes([number << 3 | 2]) for number in range(8))
_SIZES = tuple(bytes([size]) for size in range(0x80))

PublicKey = tuple[str, str]
"""(namespace, key)"""
HashedKey = tuple[str, str, bytes]
"""(namespace, collection, SHA-256 of the key)"""
PrivateKey = tuple[str, str, str]
"""(namespace, collection, key)"""


@dataclass(slots=True)
class UpdateBatch:
    """All updates of one block, the last write of a key winning (Fabric privacyenabledstate.UpdateBatch)."""

    public: dict[PublicKey, Update] = field(default_factory=dict)
    hashed: dict[HashedKey, Update] = field(default_factory=dict)
    private: dict[PrivateKey, Update] = field(default_factory=dict)
    purges: dict[HashedKey, Purge] = field(default_factory=dict)


def commit_hash(transactions_filter: bytes, batch: UpdateBatch, previous: bytes) -> bytes:
    """The hash that chains what blocks did to the state (kv_ledger.go addBlockCommitHash).

    SHA-256 over varint(length of the filter), the filter, the public and hashed updates in a fixed order and
    the previous block's commit hash (empty for block 1). Private updates are not in it: every peer agrees.
    """
    size = _varint(len(transactions_filter))
    return hashlib.sha256(size + transactions_filter + deterministic_bytes(batch) + previous).digest()


def deterministic_bytes(batch: UpdateBatch) -> bytes:
    """Public and hashed updates as Fabric's txmgr.Updates message (update_batch_bytes.go).

    By namespace, in it public keys first, then collection by collection; within each by key. Namespace and
    collection are stated at their first entry only. The empty namespace (configuration) is left out.
    """
    groups: dict[str, dict[str, dict[bytes, Update]]] = {}
    for (namespace, key), update in batch.public.items():
        groups.setdefault(namespace, {}).setdefault("", {})[key.encode()] = update
    for (namespace, collection, key_hash), update in batch.hashed.items():
        groups.setdefault(namespace, {}).setdefault(collection, {})[key_hash] = update
    writes = (write for namespace in sorted(groups) if namespace for write in _namespace(namespace, groups))
    return b"".join(_bytes_field(1, write) for write in writes)


def _namespace(namespace: str, groups: dict[str, dict[str, dict[bytes, Update]]]) -> Iterator[bytes]:
    stated = _bytes_field(1, namespace.encode())
    for collection in sorted(groups[namespace]):
        prefix = stated + _bytes_field(2, collection.encode())
        stated = b""
        for write in _writes(groups[namespace][collection].items()):
            yield prefix + write
            prefix = b""


def _writes(updates: Iterable[tuple[bytes, Update]]) -> Iterator[bytes]:
    for key, update in sorted(updates, key=lambda item: item[0]):
        version = _bytes_field(6, _version_bytes(update.version))
        if update.value is None:
            yield _bytes_field(3, key) + _DELETED + version
        else:
            yield _bytes_field(3, key) + _bytes_field(5, update.value) + version


@lru_cache(maxsize=256)
def _version_bytes(version: Version) -> bytes:
    return version.to_bytes()


def _bytes_field(number: int, content: bytes) -> bytes:
    # proto3 leaves out what is empty, except elements of a repeated field, which never are empty here.
    if not content:
        return b""
    size = len(content)
    return _TAGS[number] + (_SIZES[size] if size < 0x80 else _varint(size)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
