"""Runs steps of export invoices on the testing kit's ledger and on the reference, and compares after each."""

from collections.abc import Callable
from functools import lru_cache

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradeLedger
from trade_reference import Event, Reference

BANKS = ("BankA", "BankB", "BankC")
NUMBERS = ("224820260000000001", "224820260000000002")
DECLARATIONS = {NUMBERS[0]: 10_000_000, NUMBERS[1]: 3_333_333}
INVOICES = {"I-0": 7_000_000, "I-1": 5_000_000, "I-2": 2_500_000}
LINES = {
    ("I-0", NUMBERS[0]): (6_000_000, 6_000_000),
    ("I-1", NUMBERS[0]): (3_000_000, 4_000_000),
    ("I-1", NUMBERS[1]): (2_000_000, 1_666_667),
    ("I-2", NUMBERS[1]): (1_500_000, 1_500_000),
}
JOINTS = tuple(LINES)
STEPS = (
    "lock", "approve", "draw", "repay", "proceeds", "cancel", "write_off", "recover", "recover_proceeds",
    "reverse", "receipt", "credit", "amend", "freeze", "transfer", "register", "reissue",
)  # fmt: skip
ON_MARKS = frozenset(STEPS) - {"lock", "reverse", "receipt", "amend", "freeze", "register"}


@lru_cache
def world() -> tuple[TradeLedger, dict[str, str]]:
    """The ledger with two declarations, three invoices, and a view of all for each bank."""
    trade = TradeLedger([f"{bank}MSP" for bank in BANKS])
    facts = {number: trade.invoice(number, amount) for number, amount in INVOICES.items()}
    for number, total in DECLARATIONS.items():
        lines = tuple(
            messages.StatedLine(facts[invoice], own, other)
            for (invoice, declaration), (own, other) in LINES.items()
            if declaration == number
        )
        trade.put_declaration(number, total, lines=lines)
    views = {bank: trade.view(bank, list(facts.values()), NUMBERS) for bank in BANKS}
    trade.ledger.checkpoint()
    return trade, views


