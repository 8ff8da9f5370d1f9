"""Acts of two people: one prepares, another confirms. Nothing moves before the second."""

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import day_rules
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import act_effects, act_steps, model
from . import operations as ops
from .act_steps import Circumstances
from .locks import mark_of
from .messages import Act, Correct, CreditNote, Extend, Receipt, Register, Reverse
from .records import ACT, SLIP, TERMS, StoredAct, StoredTerms


class Acts:
    """The part of the contract that moves money's marks once a loan is approved."""

    @trade_operation(ops.PREPARE)
    def prepare(self, desk: Desk, body: ops.Prepare) -> ops.Prepared:
        """Keep an act for a second person, if the mark would bear it now. Nothing moves."""
        act = body.act
        act_steps.check_form(act)
        value_date = getattr(act, "value_date", None)
        if value_date is not None:
            day_rules.check_value_date(value_date, desk.day)
        if isinstance(act, Register):
            day_rules.check_past(act.disbursed_on, desk.day)
        slip_hash = desk.bound_hash(ops.TERMS, SLIP, body.slip) if body.slip else ""
        if slip_hash is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such slip of this bank")
        stored = StoredAct(
            id=desk.context.hidden_id(ACT),
            mark="",
            body=act,
            prepared_by=desk.staff,
            prepared_at=desk.now,
            expires=desk.days_from_now("act_days"),
            slip=body.slip,
            slip_hash=slip_hash,
        )
        stored = _tried(desk, stored)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, stored.id), stored)
        return ops.Prepared(stored.id, stored.expires)

    @trade_operation(ops.CONFIRM)
    def confirm(self, desk: Desk, body: ops.ConfirmAct) -> ops.Confirmed:
        """The act takes effect on the mark and its documents."""
        act = act_of(desk, body.act)
        if act.confirmed_at:
            raise refusal(RefusalCode.BAD_STATE, "the act was confirmed before")
        if desk.now >= act.expires:
            raise refusal(RefusalCode.EXPIRED, "the time to confirm is over")
        if desk.staff == act.prepared_by:
            raise refusal(RefusalCode.SAME_PERSON, "another person than the one who prepared confirms")
        confirmed = replace(act, confirmed_by=desk.staff, confirmed_at=desk.now)
        moved: ops.MarkMoved | None = None
        if isinstance(act.body, Register):
            pass  # nothing moves before the regulator admits the loan
        elif isinstance(act.body, Receipt):
            act_effects.receive(desk, act.body)
        elif isinstance(act.body, Reverse):
            moved = act_effects.reverse(desk, act, act_of(desk, act.body.act))
        else:
            mark = mark_of(desk, act.mark)
            _check_same_terms(act, mark)
            moved, entries = act_effects.move(desk, act, mark, circumstances(desk, act, mark))
            confirmed = replace(confirmed, entries=entries)
            if isinstance(act.body, CreditNote):
                credited = model.check_invoice(mark.invoices[act.body.invoice])
                confirmed = replace(confirmed, document=credited)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id), confirmed)
        return ops.Confirmed(moved)


def act_of(desk: Desk, act_id: str) -> StoredAct:
    """An act of the caller's bank.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    act = desk.read_own(ops.MARKS, ACT, act_id, StoredAct)
    if act is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such act of this bank")
    return act


def circumstances(desk: Desk, act: StoredAct, mark: Mark) -> Circumstances:
    """What an act meets now. A lock is extended from the day on which it would end."""
    extends_lock = isinstance(act.body, Extend) and not act.body.terms
    return Circumstances(
        terms=act.terms,
        terms_hash=act.terms_hash,
        now=desk.now,
        extended_to=desk.business_days_after(mark.expires, "lock_business_days") if extends_lock else 0,
        extensions=desk.parameter("lock_extensions") if extends_lock else 0,
    )


def _tried(desk: Desk, act: StoredAct) -> StoredAct:
    """The act with the mark and terms that it is about, if it could take effect now."""
    body = act.body
    if isinstance(body, Receipt):
        return act
    if isinstance(body, Register):
        terms_hash = desk.bound_hash(ops.TERMS, TERMS, body.terms)
        if terms_hash is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such terms of this bank")
        return replace(act, terms=body.terms, terms_hash=terms_hash)
    if isinstance(body, Reverse):
        original = act_of(desk, body.act)
        act_steps.check_reversible(original)
        if original.mark:
            act_steps.reversed_mark(mark_of(desk, original.mark), original)
        return replace(act, mark=original.mark)
    mark = mark_of(desk, body.mark)
    act = _with_terms(desk, replace(act, mark=mark.id), body, mark)
    act_steps.stepped(mark, body, circumstances(desk, act, mark))
    return act


def _with_terms(desk: Desk, act: StoredAct, body: Act, mark: Mark) -> StoredAct:
    # The terms are always looked at, so that what an act reads does not tell what it is.
    bound = body.terms if isinstance(body, Extend | Correct) and body.terms else mark.terms
    _, old = desk.bound(ops.TERMS, TERMS, mark.terms, StoredTerms)
    new_hash, new = desk.bound(ops.TERMS, TERMS, bound, StoredTerms)
    if new_hash is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such terms of this bank")
    old_terms, new_terms = (each.terms if each is not None else None for each in (old, new))
    act_steps.check_terms(body, mark, old_terms, new_terms, desk.today)
    return replace(act, terms=bound, terms_hash=new_hash)


def _check_same_terms(act: StoredAct, mark: Mark) -> None:
    if isinstance(act.body, Extend | Correct) and act.body.terms:
        if any(each.terms == act.terms for each in mark.earlier_terms) or mark.terms == act.terms:
            raise refusal(RefusalCode.STALE_VERSION, "the financing has had these terms before")
    elif mark.terms != act.terms:
        raise refusal(RefusalCode.STALE_VERSION, "the financing has other terms than when this was prepared")
