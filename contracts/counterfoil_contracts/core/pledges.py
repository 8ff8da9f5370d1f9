"""Pledges: the part of a loan that rests on one line. Pure arithmetic, no currency is ever converted
again here.

A mark lives in the documents' currencies, fixed at lock; the loan's in its own. Rounding is against the
bank that wants room: what a mark keeps is rounded up, what it gives back is rounded down, and the last
unit leaves with the last of the loan.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from .codes import RefusalCode
from .message import Balance, Fingerprint, Message
from .money import share_ceiling, share_floor
from .pools import Movement
from .refusals import refusal


class Hold(Message, frozen=True):
    """What a pledge holds of one document: `amount` in all, of which `drawn` is lent out and `released`
    is back."""

    document: Fingerprint
    amount: Balance
    drawn: Balance = 0
    released: Balance = 0

    @property
    def locked(self) -> int:
        """Held and not lent out."""
        return self.amount - self.drawn

    @property
    def outstanding(self) -> int:
        """Lent out and not back."""
        return self.drawn - self.released


class Pledge(Message, frozen=True):
    """What part of a loan rests on a line; `loan`, `drawn`, `repaid` are in the loan's currency."""

    invoice: Hold
    declaration: Hold
    loan: Balance
    drawn: Balance = 0
    repaid: Balance = 0

    @property
    def undrawn(self) -> int:
        """What of the loan may still be paid out."""
        return self.loan - self.drawn

    @property
    def principal(self) -> int:
        """What of the loan is out."""
        return self.drawn - self.repaid


Step = Callable[[Pledge, int], Pledge]
"""A step of a pledge by an amount of the loan."""


def approved(pledge: Pledge, loan: int) -> Pledge:
    """The pledge cut down to a smaller loan; what is kept of the marks is rounded up."""
    assert 0 <= loan <= pledge.loan, "approved at most what is locked"
    assert pledge.drawn == 0, "approved before anything is drawn"
    return replace(
        pledge,
        invoice=_cut(pledge.invoice, loan, pledge.loan),
        declaration=_cut(pledge.declaration, loan, pledge.loan),
        loan=loan,
    )


def drawn(pledge: Pledge, amount: int) -> Pledge:
    """The pledge after a drawdown: its share of the marks is outstanding, rounded up."""
    total = pledge.drawn + amount
    assert pledge.drawn <= total <= pledge.loan, "drawn at most what is approved"
    return replace(
        pledge,
        invoice=_drawn(pledge.invoice, total, pledge.loan),
        declaration=_drawn(pledge.declaration, total, pledge.loan),
        drawn=total,
    )


def repaid(pledge: Pledge, amount: int) -> Pledge:
    """The pledge after a repayment. Released to date = floor(mark x principal repaid / principal drawn)."""
    total = pledge.repaid + amount
    assert pledge.repaid <= total <= pledge.drawn, "repaid at most what is drawn"
    return replace(
        pledge,
        invoice=_released(pledge.invoice, total, pledge.drawn),
        declaration=_released(pledge.declaration, total, pledge.drawn),
        repaid=total,
    )


def freed(pledge: Pledge) -> Pledge:
    """The pledge without what is not drawn."""
    return replace(
        pledge,
        invoice=replace(pledge.invoice, amount=pledge.invoice.drawn),
        declaration=replace(pledge.declaration, amount=pledge.declaration.drawn),
        loan=pledge.drawn,
    )


def cleared(pledge: Pledge) -> Pledge:
    """The pledge of a loan that came back in full: reversals may have left a unit, and nothing may stay."""
    return replace(
        pledge,
        invoice=replace(pledge.invoice, released=pledge.invoice.drawn),
        declaration=replace(pledge.declaration, released=pledge.declaration.drawn),
    )


def empty(pledge: Pledge) -> Pledge:
    """The pledge with the loan's figures and no hold on any document: what a lock's movements are counted
    from, and what is left of one that went to another bank."""
    return replace(
        pledge, invoice=Hold(pledge.invoice.document, 0), declaration=Hold(pledge.declaration.document, 0)
    )


def movements(before: Sequence[Pledge], after: Sequence[Pledge]) -> tuple[Movement, ...]:
    """What a step moved on the documents: two movements a pledge, the invoice's and the declaration's."""
    found = []
    for old, new in zip(before, after, strict=True):
        found.append(_movement(old.invoice, new.invoice, new.declaration.document))
        found.append(_movement(old.declaration, new.declaration, new.invoice.document))
    return tuple(found)


def spread(amount: int, rooms: Sequence[int], stated: Sequence[int]) -> tuple[int, ...]:
    """How an amount of the loan falls on the pledges, of which each has room for so much.

    As stated, else floor(amount x room / all rooms) by pledge in order, and the last takes the rest.
    Where the last has no room for it, what is over goes to the one before, and so on.

    Raises:
        Refusal: `BAD_INPUT`, stated amounts that do not add up; `OVER_AMOUNT`, more than there is room.
    """
    if stated:
        if len(stated) != len(rooms) or sum(stated) != amount:
            raise refusal(RefusalCode.BAD_INPUT, "one amount a pledge, adding up to the whole")
        if any(part > room for part, room in zip(stated, rooms, strict=True)):
            raise refusal(RefusalCode.OVER_AMOUNT, "more than a pledge has left")
        return tuple(stated)
    whole = sum(rooms)
    if amount > whole:
        raise refusal(RefusalCode.OVER_AMOUNT, "more than the financing has left")
    parts = [share_floor(amount, room, whole) for room in rooms]
    left = amount - sum(parts)
    for at in reversed(range(len(parts))):
        extra = min(left, rooms[at] - parts[at])
        parts[at] += extra
        left -= extra
    return tuple(parts)


def _cut(hold: Hold, part: int, whole: int) -> Hold:
    return replace(hold, amount=share_ceiling(hold.amount, part, whole) if whole else 0)


def _drawn(hold: Hold, part: int, whole: int) -> Hold:
    # After a reversal the share may be a unit beyond the rule's: what is drawn once stays drawn.
    return replace(hold, drawn=max(hold.drawn, share_ceiling(hold.amount, part, whole) if whole else 0))


def _released(hold: Hold, part: int, whole: int) -> Hold:
    # A later drawdown may shift the share by one unit: what is released once stays released.
    return replace(hold, released=max(hold.released, share_floor(hold.drawn, part, whole))) if whole else hold


def _movement(old: Hold, new: Hold, line: str) -> Movement:
    return Movement(new.document, line, new.locked - old.locked, new.outstanding - old.outstanding)
