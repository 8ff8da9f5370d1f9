"""What a ledger's state looks like to its readers: versions, versioned values, the reader's interface."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable


class Version(NamedTuple):
    """Height at which a key was last written (Fabric core/ledger/internal/version): block and place in it."""

    block: int
    transaction: int

    def to_bytes(self) -> bytes:
        """Both numbers in Fabric's order-preserving form (util.EncodeOrderPreservingVarUint64)."""
        return _ordered_bytes(self.block) + _ordered_bytes(self.transaction)


def _ordered_bytes(number: int) -> bytes:
    size = (number.bit_length() + 7) // 8
    return bytes([size]) + number.to_bytes(size, "big")


@dataclass(frozen=True, slots=True)
class VersionedValue:
    """A committed value, its version and its metadata (a serialized KVMetadataWrite, empty if there is none).

    For a hashed private key `value` is the SHA-256 of the value. No content in the repr.
    """

    value: bytes = field(repr=False)
    version: Version
    metadata: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Modification:
    """What one committed, valid transaction made of a public key; `timestamp` is the client's, in
    seconds and nanoseconds since 1970.
    """

    transaction_id: str
    value: bytes = field(repr=False)
    timestamp: tuple[int, int]
    is_delete: bool


@runtime_checkable
class HistoryReader(Protocol):
    """A ledger that knows the earlier values of its keys (Fabric's history database)."""

    def get_history(self, namespace: str, key: str) -> Iterator[Modification]:
        """All modifications of a public key, newest first."""
        ...


class StateReader(Protocol):
    """One consistent view of a ledger's state; every answer belongs to the same height.

    Namespaces, collections and keys are text; a key's order is the order of its UTF-8 bytes. Ranges include
    `start` and exclude `end`; an empty bound is open. Absent is None.
    """

    @property
    def height(self) -> int:
        """Number of blocks in this view: the number of the next block."""
        ...

    def get_state(self, namespace: str, key: str) -> VersionedValue | None:
        """A public key's value."""
        ...

    def get_state_range(self, namespace: str, start: str, end: str) -> Iterator[tuple[str, VersionedValue]]:
        """Public keys in order of key."""
        ...

    def get_private(self, namespace: str, collection: str, key: str) -> VersionedValue | None:
        """A private key's value as held here; None as well where this organisation is no member."""
        ...

    def get_private_range(
        self, namespace: str, collection: str, start: str, end: str
    ) -> Iterator[tuple[str, VersionedValue]]:
        """Private keys held here, in order of key."""
        ...

    def get_private_hash(self, namespace: str, collection: str, key_hash: bytes) -> VersionedValue | None:
        """Hash, version and metadata of a private key, by the SHA-256 of the key: the same on every peer."""
        ...
