"""Queries: a bank sees its own payments. None of them writes."""

from collections.abc import Iterator

from counterfoil_contracts.core import flags
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from .acts import act_of
from .answers import ActRecord, Flags, PaymentAnswer, Payments, PendingActs, UseState
from .marking import payment_of
from .payments import Payment, Use
from .records import ACT, PAYMENT, SLIP, StoredAct, StoredSlip
from .tax_messages import InvoiceFlag

_PAGE = 100


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

    @trade_operation(ops.CHANGES)
    def read_changes(self, desk: Desk, body: ops.ReadChanges) -> Payments:
        """A page of one's own payments changed since a time."""
        found = desk.page(desk.context.collection(ops.MARKS), PAYMENT, body.after, body.limit, Payment)
        changed = tuple(payment_answer(each) for each in found if each.changed_at >= body.since)
        return Payments(changed, found[-1].id if len(found) == body.limit else "")

    @trade_operation(ops.ACT_READ)
    def read_act(self, desk: Desk, body: ops.ReadAct) -> ActRecord:
        """An act, so that the second person sees what it will do."""
        return act_record(act_of(desk, body.act))

    @trade_operation(ops.ACTS_PENDING)
    def pending_acts(self, desk: Desk, body: ops.ReadPage) -> PendingActs:
        """One's own bank's acts that still wait for a second person."""
        found = desk.page(desk.context.collection(ops.MARKS), ACT, body.after, body.limit, StoredAct)
        waiting = tuple(act_record(act) for act in found if not act.confirmed_at and desk.now < act.expires)
        return PendingActs(waiting, found[-1].id if len(found) == body.limit else "")

    @trade_operation(ops.FLAGS_MINE)
    def read_flags(self, desk: Desk, _: ops.ReadFlags) -> Flags:
        """The flags on invoices that one's own live payments use."""
        used = {use.hold.document for each in own_payments(desk) if each.is_live for use in each.uses}
        books, seen = PoolBook(desk), []
        for document in sorted(used):
            for flag in flags.open_flags(books.get(document).flags, lenders=True):
                rule = flags.RULES[flag.code]
                seen.append(InvoiceFlag(document, flag.code, flag.since, rule.blocks, rule.ends))
        return Flags(tuple(seen))


def own_payments(desk: Desk, bank: str | None = None) -> Iterator[Payment]:
    """All payments of the caller's bank, or of `bank` where the regulator asks."""
    collection, after = desk.context.collection(ops.MARKS, bank), ""
    while page := desk.page(collection, PAYMENT, after, _PAGE, Payment):
        yield from page
        after = page[-1].id


def act_record(act: StoredAct) -> ActRecord:
    """An act as its bank sees it."""
    return ActRecord(
        act=act.id,
        payment=act.payment,
        body=act.body,
        prepared_by=act.prepared_by,
        prepared_at=act.prepared_at,
        expires=act.expires,
        confirmed_by=act.confirmed_by,
        confirmed_at=act.confirmed_at,
        reversed_by=act.reversed_by,
        admitted_by=act.admitted_by,
    )


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
