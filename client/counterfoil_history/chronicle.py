"""The ledger of a regulator's export with its history: which transaction wrote which record, and when.

Fabric keeps no history of private data (`GetHistoryForKey` knows public keys alone). The blocks say which key
hashes a transaction wrote, the exporter's own private data which keys and values those are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from counterfoil_audit import Examined, Progress
from counterfoil_protocol.confidential import AUTHORITY, OUTCOME
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import transaction as messages
from counterfoil_protocol.rwset import HashedCollection, key_hash

from .ledger_at import LedgerAt, cut, proved, record_value

ValueT = TypeVar("ValueT")
Key = tuple[str, str]
"""Collection and key of a private record."""


class NotWhole(Exception):  # noqa: N818 - reads as what happened
    """The export lacks private data that its own blocks tell of: any total out of it would be too small.

    `exporter` is the MSP ID that the export says it is of, `missing` the collections.
    """

    code = "NOT_WHOLE"

    def __init__(self, exporter: str, missing: Sequence[str]) -> None:
        names = ", ".join(missing)
        super().__init__(
            f"the export of {exporter} does not hold all that its blocks tell of: it lacks {names}; "
            "only an export of the regulator's peer has everything"
        )
        self.exporter = exporter
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the block says of a transaction, for everybody to read, and where its outcome is kept.

    `code` is the validation code's name; `time` the client's, in seconds since 1970 UTC; `creator` an MSP ID;
    `function` and `request` the arguments, of which a confidential operation has no others. `outcome` is
    collection and key of the record that tells the caller what became of it, empty where there is none.
    """

    id: str
    block: int
    place: int
    code: str
    time: int
    creator: str
    function: str
    request: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One write of a record: by which transaction, and the value from then on."""

    transaction: Transaction
    collection: str
    key: str
    value: Any = field(repr=False)

    @property
    def record(self) -> Key:
        """The record that was written."""
        return self.collection, self.key


Track = tuple[Step, ...]
"""All writes of one record, in the ledger's order; never empty."""


@dataclass(frozen=True, slots=True)
class Chronicle:
    """The ledger at a height, and how it came to be so.

    `writes` are the VALID transactions with the values they wrote, by record; `attempts` the transactions of
    any other code that would have written one.
    """

    ledger: LedgerAt
    writes: Mapping[Key, Sequence[tuple[Transaction, bytes]]] = field(repr=False)
    attempts: Mapping[Key, Sequence[Transaction]] = field(repr=False)

    def tracks(self, collections: str, kind: str, of: type[ValueT]) -> Iterator[Track]:
        """Records of a kind, in order of key, in every collection whose name begins so.

        A record that was deleted is left out: none of the records that are counted is.
        """
        for collection, key in sorted(self.writes):
            if collection.startswith(collections) and key.startswith(f"{kind}/"):
                yield tuple(
                    Step(each, collection, key, record_value(value, of))
                    for each, value in self.writes[collection, key]
                )


def read_chronicle(folder: Path, height: int = 0, progress: Progress = lambda step: None) -> Chronicle:
    """The chronicle of a regulator's export at a height, its whole length if that is 0.

    Args:
        folder: made by `counterfoil audit export`.
        height: number of blocks: block `height - 1` is the last that counts.
        progress: is told of each step.

    Raises:
        ExportError, NotProved: as `read_ledger`.
        NotWhole: a collection that the chaincode wrote is not in it.
    """
    found, height = proved(folder, height, progress)
    missing = _missing(found)
    if missing:
        raise NotWhole(found.manifest.peers[0], missing)
    progress("the history of every record")
    return _chronicle(found, height)


def _missing(found: Examined) -> list[str]:
    """Collections in which the blocks tell of writes, and whose values the export does not claim to hold.

    What it claims and does not hold is a finding of the audit. Whose it says it is counts for nothing.
    """
    written = {stated.name for _, _, stated in _hashed_writes(found, len(found.replayed))}
    # Without a write of `authority` this is no chaincode of ours, whatever the manifest calls it.
    return sorted((written | {AUTHORITY}) - (written & set(found.manifest.collections)))


def _chronicle(found: Examined, height: int) -> Chronicle:
    outcomes = {
        (each.block, each.transaction_id): f"{each.collection}: {each.key}"
        for each in found.writes
        if each.key.startswith(f"{OUTCOME}/")
    }
    transactions: dict[tuple[int, int], Transaction] = {}
    valid: dict[tuple[int, str], Transaction] = {}
    for block in found.replayed[:height]:
        for each in block.transactions:
            raw = found.blocks[block.number].data.data[each.place]
            told = _transaction(raw, block.number, each.place, each.code, outcomes)
            transactions[block.number, each.place] = told
            if each.code == messages.VALID:
                valid[block.number, each.transaction_id] = told
    writes: dict[Key, list[tuple[Transaction, bytes]]] = {}
    for write in found.writes:
        if write.block < height and write.value is not None:
            by = valid[write.block, write.transaction_id]
            writes.setdefault((write.collection, write.key), []).append((by, write.value))
    return Chronicle(cut(found, height), writes, _attempts(found, height, writes, transactions))


def _attempts(
    found: Examined,
    height: int,
    known: Mapping[Key, object],
    transactions: Mapping[tuple[int, int], Transaction],
) -> dict[Key, list[Transaction]]:
    keys = {(collection, key_hash(key)): (collection, key) for collection, key in known}
    attempts: dict[Key, list[Transaction]] = {}
    for block, place, stated in _hashed_writes(found, height, valid=False):
        for write in stated.writes:
            record = keys.get((stated.name, write.key_hash))
            if record is not None:
                attempts.setdefault(record, []).append(transactions[block, place])
    return attempts


def _hashed_writes(
    found: Examined, height: int, *, valid: bool = True
) -> Iterator[tuple[int, int, HashedCollection]]:
    """Block, place and collection of what the chaincode's transactions wrote, or would have."""
    for block in found.replayed[:height]:
        for each in block.transactions:
            if (each.code == messages.VALID) != valid or each.rwset is None:
                continue
            for namespace in each.rwset.namespaces:
                for stated in namespace.collections:
                    if namespace.namespace == found.manifest.chaincode and stated.writes:
                        yield block.number, each.place, stated


def _transaction(
    raw: bytes, block: int, place: int, code: int, outcomes: Mapping[tuple[int, str], str]
) -> Transaction:
    names = {int(value): name for name, value in messages.TxValidationCode.items()}
    name = names.get(code, str(code))
    try:
        parsed = parse_transaction(raw)
        arguments = parsed.actions[0].arguments() if parsed.actions else ()
        creator = Identity.parse(parsed.creator).msp_id
    except MalformedMessage:
        # The replay has judged it: such a transaction is in no block of VALID ones but the first.
        return Transaction("", block, place, name, 0, "", "", "")
    function, request = ([each.decode("utf-8", "replace") for each in arguments] + ["", ""])[:2]
    outcome = outcomes.get((block, parsed.transaction_id), "") if code == messages.VALID else ""
    return Transaction(
        parsed.transaction_id, block, place, name, parsed.timestamp[0], creator, function, request, outcome
    )
