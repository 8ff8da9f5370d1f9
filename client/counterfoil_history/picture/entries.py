"""What the regulator's directory says of an enterprise: every entry, and the transaction that made it."""

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil_contracts.registry.directory import Bucket
from counterfoil_contracts.registry.operations import Enterprise
from counterfoil_protocol.confidential import AUTHORITY

from ..chronicle import Chronicle

_KIND = "enterprise"


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """An entry that counts from `since` (seconds since 1970 UTC) on, and by which transaction."""

    record: Enterprise
    since: int
    transaction: str
    block: int
    collection: str
    key: str


def entries_of(chronicle: Chronicle, enterprise: str) -> tuple[DirectoryEntry, ...]:
    """All entries of an enterprise, the newest last."""
    return tuple(each for each in _entries(chronicle) if each.record.uscc == enterprise)


def predecessors_of(chronicle: Chronicle, enterprise: str) -> tuple[DirectoryEntry, ...]:
    """The entries by which an enterprise took others over: the newest of each that still names it."""
    newest = {each.record.uscc: each for each in _entries(chronicle)}
    return tuple(each for each in newest.values() if each.record.successor == enterprise)


def _entries(chronicle: Chronicle) -> list[DirectoryEntry]:
    found = list(_unordered(chronicle))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def _unordered(chronicle: Chronicle) -> Iterator[tuple[tuple[int, int], DirectoryEntry]]:
    """Entries with their transaction's place. A bucket holds a crowd: what counts is what a write added."""
    for track in chronicle.tracks(AUTHORITY, _KIND, Bucket):
        known: dict[str, int] = {}
        for step in track:
            by = step.transaction
            for entry in step.value.entries:
                for at in range(known.get(entry.uscc, 0), len(entry.records)):
                    made = DirectoryEntry(
                        entry.records[at], entry.since[at], by.id, by.block, step.collection, step.key
                    )
                    yield (by.block, by.place), made
                known[entry.uscc] = len(entry.records)
