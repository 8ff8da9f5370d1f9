"""Private data of a block: what belongs to whom, whether it is what the block states, what it changes.

As Fabric core/ledger/kvledger/txmgmt/validation/batch_preparer.go, core/ledger/kvledger/hashcheck_pvtdata.go.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import MalformedMessage
from ..rwset import HashedCollection, PrivateCollection, ReadWriteSet, Write, key_hash, value_hash
from .state import StateReader, Version
from .updates import PrivateKey, Update, UpdateBatch


@dataclass(frozen=True, slots=True)
class ExpectedPrivateData:
    """Private writes that a transaction's public part announces, by the hash of their bytes."""

    namespace: str
    collection: str
    digest: bytes


def expected_private_data(rwset: ReadWriteSet) -> tuple[ExpectedPrivateData, ...]:
    """The private write sets that belong to a transaction, in order of the read-write set."""
    return tuple(
        ExpectedPrivateData(entry.namespace, collection.name, collection.private_hash)
        for entry in rwset.namespaces
        for collection in entry.collections
        if collection.private_hash
    )


def is_expected(rwset: ReadWriteSet, namespace: str, collection: str, content: bytes) -> bool:
    """Whether `content`, a serialized KVRWSet, is what the transaction states for the collection."""
    digest = hashlib.sha256(content).digest()
    return ExpectedPrivateData(namespace, collection, digest) in expected_private_data(rwset)


def hashed_collection(rwset: ReadWriteSet, namespace: str, collection: str) -> HashedCollection | None:
    """The public part of a collection's writes."""
    for entry in rwset.namespaces:
        if entry.namespace == namespace:
            for candidate in entry.collections:
                if candidate.name == collection:
                    return candidate
    return None


def add_private_updates(
    batch: UpdateBatch, version: Version, namespace: str, collection: PrivateCollection
) -> None:
    """Add a valid transaction's private writes; call in block order."""
    for write in collection.writes:
        value = None if write.deletes else write.value
        batch.private[(namespace, collection.name, write.key)] = Update(value, version)


def follow_metadata(batch: UpdateBatch, renewed: Iterable[PrivateKey], reader: StateReader) -> None:
    """Give private values the version of their hashed keys, where only metadata was written.

    `renewed` are the private keys named by metadata writes of the block's valid transactions. Without this a
    value would look stale after a metadata write (batch_preparer.go incrementPvtdataVersionIfNeeded).
    """
    for namespace, collection, key in renewed:
        hashed = batch.hashed.get((namespace, collection, key_hash(key)))
        if hashed is None or hashed.value is None:
            continue
        pending = batch.private.get((namespace, collection, key))
        committed = reader.get_private(namespace, collection, key) if pending is None else None
        latest = pending or committed
        if latest is None or latest.value is None or latest.version == hashed.version:
            continue
        if value_hash(latest.value) == hashed.value:
            batch.private[(namespace, collection, key)] = Update(latest.value, hashed.version)


def expiring_block(number: int, block_to_live: int) -> int | None:
    """The block whose commit ends what block `number` wrote into a collection; None for never (0 blocks).

    As Fabric core/ledger/pvtdatapolicy/btlpolicy.go ComputeExpiringBlock. The key stays if it is written
    again before that block or in it (pvtstatepurgemgmt/purge_mgr.go).
    """
    return number + block_to_live + 1 if block_to_live else None


def late_writes(
    stated: HashedCollection, content: bytes, purged: Mapping[bytes, Version], version: Version
) -> PrivateCollection | None:
    """Check private writes that arrive after their block, maybe from a peer that has purged some of the keys.

    Args:
        stated: the transaction's public part for the collection.
        content: the serialized KVRWSet that arrived.
        purged: last purges that this peer knows, by key hash.
        version: where the transaction is.

    Returns:
        The writes to keep, without purged keys; None where they are not what the block states.
    """
    gone = {key for key, when in purged.items() if when >= version}
    wanted = {write.key_hash: write.value_hash for write in stated.writes if write.key_hash not in gone}
    try:
        arrived = PrivateCollection.parse(stated.name, content)
    except MalformedMessage:
        return None
    if len(arrived.writes) == len(stated.writes) and not gone:
        return arrived if hashlib.sha256(content).digest() == stated.private_hash else None
    kept: list[Write] = []
    for write in arrived.writes:
        expected = wanted.get(key_hash(write.key))
        if expected is None:
            continue
        if expected != (b"" if write.deletes else value_hash(write.value)):
            return None
        del wanted[key_hash(write.key)]
        kept.append(write)
    return None if wanted else PrivateCollection(stated.name, tuple(kept))


def without_keys(collection: PrivateCollection, hashes: Sequence[bytes]) -> PrivateCollection:
    """The same writes without the keys of these hashes, as a purge leaves them."""
    gone = set(hashes)
    return PrivateCollection(
        collection.name,
        tuple(write for write in collection.writes if key_hash(write.key) not in gone),
        collection.metadata_writes,
    )
