"""Marks: one bank's hold on the documents of one financing, from lock to the last repayment. Pure steps.

`mark_states.STEPS` is the state machine. A step gives the mark as it is afterwards; what it moves on the
documents is the difference of the pledges.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from . import pledges
from .codes import RefusalCode
from .documents import Invoice
from .entries import Entry, moved_back
from .mark_states import ENDED, STEPS, State
from .message import Balance, CurrencyCode, DeclarationNumber, Message, RecordId, StaffId, Time, Uscc
from .pledges import Pledge
from .refusals import refusal


class BoundTerms(Message, frozen=True):
    """Terms that a mark was bound to before others replaced them, with their hash, and until when."""

    terms: RecordId
    terms_hash: str
    until: Time


class Mark(Message, frozen=True):
    """One financing's hold. `amount` is what was locked of the loan, in minor units of `currency`.

    `terms_hash` is SHA-256, in hex, of the terms as they lie in the bank's own collection. `declarations`
    are the numbers by pledge, `invoices` the documents in the order of the lock.
    """

    id: RecordId
    bank: str
    state: State
    enterprise: Uscc
    terms: RecordId
    terms_hash: str
    currency: CurrencyCode
    amount: Balance
    invoices: tuple[Invoice, ...]
    declarations: tuple[DeclarationNumber, ...]
    pledges: tuple[Pledge, ...]
    locked_by: StaffId
    locked_at: Time
    expires: Time
    changed_at: Time
    review: str = ""
    near_duplicate: bool = False
    approved_by: str = ""
    slip: str = ""
    slip_hash: str = ""
    acts: tuple[RecordId, ...] = ()
    extensions: int = 0
    earlier_terms: tuple[BoundTerms, ...] = ()
    overdue: bool = False
    written_off: bool = False
    origin: Literal["", "LATE", "LEGACY"] = ""
    successor: str = ""

    @property
    def approved(self) -> int:
        """What of the loan may be drawn in all."""
        return 0 if self.state in {"LOCKED", "EXPIRED"} else sum(pledge.loan for pledge in self.pledges)

    @property
    def drawn(self) -> int:
        """What of the loan was paid out."""
        return sum(pledge.drawn for pledge in self.pledges)

    @property
    def repaid(self) -> int:
        """What of the loan came back."""
        return sum(pledge.repaid for pledge in self.pledges)

    @property
    def is_live(self) -> bool:
        """Whether the financing has not ended; its invoices belong to no other one until then."""
        return self.state not in ENDED


def approve(mark: Mark, amount: int, stated: Sequence[int]) -> Mark:
    """Approve at most what is locked, and free the rest.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    require_step(mark, "approve")
    parts = pledges.spread(amount, [each.loan for each in mark.pledges], stated)
    return _after(
        mark, "approve", replace(mark, state="APPROVED", pledges=_each(pledges.approved, mark, parts))
    )


def disburse(mark: Mark, amount: int, stated: Sequence[int]) -> Mark:
    """Pay out at most what is approved and not drawn.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    require_step(mark, "disburse")
    parts = pledges.spread(amount, [each.undrawn for each in mark.pledges], stated)
    drawn = replace(mark, pledges=_each(pledges.drawn, mark, parts))
    return _after(mark, "disburse", _standing(drawn))


def repay(mark: Mark, principal: int, stated: Sequence[int]) -> Mark:
    """Take back at most what is out; the mark is settled when nothing is out and nothing can be drawn.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    return _repaid(mark, "repay", principal, stated)


def recover(mark: Mark, principal: int, stated: Sequence[int]) -> Mark:
    """Take back a part of what was written off; only that frees anything.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    return _repaid(mark, "recover", principal, stated)


def cancel(mark: Mark) -> Mark:
    """Free what is not drawn; a mark of which nothing is drawn ends.

    Raises:
        Refusal: `BAD_STATE`, it has ended, or all is drawn.
    """
    require_step(mark, "cancel")
    if not sum(each.undrawn for each in mark.pledges):
        raise refusal(RefusalCode.BAD_STATE, "nothing is left that is not drawn")
    after = replace(mark, pledges=tuple(pledges.freed(each) for each in mark.pledges))
    return _after(mark, "cancel", _settled(after) if mark.drawn else replace(after, state="CANCELLED"))


def expire(mark: Mark, now: int) -> Mark:
    """Free a mark that was not approved in time.

    Raises:
        Refusal: `BAD_STATE`, it is no longer locked, or the time is not over.
    """
    require_step(mark, "expire")
    if now < mark.expires:
        raise refusal(RefusalCode.BAD_STATE, "the time to approve is not over")
    freed = tuple(pledges.freed(each) for each in mark.pledges)
    return _after(mark, "expire", replace(mark, state="EXPIRED", pledges=freed))


def rebound(mark: Mark, step: str, terms: BoundTerms) -> Mark:
    """Bind the mark to other terms, a later version; those it had are kept. `terms.until` is now.

    Extended, a loan that was overdue is so no more.

    Raises:
        Refusal: `BAD_STATE`.
    """
    require_step(mark, step)
    if step == "extend" and not mark.drawn:
        raise refusal(RefusalCode.BAD_STATE, "a lock is extended without other terms")
    kept = BoundTerms(mark.terms, mark.terms_hash, terms.until)
    after = replace(
        mark,
        terms=terms.terms,
        terms_hash=terms.terms_hash,
        earlier_terms=(*mark.earlier_terms, kept),
        overdue=mark.overdue and step != "extend",
    )
    return _after(mark, step, _standing(after) if step == "extend" else after)


def extend_lock(mark: Mark, expires: int, most: int) -> Mark:
    """Give a lock more time, at most `most` times.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if mark.state != "LOCKED" or mark.extensions >= most:
        raise refusal(RefusalCode.BAD_STATE, "no lock that may be extended once more")
    return _after(mark, "extend", replace(mark, expires=expires, extensions=mark.extensions + 1))


