"""What each act does to a mark. Pure: act, mark and what else counts are given, the mark comes out."""

from dataclasses import dataclass

from counterfoil_contracts.core import marks
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.marks import BoundTerms, Mark
from counterfoil_contracts.core.refusals import refusal

from . import model
from .messages import (
    Act,
    Cancel,
    Correct,
    CreditNote,
    Disburse,
    Extend,
    Lock,
    Overdue,
    PutTerms,
    Receipt,
    Recover,
    Register,
    Repay,
    ReplaceInvoice,
    WriteOff,
)
from .records import StoredAct

PROCEEDS = ("EXPORT_PROCEEDS", "INSURANCE_CLAIM")
"""Sources that mean: the receivable was paid."""

MarkAct = (
    Disburse | Repay | Cancel | Extend | Correct | Overdue | WriteOff | Recover | CreditNote | ReplaceInvoice
)
"""Acts on one financing; the others are a receipt and a reversal."""

REVERSIBLE = (Disburse, Repay, Receipt, Recover, Overdue, WriteOff, CreditNote)
"""Acts that say what happened, and may be mistaken. A cancelled part is locked anew, terms corrected anew, a
re-issued invoice issued anew: those are decisions, and must meet the room there is now."""

STEPS = {Disburse: "disburse", Repay: "repay", Recover: "recover", Overdue: "overdue", WriteOff: "write_off"}
"""The step of the state machine that a reversible act is; the others move no mark."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an act meets: the terms it binds with their hash, the time, and how long a lock is extended."""

    terms: str
    terms_hash: str
    now: int
    extended_to: int
    extensions: int


def check_form(act: Act) -> None:
    """An act that contradicts itself.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    if isinstance(act, Receipt):
        model.check_invoice(act.invoice)
    if isinstance(act, ReplaceInvoice):
        model.check_invoice(act.replacement)
    if isinstance(act, Register):
        model.check_lock(as_lock(act))
        if act.repaid >= act.amount:
            raise refusal(RefusalCode.BAD_INPUT, "a loan that came back in full is not registered")
    if isinstance(act, Repay | Recover) and (act.received > 0) != (act.source in PROCEEDS):
        raise refusal(RefusalCode.BAD_INPUT, "what was received is stated for proceeds, and only there")


def stepped(mark: Mark, act: MarkAct, met: Circumstances) -> Mark:
    """The mark after the act.

    Raises:
        Refusal: `BAD_INPUT`, `BAD_STATE`, `OVER_AMOUNT`, `PARTY_MISMATCH`, `CURRENCY_MISMATCH`.
    """
    if isinstance(act, Disburse):
        return marks.disburse(mark, act.amount, act.amounts)
    if isinstance(act, Cancel):
        return marks.cancel(mark)
    if isinstance(act, Overdue):
        return marks.fall_due(mark)
    if isinstance(act, WriteOff):
        return marks.write_off(mark)
    if isinstance(act, Extend | Correct):
        return _with_terms(mark, act, met)
    if act.invoice >= len(mark.invoices):
        raise refusal(RefusalCode.BAD_INPUT, "the financing has no invoice at this position")
    if isinstance(act, Repay):
        return marks.repay(mark, act.principal, act.amounts)
    if isinstance(act, Recover):
        return marks.recover(mark, act.principal, act.amounts)
    return _reissued(mark, act)


def as_lock(act: Register) -> Lock:
    """The lock that a loan would have begun with."""
    return Lock(act.view, act.terms, act.currency, act.amount, act.pledges, accept_near_duplicates=True)


def check_terms(act: Act, mark: Mark, old: PutTerms | None, new: PutTerms | None, today: str) -> None:
    """What only the bank and the regulator know of an act; terms are None at a peer that may not read them.

    Raises:
        Refusal: `BAD_INPUT`, terms in another currency or no later maturity; `BAD_STATE`, a loan that is not
            past its maturity.
    """
    if new is not None and new.currency != mark.currency:
        raise refusal(RefusalCode.BAD_INPUT, "the terms are in another currency than the financing")
    if isinstance(act, Extend) and act.terms and new and old and new.maturity <= old.maturity:
        raise refusal(RefusalCode.BAD_INPUT, "an extension has a later maturity")
    if isinstance(act, Overdue) and old is not None and old.maturity >= today:
        raise refusal(RefusalCode.BAD_STATE, "the loan is not past its maturity")


def check_reversible(act: StoredAct) -> None:
    """An act that took effect, says what happened, and was not reversed yet.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if not act.confirmed_at:
        raise refusal(RefusalCode.BAD_STATE, "the act has not taken effect")
    if not isinstance(act.body, REVERSIBLE):
        raise refusal(RefusalCode.BAD_STATE, "an act of this kind is not reversed")
    if act.reversed_by:
        raise refusal(RefusalCode.BAD_STATE, "the act was reversed before")


def reversed_mark(mark: Mark, act: StoredAct) -> Mark:
    """The mark with what an act moved on it moved back.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if mark.state == "TRANSFERRED":
        raise refusal(RefusalCode.BAD_STATE, "another bank has taken the financing over")
    step = STEPS.get(type(act.body))
    return marks.reverse(mark, step, act.entries) if step else mark


def _with_terms(mark: Mark, act: Extend | Correct, met: Circumstances) -> Mark:
    if isinstance(act, Extend) and not act.terms:
        return marks.extend_lock(mark, met.extended_to, met.extensions)
    step = "extend" if isinstance(act, Extend) else "correct"
    return marks.rebound(mark, step, BoundTerms(met.terms, met.terms_hash, met.now))


def _reissued(mark: Mark, act: CreditNote | ReplaceInvoice) -> Mark:
    if not mark.is_live:
        raise refusal(RefusalCode.BAD_STATE, f"the financing is {mark.state}")
    if isinstance(act, CreditNote):
        return mark
    return marks.with_invoice(mark, act.invoice, act.replacement)
