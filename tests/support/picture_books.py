"""The books that a test keeps of one enterprise: by which transaction each figure moved, and by how much.

They are written at each step, out of what the step submitted; nothing comes from the program under test.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeVar

from counterfoil_protocol.confidential import Operation
from freight_network import NetworkFreight
from network_trade import Person
from scenarios.exporter import Exporter

AnswerT = TypeVar("AnswerT")
FigureKey = tuple[str, frozenset[tuple[str, str]], str]
"""Name, of what, currency."""


class ToldTrade(NetworkFreight):
    """Keeps the id of the transaction that was submitted last."""

    last: str = ""

    def submit(self, caller: Person, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        done = self.client(caller).submit(operation, body)
        self.last = done.transaction_id
        return done.answer


@dataclass(slots=True)
class Books:
    """What the enterprise's picture must come to. All amounts of export invoices here are US cents."""

    trade: ToldTrade
    exporter: Exporter
    moves: dict[FigureKey, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    directory: list[tuple[str, str, bool]] = field(default_factory=list)
    """Its entries: by which transaction, class, frozen."""
    predecessors: list[str] = field(default_factory=list)
    """Transactions by which it took others over."""
    attempts: list[str] = field(default_factory=list)
    """Transactions that came too late and wrote nothing."""
    enquiry: str = ""
    """BankA's, for a report of all that it trades."""

    @property
    def uscc(self) -> str:
        return self.exporter.uscc

    def entered(self, enterprise_class: str, *, frozen: bool) -> None:
        """The transaction submitted last made an entry in the directory."""
        self.directory.append((self.trade.last, enterprise_class, frozen))

    def moved(self, name: str, change: int, currency: str = "", **of: str) -> None:
        """The transaction submitted last moved a figure."""
        if change:
            self.moves[name, frozenset(of.items()), currency].append((self.trade.last, change))

    def state(self, name: str, before: str, after: str, **of: str) -> None:
        """A record went from one state to another; it had none before its first."""
        if before != after:
            self.moved(name, -1 if before else 0, **of, state=before)
            self.moved(name, 1, **of, state=after)

    def held(self, bank: str, locked: int, outstanding: int) -> None:
        """A bank's hold on an invoice and on its declaration, alike: their lines are one to one."""
        for kind in ("INVOICE", "DECLARATION"):
            self.moved("document_locked", locked, "USD", kind=kind, bank=bank)
            self.moved("document_outstanding", outstanding, "USD", kind=kind, bank=bank)
            self.moved("document_used", locked + outstanding, "USD", kind=kind)

    def loan(self, bank: str, **amounts: int) -> None:
        """Figures of a loan."""
        for name, amount in amounts.items():
            self.moved(f"loan_{name}", amount, "USD", bank=bank)

    def repaid(self, bank: str, source: str, principal: int) -> None:
        """Principal came back, or had not after all; the loan holds that much less."""
        self.held(bank, 0, -principal)
        self.loan(bank, repaid=principal, outstanding=-principal)
        self.moved("loan_repaid_from", principal, "USD", bank=bank, source=source)

    def received(self, bank: str, source: str, amount: int) -> None:
        """The buyer paid a part of the invoice."""
        for kind in ("INVOICE", "DECLARATION"):
            self.moved("document_collected", amount, "USD", kind=kind)
        self.moved("proceeds", amount, "USD", bank=bank, source=source)

    def paid(self, bank: str, role: str, before: str, after: str, **amounts: int) -> None:
        """A payment went from one state to another, and its figures, in US cents, with it."""
        self.state("payments", before, after, role=role, bank=bank)
        for name, amount in amounts.items():
            self.moved(f"payment_{name}", amount, "USD", role=role, bank=bank)

    def invoice_used(self, bank: str, locked: int, outstanding: int) -> None:
        """A bank's hold on a tax invoice of which the enterprise is the buyer, in fen."""
        of = {"side": "BUYER", "kind": "TAX_INVOICE"}
        self.moved("document_locked", locked, "CNY", **of, bank=bank)
        self.moved("document_outstanding", outstanding, "CNY", **of, bank=bank)
        self.moved("document_used", locked + outstanding, "CNY", **of)
