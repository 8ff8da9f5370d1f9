"""Freight: sixteen tax invoices, eight payments at two banks, and what a second payment comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

from counterfoil_contracts.freight_payment import operations as freight

from counterfoil_demo import reference
from counterfoil_demo.cast import Refused
from counterfoil_demo.desk import APPROVER, AUDITOR, OFFICER, RATE_USD_CNY
from counterfoil_demo.narration import Check, Money, StoryBroken
from counterfoil_demo.parties import Seller, draw_seller
from counterfoil_demo.stage import business_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil_demo.stage import Stage

_INVOICES: Final = 16
_PAYMENTS: Final = 8
_BANKS: Final = ("BankA", "BankB")
_BANK_MSPS: Final = ("BankAMSP", "BankBMSP")
_REVERSED_AFTER_USE: Final = "REVERSED_AFTER_USE"


@dataclass(slots=True)
class Bill:
    """One tax invoice and the sums of it, in fen: what was taken back, what payments use."""

    place: int
    facts: freight.InvoiceTuple
    taken_back: int = 0
    used: int = 0

    @property
    def left(self) -> int:
        """What a payment can still use."""
        return reference.invoice_left(self.facts.amount, self.taken_back, self.used)


@dataclass(slots=True)
class Freight:
    """The chapter's own state: parties drawn by seed, invoices, each bank's look at all of them."""

    stage: Stage
    payer: Seller
    payee: Seller
    bills: list[Bill]
    looks: dict[str, str] = field(default_factory=dict)


def tell(stage: Stage, seed: int) -> None:
    """The story of freight payments, on a registry that is open."""
    told = _draw(stage, seed)
    _publish(told)
    payments = _first_day(told)
    _second_time(told)
    _red_invoice(told, payments[0])
    _split(told)


def _draw(stage: Stage, seed: int) -> Freight:
    random = Random(f"freight {seed}")  # noqa: S311 - sample data, nothing secret
    payer, payee = draw_seller(random), draw_seller(random)
    bills = []
    for place in range(1, _INVOICES + 1):
        number = f"2644{random.randrange(10**16):016d}"
        amount = random.randrange(3_000_000, 9_000_000)
        facts = freight.InvoiceTuple(number, business_day(), payee.code, payer.code, amount)
        bills.append(Bill(place, facts))
    return Freight(stage, payer, payee, bills)


def _publish(told: Freight) -> None:
    stage = told.stage
    stage.narration.chapter("The tax authority publishes sixteen invoices", "no bank can state one")
    stage.narration.remark(f"{told.payee.name} carried goods for {told.payer.name}")
    tax = stage.cast("Port", "tax")
    body = freight.PutInvoices(tuple(freight.TaxInvoice(bill.facts, "TRANSPORT") for bill in told.bills))
    text = f"publishes {len(told.bills)} invoices"
    with stage.narration.doing(text):
        done = tax.submit(freight.INVOICE_PUT, body)
    stage.narration.committed(tax.name, text, done.told, _read_back(told, told.bills[:2]))


def _first_day(told: Freight) -> list[str]:
    """Eight payments of two invoices each, four at each bank; gives their ids."""
    stage = told.stage
    stage.narration.chapter("Eight payments", "each over two invoices; one person marks, another pays")
    for bank in _BANKS:
        told.looks[bank] = _look(told, bank, told.bills)
    made = []
    for place in range(_PAYMENTS):
        bank = _BANKS[place % len(_BANKS)]
        bills = told.bills[2 * place : 2 * place + 2]
        made.append(_pay(told, bank, bills))
    return made


def _look(told: Freight, bank: str, bills: Sequence[Bill]) -> str:
    stage = told.stage
    officer, auditor = stage.cast(bank, OFFICER), stage.cast(bank, AUDITOR)
    text = f"asks for {len(bills)} invoices, each by all its fields"
    with stage.narration.doing(text):
        done = officer.submit(freight.VERIFY, freight.Verify(tuple(bill.facts for bill in bills)))
        look = done.answer.verification
        seen = auditor.ask(freight.VERIFY_READ, freight.ReadVerification(look)).invoices
    remaining = sum(each.remaining for each in seen)
    checks = [
        Check(auditor.name, "all genuine", all(each.verified for each in seen), expected=True),
        Check(auditor.name, "left of them", _fen(remaining), _fen(sum(bill.left for bill in bills))),
    ]
    stage.narration.committed(officer.name, text, done.told, checks)
    return str(look)


def _order(told: Freight, bank: str, bills: Sequence[Bill]) -> freight.Mark:
    """Each invoice paid in full, at today's rate, rounded down."""
    rate = told.stage.samples.figures.own_funds.rate_mantissa
    uses = []
    for bill in bills:
        amount = bill.facts.amount * 10**reference.RATE_SCALE // rate
        uses.append(freight.StatedUse(bill.place - 1, amount, bill.facts.amount, RATE_USD_CNY))
    slip = told.stage.cast(bank, OFFICER).submit(
        freight.SLIP_PUT, freight.PutSlip("Qianhai", f"FR-{bills[0].place}", "222014")
    )
    return freight.Mark(
        payer=told.payer.code,
        payee=told.payee.code,
        currency="USD",
        amount=sum(use.amount for use in uses),
        slip=slip.answer.slip,
        verification=told.looks[bank],
        uses=tuple(uses),
    )


