"""Acts of two people on a payment: one prepares, another confirms. Nothing moves before the second.

A payment of before the ledger's first day waits for the regulator besides. What happened is recorded whether
there is room or not, and flagged.
"""

from counterfoil_protocol.confidential import bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import flags
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import day_rules
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import operations as ops
from . import payments
from .marking import payment_of, record_step, slip_hash
from .payment_case import Ordered, PaymentCase, check_form
from .payment_messages import Cancel, LegacyUse, Paid, Refund, Reverse
from .payments import Payment
from .records import ACT, StoredAct
from .verifications import verification_of

REVERSIBLE = (Paid, Refund)
"""Acts that say what happened, and may be mistaken. A payment that was cancelled is marked anew."""


class Acts:
    """The part of the contract that undoes payments, and records old ones."""

    @trade_operation(ops.PREPARE)
    def prepare(self, desk: Desk, body: ops.Prepare) -> ops.Prepared:
        """Keep an act for a second person, if the payment would bear it now. Nothing moves."""
        act = body.act
        if isinstance(act, Refund):
            day_rules.check_value_date(act.value_date, desk.day)
        stored = StoredAct(
            id=desk.context.hidden_id(ACT),
            payment="",
            body=act,
            prepared_by=desk.staff,
            prepared_at=desk.now,
            expires=desk.days_from_now("act_days"),
            slip=body.slip,
            slip_hash=slip_hash(desk, body.slip),
        )
        stored = replace(stored, payment=_tried(desk, act))
        desk.context.store.write(*desk.own(ops.MARKS, ACT, stored.id), stored)
        return ops.Prepared(stored.id, stored.expires)

    @trade_operation(ops.CONFIRM)
    def confirm(self, desk: Desk, body: ops.ConfirmAct) -> ops.Confirmed:
        """The act takes effect on the payment and its invoices."""
        act = act_of(desk, body.act)
        if act.confirmed_at:
            raise refusal(RefusalCode.BAD_STATE, "the act was confirmed before")
        if desk.now >= act.expires:
            raise refusal(RefusalCode.EXPIRED, "the time to confirm is over")
        if desk.staff == act.prepared_by:
            raise refusal(RefusalCode.SAME_PERSON, "another person than the one who prepared confirms")
        confirmed = replace(act, confirmed_by=desk.staff, confirmed_at=desk.now)
        moved: ops.PaymentMoved | None = None
        if not isinstance(act.body, LegacyUse):
            before = payment_of(desk, act.payment)
            original = act_of(desk, act.body.act) if isinstance(act.body, Reverse) else None
            after = replace(_stepped(before, act, original), acts=(*before.acts, act.id))
            cause = Cause(desk.request_id, desk.now, None if original is None else flags.OVER_PLEDGED)
            moved = record_step(desk, before, after, cause)
            confirmed = replace(confirmed, entries=payments.entries(before, after))
            if original is not None:
                undone = replace(original, reversed_by=act.id)
                desk.context.store.write(*desk.own(ops.MARKS, ACT, original.id), undone)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id), confirmed)
        return ops.Confirmed(moved)

    @trade_operation(ops.ADMIT)
    def admit(self, desk: Desk, body: ops.Admit) -> ops.PaymentMoved:
        """Let a payment of before the ledger's first day count."""
        bank = bank_of(body.bank)
        act = desk.read_own(ops.MARKS, ACT, body.act, StoredAct, bank)
        if act is None or not isinstance(act.body, LegacyUse):
            raise refusal(RefusalCode.NOT_FOUND, "no such legacy payment of this bank")
        if not act.confirmed_at or act.admitted_by:
            raise refusal(
                RefusalCode.BAD_STATE, "two people have not confirmed it, or it was admitted before"
            )
        case = _legacy_case(desk, act.body, body.bank)
        case.check_fact()
        payment = _legacy(desk, act, act.body, body.bank, case)
        case.write(payment, flags.OVER_PLEDGED)
        admitted = replace(act, payment=payment.id, admitted_by=desk.staff)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id, bank), admitted)
        return ops.PaymentMoved(payment.id, payment.state, payment.amount, 0)


def act_of(desk: Desk, act_id: str) -> StoredAct:
    """An act of the caller's bank.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    act = desk.read_own(ops.MARKS, ACT, act_id, StoredAct)
    if act is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such act of this bank")
    return act


def _tried(desk: Desk, act: ops.Act) -> str:
    """The payment that an act is about, if it could take effect now; none for a legacy payment."""
    if isinstance(act, LegacyUse):
        day_rules.check_past(act.paid_on, desk.day)
        check_form(_ordered(act))
        # The look is read when the regulator admits it, so that what is read here does not tell what it is.
        return ""
    original = None
    if isinstance(act, Reverse):
        original = act_of(desk, act.act)
        _check_reversible(original)
        payment = payment_of(desk, original.payment)
    else:
        payment = payment_of(desk, act.payment)
    tried = StoredAct(desk.request_id, payment.id, act, desk.staff, desk.now, desk.now)
    _stepped(payment, tried, original)
    return payment.id


def _stepped(payment: Payment, act: StoredAct, original: StoredAct | None) -> Payment:
    if isinstance(act.body, Cancel):
        return payments.cancelled(payment)
    if isinstance(act.body, Refund):
        return payments.refunded(payment, act.body.amount, act.body.amounts)
    assert original is not None, "a reversal names an act"
    _check_reversible(original)
    if isinstance(original.body, Refund):
        return payments.reversed_refund(payment, original.body.amount, original.entries)
    return payments.reversed_paid(payment, original.entries)


def _check_reversible(act: StoredAct) -> None:
    if not act.confirmed_at or act.reversed_by:
        raise refusal(RefusalCode.BAD_STATE, "the act has not taken effect, or was reversed before")
    if not isinstance(act.body, REVERSIBLE):
        raise refusal(RefusalCode.BAD_STATE, "an act of this kind is not reversed")


def _ordered(body: LegacyUse) -> Ordered:
    return Ordered(body.payer, body.payee, body.currency, body.amount, body.usd_rate, body.uses)


def _legacy_case(desk: Desk, body: LegacyUse, msp_id: str) -> PaymentCase:
    return PaymentCase(desk, verification_of(desk, body.verification, msp_id), _ordered(body))


def _legacy(desk: Desk, act: StoredAct, body: LegacyUse, msp_id: str, case: PaymentCase) -> Payment:
    marked = Payment(
        id=act.id,
        bank=msp_id,
        state="MARKED",
        payer=body.payer,
        payee=body.payee,
        currency=body.currency,
        amount=body.amount,
        usd=case.usd,
        usd_rate=body.usd_rate,
        day=body.paid_on,
        slip=act.slip,
        slip_hash=act.slip_hash,
        uses=case.uses,
        marked_by=act.prepared_by,
        marked_at=act.prepared_at,
        changed_at=desk.now,
        acts=(act.id,),
        origin="LEGACY",
    )
    return payments.paid(marked, act.confirmed_by)