def fall_due(mark: Mark) -> Mark:
    """The loan was not repaid in time. Nothing is freed.

    Raises:
        Refusal: `BAD_STATE`.
    """
    require_step(mark, "overdue")
    return _after(mark, "overdue", replace(mark, state="OVERDUE", overdue=True))


def write_off(mark: Mark) -> Mark:
    """The bank no longer counts on the money. Nothing is freed: it never came back.

    Raises:
        Refusal: `BAD_STATE`, also while a part is not drawn, which is cancelled first.
    """
    require_step(mark, "write_off")
    if any(each.undrawn for each in mark.pledges):
        raise refusal(RefusalCode.BAD_STATE, "a part is not drawn: cancel it first")
    return _after(mark, "write_off", replace(mark, state="WRITTEN_OFF", written_off=True))


def reverse(mark: Mark, step: str, moved: Sequence[Entry]) -> Mark:
    """Move back what an act moved. A mark that had ended lives again.

    Raises:
        Refusal: `BAD_STATE`, the mark is not where the act could be undone.
    """
    if step in {"overdue", "write_off"}:
        require_state(mark, "OVERDUE" if step == "overdue" else "WRITTEN_OFF")
    require_step(mark, "reverse")
    if step == "disburse" and mark.written_off:
        raise refusal(RefusalCode.BAD_STATE, "the loan is written off: reverse that first")
    after = replace(
        mark,
        pledges=tuple(moved_back(each, entry) for each, entry in zip(mark.pledges, moved, strict=True)),
        overdue=mark.overdue and step != "overdue",
        written_off=mark.written_off and step != "write_off",
    )
    if not after.drawn:
        after = replace(after, overdue=False, written_off=False)
    return _after(mark, "reverse", _standing(after))


def hand_over(mark: Mark, successor: str, terms: BoundTerms) -> tuple[Mark, Mark]:
    """What is left of a mark that goes to another bank (an MSP ID), which holds nothing; the successor's.

    Raises:
        Refusal: `BAD_STATE`.
    """
    require_step(mark, "transfer")
    left = replace(
        mark,
        state="TRANSFERRED",
        successor=successor,
        pledges=tuple(pledges.empty(each) for each in mark.pledges),
    )
    kept = BoundTerms(mark.terms, mark.terms_hash, terms.until)
    taken = replace(
        mark,
        bank=successor,
        terms=terms.terms,
        terms_hash=terms.terms_hash,
        earlier_terms=(*mark.earlier_terms, kept),
    )
    return _after(mark, "transfer", left), taken


def with_invoice(mark: Mark, position: int, replacement: Invoice) -> Mark:
    """The mark with an invoice that was issued anew in its predecessor's place.

    Raises:
        Refusal: `PARTY_MISMATCH`, `CURRENCY_MISMATCH`.
    """
    before = mark.invoices[position]
    if replacement.seller != before.seller:
        raise refusal(RefusalCode.PARTY_MISMATCH, "an invoice of another seller")
    if replacement.currency != before.currency:
        raise refusal(RefusalCode.CURRENCY_MISMATCH, "an invoice in another currency")
    return replace(mark, invoices=(*mark.invoices[:position], replacement, *mark.invoices[position + 1 :]))


def require_state(mark: Mark, state: State) -> None:
    """Refuse a mark in another state.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if mark.state != state:
        raise refusal(RefusalCode.BAD_STATE, f"the financing is {mark.state}")


def require_step(mark: Mark, step: str) -> None:
    """Refuse a step that the mark's state does not allow.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if all(mark.state != before for before, _ in STEPS[step]):
        raise refusal(RefusalCode.BAD_STATE, f"the financing is {mark.state}")


def _after(before: Mark, step: str, after: Mark) -> Mark:
    assert (before.state, after.state) in STEPS[step], "a step ends where it may"
    return after


def _each(step: pledges.Step, mark: Mark, parts: Sequence[int]) -> tuple[Pledge, ...]:
    return tuple(step(pledge, part) for pledge, part in zip(mark.pledges, parts, strict=True))


def _repaid(mark: Mark, step: str, principal: int, stated: Sequence[int]) -> Mark:
    require_step(mark, step)
    parts = pledges.spread(principal, [each.principal for each in mark.pledges], stated)
    after = _standing(replace(mark, pledges=_each(pledges.repaid, mark, parts)))
    return _after(mark, step, _settled(after))


def _standing(mark: Mark) -> Mark:
    """The state of a mark on which something was drawn, by its figures and by what was said of it."""
    state: State = "PARTIALLY_REPAID" if mark.repaid else "DISBURSED" if mark.drawn else "APPROVED"
    if mark.overdue:
        state = "OVERDUE"
    if mark.written_off:
        state = "WRITTEN_OFF"
    return replace(mark, state=state)


def _settled(mark: Mark) -> Mark:
    if not mark.drawn or any(each.principal or each.undrawn for each in mark.pledges):
        return mark
    return replace(mark, state="SETTLED", pledges=tuple(pledges.cleared(each) for each in mark.pledges))
