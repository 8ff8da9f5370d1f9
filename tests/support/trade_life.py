"""Runs steps of export invoices where the contracts run and on the reference, and compares after each.

Three banks, two declarations and three invoices in three currencies, loans in dollars and in yuan, one or two
pledges each.
"""

import random
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from counterfoil import ContractRefusal
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradeLedger, TradePeople
from lean_kit import LeanOperations
from scenarios.exporter import Exporter
from trade_reference import Event, Reference, Wanted

BANKS = ("BankA", "BankB", "BankC")
DECLARATIONS = (("D-0", 10_000_000, "USD"), ("D-1", 3_333_333, "EUR"))
INVOICES = (("I-0", 7_000_000, "USD"), ("I-1", 5_000_000, "USD"), ("I-2", 2_500_000, "JPY"))
LINES = {
    ("I-0", "D-0"): (6_000_000, 6_000_000),
    ("I-1", "D-0"): (3_000_000, 4_000_000),
    ("I-1", "D-1"): (2_000_000, 1_666_667),
    ("I-2", "D-1"): (1_500_000, 1_500_000),
}
JOINTS = tuple(LINES)
LOANS = ("USD", "CNY")
COMPARED = 3
RATES = {
    ("USD", "CNY"): (71_234, 4),
    ("EUR", "CNY"): (83_007, 4),
    ("JPY", "CNY"): (48_765, 6),
    ("EUR", "USD"): (116_531, 5),
    ("JPY", "USD"): (6_842, 6),
}
"""Mantissa and scale."""
STEPS = (
    "lock", "approve", "draw", "repay", "proceeds", "cancel", "overdue", "extend", "extend_lock", "correct",
    "write_off", "recover", "recover_proceeds", "reverse", "receipt", "credit", "amend", "freeze", "transfer",
    "register", "reissue",
)  # fmt: skip
ON_MARKS = frozenset(STEPS) - {"lock", "reverse", "receipt", "amend", "freeze", "register"}


class World:
    """The documents of one run with what customs calls them, and views of all for each bank and currency."""

    def __init__(self, trade: TradePeople[Any]) -> None:
        self.trade = trade
        self.exporter = Exporter.entered(trade)
        self.prefix = self.exporter.uscc[-6:]
        trade.put_tables(registry.TableEntries(rates=tuple(self._rates())))
        self.facts = {name: self.invoice(name, total, currency) for name, total, currency in INVOICES}
        self.numbers = {name: self._declared(name, total, currency) for name, total, currency in DECLARATIONS}
        self.views = {(bank, currency): self._view(bank, currency) for bank in BANKS for currency in LOANS}

    def invoice(self, name: str, amount: int, currency: str) -> Invoice:
        """An invoice of the run's exporter."""
        return self.exporter.invoice(f"{self.prefix}-{name}", amount, currency)

    def rate(self, source: str, target: str) -> str:
        """The id of a rate; none between like currencies."""
        return "" if source == target else f"{source}{target}-{self.prefix}"

    def _rates(self) -> list[registry.Rate]:
        return [
            registry.Rate(self.rate(*pair), *pair, mantissa, scale, self.trade.today)
            for pair, (mantissa, scale) in RATES.items()
        ]

    def _declared(self, name: str, total: int, currency: str) -> str:
        lines = tuple(
            messages.StatedLine(self.facts[invoice], own, other)
            for (invoice, declaration), (own, other) in LINES.items()
            if declaration == name
        )
        return self.exporter.declare(total, currency, lines=lines)

    def _view(self, bank: str, currency: str) -> str:
        documents = list(self.facts.values()), list(self.numbers.values())
        return self.exporter.view(bank, *documents, currency=currency)


@lru_cache
def kit_world() -> World:
    """The world on a kit's ledger that every life begins with."""
    trade = TradeLedger([f"{bank}MSP" for bank in BANKS])
    world = World(trade)
    trade.operations = LeanOperations(trade.ledger)
    trade.ledger.checkpoint()
    return world


def untouched() -> World:
    """The kit's world as it was before any life."""
    world = kit_world()
    assert isinstance(world.trade, TradeLedger)
    world.trade.ledger.rollback()
    return world


