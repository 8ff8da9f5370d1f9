"""An exporter of one scenario, with the documents that nobody else has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from counterfoil import ContractRefusal
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradePeople, social_credit_code

_numbers = count(1)
LineAmounts = tuple[int, int, int, int]
"""Positions of invoice and declaration in a view, and the line's amount in each."""


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What is done inside is refused with this code, by testing kit or network."""
    told = ""
    try:
        yield
    except (Refused, ContractRefusal) as error:
        told = error.code
    assert told == code, f"{told or 'allowed'} instead of {code}"


@dataclass(frozen=True, slots=True)
class Exporter:
    """One enterprise, and what it and customs state."""

    trade: TradePeople[Any]
    uscc: str

    @classmethod
    def entered(cls, trade: TradePeople[Any], region: str = "") -> "Exporter":
        """A new enterprise of class A in the directory."""
        exporter = cls(trade, social_credit_code(next(_numbers)))
        trade.put_enterprise(exporter.uscc, region=region)
        return exporter

    def invoice(self, number: str, amount: int, currency: str = "USD") -> Invoice:
        """An invoice of the exporter."""
        return self.trade.invoice(number, amount, currency, self.uscc)

    def new_number(self) -> str:
        """The number of a declaration that nobody has."""
        return f"2248{self.trade.begun.year}0{next(_numbers):09d}"

    def declare(self, total: int, currency: str = "USD", **facts: Any) -> str:
        """Let customs clear a declaration; gives its number."""
        number = self.new_number()
        self.trade.put_declaration(number, total, currency, consignor=self.uscc, **facts)
        return number

    def view(
        self,
        bank: str,
        invoices: Sequence[Invoice],
        declarations: Sequence[str],
        lines: Sequence[LineAmounts] = (),
        **claims: Any,
    ) -> str:
        """Consent to a bank's look; gives the view."""
        return self.trade.view(bank, invoices, declarations, lines, enterprise=self.uscc, **claims)

    def available(self, declaration: str) -> int:
        """What a declaration can still carry."""
        return self.trade.available(declaration)

    def seen(self, bank: str, view: str) -> messages.ViewAnswer:
        """What a bank sees of a view."""
        asked = messages.ReadViews((view,))
        return self.trade.ask(self.trade.person(bank), ops.VIEW_READ, asked).views[0]

    def flags(self, invoice: Invoice | None = None, declaration: str = "") -> set[str]:
        """The open flags of a document, as the regulator sees them."""
        asked = ops.Supervise(declaration=declaration, invoice=invoice)
        pool = self.trade.ask(self.trade.regulators[0], ops.SUPERVISE, asked).pool
        return {flag.code for flag in pool.flags if not flag.ended}

    def held(self, declaration: str) -> int:
        """What all marks hold of a declaration."""
        asked = ops.Supervise(declaration=declaration)
        pool = self.trade.ask(self.trade.regulators[0], ops.SUPERVISE, asked).pool
        return pool.locked + pool.outstanding
