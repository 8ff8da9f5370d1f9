"""Queries: a bank sees its own payments, the regulator everything. None of them writes."""

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from .answers import PaymentAnswer, PoolFlag, PoolMark, Supervised, SupervisedPayment, UsePool, UseState
from .marking import payment_of
from .payments import Payment, Use
from .records import PAYMENT, SLIP, StoredSlip
from .tax_invoices import document_of, stated_invoice


class Queries:
    """The part of the contract that only answers."""

    @trade_operation(ops.SLIP_READ)
    def read_slip(self, desk: Desk, body: ops.ReadSlip) -> ops.SlipAnswer:
        """One's own slip."""
        stored = desk.read_own(ops.TERMS, SLIP, body.slip, StoredSlip)
        if stored is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such slip of this bank")
        return ops.SlipAnswer(stored.slip, stored.put_at)

    @trade_operation(ops.PAYMENT_READ)
    def read_payment(self, desk: Desk, body: ops.ReadPayment) -> PaymentAnswer:
        """One's own payment."""
        return payment_answer(payment_of(desk, body.payment))

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


def supervised(desk: Desk, payment: Payment, bank: str | None) -> SupervisedPayment:
    """A payment with its slip, as the regulator sees both."""
    slip = desk.read_own(ops.TERMS, SLIP, payment.slip, StoredSlip, bank)
    assert slip is not None, "a payment is bound to a slip that exists"
    return SupervisedPayment(payment_answer(payment), slip.slip)


def payment_answer(payment: Payment) -> PaymentAnswer:
    """A payment as its bank and the regulator see it."""
    return PaymentAnswer(
        payment=payment.id,
        bank=payment.bank,
        state=payment.state,
        payer=payment.payer,
        payee=payment.payee,
        currency=payment.currency,
        amount=payment.amount,
        refunded=payment.refunded,
        usd=payment.usd,
        usd_rate=payment.usd_rate,
        day=payment.day,
        documented=payment.is_documented,
        uses=tuple(_use(each) for each in payment.uses),
        transports=payment.transports,
        port_checks=payment.port_checks,
        acts=payment.acts,
        slip=payment.slip,
        slip_hash=payment.slip_hash,
        marked_by=payment.marked_by,
        marked_at=payment.marked_at,
        paid_by=payment.paid_by,
        changed_at=payment.changed_at,
        origin=payment.origin,
    )


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


def _use(use: Use) -> UseState:
    return UseState(
        document=use.hold.document,
        invoice=use.invoice,
        amount=use.amount,
        refunded=use.refunded,
        used=use.hold.amount,
        left=use.hold.amount - use.hold.released,
        excess=use.excess - use.returned,
        rate=use.rate,
    )