def _pay(told: Freight, bank: str, bills: Sequence[Bill]) -> str:
    stage = told.stage
    officer, approver = stage.cast(bank, OFFICER), stage.cast(bank, APPROVER)
    order = _order(told, bank, bills)
    names = " and ".join(str(bill.place) for bill in bills)
    text = f"marks {Money(order.amount, 'USD')} on invoices {names}"
    with stage.narration.doing(text):
        marked = officer.attempt(freight.MARK, order)
    if isinstance(marked, Refused):
        stage.narration.refused(officer.name, text, marked.told, "", [])
        raise StoryBroken(f"{officer.name} could not mark")
    for bill in bills:
        bill.used += bill.facts.amount
    stage.narration.committed(officer.name, text, marked.told, _read_back(told, bills))
    text = "says that the money went"
    with stage.narration.doing(text):
        paid = approver.submit(freight.PAID, freight.Paid(marked.answer.payment, business_day()))
    auditor = stage.cast(bank, AUDITOR)
    seen = auditor.ask(freight.PAYMENT_READ, freight.ReadPayment(marked.answer.payment))
    stage.narration.committed(
        approver.name, text, paid.told, [Check(auditor.name, "the payment is", seen.state, "PAID")]
    )
    return str(marked.answer.payment)


def _second_time(told: Freight) -> None:
    """What was paid at one bank is shown at the other, as it is and with one figure changed."""
    stage, bill = told.stage, told.bills[0]
    stage.narration.chapter("The same invoice at BankB", "which never learns where it was paid")
    officer = stage.cast("BankB", OFFICER)
    order = _order(told, "BankB", [bill])
    text = f"marks {Money(order.amount, 'USD')} on invoice {bill.place}"
    with stage.narration.doing(text):
        refused = officer.attempt(freight.MARK, order)
    if not isinstance(refused, Refused):
        stage.narration.committed(
            officer.name, text, refused.told, [Check(officer.name, "refused as", "nothing", "OVER_USE")]
        )
        return
    stage.narration.refused(officer.name, text, refused.told, "OVER_USE", _read_back(told, [bill]))
    wrong = freight.InvoiceTuple(
        bill.facts.number, bill.facts.issued_on, bill.facts.seller, bill.facts.buyer, bill.facts.amount + 1
    )
    text = f"asks for invoice {bill.place} with one fen more"
    with stage.narration.doing(text):
        done = officer.submit(freight.VERIFY, freight.Verify((wrong,)))
        auditor, regulator = stage.cast("BankB", AUDITOR), stage.cast("Regulator", "auditor")
        (seen,) = auditor.ask(
            freight.VERIFY_READ, freight.ReadVerification(done.answer.verification)
        ).invoices
        page = regulator.ask(freight.SUPERVISE_PROBES, freight.ReadKeys())
    mine = [each for each in page.probes if each.verification == done.answer.verification]
    checks = [
        Check(auditor.name, "genuine", seen.verified, expected=False),
        # The same answer, whatever field is wrong.
        Check(auditor.name, "figures told", [seen.remaining, seen.status], [0, ""]),
        Check(regulator.name, "probes counted", sum(len(each.probes) for each in mine), 1),
    ]
    stage.narration.committed(officer.name, text, done.told, checks)