class Life:
    """One history."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or untouched()
        self.trade = self.world.trade
        self.reference = Reference(
            {name: total for name, total, _ in INVOICES},
            {name: total for name, total, _ in DECLARATIONS},
            dict(LINES),
            {name: currency for name, _, currency in (*INVOICES, *DECLARATIONS)},
            {pair: Fraction(mantissa, 10**scale) for pair, (mantissa, scale) in RATES.items()},
            self.trade.today,
        )
        self.owners: dict[str, str] = {}
        self.banks: dict[str, str] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.currency: dict[str, str] = {}
        self.days = 200

    def step(self, name: str, at: int, percent: int) -> None:
        """Do one step and compare; steps on marks do nothing while there is none."""
        if name in ON_MARKS:
            if self.owners:
                getattr(self, name)(list(self.owners)[at % len(self.owners)], percent)
        else:
            getattr(self, name)(at, percent)
        self.reference.look()
        # Each answer is compared at once; what all documents come to, often enough.
        if at % COMPARED == 0:
            self.compare()

    # Locks and loans that exist already.

    def lock(self, at: int, percent: int) -> None:
        bank, currency = BANKS[at % len(BANKS)], LOANS[at // len(BANKS) % len(LOANS)]
        wanted = self._wanted(at, percent, currency)
        if percent % 10 == 1:
            wanted[-1].loan += 1
        terms, maturity = self._terms(bank, currency, late=at % 4 == 1)
        view, pledges = self.world.views[bank, currency], self._pledges(wanted, currency)
        amount = sum(each.loan for each in wanted)
        body = messages.Lock(view, terms, currency, amount, pledges)
        expected = self.reference.lock_answer(wanted, currency)
        mark = self._answer(
            {expected}, lambda: self.trade.submit(self.trade.person(bank), ops.LOCK, body).mark
        )
        if mark:
            self.owners[mark], self.currency[mark] = bank, currency
            self.reference.lock(mark, wanted, maturity)

    def register(self, at: int, percent: int) -> None:
        """A loan that exists already; room is not asked."""
        bank, currency = BANKS[at % len(BANKS)], LOANS[at % len(LOANS)]
        wanted = self._wanted(at, percent, currency)
        invoices = [each.line[0] for each in wanted]
        amount = sum(each.loan for each in wanted)
        if amount < 2 or any(self.reference.name(each) != each for each in invoices):
            return
        terms, maturity = self._terms(bank, currency, late=False)
        repaid, view = amount * percent // 200, self.world.views[bank, currency]
        held, day = self._pledges(wanted, currency), self.trade.day(-3)
        act = self.done(bank, messages.Register("LATE", view, terms, currency, amount, held, day, repaid))
        allowed = not any(each in self.reference.late for each in invoices)
        admitted = ops.Admit(f"{bank}MSP", act)
        if self.holds(allowed, lambda: self.trade.submit(self.trade.regulators[0], ops.ADMIT, admitted)):
            self.owners[act], self.currency[act] = bank, currency
            self.reference.lock(act, wanted, maturity)
            self.reference.approve(act, amount)
            self.reference.draw(act, amount, "")
            if repaid:
                self.reference.pay_back("repay", act, repaid, "")
            self.reference.late.update(invoices)

    def _wanted(self, at: int, percent: int, currency: str) -> list[Wanted]:
        """One pledge, or two on two invoices."""
        lines = [JOINTS[at % len(JOINTS)]]
        if at % 3 == 0:
            lines += [line for line in JOINTS if line[0] != lines[0][0]][at % 2 : at % 2 + 1]
        found = []
        for line in lines:
            own, other = (max(1, most * percent // 90) for most in LINES[line])
            found.append(Wanted(line, own, other, 1))
            found[-1].loan = max(1, self.reference.most(found[-1], currency))
        return found

    def _pledges(self, wanted: list[Wanted], currency: str) -> tuple[messages.Pledge, ...]:
        positions = [name for name, *_ in INVOICES]
        rates = [
            [self.world.rate(self.reference.currencies[its], currency) for its in each.line]
            for each in wanted
        ]
        return tuple(
            messages.Pledge(
                positions.index(each.line[0]),
                self.world.numbers[each.line[1]],
                each.invoice,
                each.declaration,
                each.loan,
                *own,
            )
            for each, own in zip(wanted, rates, strict=True)
        )

    def _terms(self, bank: str, currency: str, *, late: bool) -> tuple[str, str]:
        """Terms, due yesterday or later than all before, and their maturity."""
        self.days += 1
        maturity = self.trade.day(-1 if late else self.days)
        return self.trade.put_terms(bank, 1, currency, maturity), maturity

    # Steps of a financing.

    def approve(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.whole(mark, "loan") * percent // 100)
        bank = self.owners[mark]
        if self.agreed("approve", mark, lambda: self.trade.approve(bank, mark, amount)):
            self.reference.approve(mark, amount)

    def draw(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.undrawn(mark) * percent // 100)
        body = messages.Disburse(mark, amount, self.trade.today)
        self.act("draw", mark, body, lambda act: self.reference.draw(mark, amount, act))

    def repay(self, mark: str, percent: int) -> None:
        self._pay_back("repay", mark, percent, messages.Repay, "OWN_FUNDS")

    def proceeds(self, mark: str, percent: int) -> None:
        self._pay_back("repay", mark, percent, messages.Repay, "EXPORT_PROCEEDS", percent * 9_973)

    def recover(self, mark: str, percent: int) -> None:
        self._pay_back("recover", mark, percent, messages.Recover, "GUARANTOR")

    def recover_proceeds(self, mark: str, percent: int) -> None:
        self._pay_back("recover", mark, percent, messages.Recover, "INSURANCE_CLAIM", percent)

    def _pay_back(
        self,
        kind: str,
        mark: str,
        percent: int,
        of: type[messages.Repay] | type[messages.Recover],
        source: messages.Source,
        received: int = 0,
    ) -> None:
        amount = max(1, self.reference.principal(mark) * percent // 100)
        body = of(mark, source, amount, self.trade.today, received)
        self.act(kind, mark, body, lambda act: self.reference.pay_back(kind, mark, amount, act, received))

    def cancel(self, mark: str, _: int) -> None:
        self.act("cancel", mark, messages.Cancel(mark), lambda act: self.reference.cancel(mark, act))

    def overdue(self, mark: str, _: int) -> None:
        self.noted("overdue", mark, messages.Overdue(mark))

    def write_off(self, mark: str, _: int) -> None:
        self.noted("write_off", mark, messages.WriteOff(mark, self.trade.today))

    def extend(self, mark: str, _: int) -> None:
        terms, maturity = self._terms(self.owners[mark], self.currency[mark], late=False)
        self.noted("extend", mark, messages.Extend(mark, terms), maturity)

    def extend_lock(self, mark: str, _: int) -> None:
        self.noted("extend_lock", mark, messages.Extend(mark))

    def correct(self, mark: str, percent: int) -> None:
        terms, maturity = self._terms(self.owners[mark], self.currency[mark], late=percent % 2 == 0)
        self.noted("correct", mark, messages.Correct(mark, terms), maturity)

    def credit(self, mark: str, percent: int) -> None:
        invoice = self.reference.marks()[mark][0].line[0]
        name, face = self._known(mark, invoice), self.reference.face(invoice)
        amount = max(1, face * percent // 300)
        if amount > face or name != self.reference.name(invoice):
            return  # a note above the invoice, or another lender's name for it, is refused otherwise
        event = Event("credit", mark, amount, paid=invoice, text=name)

        def record(act: str) -> None:
            event.act = act
            self.reference.add(event)

        self.act("credit", mark, messages.CreditNote(mark, 0, amount, self.trade.today), record)

    def reissue(self, mark: str, percent: int) -> None:
        """The seller issues the financing's invoice anew, or under its old name again."""
        invoice = self.reference.marks()[mark][0].line[0]
        if self._known(mark, invoice) != self.reference.name(invoice):
            return  # another lender's name for the document: only a reversal brings two lenders together
        total = self.reference.invoices[invoice]
        again = self.reference.name(invoice) != invoice
        name = invoice if again else f"{invoice}-B"
        amount = total if again else total * (200 - percent) // 150
        replacement = self.world.invoice(name, amount, self.reference.currencies[invoice])
        body = messages.ReplaceInvoice(mark, 0, replacement)
        if self.holds(self.reference.is_live(mark), lambda: self.done(self.owners[mark], body)):
            self.names[mark, invoice] = name
            self.reference.add(Event("reissue", invoice, amount, text=name))

    def _known(self, mark: str, invoice: str) -> str:
        """The name by which a mark knows an invoice."""
        return self.names.get((mark, invoice), invoice)

    def transfer(self, mark: str, percent: int) -> None:
        leaving = self.owners[mark]
        successor = BANKS[(BANKS.index(leaving) + 1 + percent % 2) % len(BANKS)]
        terms, maturity = self._terms(successor, self.currency[mark], late=percent % 3 == 0)
        if self.agreed("transfer", mark, lambda: self._transfer(mark, leaving, successor, terms)):
            self.owners[mark] = successor
            self.reference.add(Event("transfer", mark, text=maturity))

    def _transfer(self, mark: str, leaving: str, successor: str, terms: str) -> None:
        first, second = self.trade.regulators
        offer = ops.ProposeTransfer(f"{leaving}MSP", f"{successor}MSP", (mark,))
        transfer = self.trade.submit(first, ops.TRANSFER_PROPOSE, offer).transfer
        accepted = ops.AcceptTransfer(transfer, (terms,))
        self.trade.submit(self.trade.person(successor, APPROVER), ops.TRANSFER_ACCEPT, accepted)
        self.trade.submit(second, ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))

    # Steps of documents.

    def receipt(self, at: int, percent: int) -> None:
        (name, total, currency), bank = INVOICES[at % len(INVOICES)], BANKS[at % len(BANKS)]
        received = max(1, total * percent // 200)
        body = messages.Receipt(self.world.invoice(name, total, currency), received, self.trade.today)
        act = self.done(bank, body)
        self.reference.add(Event("receipt", name, 0, received, name, act=act))

    def reverse(self, at: int, percent: int) -> None:
        """Reverse one of the acts, the newest more often than an old one."""
        acts = [each for each in self.reference.events if each.act]
        if not acts:
            return
        event = acts[-1 - at * percent // 100 % len(acts)]
        allowed = self.reference.may_reverse(event)
        bank = self.owners.get(event.about, self.banks[event.act])
        if self.holds(allowed, lambda: self.done(bank, messages.Reverse(event.act))):
            self.reference.reverse(event)

    def amend(self, at: int, percent: int) -> None:
        name, stated, _ = DECLARATIONS[at % len(DECLARATIONS)]
        version = 1 + sum((each.kind, each.about) == ("amend", name) for each in self.reference.events)
        total = max(1, stated * percent // 80)
        body = messages.AmendDeclaration(self.world.numbers[name], version, total)
        self.trade.submit(self.trade.customs, ops.DECLARATION_AMEND, body)
        self.reference.add(Event("amend", name, total))

    def freeze(self, at: int, _: int) -> None:
        """Freeze a declaration, or lift that; lifted at once where nothing else would go on."""
        name = DECLARATIONS[at % len(DECLARATIONS)][0]
        frozen = not self.reference.is_frozen(name) and at % 3 == 0
        self.trade.freeze(registry.Freeze(frozen=frozen, declaration=self.world.numbers[name]))
        self.reference.add(Event("freeze", name, int(frozen)))

    # Doing and comparing.

    def noted(self, kind: str, mark: str, body: messages.Act, text: str = "") -> None:
        """An act that moves no figure."""
        reversible = kind in {"overdue", "write_off"}

        def record(act: str) -> None:
            self.reference.add(Event(kind, mark, text=text, act=act if reversible else ""))

        self.act(kind, mark, body, record)

    def act(self, kind: str, mark: str, body: messages.Act, record: Callable[[str], None]) -> None:
        done: list[str] = []
        if self.agreed(kind, mark, lambda: done.append(self.done(self.owners[mark], body))):
            record(done[0])

    def done(self, bank: str, body: messages.Act) -> str:
        """Let two people do an act; gives its id."""
        prepared = self.trade.prepare(bank, body)
        self.banks[prepared] = bank
        self.trade.confirm(bank, prepared)
        return prepared

    def agreed(self, kind: str, mark: str, run: Callable[[], object]) -> bool:
        return self.holds(self.reference.may(kind, mark), run)

    def holds(self, allowed: bool, run: Callable[[], object]) -> bool:
        """Run a step; it is refused for its state or amount exactly if the reference does not allow it."""
        self._answer({"OK"} if allowed else {"BAD_STATE", "OVER_AMOUNT"}, lambda: str(run()))
        return allowed

    @staticmethod
    def _answer(expected: set[str], run: Callable[[], str]) -> str:
        """What a step gives; empty where it is refused, for one of the reasons expected."""
        found, answer = "", "OK"
        try:
            found = run()
        except (Refused, ContractRefusal) as refused:
            answer = refused.code
        assert answer in expected, f"{answer} instead of {expected}"
        return found

    def compare(self) -> None:
        """What a bank sees of every document."""
        seen = self.world.exporter.seen(BANKS[0], self.world.views[BANKS[0], LOANS[0]])
        for name, declaration in zip(self.world.numbers, seen.declarations, strict=True):
            self._compare(name, declaration)
        for name, invoice in zip(self.world.facts, seen.invoices, strict=True):
            self._compare(name, invoice)
            assert invoice.duplicate == bool(self.reference.live_on(name)), name

    def _compare(self, document: str, seen: messages.ViewedDeclaration | messages.ViewedInvoice) -> None:
        assert seen.available == self.reference.available(document), document
        assert bool(seen.flags) == self.reference.is_flagged(document), document
        assert seen.frozen == self.reference.is_frozen(document), document

    def audit(self) -> None:
        """What the regulator sees at the end: every pool is the sum of its marks, and what the events say."""
        for name, number in self.world.numbers.items():
            self._audit(name, ops.Supervise(declaration=number))
        for name, invoice in self.world.facts.items():
            self._audit(name, ops.Supervise(invoice=invoice))

    def _audit(self, document: str, asked: ops.Supervise) -> None:
        pool = self.trade.ask(self.trade.regulators[0], ops.SUPERVISE, asked).pool
        held: dict[str, int] = {}
        for each in pool.marks:  # a transferred mark stands twice, once with nothing
            held[each.mark] = held.get(each.mark, 0) + each.locked + each.outstanding
        reference = self.reference
        assert held == {mark: reference.held(mark, document) for mark in reference.on(document)}
        assert pool.locked + pool.outstanding == sum(held.values()) == reference.used(document)
        assert pool.collected == reference.collected(document)
        assert not any(held[mark] for mark in held if not reference.is_live(mark)), "ended, and holds"


def some_step(life: Life, choose: random.Random) -> tuple[str, int]:
    """A step of any kind, or, more often, one that a financing allows: so that lives get far."""
    at = choose.randrange(18)
    if not life.owners or choose.random() < 0.4:
        return choose.choice((*STEPS, *["lock"] * 4, "reverse")), at
    position = choose.randrange(len(life.owners))
    mark = list(life.owners)[position]
    kinds = {"proceeds": "repay", "recover_proceeds": "recover"}
    steps = sorted(ON_MARKS - {"reissue"})
    allowed = [name for name in steps if life.reference.may(kinds.get(name, name), mark)]
    return choose.choice(allowed or ["reverse"]), position


def lead_on(trade: TradePeople[Any], steps: int, choose: random.Random) -> Reference:
    """One life on a network, of so many steps, with the regulator's look at the end; gives what happened."""
    life = Life(World(trade))
    for _ in range(steps):
        name, at = some_step(life, choose)
        life.step(name, at, choose.choice((100, choose.randint(1, 100))))
    life.audit()
    return life.reference
