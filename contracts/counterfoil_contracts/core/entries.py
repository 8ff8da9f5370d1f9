"""Entries: what one step changed on each pledge, kept with the act, so that its reversal moves back exactly
that."""

from collections.abc import Sequence

from msgspec.structs import replace

from .codes import RefusalCode
from .message import Message
from .pledges import Hold, Pledge
from .refusals import refusal


class HoldEntry(Message, frozen=True):
    """What a step changed of one document's hold; amounts may be negative."""

    amount: int = 0
    drawn: int = 0
    released: int = 0


class Entry(Message, frozen=True):
    """What a step changed of one pledge: both holds, and the loan's figures."""

    invoice: HoldEntry
    declaration: HoldEntry
    loan: int = 0
    drawn: int = 0
    repaid: int = 0


def of_step(before: Sequence[Pledge], after: Sequence[Pledge]) -> tuple[Entry, ...]:
    """One entry a pledge."""
    return tuple(
        Entry(
            invoice=_difference(old.invoice, new.invoice),
            declaration=_difference(old.declaration, new.declaration),
            loan=new.loan - old.loan,
            drawn=new.drawn - old.drawn,
            repaid=new.repaid - old.repaid,
        )
        for old, new in zip(before, after, strict=True)
    )


def moved_back(pledge: Pledge, entry: Entry) -> Pledge:
    """The pledge as if the step of the entry had not been.

    Raises:
        Refusal: `BAD_STATE`, what was drawn by it has been repaid since.
    """
    drawn, repaid = pledge.drawn - entry.drawn, pledge.repaid - entry.repaid
    if repaid > drawn:
        raise refusal(RefusalCode.BAD_STATE, "what the act paid out was repaid since: reverse that first")
    return Pledge(
        invoice=_moved_back(pledge.invoice, entry.invoice),
        declaration=_moved_back(pledge.declaration, entry.declaration),
        loan=pledge.loan - entry.loan,
        drawn=drawn,
        repaid=repaid,
    )


def _difference(old: Hold, new: Hold) -> HoldEntry:
    return HoldEntry(new.amount - old.amount, new.drawn - old.drawn, new.released - old.released)


def _moved_back(hold: Hold, entry: HoldEntry) -> Hold:
    drawn = hold.drawn - entry.drawn
    # Shares are rounded: what later repayments gave back may be a unit more than what is left of the drawn.
    released = min(hold.released - entry.released, drawn)
    return replace(hold, amount=hold.amount - entry.amount, drawn=drawn, released=released)