def _red_invoice(told: Freight, payment: str) -> None:
    """Half of a paid invoice is taken back; enough of the payment comes back to end the flag."""
    stage, bill = told.stage, told.bills[0]
    stage.narration.chapter("A red invoice after use", "the money went, and half of the service did not come")
    tax = stage.cast("Port", "tax")
    half = bill.facts.amount // 2
    red = f"2644{99:016d}"
    text = f"takes {_fen(half)} of invoice {bill.place} back"
    with stage.narration.doing(text):
        done = tax.submit(freight.INVOICE_REVERSE, freight.ReverseInvoice(bill.facts.number, red, half))
    bill.taken_back += half
    stage.narration.committed(tax.name, text, done.told, _read_back(told, [bill]))
    _refund(told, payment, bill)


def _refund(told: Freight, payment: str, bill: Bill) -> None:
    stage = told.stage
    officer, approver = stage.cast("BankA", OFFICER), stage.cast("BankA", APPROVER)
    state = stage.cast("BankA", AUDITOR).ask(freight.PAYMENT_READ, freight.ReadPayment(payment))
    use = next(each for each in state.uses if each.invoice == bill.facts)
    back = use.amount * 2 // 3
    amounts = tuple(back if each is use else 0 for each in state.uses)
    text = f"prepares a refund of {Money(back, 'USD')}, all of it on invoice {bill.place}"
    with stage.narration.doing(text):
        prepared = officer.submit(
            freight.PREPARE, freight.Prepare(freight.Refund(payment, back, business_day(), amounts))
        )
    stage.narration.committed(officer.name, text, prepared.told, _read_back(told, [bill]))
    text = "confirms it"
    with stage.narration.doing(text):
        done = approver.submit(freight.CONFIRM, freight.ConfirmAct(prepared.answer.act))
    bill.used -= reference.released(bill.facts.amount, back, use.amount)
    stage.narration.committed(approver.name, text, done.told, _read_back(told, [bill]))


def _split(told: Freight) -> None:
    """Two payments without documents, each small enough, at two banks on one day."""
    stage = told.stage
    limit = reference.UNDOCUMENTED_USD
    stage.narration.chapter("Split in two", f"up to {Money(limit, 'USD')} a payment needs no document")
    parts = (limit * 3 // 5, limit * 2 // 5 + 1)
    sent = 0
    for bank, amount in zip(_BANKS, parts, strict=True):
        officer = stage.cast(bank, OFFICER)
        slip = officer.submit(freight.SLIP_PUT, freight.PutSlip("Qianhai", f"FR-{amount}"))
        body = freight.Mark(told.payer.code, told.payee.code, "USD", amount, slip.answer.slip)
        text = f"marks {Money(amount, 'USD')} without any document"
        with stage.narration.doing(text):
            done = officer.submit(freight.MARK, body)
        sent += amount
        due = Money(sent, "USD") if sent > limit else "nothing"
        stage.narration.committed(officer.name, text, done.told, [_split_seen(told, due)])


def _split_seen(told: Freight, due: Money | str) -> Check:
    """Above the limit the regulator sees what went without documents from payer to payee on one day."""
    auditor = told.stage.cast("Regulator", "auditor")
    today = business_day()
    days = auditor.ask(freight.SUPERVISE_DAYS, freight.SuperviseDays(_BANK_MSPS, today, today)).days
    mine = [day for day in days if (day.payer, day.split) == (told.payer.code, True)]
    seen = Money(mine[0].undocumented_usd, "USD") if mine else "nothing"
    return Check(auditor.name, "split on this day", seen, due)


def _read_back(told: Freight, bills: Sequence[Bill]) -> list[Check]:
    """What the regulator's auditor reads of invoices now, against the sums."""
    auditor = told.stage.cast("Regulator", "auditor")
    checks = []
    for bill in bills:
        pool = auditor.ask(freight.SUPERVISE, freight.Supervise(bill.facts.number)).pool
        used = pool.marked + pool.paid
        checks.append(Check(auditor.name, f"invoice {bill.place} used", _fen(used), _fen(bill.used)))
        checks.append(Check(auditor.name, "left", _fen(pool.remaining), _fen(bill.left)))
        flags = [flag.code for flag in pool.flags if not flag.ended]
        is_over = bill.used > bill.facts.amount - bill.taken_back
        if flags or is_over:
            checks.append(Check(auditor.name, "flags", flags, [_REVERSED_AFTER_USE] if is_over else []))
    return checks


def _fen(amount: int) -> Money:
    return Money(amount, "CNY")
