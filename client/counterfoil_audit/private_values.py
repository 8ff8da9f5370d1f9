"""Is every private value the one that was agreed on? Values against the hashes that VALID transactions wrote.

Private data of transactions that were not VALID is delivered by peers too and proves nothing: it is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import (
    HashedCollection,
    PrivateCollection,
    PrivateReadWriteSet,
    key_hash,
    value_hash,
)

from .replay import ReplayedBlock, ReplayedTransaction
from .verdict import Finding, Verdict

Place = tuple[int, int]
"""(block number, transaction's place in it)"""


@dataclass(frozen=True, slots=True)
class PrivateWrite:
    """A private value that its hash vouches for; None deletes the key."""

    block: int
    transaction_id: str
    collection: str
    key: str
    value: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckedValues:
    """What was checked, in the ledger's order, and what is wrong."""

    writes: tuple[PrivateWrite, ...]
    findings: tuple[Finding, ...]


def check_private_values(
    blocks: Sequence[ReplayedBlock],
    exported: Mapping[Place, bytes],
    chaincode: str,
    collections: Sequence[str],
) -> CheckedValues:
    """Compare exported private data with the hashes in VALID transactions.

    Args:
        blocks: replayed.
        exported: serialized `TxPvtReadWriteSet` by place.
        chaincode: the namespace that is looked at.
        collections: those of which the exporter is a member.
    """
    purged = _last_purges(blocks, chaincode)
    writes: list[PrivateWrite] = []
    findings: list[Finding] = []
    for block in blocks:
        for each in block.transactions:
            if each.code != transaction.VALID or each.rwset is None:
                continue
            private = _collections(exported.get((block.number, each.place), b""), chaincode)
            for stated in _hashed(each, chaincode):
                if stated.name not in collections or not stated.writes:
                    continue
                where = _Where(block.number, each, stated, purged)
                good, bad = where.compare(private.get(stated.name))
                writes += good
                findings += bad
    return CheckedValues(tuple(writes), tuple(findings))


@dataclass(frozen=True, slots=True)
class _Where:
    """One collection's writes in one transaction."""

    block: int
    transaction: ReplayedTransaction
    stated: HashedCollection
    purged: Mapping[tuple[str, bytes], Place]

    def compare(self, arrived: PrivateCollection | None) -> tuple[list[PrivateWrite], list[Finding]]:
        wanted = {write.key_hash: write for write in self.stated.writes if not write.is_purge}
        good: list[PrivateWrite] = []
        findings: list[Finding] = []
        for write in arrived.writes if arrived is not None else ():
            expected = wanted.pop(key_hash(write.key), None)
            value = None if write.deletes else write.value
            if expected is None:
                if not write.deletes:
                    findings.append(self._finding("no such key was written", write.key))
            elif expected.value_hash != (b"" if value is None else value_hash(value)):
                findings.append(self._finding("the value is not the one whose hash was written", write.key))
            else:
                name = self.stated.name
                good.append(PrivateWrite(self.block, self.transaction.transaction_id, name, write.key, value))
        place = (self.block, self.transaction.place)
        for missing in wanted:
            if self.purged.get((self.stated.name, missing), (-1, -1)) < place:
                text = "a value is missing: the exporter's peer has not got it"
                findings.append(self._finding(text, f"SHA-256 {missing.hex()}"))
        return good, findings

    def _finding(self, text: str, key: str) -> Finding:
        where = f"{self.stated.name}/{key}"
        return Finding(Verdict.PRIVATE_VALUE, text, self.block, self.transaction.transaction_id, where)


def _last_purges(blocks: Sequence[ReplayedBlock], chaincode: str) -> dict[tuple[str, bytes], Place]:
    """Where each key was last purged: values written before that are gone by rule."""
    return {
        (stated.name, write.key_hash): (block.number, each.place)
        for block in blocks
        for each in block.transactions
        if each.code == transaction.VALID and each.rwset is not None
        for stated in _hashed(each, chaincode)
        for write in stated.writes
        if write.is_purge
    }


def _hashed(each: ReplayedTransaction, chaincode: str) -> Iterator[HashedCollection]:
    for entry in each.rwset.namespaces if each.rwset is not None else ():
        if entry.namespace == chaincode:
            yield from entry.collections


def _collections(serialized: bytes, chaincode: str) -> dict[str, PrivateCollection]:
    try:
        private = PrivateReadWriteSet.parse(serialized)
    except MalformedMessage:
        return {}
    return {
        collection.name: collection
        for entry in private.namespaces
        if entry.namespace == chaincode
        for collection in entry.collections
    }
