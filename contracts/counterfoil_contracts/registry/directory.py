"""The directory of enterprises: records in 1,024 buckets, so that a read of one points to a crowd."""

from collections.abc import Sequence

import msgspec
from counterfoil_chaincode.confidential import ConfidentialContext, Record
from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core.message import Message, Time, Uscc

from .operations import Enterprise, EnterpriseHistory

BUCKETS = 1024
BUCKET = "bucket"
"""The kind of the keys by which enterprises fall into buckets."""
_KIND = "enterprise"


class Entry(Message, frozen=True):
    """One enterprise: its records with the times from which they count, the newest last."""

    uscc: Uscc
    records: tuple[Enterprise, ...]
    since: tuple[Time, ...]


class Bucket(Message, frozen=True):
    """Some of the enterprises, in the order of their codes."""

    entries: tuple[Entry, ...] = ()


class _Skimmed(Message, frozen=True):
    """An entry of which only the code is read: a bucket of a large directory holds hundreds."""

    uscc: str
    records: msgspec.Raw
    since: msgspec.Raw


class _SkimmedBucket(Message, frozen=True):
    """A bucket as a look-up reads it."""

    entries: tuple[_Skimmed, ...] = ()


def find(context: ConfidentialContext, uscc: str) -> EnterpriseHistory:
    """What the directory says about an enterprise; no records where it does not know it."""
    entry = _entry(context, uscc, _bucket_numbers(context, uscc))
    return EnterpriseHistory(entry.records, entry.since)


def stands_for(context: ConfidentialContext, enterprise: str, party: str) -> bool:
    """Whether an enterprise may act on a party's documents: its own, or those of one it has taken over."""
    seen: set[str] = set()
    while party != enterprise and party not in seen:
        seen.add(party)
        records = find(context, party).records
        if not records or not records[-1].successor:
            return False
        party = records[-1].successor
    return party == enterprise


def put(context: ConfidentialContext, enterprises: Sequence[Enterprise], now: int) -> None:
    """Add a record for each enterprise, counting from now; each bucket is written once.

    An entry moves to its bucket of the newest secret with all its records; the older keeps what it had.
    """
    buckets: dict[str, tuple[Record[Bucket] | None, dict[str, Entry]]] = {}
    for enterprise in enterprises:
        number, *older = _bucket_numbers(context, enterprise.uscc)
        if number not in buckets:
            record = context.store.find(AUTHORITY, _KIND, number, Bucket)
            entries = record.value.entries if record else ()
            buckets[number] = (record, {entry.uscc: entry for entry in entries})
        known = buckets[number][1]
        before = known.get(enterprise.uscc) or _entry(context, enterprise.uscc, older)
        known[enterprise.uscc] = Entry(enterprise.uscc, (*before.records, enterprise), (*before.since, now))
    for number, (record, known) in buckets.items():
        bucket = Bucket(tuple(known[uscc] for uscc in sorted(known)))
        context.store.save(AUTHORITY, _KIND, number, bucket, record)


def bucket_of(key: str) -> int:
    """The number of a bucket, by an enterprise's key of kind `BUCKET`."""
    return int(key.rpartition("/")[2][:8], 16) % BUCKETS


def _entry(context: ConfidentialContext, uscc: str, numbers: Sequence[str]) -> Entry:
    """The entry in the first of the buckets that has one; without records where none has."""
    for number in numbers:
        record = context.store.find(AUTHORITY, _KIND, number, _SkimmedBucket)
        entry = next((each for each in record.value.entries if each.uscc == uscc), None) if record else None
        if entry is not None:
            records = msgspec.json.decode(entry.records, type=tuple[Enterprise, ...])
            return Entry(uscc, records, msgspec.json.decode(entry.since, type=tuple[Time, ...]))
    return Entry(uscc, (), ())


def _bucket_numbers(context: ConfidentialContext, uscc: str) -> tuple[str, ...]:
    # The bucket comes from the keyed hash, so that nobody outside can tell who else is in it.
    return tuple(str(bucket_of(key)) for key in context.key_ring().keys(AUTHORITY, BUCKET, uscc))
