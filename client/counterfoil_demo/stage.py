"""What all chapters share: documents, people, the sums so far, and how others read a step back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Final

from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_documents import export_invoice, read_invoice_file
from counterfoil_documents.fingerprint import statement

from counterfoil_demo.narration import Check, Money
from counterfoil_demo.sample_files import invoice_file

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_network.deployment import NetworkFolder
    from counterfoil_network.identities import CryptoFolder

    from counterfoil_demo.cast import Cast
    from counterfoil_demo.knowledge import Knowledge
    from counterfoil_demo.narration import Narration
    from counterfoil_demo.reference import Book
    from counterfoil_demo.samples import SampleDeclaration, SampleInvoice, Samples

_BEIJING: Final = timezone(timedelta(hours=8))
"""Business days are counted there."""
OVER_PLEDGED: Final = "OVER_PLEDGED"


@dataclass(slots=True)
class Stage:
    """Everything that chapters need. `books` are the expected sums, by declaration and by invoice."""

    samples: Samples
    folder: NetworkFolder
    sample_folder: Path
    crypto: CryptoFolder
    cast: Cast
    knowledge: Knowledge
    narration: Narration
    declarations: dict[int, Book] = field(default_factory=dict)
    invoices: dict[int, Book] = field(default_factory=dict)
    random: Random = field(default_factory=Random)

    def declaration(self, place: int) -> SampleDeclaration:
        """A declaration by its place, 1 to 4."""
        return self.samples.declarations[place - 1]

    def invoice(self, place: int) -> SampleInvoice:
        """An invoice by its place, 1 to 6."""
        return self.samples.invoices[place - 1]

    def declaration_of(self, invoice: int) -> int:
        """The place of the declaration that an invoice stands on."""
        return next(d.place for d in self.samples.declarations if any(i.place == invoice for i in d.invoices))

    def read(self, place: int, syntax: str) -> trade.Invoice:
        """What a bank's officer makes of an invoice's file: read, found fit, and stated for the contract.

        Raises:
            DocumentError, UnfitInvoice: it is refused.
        """
        invoice = read_invoice_file(self.sample_folder / invoice_file(place, syntax))
        export_invoice(invoice)
        return statement(invoice)

    def hold(self, name: str, invoice: int, amount: int) -> None:
        """From now on the loan `name` holds so much of an invoice and of its declaration."""
        place = self.declaration_of(invoice)
        self.declarations[place] = self.declarations[place].hold(name, amount)
        self.invoices[invoice] = self.invoices[invoice].hold(name, amount)

    def read_back(self, declaration: int) -> list[Check]:
        """What the regulator's auditor reads of a declaration now, against the sums."""
        sample = self.declaration(declaration)
        auditor = self.cast("Regulator", "auditor")
        pool = auditor.ask(trade.SUPERVISE, trade.Supervise(declaration=sample.number)).pool
        book = self.declarations[declaration]
        money = [
            (f"declaration {declaration}: total", pool.total, book.total),
            ("collected", pool.collected, book.collected),
            ("used", pool.locked + pool.outstanding, book.used),
            ("available", pool.available, book.available),
        ]
        checks = [
            Check(
                auditor.name,
                what,
                Money(seen, sample.currency),
                Money(due, sample.currency),
            )
            for what, seen, due in money
            if what != "collected" or seen or due
        ]
        flags = [flag.code for flag in pool.flags if not flag.ended]
        expected = [OVER_PLEDGED] if book.over_pledged else []
        if flags or expected:
            checks.append(Check(auditor.name, "flags", flags, expected))
        return checks

    def read_back_invoice(self, invoice: int) -> list[Check]:
        """What the regulator's auditor reads of an invoice now, against the sums."""
        sample = self.invoice(invoice)
        auditor = self.cast("Regulator", "auditor")
        pool = auditor.ask(trade.SUPERVISE, trade.Supervise(invoice=self.stated(invoice))).pool
        book = self.invoices[invoice]
        return [
            Check(
                auditor.name,
                f"invoice {invoice} available",
                Money(pool.available, sample.currency),
                Money(book.available, sample.currency),
            )
        ]

    def on_ledger(self, transaction_id: str) -> list[Check]:
        """What another bank's auditor reads of a transaction at its own peer: that it counts, no more."""
        auditor = self.cast("BankB", "auditor")
        return [Check(auditor.name, "the transaction is", auditor.validation_code(transaction_id), "VALID")]

    def stated(self, invoice: int) -> trade.Invoice:
        """An invoice as customs stated it."""
        sample = self.invoice(invoice)
        return trade.Invoice(
            seller=sample.seller.code,
            buyer=f"{sample.buyer.country}-{sample.buyer.name}",
            number=sample.number,
            issue_date=sample.issue_date.isoformat(),
            currency=sample.currency,
            amount=sample.total,
        )


def business_day() -> str:
    """Today where the banks are, YYYY-MM-DD."""
    return datetime.now(UTC).astimezone(_BEIJING).date().isoformat()
