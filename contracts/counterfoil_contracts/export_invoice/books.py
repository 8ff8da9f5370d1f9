"""The documents of export invoices that one transaction works on: pools with their lines, and invoices that
resemble each other."""

from typing import TYPE_CHECKING

from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.documents import Invoice, near_invoice_fingerprint
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.registry import pool_book
from counterfoil_contracts.registry.desk import Desk

from .records import NEAR, NearEntry, NearRecord

if TYPE_CHECKING:
    from counterfoil_chaincode.confidential import Record


class PoolBook(pool_book.PoolBook):
    """Pools of invoices and declarations: what is collected on an invoice goes on to its declarations."""

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


class NearBook:
    """Which invoices of one seller and number are in live financings; `save` writes all that were looked at,
    as `PoolBook.save` does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records: dict[str, Record[NearRecord] | None] = {}
        self._entries: dict[str, tuple[NearEntry, ...]] = {}

    def lives_elsewhere(self, invoice: Invoice, document: str) -> bool:
        """Whether an invoice of the same seller and number, but other fields, is in a live financing."""
        entries = self._find(near_invoice_fingerprint(invoice))
        return any(entry.live and entry.invoice != document for entry in entries)

    def look(self, invoice: Invoice) -> None:
        """Look at an invoice, and so write it."""
        self._find(near_invoice_fingerprint(invoice))

    def put(self, invoice: Invoice, document: str, *, live: bool) -> None:
        """Record whether an invoice is in a live financing."""
        near = near_invoice_fingerprint(invoice)
        others = tuple(entry for entry in self._find(near) if entry.invoice != document)
        self._entries[near] = (*others, NearEntry(document, live))

    def save(self) -> None:
        """Write the entries."""
        for near, entries in self._entries.items():
            self._desk.context.store.save(AUTHORITY, NEAR, near, NearRecord(entries), self._records[near])

    def _find(self, near: str) -> tuple[NearEntry, ...]:
        if near not in self._records:
            record = self._desk.context.store.find(AUTHORITY, NEAR, near, NearRecord)
            self._records[near] = record
            self._entries[near] = record.value.entries if record else ()
        return self._entries[near]
