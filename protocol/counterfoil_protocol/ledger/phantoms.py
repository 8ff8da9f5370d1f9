"""Phantom check: does a range query still return what it returned at endorsement?

As Fabric core/ledger/kvledger/txmgmt/validation (combined_iterator.go, rangequery_validator.go).
"""

from collections.abc import Iterator

from ..rwset import MerkleSummary, RangeQuery, Read
from .merkle import RangeQueryResults
from .state import StateReader, Version, VersionedValue
from .updates import Update, UpdateBatch


def range_holds(namespace: str, query: RangeQuery, batch: UpdateBatch, reader: StateReader) -> bool:
    """Whether the query, run now on committed state and this block's updates so far, returns the same."""
    results = _current_results(namespace, query, batch, reader)
    if query.merkle is not None:
        return _same_hashes(query.merkle, results)
    if any(next(results, None) != read for read in query.reads or ()):
        return False
    return next(results, None) is None


def _current_results(
    namespace: str, query: RangeQuery, batch: UpdateBatch, reader: StateReader
) -> Iterator[Read]:
    """Committed keys overlaid with pending updates.

    A query that was not exhausted ends with the last key it saw, so that key belongs to the range too.
    """
    start, end = query.start_key, query.end_key
    pending = {
        key: update
        for (updated, key), update in batch.public.items()
        if updated == namespace and key >= start and (not end or key < end)
    }
    for key, version in _overlaid(reader.get_state_range(namespace, start, end), pending):
        yield Read(key, version)
    if not query.exhausted:
        last = _current_version(namespace, end, batch, reader)
        if last is not None:
            yield Read(end, last)


def _overlaid(
    committed: Iterator[tuple[str, VersionedValue]], pending: dict[str, Update]
) -> Iterator[tuple[str, Version]]:
    waiting = sorted(pending, reverse=True)
    for key, value in committed:
        while waiting and waiting[-1] < key:
            yield from _live(waiting[-1], pending[waiting.pop()])
        if waiting and waiting[-1] == key:
            yield from _live(key, pending[waiting.pop()])
        else:
            yield key, value.version
    for key in reversed(waiting):
        yield from _live(key, pending[key])


def _live(key: str, update: Update) -> Iterator[tuple[str, Version]]:
    if update.value is not None:
        yield key, update.version


def _current_version(namespace: str, key: str, batch: UpdateBatch, reader: StateReader) -> Version | None:
    update = batch.public.get((namespace, key))
    if update is not None:
        return update.version if update.value is not None else None
    committed = reader.get_state(namespace, key)
    return committed.version if committed is not None else None


def _same_hashes(expected: MerkleSummary, results: Iterator[Read]) -> bool:
    """Build the tree of what is there now, giving up at the first hash that differs."""
    if expected.max_degree < 2:
        return False
    current = RangeQueryResults(expected.max_degree)
    compared = 0
    for read in results:
        current.add(read)
        summary = current.summary()
        if summary.max_level < expected.max_level or len(summary.max_level_hashes) == compared:
            continue
        if len(summary.max_level_hashes) > len(expected.max_level_hashes):
            return False
        if summary.max_level_hashes[compared] != expected.max_level_hashes[compared]:
            return False
        compared += 1
    return current.done()[1] == expected
