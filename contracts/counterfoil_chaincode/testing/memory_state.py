"""World state in memory: what all organisations share, and what each holds of its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from counterfoil_protocol.ledger.memory import apply_update, keys_between
from counterfoil_protocol.ledger.private import expiring_block
from counterfoil_protocol.ledger.state import VersionedValue
from counterfoil_protocol.ledger.updates import Update, UpdateBatch

PublicKey = tuple[str, str]
HashedKey = tuple[str, str, bytes]
PrivateKey = tuple[str, str, str]
BlockToLive = Callable[[str, str], int]
"""Blocks that the values of (namespace, collection) live, 0 for ever."""
KeyT = TypeVar("KeyT", str, bytes)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A committed modification of a public key."""

    transaction_id: str
    value: bytes = field(repr=False)
    timestamp: datetime
    is_delete: bool


@dataclass(slots=True)
class SharedState:
    """Public state, hashes of private state and histories: equal on every peer."""

    height: int = 0
    public: dict[PublicKey, VersionedValue] = field(default_factory=dict, repr=False)
    hashed: dict[HashedKey, VersionedValue] = field(default_factory=dict, repr=False)
    history: dict[PublicKey, list[HistoryEntry]] = field(default_factory=dict, repr=False)

    def copy(self) -> "SharedState":
        """An independent copy."""
        histories = {key: list(entries) for key, entries in self.history.items()}
        return SharedState(self.height, dict(self.public), dict(self.hashed), histories)


class OrganizationState:
    """One organisation's view: the shared state, and the private values it holds (a `StateReader`)."""

    def __init__(self, shared: SharedState, private: dict[PrivateKey, VersionedValue] | None = None) -> None:
        self.shared = shared
        self.private = {} if private is None else private

    @property
    def height(self) -> int:
        """Number of blocks."""
        return self.shared.height

    def get_state(self, namespace: str, key: str) -> VersionedValue | None:
        """A public key's value."""
        return self.shared.public.get((namespace, key))

    def get_state_range(self, namespace: str, start: str, end: str) -> Iterator[tuple[str, VersionedValue]]:
        """Public keys in order of key."""
        keys = [key for found, key in self.shared.public if found == namespace]
        return ((key, self.shared.public[namespace, key]) for key in keys_between(keys, start, end))

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
        return self.shared.hashed.get((namespace, collection, key_hash))


def expire(
    shared: SharedState, states: Iterable[OrganizationState], number: int, block_to_live: BlockToLive
) -> None:
    """Remove what ends with block `number`: hashes everywhere, values where they are held.

    Call after validation and before the block's updates are applied, so that keys it writes again stay, as a
    peer does (Fabric's pvtstatepurgemgmt/purge_mgr.go).
    """
    _drop_ended(shared.hashed, number, block_to_live)
    for state in states:
        _drop_ended(state.private, number, block_to_live)


def _drop_ended(
    held: dict[tuple[str, str, KeyT], VersionedValue], number: int, block_to_live: BlockToLive
) -> None:
    for key in list(held):
        end = expiring_block(held[key].version.block, block_to_live(key[0], key[1]))
        if end is not None and end <= number:
            del held[key]


def apply_public(shared: SharedState, batch: UpdateBatch) -> None:
    """Apply a block's public and hashed updates."""
    for public_key, update in batch.public.items():
        apply_update(shared.public, public_key, update)
    for hashed_key, update in batch.hashed.items():
        apply_update(shared.hashed, hashed_key, update)


def apply_private(private: dict[PrivateKey, VersionedValue], updates: dict[PrivateKey, Update]) -> None:
    """Apply what one organisation holds of a block's private updates."""
    for key, update in updates.items():
        apply_update(private, key, update)
