"""A ledger's state in memory: for replaying exported blocks, and for testing contracts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from .state import VersionedValue
from .updates import HashedKey, PrivateKey, PublicKey, Update, UpdateBatch

KeyT = TypeVar("KeyT")


@dataclass(slots=True)
class MemoryState:
    """State that a batch of updates is applied to; a `StateReader`. `private` is what one member holds."""

    height: int = 0
    public: dict[PublicKey, VersionedValue] = field(default_factory=dict, repr=False)
    hashed: dict[HashedKey, VersionedValue] = field(default_factory=dict, repr=False)
    private: dict[PrivateKey, VersionedValue] = field(default_factory=dict, repr=False)

    def get_state(self, namespace: str, key: str) -> VersionedValue | None:
        """A public key's value."""
        return self.public.get((namespace, key))

    def get_state_range(self, namespace: str, start: str, end: str) -> Iterator[tuple[str, VersionedValue]]:
        """Public keys in order of key."""
        keys = [key for found, key in self.public if found == namespace]
        return ((key, self.public[namespace, key]) for key in keys_between(keys, start, end))

    def get_private(self, namespace: str, collection: str, key: str) -> VersionedValue | None:
        """A private key's value as held here."""
        return self.private.get((namespace, collection, key))

    def get_private_range(
        self, namespace: str, collection: str, start: str, end: str
    ) -> Iterator[tuple[str, VersionedValue]]:
        """Private keys held here, in order of key."""
        keys = [key for name, found, key in self.private if (name, found) == (namespace, collection)]
        return ((key, self.private[namespace, collection, key]) for key in keys_between(keys, start, end))

    def get_private_hash(self, namespace: str, collection: str, key_hash: bytes) -> VersionedValue | None:
        """Hash, version and metadata of a private key."""
        return self.hashed.get((namespace, collection, key_hash))

    def apply(self, batch: UpdateBatch) -> None:
        """Apply a block's updates, private ones too, and go on to the next height."""
        for public_key, update in batch.public.items():
            apply_update(self.public, public_key, update)
        for hashed_key, update in batch.hashed.items():
            apply_update(self.hashed, hashed_key, update)
        for private_key, update in batch.private.items():
            apply_update(self.private, private_key, update)
        self.height += 1


def keys_between(keys: list[str], start: str, end: str) -> list[str]:
    """The keys from `start` on and before `end` (empty is open), in order: of code points, so of UTF-8."""
    return sorted(key for key in keys if key >= start and (not end or key < end))


def apply_update(state: dict[KeyT, VersionedValue], key: KeyT, update: Update) -> None:
    """Apply one update: None deletes."""
    if update.value is None:
        state.pop(key, None)
    else:
        state[key] = VersionedValue(update.value, update.version, update.metadata)
