"""Random lives of financings of three banks on shared documents, against plain sums over the list of events.

The reference is written from the rules and imports nothing of the contracts; it says what each request must
answer and what every document must have left after it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger, signatory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BANKS = ("BankA", "BankB", "BankC")
DECLARATIONS = {
    "224820260000000001": 10_000_000,
    "224820260000000002": 3_333_333,
    "224820260000000003": 7_000_001,
}
INVOICES = {"I-0": 7_000_000, "I-1": 5_000_000, "I-2": 6_000_000, "I-3": 4_999_999}
NUMBERS = tuple(DECLARATIONS)
LINES = {
    ("I-0", NUMBERS[0]): (6_000_000, 6_000_000),
    ("I-1", NUMBERS[0]): (3_000_000, 4_000_000),
    ("I-1", NUMBERS[1]): (2_000_000, 1_666_667),
    ("I-2", NUMBERS[1]): (1_500_000, 1_500_000),
    ("I-2", NUMBERS[2]): (4_000_000, 4_000_001),
    ("I-3", NUMBERS[2]): (3_000_000, 3_000_000),
}
JOINTS = tuple(LINES)
CEILING = Fraction(9, 10)


@dataclass
class Reference:
    """The list of events, and sums over it."""

    events: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, *event: object) -> None:
        self.events.append(event)

    def loans(self) -> dict[str, tuple[tuple[str, str], int]]:
        """Of each mark the line and what was locked."""
        return {str(e[1]): (e[2], e[3]) for e in self.events if e[0] == "lock"}  # type: ignore[misc] # untyped rows

    def total(self, kind: str, mark: str) -> int | None:
        rows = [int(str(e[2])) for e in self.events if e[0] == kind and e[1] == mark]
        return sum(rows) if rows else None

    def has(self, kind: str, mark: str) -> bool:
        return any(e[0] == kind and e[1] == mark for e in self.events)

    def drawn(self, mark: str) -> int:
        return self.total("draw", mark) or 0

    def repaid(self, mark: str) -> int:
        return self.total("repay", mark) or 0

    def approved(self, mark: str) -> int | None:
        return self.total("approve", mark)

    def limit(self, mark: str) -> int:
        """What may be out at most: drawn after a cancellation, else approved, else locked."""
        if self.has("cancel", mark):
            return self.drawn(mark)
        approved = self.approved(mark)
        return self.loans()[mark][1] if approved is None else approved

    def held(self, mark: str) -> int:
        """What a mark holds of both documents of its line (loan and mark are one currency here)."""
        return self.limit(mark) - self.repaid(mark)

    def is_live(self, mark: str) -> bool:
        started = not self.has("cancel", mark) or self.drawn(mark) > 0
        return started and (self.held(mark) > 0 or self.drawn(mark) == 0)

    def received(self, invoice: str) -> int:
        return sum(int(str(e[2])) for e in self.events if e[0] == "received" and e[1] == invoice)

    def collected(self, document: str) -> int:
        if document in INVOICES:
            return self.received(document)
        found = 0
        for invoice in INVOICES:
            left = self.received(invoice)
            for (its, declaration), (own, other) in LINES.items():
                if its == invoice:
                    taken = min(left, own)
                    left -= taken
                    found += ceil(Fraction(other * taken, own)) if declaration == document else 0
        return found

    def face(self, document: str) -> int:
        """The total now: the last amendment's."""
        amended = [int(str(e[2])) for e in self.events if e[0] == "amend" and e[1] == document]
        return amended[-1] if amended else {**INVOICES, **DECLARATIONS}[document]

    def used(self, document: str) -> int:
        return sum(self.held(mark) for mark, (line, _) in self.loans().items() if document in line)

    def ceiling(self, document: str) -> int:
        return max(0, floor((self.face(document) - self.collected(document)) * CEILING))

    def available(self, document: str) -> int:
        return max(0, self.ceiling(document) - self.used(document))

    def lock_answer(self, line: tuple[str, str], amount: int) -> str:
        invoice, declaration = line
        if self.received(invoice) >= INVOICES[invoice]:
            return "ALREADY_COLLECTED"
        if any(self.is_live(mark) for mark, (its, _) in self.loans().items() if its[0] == invoice):
            return "DUPLICATE"
        on_line = sum(self.held(mark) for mark, (its, _) in self.loans().items() if its == line)
        room = min(
            LINES[line][0] - on_line,
            LINES[line][1] - on_line,
            self.available(invoice),
            self.available(declaration),
        )
        return "OVER_FINANCING" if amount > room else "OK"


@lru_cache
def world() -> tuple[TradeLedger, dict[str, str]]:
    """The ledger with declarations and a view of everything for each bank; remembered to roll back to."""
    trade = TradeLedger([f"{bank}MSP" for bank in BANKS])
    facts = {number: trade.invoice(number, amount) for number, amount in INVOICES.items()}
    for number, total in DECLARATIONS.items():
        lines = tuple(
            messages.StatedLine(facts[invoice], own, other)
            for (invoice, declaration), (own, other) in LINES.items()
            if declaration == number
        )
        trade.put_declaration(number, total, lines=lines)
    signatory("91310000MA1FL0007C")
    views = {bank: trade.view(bank, list(facts.values()), NUMBERS) for bank in BANKS}
    trade.ledger.checkpoint()
    return trade, views


