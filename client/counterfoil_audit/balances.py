"""Does every pool carry what its marks add up to? The trade replayed from private values that are proved.

The sums are made here from the records' JSON and the rules; the contracts' arithmetic is not used. What a
bank's records hold of a document (a financing's mark, a payment, whatever a later contract keeps) is what the
document's pool says of that bank, and the pool's own figures are the sums of these.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .private_values import PrivateWrite
from .verdict import Finding, Verdict

AUTHORITY = "authority"
_POOL, _OUTCOME, _MARKS = "pool/", "outcome/", "marks_"
_HOLD = {"document", "amount", "drawn", "released"}
"""What says how much of a document a record holds, wherever it stands in the record."""
MarkKey = tuple[str, str]
"""(MSP ID of the bank, key of the mark's record)"""
Held = tuple[int, int]
"""(locked, outstanding) in minor units of the document's currency."""


class Books:
    """Pools and what marks hold of them, as they stand after the transactions taken so far."""

    def __init__(self) -> None:
        self._pools: dict[str, Any] = {}
        self._last: dict[str, PrivateWrite] = {}
        self._held: dict[str, dict[MarkKey, Held]] = defaultdict(dict)

    @property
    def pools(self) -> int:
        """How many pools there are."""
        return len(self._pools)

    def take(self, writes: Sequence[PrivateWrite]) -> Iterator[Finding]:
        """Apply one transaction's writes and compare the pools that it touched with the marks."""
        touched: list[str] = []
        for write in writes:
            if write.collection == AUTHORITY and write.key.startswith(_POOL):
                pool = _value(write)
                document = str(pool.get("document"))
                self._pools[document] = pool
                self._last[document] = write
                touched.append(document)
            elif write.collection.startswith(_MARKS) and not write.key.startswith(_OUTCOME):
                # Pools name banks by MSP ID, collections by the name in it.
                self._take_mark((f"{write.collection.removeprefix(_MARKS)}MSP", write.key), _value(write))
        for document in touched:
            yield from self._compare(document)

    def _take_mark(self, mark_key: MarkKey, mark: Any) -> None:
        holds: dict[str, Held] = {}
        for hold in _holds(mark):
            locked, outstanding = holds.get(hold["document"], (0, 0))
            drawn = hold["drawn"]
            holds[hold["document"]] = (
                locked + hold["amount"] - drawn,
                outstanding + drawn - hold["released"],
            )
        for document, held in holds.items():
            self._held[document][mark_key] = held

    def _compare(self, document: str) -> Iterator[Finding]:
        pool = self._pools[document]
        stated = _by_bank((entry["bank"], entry["locked"], entry["outstanding"]) for entry in pool["marks"])
        held = _by_bank((bank, *amounts) for (bank, _), amounts in self._held[document].items())
        for bank in sorted(set(stated) | set(held)):
            ours, theirs = stated.get(bank, (0, 0)), held.get(bank, (0, 0))
            if ours != theirs:
                yield self._finding(document, "marks", f"says {bank} holds {ours}, its marks hold {theirs}")
        for place, name in enumerate(("locked", "outstanding")):
            total = sum(amounts[place] for amounts in held.values())
            if pool.get(name) != total:
                yield self._finding(document, name, f"is {pool.get(name)}, the marks add up to {total}")

    def _finding(self, document: str, name: str, text: str) -> Finding:
        write = self._last[document]
        where = f"{write.collection}/{write.key}:{name}"
        return Finding(Verdict.BALANCE, text, write.block, write.transaction_id, where)


def balance_findings(writes: Sequence[PrivateWrite]) -> tuple[int, list[Finding]]:
    """Replay all writes, a transaction at a time; how many pools there are and what is wrong with them."""
    books = Books()
    findings: list[Finding] = []
    pending: list[PrivateWrite] = []
    for write in writes:
        if pending and pending[0].transaction_id != write.transaction_id:
            findings += books.take(pending)
            pending = []
        pending.append(write)
    findings += books.take(pending)
    return books.pools, findings


def _by_bank(entries: Iterable[tuple[str, int, int]]) -> dict[str, Held]:
    sums: dict[str, Held] = {}
    for bank, locked, outstanding in entries:
        before = sums.get(bank, (0, 0))
        sums[bank] = (before[0] + locked, before[1] + outstanding)
    return sums


def _holds(record: Any) -> Iterator[Any]:
    if isinstance(record, dict):
        if set(record) == _HOLD:
            yield record
        else:
            for value in record.values():
                yield from _holds(value)
    elif isinstance(record, list):
        for value in record:
            yield from _holds(value)


def _value(write: PrivateWrite) -> Any:
    return json.loads(write.value)["value"] if write.value is not None else {}
