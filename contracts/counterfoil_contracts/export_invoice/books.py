"""The pools that one transaction works on: each read once, changed in memory, written once at the end.

A transaction never sees its own writes (Fabric simulates on committed values), so what several steps
change must be carried along here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.documents import Invoice, near_invoice_fingerprint
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Movement, Pool
from counterfoil_contracts.registry.desk import Desk

from .records import NEAR, NearEntry, NearRecord

if TYPE_CHECKING:
    from counterfoil_chaincode.confidential import Record


class PoolBook:
    """Pools by fingerprint; `save` writes those that changed, in the order in which they were first
    looked at."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records: dict[str, Record[Pool] | None] = {}
        self._pools: dict[str, Pool] = {}

    def find(self, document: str) -> Pool | None:
        """The pool of a document as it is by now, None where nobody stated one.

        An invoice that replaced another has that one's pool.
        """
        if document not in self._records:
            record = self._desk.context.store.find(AUTHORITY, pools.RECORD, document, Pool)
            self._records[document] = record
            if record is not None:
                self._pools[document] = record.value
        found = self._pools.get(document)
        return self.find(found.same_as) if found is not None and found.same_as else found

    def resolve(self, document: str) -> str:
        """The document under which a pool is kept: its own, or the predecessor's of a replaced invoice."""
        found = self.find(document)
        return found.document if found is not None else document

    def get(self, document: str) -> Pool:
        """The pool of a document that must be there, because a mark or a line names it."""
        pool = self.find(document)
        assert pool is not None, "a document that is named has a pool"
        return pool

    def put(self, pool: Pool) -> None:
        """Take a pool as it is now; `find` must have been asked first."""
        assert pool.document in self._records, "a pool is looked for before it is written"
        self._pools[pool.document] = pool

    def move(self, mark: Mark, movements: Sequence[Movement]) -> None:
        """Move what a step of a mark moves on its documents."""
        by_document: dict[str, list[Movement]] = {}
        for each in movements:
            by_document.setdefault(each.document, []).append(each)
        for document, its in by_document.items():
            self.put(pools.moved(self.get(document), mark.bank, mark.id, its, live=mark.is_live))

    def collect(self, invoice: str, amount: int) -> tuple[str, ...]:
        """Record what came in for an invoice, and its declarations' shares by line in order.

        Gives the documents concerned.
        """
        before = self.get(invoice)
        for line in before.lines:
            self.find(line.document)
        self.replace_invoice(before, pools.with_collected(before, amount))
        return (before.document, *(line.document for line in before.lines))

    def replace_invoice(self, before: Pool, after: Pool) -> None:
        """Take an invoice's pool as it is now; what its lines count as collected goes on to the
        declarations."""
        old = dict(
            zip((line.document for line in before.lines), pools.collected_to_date(before), strict=True)
        )
        for line, taken in zip(after.lines, pools.collected_to_date(after), strict=True):
            share = pools.declared_share(line, taken)
            earlier = pools.declared_share(line, old.get(line.document, 0))
            if share != earlier:
                self.put(pools.with_collected(self.get(line.document), share - earlier))
        self.put(after)

    def flag(self, documents: Sequence[str], cause: Cause) -> None:
        """Raise or end the flags of documents after a step."""
        for document in dict.fromkeys(documents):
            pool = self.get(document)
            self.put(pools.with_flags_after(pool, self._desk.ceiling(pool), cause))

    def save(self) -> None:
        """Write the pools that changed."""
        for document, record in self._records.items():
            pool = self._pools.get(document)
            if pool is not None and (record is None or record.value != pool):
                self._desk.context.store.save(AUTHORITY, pools.RECORD, document, pool, record)


class NearBook:
    """Which invoices of one seller and number are in live financings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records: dict[str, Record[NearRecord] | None] = {}
        self._entries: dict[str, tuple[NearEntry, ...]] = {}

    def lives_elsewhere(self, invoice: Invoice, document: str) -> bool:
        """Whether an invoice of the same seller and number, but other fields, is in a live financing."""
        entries = self._find(near_invoice_fingerprint(invoice))
        return any(entry.live and entry.invoice != document for entry in entries)

    def put(self, invoice: Invoice, document: str, *, live: bool) -> None:
        """Record whether an invoice is in a live financing."""
        near = near_invoice_fingerprint(invoice)
        others = tuple(entry for entry in self._find(near) if entry.invoice != document)
        self._entries[near] = (*others, NearEntry(document, live))

    def save(self) -> None:
        """Write what changed."""
        for near, entries in self._entries.items():
            record = self._records[near]
            if record is None or record.value.entries != entries:
                self._desk.context.store.save(AUTHORITY, NEAR, near, NearRecord(entries), record)

    def _find(self, near: str) -> tuple[NearEntry, ...]:
        if near not in self._records:
            record = self._desk.context.store.find(AUTHORITY, NEAR, near, NearRecord)
            self._records[near] = record
            self._entries[near] = record.value.entries if record else ()
        return self._entries[near]