class Life:
    """Runs commands on the ledger and on the reference, and compares after each."""

    def __init__(self) -> None:
        self.trade, self.views = world()
        self.trade.ledger.rollback()
        self.reference = Reference()
        self.owners: dict[str, str] = {}

    def run(self, command: str, at: int, percent: int) -> None:
        if command == "lock":
            self.lock(at, percent)
        elif command == "amend":
            self.amend(at, percent)
        elif command == "receipt":
            self.receipt(at, percent)
        elif self.owners:
            mark = list(self.owners)[at % len(self.owners)]
            getattr(self, command)(mark, self.owners[mark], percent)
        self.compare()

    def lock(self, at: int, percent: int) -> None:
        line, bank = JOINTS[at % len(JOINTS)], BANKS[at % len(BANKS)]
        amount = max(1, LINES[line][0] * percent // 100)
        position = list(INVOICES).index(line[0])
        expected = self.reference.lock_answer(line, amount)
        mark = ""
        try:
            mark = self.trade.lock(bank, self.views[bank], [(position, line[1], amount)])
            answer = "OK"
        except Refused as refused:
            answer = refused.code
        assert answer == expected
        if answer != "OK":
            return
        self.owners[mark] = bank
        self.reference.add("lock", mark, line, amount)

    def amend(self, at: int, percent: int) -> None:
        number = NUMBERS[at % len(NUMBERS)]
        version = 1 + sum(1 for e in self.reference.events if e[:2] == ("amend", number))
        total = max(1, DECLARATIONS[number] * percent // 80)
        self.trade.submit(
            self.trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(number, version, total)
        )
        self.reference.add("amend", number, total)

    def receipt(self, at: int, percent: int) -> None:
        number = list(INVOICES)[at % len(INVOICES)]
        received = max(1, INVOICES[number] * percent // 200)
        invoice = self.trade.invoice(number, INVOICES[number])
        self.trade.act(BANKS[at % len(BANKS)], messages.Receipt(invoice, received, self.trade.today))
        self.reference.add("received", number, received)

    def approve(self, mark: str, bank: str, percent: int) -> None:
        amount = max(1, self.reference.loans()[mark][1] * percent // 100)
        fresh = self.reference.approved(mark) is None and not self.reference.has("cancel", mark)
        if self.attempt(fresh, lambda: self.trade.approve(bank, mark, amount)):
            self.reference.add("approve", mark, amount)

    def draw(self, mark: str, bank: str, percent: int) -> None:
        room = self.reference.limit(mark) - self.reference.drawn(mark)
        amount = max(1, room * percent // 100)
        allowed = self.reference.approved(mark) is not None and room > 0 and self.reference.is_live(mark)
        act = messages.Disburse(mark, amount, self.trade.today)
        if self.attempt(allowed, lambda: self.trade.act(bank, act)):
            self.reference.add("draw", mark, amount)

    def repay(self, mark: str, bank: str, percent: int) -> None:
        self._repay(mark, bank, percent, "OWN_FUNDS")

    def proceeds(self, mark: str, bank: str, percent: int) -> None:
        self._repay(mark, bank, percent, "EXPORT_PROCEEDS")

    def _repay(self, mark: str, bank: str, percent: int, source: messages.Source) -> None:
        out = self.reference.drawn(mark) - self.reference.repaid(mark)
        principal = max(1, out * percent // 100)
        received = principal + percent if source == "EXPORT_PROCEEDS" else 0
        act = messages.Repay(mark, source, principal, self.trade.today, received)
        if self.attempt(out > 0, lambda: self.trade.act(bank, act)):
            self.reference.add("repay", mark, principal)
            if received:
                self.reference.add("received", self.reference.loans()[mark][0][0], received)

    def cancel(self, mark: str, bank: str, _: int) -> None:
        undrawn = self.reference.limit(mark) - self.reference.drawn(mark)
        if self.attempt(undrawn > 0, lambda: self.trade.act(bank, messages.Cancel(mark))):
            self.reference.add("cancel", mark)

    @staticmethod
    def attempt(allowed: bool, step: Callable[[], object]) -> bool:
        """Run a step; it is refused for its state or amount exactly if the reference does not allow it."""
        try:
            step()
            answer = "OK"
        except Refused as refused:
            answer = refused.code
        assert answer in ({"OK"} if allowed else {"BAD_STATE", "OVER_AMOUNT"})
        return allowed

    def compare(self) -> None:
        bank = BANKS[0]
        answer = self.trade.ask(
            self.trade.person(bank), ops.VIEW_READ, messages.ReadViews((self.views[bank],))
        ).views[0]
        for declaration in answer.declarations:
            assert declaration.available == self.reference.available(declaration.number)
            over = self.reference.used(declaration.number) > self.reference.ceiling(declaration.number)
            assert bool(declaration.flags) == over
        for invoice in answer.invoices:
            number = invoice.invoice.number
            assert invoice.available == self.reference.available(number)
            live = any(
                self.reference.is_live(m)
                for m, (line, _) in self.reference.loans().items()
                if line[0] == number
            )
            assert invoice.duplicate == live


COMMANDS = st.tuples(
    st.sampled_from(
        [
            "lock",
            "lock",
            "lock",
            "approve",
            "approve",
            "draw",
            "draw",
            "repay",
            "proceeds",
            "cancel",
            "receipt",
            "amend",
        ]
    ),
    st.integers(0, 17),
    st.integers(1, 100),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COMMANDS, min_size=1, max_size=25))
def test_lives_of_financings_follow_the_sums(commands: list[tuple[str, int, int]]) -> None:
    life = Life()
    for command in commands:
        life.run(*command)
