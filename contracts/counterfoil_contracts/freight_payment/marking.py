"""Marking and paying: one person marks a payment's invoices as used, another says that the money went."""

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import day_rules, staff
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from . import payments
from .payment_case import Ordered, PaymentCase, apply_step, check_form
from .payments import Payment
from .records import ACT, PAYMENT, SLIP, StoredAct, StoredSlip
from .verifications import check_recent, verification_of


def payment_of(desk: Desk, payment_id: str) -> Payment:
    """A payment of the caller's bank.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    payment = desk.read_own(ops.MARKS, PAYMENT, payment_id, Payment)
    if payment is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such payment of this bank")
    return payment


def slip_hash(desk: Desk, slip: str) -> str:
    """SHA-256, in hex, of a slip of the caller's bank; empty for no slip.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    found = desk.bound_hash(ops.TERMS, SLIP, slip) if slip else ""
    if found is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such slip of this bank")
    return found


def record_step(desk: Desk, before: Payment, after: Payment, cause: Cause) -> ops.PaymentMoved:
    """Write what a step came to: the payment, its invoices' pools, their flags."""
    books = PoolBook(desk)
    apply_step(books, after, before.uses, after.uses)
    books.flag([use.hold.document for use in after.uses], cause)
    books.save()
    stored = replace(after, changed_at=desk.now)
    desk.context.store.write(*desk.own(ops.MARKS, PAYMENT, stored.id), stored)
    return moved_answer(stored)


def moved_answer(payment: Payment) -> ops.PaymentMoved:
    """What a step answers."""
    return ops.PaymentMoved(payment.id, payment.state, payment.amount, payment.refunded)


class Marking:
    """The part of the contract in which two people make a payment."""

    @trade_operation(ops.SLIP_PUT)
    def put_slip(self, desk: Desk, body: ops.PutSlip) -> ops.SlipPut:
        """Record references and reasons between the bank and the regulator."""
        stored = StoredSlip(desk.context.hidden_id(SLIP), body, desk.staff, desk.now)
        desk.context.store.write(*desk.own(ops.TERMS, SLIP, stored.id), stored)
        return ops.SlipPut(stored.id)

    @trade_operation(ops.MARK)
    def mark(self, desk: Desk, body: ops.Mark) -> ops.PaymentMoved:
        """Mark all invoices of a payment as used, or refuse."""
        ordered = Ordered(
            body.payer, body.payee, body.currency, body.amount, body.usd_rate, body.uses, body.transports
        )
        check_form(ordered)
        bound = slip_hash(desk, body.slip)
        look = verification_of(desk, body.verification, desk.msp_id) if body.verification else None
        case = PaymentCase(desk, look, ordered)
        if look is not None:
            check_recent(desk, look)
        case.check()
        payment = Payment(
            id=desk.context.hidden_id(PAYMENT),
            bank=desk.msp_id,
            state="MARKED",
            payer=body.payer,
            payee=body.payee,
            currency=body.currency,
            amount=body.amount,
            usd=case.usd,
            usd_rate=body.usd_rate,
            day=desk.today,
            slip=body.slip,
            slip_hash=bound,
            uses=case.uses,
            marked_by=desk.staff,
            marked_at=desk.now,
            changed_at=desk.now,
            transports=case.transports,
            port_checks=case.port_checks,
        )
        case.write(payment)
        return moved_answer(payment)

    @trade_operation(ops.PAID)
    def pay(self, desk: Desk, body: ops.Paid) -> ops.PaymentMoved:
        """A second person says that the money has gone."""
        day_rules.check_value_date(body.value_date, desk.day)
        before = payment_of(desk, body.payment)
        payments.require_step(before, "paid")
        if desk.staff == before.marked_by:
            raise refusal(RefusalCode.SAME_PERSON, "another person than the one who marked pays")
        staff.check_limit(desk, before.currency, before.amount)
        paid = desk.context.hidden_id(ACT)
        after = replace(payments.paid(before, desk.staff), acts=(*before.acts, paid))
        act = StoredAct(
            id=paid,
            payment=before.id,
            body=body,
            prepared_by=before.marked_by,
            prepared_at=before.marked_at,
            expires=desk.now,
            confirmed_by=desk.staff,
            confirmed_at=desk.now,
            entries=payments.entries(before, after),
        )
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id), act)
        return record_step(desk, before, after, Cause(desk.request_id, desk.now))
