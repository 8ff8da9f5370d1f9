"""Multi-version concurrency control of one block: which transactions still fit, and what they change.

As Fabric core/ledger/kvledger/txmgmt/validation/validator.go: in block order, each against the committed
state and the updates of the valid transactions before it. Phantoms are looked for in public ranges alone;
private data is compared by the versions of its hashed keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..messages import transaction as transaction_messages
from ..rwset import HashedCollection, Read, ReadWriteSet
from .phantoms import range_holds
from .state import StateReader, Version, VersionedValue
from .updates import UpdateBatch
from .writes import apply_writes

VALID = int(transaction_messages.VALID)
MVCC_READ_CONFLICT = int(transaction_messages.MVCC_READ_CONFLICT)
PHANTOM_READ_CONFLICT = int(transaction_messages.PHANTOM_READ_CONFLICT)


@dataclass(frozen=True, slots=True)
class BlockTransaction:
    """A transaction that the transaction validator found good: its place in the block and its rwset."""

    place: int
    rwset: ReadWriteSet


@dataclass(slots=True)
class PreparedBlock:
    """Codes by place, and the updates of the valid transactions.

    Private updates are not in it yet: `private.add_private_updates` puts in what this organisation holds.
    """

    codes: dict[int, int] = field(default_factory=dict)
    batch: UpdateBatch = field(default_factory=UpdateBatch)


def validate_and_prepare(
    number: int, transactions: Sequence[BlockTransaction], reader: StateReader
) -> PreparedBlock:
    """Validate transactions in order and collect what the valid ones write.

    Args:
        number: the block's number, half of the version of what it writes.
        transactions: those not already refused, in block order.
        reader: the state before this block.
    """
    prepared = PreparedBlock()
    for candidate in transactions:
        code = _validate(candidate.rwset, prepared.batch, reader)
        prepared.codes[candidate.place] = code
        if code == VALID:
            apply_writes(prepared.batch, candidate.rwset, Version(number, candidate.place), reader)
    return prepared


def _validate(rwset: ReadWriteSet, batch: UpdateBatch, reader: StateReader) -> int:
    for entry in rwset.namespaces:
        if not all(_read_holds(entry.namespace, read, batch, reader) for read in entry.reads):
            return MVCC_READ_CONFLICT
        if not all(range_holds(entry.namespace, query, batch, reader) for query in entry.range_queries):
            return PHANTOM_READ_CONFLICT
        if not all(_hashed_reads_hold(entry.namespace, coll, batch, reader) for coll in entry.collections):
            return MVCC_READ_CONFLICT
    return VALID


def _read_holds(namespace: str, read: Read, batch: UpdateBatch, reader: StateReader) -> bool:
    if (namespace, read.key) in batch.public:
        return False
    return _version(reader.get_state(namespace, read.key)) == read.version


def _hashed_reads_hold(
    namespace: str, collection: HashedCollection, batch: UpdateBatch, reader: StateReader
) -> bool:
    for read in collection.reads:
        key = (namespace, collection.name, read.key_hash)
        if key in batch.hashed or _version(reader.get_private_hash(*key)) != read.version:
            return False
    return True


def _version(value: VersionedValue | None) -> Version | None:
    return value.version if value is not None else None