class Life:
    """One history, from an untouched ledger."""

    def __init__(self) -> None:
        self.trade, self.views = world()
        self.trade.ledger.rollback()
        self.reference = Reference(dict(INVOICES), dict(DECLARATIONS), dict(LINES))
        self.owners: dict[str, str] = {}
        self.banks: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def step(self, name: str, at: int, percent: int) -> None:
        """Do one step and compare; steps on marks do nothing while there is none."""
        if name in ON_MARKS:
            if self.owners:
                getattr(self, name)(list(self.owners)[at % len(self.owners)], percent)
        else:
            getattr(self, name)(at, percent)
        self.reference.look()
        self.compare()

    def lock(self, at: int, percent: int) -> None:
        line, bank = JOINTS[at % len(JOINTS)], BANKS[at % len(BANKS)]
        amount = max(1, LINES[line][0] * percent // 90)
        position = list(INVOICES).index(line[0])
        expected = self.reference.lock_answer(line, amount)
        mark, answer = "", "OK"
        try:
            mark = self.trade.lock(bank, self.views[bank], [(position, line[1], amount)])
        except Refused as refused:
            answer = refused.code
        assert answer == expected
        if mark:
            self.owners[mark] = bank
            self.reference.add(Event("lock", mark, amount, line))

    def approve(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.marks()[mark].amount * percent // 100)
        if self.agreed("approve", mark, lambda: self.trade.approve(self.owners[mark], mark, amount)):
            self.reference.add(Event("approve", mark, amount))

    def draw(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.undrawn(mark) * percent // 100)
        self.act("draw", mark, messages.Disburse(mark, amount, self.trade.today), amount)

    def repay(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.principal(mark) * percent // 100)
        self.act("repay", mark, messages.Repay(mark, "OWN_FUNDS", amount, self.trade.today), amount)

    def proceeds(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.principal(mark) * percent // 100)
        act = messages.Repay(mark, "EXPORT_PROCEEDS", amount, self.trade.today, amount + percent)
        self.act("repay", mark, act, amount, amount + percent)

    def recover(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.principal(mark) * percent // 100)
        self.act("recover", mark, messages.Recover(mark, "GUARANTOR", amount, self.trade.today), amount)

    def recover_proceeds(self, mark: str, percent: int) -> None:
        amount = max(1, self.reference.principal(mark) * percent // 100)
        act = messages.Recover(mark, "INSURANCE_CLAIM", amount, self.trade.today, percent)
        self.act("recover", mark, act, amount, percent)

    def cancel(self, mark: str, _: int) -> None:
        self.act("cancel", mark, messages.Cancel(mark))

    def write_off(self, mark: str, _: int) -> None:
        self.act("write_off", mark, messages.WriteOff(mark, self.trade.today))

    def credit(self, mark: str, percent: int) -> None:
        invoice = self.reference.marks()[mark].line[0]
        amount = max(1, self.reference.face(invoice) * percent // 300)
        if amount <= self.reference.face(invoice):
            act = messages.CreditNote(mark, 0, amount, self.trade.today)
            self.act("credit", mark, act, amount)
            done = self.reference.events[-1]
            if done.kind == "credit" and done.about == mark:
                done.line = ("", invoice)

    def reissue(self, mark: str, percent: int) -> None:
        """The seller issues the financing's invoice anew, or under its old name again."""
        invoice = self.reference.marks()[mark].line[0]
        again = self.reference.is_reissued(invoice)
        name = invoice if again else f"{invoice}-B"
        amount = INVOICES[invoice] if again else INVOICES[invoice] * (200 - percent) // 150
        body = messages.ReplaceInvoice(mark, 0, self.trade.invoice(name, amount))
        current = self.names.get(mark, invoice) == (f"{invoice}-B" if again else invoice)
        if not current:
            return  # another lender's name for the document: only a reversal brings two lenders together
        if self.holds(self.reference.is_live(mark), lambda: self.done(self.owners[mark], body)):
            self.names[mark] = name
            self.reference.add(Event("reissue", invoice, amount, ("", name)))

    def transfer(self, mark: str, percent: int) -> None:
        leaving = self.owners[mark]
        successor = BANKS[(BANKS.index(leaving) + 1 + percent % 2) % len(BANKS)]
        if self.agreed("transfer", mark, lambda: self._transfer(mark, leaving, successor)):
            self.owners[mark] = successor

    def _transfer(self, mark: str, leaving: str, successor: str) -> None:
        first, second = self.trade.regulators
        offer = ops.ProposeTransfer(f"{leaving}MSP", f"{successor}MSP", (mark,))
        transfer = self.trade.submit(first, ops.TRANSFER_PROPOSE, offer).transfer
        accepted = ops.AcceptTransfer(transfer, (self.trade.put_terms(successor),))
        self.trade.submit(self.trade.person(successor, APPROVER), ops.TRANSFER_ACCEPT, accepted)
        self.trade.submit(second, ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))

    def register(self, at: int, percent: int) -> None:
        """A loan that exists already; room is not asked."""
        line, bank = JOINTS[at % len(JOINTS)], BANKS[at % len(BANKS)]
        if self.reference.is_reissued(line[0]):
            return
        amount = max(2, LINES[line][0] * percent // 100)
        repaid = amount * percent // 200
        pledge = messages.Pledge(list(INVOICES).index(line[0]), line[1], amount, amount, amount)
        terms = self.trade.put_terms(bank)
        body = messages.Register(
            "LATE", self.views[bank], terms, "USD", amount, (pledge,), "2026-02-27", repaid
        )
        act = self.done(bank, body)
        allowed = line[0] not in self.reference.late
        admitted = ops.Admit(f"{bank}MSP", act)
        if self.holds(allowed, lambda: self.trade.submit(self.trade.regulators[0], ops.ADMIT, admitted)):
            self.owners[act] = bank
            for kind, part in (("lock", amount), ("approve", amount), ("draw", amount), ("repay", repaid)):
                self.reference.add(Event(kind, act, part, line if kind == "lock" else ("", "")))
            self.reference.late.add(line[0])

    def receipt(self, at: int, percent: int) -> None:
        number, bank = list(INVOICES)[at % len(INVOICES)], BANKS[at % len(BANKS)]
        received = max(1, INVOICES[number] * percent // 200)
        body = messages.Receipt(self.trade.invoice(number, INVOICES[number]), received, self.trade.today)
        act = self.done(bank, body)
        self.reference.add(Event("receipt", number, 0, (number, ""), received, act=act))

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
        number = NUMBERS[at % len(NUMBERS)]
        version = 1 + sum(1 for e in self.reference.events if (e.kind, e.about) == ("amend", number))
        total = max(1, DECLARATIONS[number] * percent // 80)
        body = messages.AmendDeclaration(number, version, total)
        self.trade.submit(self.trade.customs, ops.DECLARATION_AMEND, body)
        self.reference.add(Event("amend", number, total))

    def freeze(self, at: int, _: int) -> None:
        """Freeze a declaration, or lift that; lifted at once where nothing else would go on."""
        number = NUMBERS[at % len(NUMBERS)]
        frozen = not self.reference.is_frozen(number) and at % 3 == 0
        first, second = self.trade.regulators
        body = registry.Freeze(frozen=frozen, declaration=number)
        proposal = self.trade.submit(first, registry.FREEZE_PROPOSE, body).proposal
        self.trade.submit(second, registry.FREEZE_CONFIRM, registry.Confirm(proposal))
        self.reference.add(Event("freeze", number, int(frozen)))

    def act(self, kind: str, mark: str, body: messages.Act, amount: int = 0, received: int = 0) -> None:
        done: list[str] = []
        if self.agreed(kind, mark, lambda: done.append(self.done(self.owners[mark], body))):
            line = (self.reference.marks()[mark].line[0], "") if received else ("", "")
            self.reference.add(Event(kind, mark, amount, line, received, act=done[0]))

    def done(self, bank: str, body: messages.Act) -> str:
        """Let two people do an act; gives its id."""
        prepared = self.trade.submit(self.trade.person(bank), ops.PREPARE, messages.Prepare(body)).act
        self.banks[prepared] = bank
        self.trade.submit(self.trade.person(bank, APPROVER), ops.CONFIRM, messages.ConfirmAct(prepared))
        return prepared

    def agreed(self, kind: str, mark: str, run: Callable[[], object]) -> bool:
        return self.holds(self.reference.may(kind, mark), run)

    @staticmethod
    def holds(allowed: bool, run: Callable[[], object]) -> bool:
        """Run a step; it is refused for its state or amount exactly if the reference does not allow it."""
        answer = "OK"
        try:
            run()
        except Refused as refused:
            answer = refused.code
        assert answer in ({"OK"} if allowed else {"BAD_STATE", "OVER_AMOUNT"}), answer
        return allowed

    def compare(self) -> None:
        """What a bank sees of every document."""
        person, view = self.trade.person(BANKS[0]), self.views[BANKS[0]]
        answer = self.trade.ask(person, ops.VIEW_READ, messages.ReadViews((view,))).views[0]
        for declaration in answer.declarations:
            self._compare(declaration.number, declaration)
        for invoice in answer.invoices:
            number = invoice.invoice.number
            self._compare(number, invoice)
            assert invoice.duplicate == bool(self.reference.live_on(number)), number

    def _compare(self, document: str, seen: messages.ViewedDeclaration | messages.ViewedInvoice) -> None:
        assert seen.available == self.reference.available(document), document
        assert bool(seen.flags) == self.reference.is_flagged(document), document
        assert seen.frozen == self.reference.is_frozen(document), document

    def audit(self) -> None:
        """What the regulator sees at the end: every pool is the sum of its marks, and what the events say."""
        for number in NUMBERS:
            self._audit(number, ops.Supervise(declaration=number))
        for number, amount in INVOICES.items():
            self._audit(number, ops.Supervise(invoice=self.trade.invoice(number, amount)))

    def _audit(self, document: str, asked: ops.Supervise) -> None:
        pool = self.trade.ask(self.trade.regulators[0], ops.SUPERVISE, asked).pool
        held: dict[str, int] = {}
        for each in pool.marks:  # a transferred mark stands twice, once with nothing
            held[each.mark] = held.get(each.mark, 0) + each.locked + each.outstanding
        assert held == {mark: self.reference.held(mark) for mark in self.reference.on(document)}
        assert pool.locked + pool.outstanding == sum(held.values()) == self.reference.used(document)
        assert pool.collected == self.reference.collected(document)
        lent = {mark for mark in held if not self.reference.is_live(mark)}
        assert not any(held[mark] for mark in lent), "an ended financing holds nothing"
