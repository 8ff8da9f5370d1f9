"""Runs steps of freight payments on the kit's ledger and on the reference, and compares after each."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from freight_ledger import AGENT, PAYEE, PAYER, FreightLedger, digital
from freight_reference import Part, Payment, Reference

BANKS = ("BankA", "BankB", "BankC")
INVOICES = {"I-0": 700_001, "$-1": 90_000, "I-2": 3_333}
NUMBERS = {invoice: digital(at) for at, invoice in enumerate(INVOICES)}
RATE = "R"
STEPS = ("mark", "paid", "cancel", "refund", "reverse", "red", "void", "mandate", "legacy", "undocumented")
ON_PAYMENTS = frozenset({"paid", "cancel", "refund", "reverse"})


@lru_cache
def world() -> tuple[FreightLedger, dict[str, str]]:
    """Three invoices, one of them in dollars, and a look of each bank at all."""
    trade = FreightLedger([f"{bank}MSP" for bank in BANKS])
    rate = registry.Rate(RATE, "USD", "CNY", 71_234, 4, "2026-03-02")
    trade.put_tables(registry.TableEntries(rates=(rate,)))
    facts = {name: trade.facts(at, amount) for at, (name, amount) in enumerate(INVOICES.items())}
    for name, each in facts.items():
        trade.put_invoices(each, currency="USD" if name.startswith("$") else "CNY")
    looks = {bank: trade.verify(bank, *facts.values()) for bank in BANKS}
    trade.ledger.checkpoint()
    return trade, looks


class Life:
    """One history, from invoices that nothing uses."""

    def __init__(self) -> None:
        self.trade, self.looks = world()
        self.trade.ledger.rollback()
        self.reference = Reference(dict(INVOICES))
        self.claims: ops.Mandate | None = None
        self.reds = 0

    def step(self, name: str, at: int, percent: int) -> None:
        """Do one step and compare; steps on payments do nothing while there is none."""
        if name in ON_PAYMENTS:
            if self.reference.payments:
                newest = list(self.reference.payments)[-2:]
                getattr(self, name)(newest[at % len(newest)], percent)
        else:
            getattr(self, name)(at, percent)
        self.compare()

    def parts(self, at: int, percent: int) -> list[Part]:
        """One invoice or two; what is paid is worth a little less or more than what is used."""
        names = list(INVOICES)
        chosen = [names[(at + step) % len(names)] for step in range(1 + at % 2)]
        found = []
        for place, name in enumerate(chosen):
            use = max(10, INVOICES[name] * percent // (230, 100)[at % 2])
            per_mille = (1000, 980, 1020, 1035)[(at + percent + place) % 4]
            cents = use * per_mille // 1000 if name.startswith("$") else use * per_mille * 10 // 71_234
            found.append((name, max(1, cents), use))
        return found

    def uses(self, parts: list[Part]) -> tuple[ops.StatedUse, ...]:
        names = list(INVOICES)
        return tuple(
            ops.StatedUse(names.index(name), cents, use, "" if name.startswith("$") else RATE)
            for name, cents, use in parts
        )

    def mark(self, at: int, percent: int) -> None:
        parts, agent = self.parts(at, percent), at % 7 == 3
        amount = sum(part[1] for part in parts)
        self._mark(BANKS[at % len(BANKS)], parts, amount, agent=agent)

    def undocumented(self, at: int, percent: int) -> None:
        self._mark(BANKS[at % len(BANKS)], [], 60_000 * percent, agent=False)

    def _mark(self, bank: str, parts: list[Part], amount: int, *, agent: bool) -> None:
        expected = self.reference.mark_answer(parts, amount, agent=agent)
        payment, answer = "", "OK"
        try:
            payment = self.trade.mark(
                bank, self.looks[bank], uses=self.uses(parts), amount=amount, payer=AGENT if agent else PAYER
            )
        except Refused as refused:
            answer = refused.code
        assert answer == expected
        if payment:
            self.reference.payments[payment] = Payment(bank, amount, parts)

    def paid(self, name: str, _: int) -> None:
        payment = self.reference.payments[name]
        if self.holds(payment.state == "MARKED", lambda: self.trade.paid(payment.bank, name)):
            payment.paid = True

    def cancel(self, name: str, _: int) -> None:
        payment = self.reference.payments[name]
        if self.holds(payment.state == "MARKED", lambda: self.trade.undo(payment.bank, ops.Cancel(name))):
            payment.cancelled = True

    def refund(self, name: str, percent: int) -> None:
        payment = self.reference.payments[name]
        amount = max(1, (payment.amount - payment.refunded) * percent // 100)
        allowed = payment.state in {"PAID", "PARTLY_REFUNDED"}
        done: list[str] = []
        if self.holds(allowed, lambda: done.append(self.trade.refund(payment.bank, name, amount))):
            self.reference.refund(name, done[0], amount)

    def reverse(self, name: str, percent: int) -> None:
        """Reverse one of a payment's acts."""
        payment = self.reference.payments[name]
        acts = self.trade.payment(payment.bank, name).acts
        if not acts:
            return
        act = acts[-1 - percent % min(len(acts), 4)]
        refund = payment.refunds.get(act)
        allowed = refund is not None and not refund.reversed
        if refund is None:
            allowed = payment.state == "PAID" and act == self.last_paid(payment.bank, acts)
        if self.holds(allowed, lambda: self.trade.undo(payment.bank, ops.Reverse(act))):
            if refund is not None:
                refund.reversed = True
            else:
                payment.paid = False

    def last_paid(self, bank: str, acts: tuple[str, ...]) -> str:
        """The act that says `paid` and stands; one that was reversed does not."""
        person = self.trade.person(bank)
        records = [self.trade.ask(person, ops.ACT_READ, ops.ReadAct(each)) for each in acts]
        standing = [each.act for each in records if isinstance(each.body, ops.Paid) and not each.reversed_by]
        return standing[-1] if standing else ""

    def red(self, at: int, percent: int) -> None:
        name = list(INVOICES)[at % len(INVOICES)]
        amount = max(1, INVOICES[name] * percent // 150)
        self.reds += 1
        red = digital(1000 + self.reds)
        body = ops.ReverseInvoice(NUMBERS[name], red, amount)
        allowed = name not in self.reference.void and amount <= self.reference.left(name)
        if self.holds(allowed, lambda: self.trade.submit(self.trade.tax, ops.INVOICE_REVERSE, body)):
            self.reference.reds[name].append(amount)

    def void(self, at: int, percent: int) -> None:
        if percent % 4:
            return  # seldom, else nothing is left to pay
        name = list(INVOICES)[at % len(INVOICES)]
        body = ops.VoidInvoice(NUMBERS[name])
        allowed = name not in self.reference.void
        if self.holds(allowed, lambda: self.trade.submit(self.trade.tax, ops.INVOICE_VOID, body)):
            self.reference.void.add(name)

    def mandate(self, _: int, __: int) -> None:
        """The payer mandates the agent, or takes that back."""
        if self.claims is None:
            self.claims = self.trade.mandate(PAYER, AGENT, "PAYER")
            self.trade.register(self.claims)
        else:
            stated: dict[str, Any] = {
                field: getattr(self.claims, field) for field in self.claims.__struct_fields__
            }
            stated["type"] = "counterfoil/freight-mandate-withdrawal/1"
            self.trade.register(ops.MandateWithdrawal(**stated))
            self.claims = None
        self.reference.is_mandated = self.claims is not None

    def legacy(self, at: int, percent: int) -> None:
        """A payment of before the first day; room and tolerance are not asked."""
        bank, parts = BANKS[at % len(BANKS)], self.parts(at, percent)
        amount = sum(part[1] for part in parts)
        body = ops.LegacyUse(PAYER, PAYEE, "USD", amount, self.looks[bank], self.uses(parts), "2026-02-25")
        act = self.trade.undo(bank, body)
        self.trade.submit(self.trade.regulators[0], ops.ADMIT, ops.Admit(f"{bank}MSP", act))
        self.reference.payments[act] = Payment(bank, amount, parts, paid=True)

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
        """What a bank sees of every invoice."""
        seen = self.trade.verified(BANKS[0], self.looks[BANKS[0]]).invoices
        for name, each in zip(INVOICES, seen, strict=True):
            assert each.verified
            assert each.remaining == self.reference.remaining(name), name
            assert each.status == self.reference.status(name), name

    def audit(self) -> None:
        """What the regulator sees at the end: every pool is the sum of its payments, and of the events."""
        for at, name in enumerate(INVOICES):
            pool = self.trade.pool(at)
            held = {each.mark: each.locked + each.outstanding for each in pool.marks}
            assert held == self.reference.holding(name), name
            assert pool.marked + pool.paid == sum(held.values()) == self.reference.used(name)
            assert pool.tolerated == self.reference.tolerated(name), name
            assert any(not flag.ended for flag in pool.flags) == self.reference.is_over(name), name
        for name, payment in self.reference.payments.items():
            found = self.trade.payment(payment.bank, name)
            assert (found.state, found.refunded) == (payment.state, payment.refunded)
            assert [use.left for use in found.uses] == [payment.used(at) for at in range(len(payment.parts))]
