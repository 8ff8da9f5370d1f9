"""Supervision: the regulator sees every payment, who probed, and what was split. None of it writes."""

from collections.abc import Iterable

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from .answers import (
    DayPayment,
    PaymentDay,
    PaymentDays,
    PoolFlag,
    PoolMark,
    Supervised,
    SupervisedBank,
    SupervisedInvoice,
    SupervisedInvoices,
    SupervisedPayment,
    UsePool,
)
from .payments import Payment
from .queries import own_payments, payment_answer
from .records import PAYMENT, SLIP, TAX_INVOICE, VERIFICATION, StoredSlip, Verification
from .tax_invoices import document_of, is_stated_so, stated_invoice
from .tax_messages import InvoiceProbe, InvoiceTuple, ProbePage, Probes, StatedInvoice


class Supervision:
    """The part of the contract that answers the regulator."""

    @trade_operation(ops.SUPERVISE)
    def supervise(self, desk: Desk, body: ops.Supervise) -> Supervised:
        """Everything about one tax invoice."""
        document = document_of(body.number, body.code)
        record, pool = stated_invoice(desk, document), PoolBook(desk).find(document)
        if record is None or pool is None:
            raise refusal(RefusalCode.NOT_FOUND, "nobody has stated this invoice")
        found = []
        for mark in pool.marks:
            bank = bank_of(mark.bank)
            # What another scenario holds of it stands in the pool, and is told by its own contract.
            payment = desk.read_own(ops.MARKS, PAYMENT, mark.mark, Payment, bank)
            if payment is not None:
                found.append(supervised(desk, payment, bank))
        return Supervised(record.value, use_pool(desk, pool), tuple(found))

    @trade_operation(ops.SUPERVISE_BANK)
    def supervise_bank(self, desk: Desk, body: ops.SuperviseBank) -> SupervisedBank:
        """A page of one bank's payments."""
        bank = bank_of(body.bank)
        collection = desk.context.collection(ops.MARKS, bank)
        found = desk.page(collection, PAYMENT, body.after, body.limit, Payment)
        seen = tuple(supervised(desk, payment, bank) for payment in found)
        return SupervisedBank(seen, found[-1].id if len(found) == body.limit else "")

    @trade_operation(ops.SUPERVISE_ENTERPRISE)
    def supervise_enterprise(self, desk: Desk, body: ops.SuperviseEnterprise) -> SupervisedInvoices:
        """A page of an enterprise's tax invoices, whoever pays them."""
        found = desk.scan(TAX_INVOICE, body.after, body.limit, StatedInvoice)
        books, seen = PoolBook(desk), []
        for _, stated in found:
            facts = stated.invoice.facts
            if body.enterprise in {facts.seller, facts.buyer}:
                document = document_of(facts.number, facts.code)
                seen.append(SupervisedInvoice(stated, use_pool(desk, books.get(document))))
        return SupervisedInvoices(tuple(seen), found[-1][0] if len(found) == body.limit else "")

    @trade_operation(ops.SUPERVISE_PROBES)
    def supervise_probes(self, desk: Desk, body: ops.ReadKeys) -> ProbePage:
        """A page of looks: what each bank asked for that nobody had stated so at that time."""
        found = desk.scan(VERIFICATION, body.after, body.limit, Verification)
        looks = [look for _, look in found]
        probed = tuple(each for look in looks if (each := _probes(desk, look)) is not None)
        asked = sum(len(look.invoices) for look in looks)
        after = found[-1][0] if len(found) == body.limit else ""
        return ProbePage(len(looks), asked, probed, after)

    @trade_operation(ops.SUPERVISE_DAYS)
    def supervise_days(self, desk: Desk, body: ops.SuperviseDays) -> PaymentDays:
        """Who paid whom more than may go without documents on one day, whatever the banks."""
        by_day: dict[tuple[str, str, str], list[Payment]] = {}
        for bank in dict.fromkeys(body.banks):
            for payment in own_payments(desk, bank_of(bank)):
                if payment.state != "CANCELLED" and body.since <= payment.day <= body.until:
                    key = (payment.day, payment.payer, payment.payee)
                    by_day.setdefault(key, []).append(payment)
        limit = desk.parameter("undocumented_usd")
        days = (_day(key, by_day[key], limit) for key in sorted(by_day))
        return PaymentDays(limit, tuple(day for day in days if day.usd > limit))


def _day(key: tuple[str, str, str], made: Iterable[Payment], limit: int) -> PaymentDay:
    day, payer, payee = key
    payments = tuple(DayPayment(each.bank, each.id, each.usd, each.is_documented) for each in made)
    undocumented = sum(each.usd for each in payments if not each.documented)
    return PaymentDay(
        day=day,
        payer=payer,
        payee=payee,
        usd=sum(each.usd for each in payments),
        undocumented_usd=undocumented,
        split=undocumented > limit,
        payments=payments,
    )


def _probes(desk: Desk, look: Verification) -> Probes | None:
    found = []
    for asked in look.invoices:
        stated = _stated_by(desk, asked, look.asked_at)
        if not is_stated_so(stated, asked):
            found.append(InvoiceProbe(asked, known=stated is not None))
    if not found:
        return None
    return Probes(look.id, look.bank, look.staff, look.asked_at, len(look.invoices), tuple(found))


def _stated_by(desk: Desk, asked: InvoiceTuple, at: int) -> StatedInvoice | None:
    record = stated_invoice(desk, document_of(asked.number, asked.code))
    return record.value if record is not None and record.value.put_at <= at else None


def supervised(desk: Desk, payment: Payment, bank: str | None) -> SupervisedPayment:
    """A payment with its slip, as the regulator sees both."""
    slip = desk.read_own(ops.TERMS, SLIP, payment.slip, StoredSlip, bank) if payment.slip else None
    # A payment of before the first day may have no slip.
    return SupervisedPayment(payment_answer(payment), slip.slip if slip is not None else ops.PutSlip())


def use_pool(desk: Desk, pool: Pool) -> UsePool:
    """What is used of an invoice by everybody, as the regulator sees it."""
    return UsePool(
        document=pool.document,
        currency=pool.currency,
        total=pool.total,
        marked=pool.locked,
        paid=pool.outstanding,
        remaining=pools.available(pool, desk.ceiling(pool)),
        tolerated=pool.tolerated,
        frozen=pool.frozen,
        marks=tuple(
            PoolMark(each.bank, each.mark, each.locked, each.outstanding, each.live) for each in pool.marks
        ),
        flags=tuple(PoolFlag(each.code, each.since, each.cause, each.ended) for each in pool.flags),
    )
