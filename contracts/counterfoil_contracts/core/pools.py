"""Pools: what one document can carry, and what banks hold of it. Pure arithmetic in the document's minor
units.

    available = max(0, floor((total - collected) x ratio) - locked - outstanding)

`collected` is what the buyer has paid: that part of the receivable is gone, so it lowers the ceiling for
good, while a loan repaid from elsewhere only lowers `outstanding`. The ratio binds on the pool; a line
binds at its full amount.
"""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec.structs import replace

from . import flags
from .codes import RefusalCode
from .documents import Invoice
from .flags import Flag
from .message import Balance, CurrencyCode, Fingerprint, LooseText, Message, RecordId
from .money import share_ceiling
from .refusals import refusal

RECORD: Final = "pool"
"""Kind of a pool's record in `authority`, found by the document's fingerprint."""

DECLARATION: Final = "DECLARATION"
INVOICE: Final = "INVOICE"
TAX_INVOICE: Final = "TAX_INVOICE"
Kind = Literal["DECLARATION", "INVOICE", "TAX_INVOICE"]
Vouched = Literal["CUSTOMS", "ENTERPRISE", "NOBODY"]
"""Who stated the lines: customs, an enterprise by its consent, or nobody yet (proceeds came first). Never
a bank."""

WHOLE = 10_000
"""Basis points of the whole."""


class PoolLine(Message, frozen=True):
    """How much of this document and of another are one and the same delivery, each in its own currency.

    `pledged` is what marks hold on the line, in this document's currency.
    """

    document: Fingerprint
    own_amount: Balance
    other_amount: Balance
    pledged: Balance = 0


class PoolMark(Message, frozen=True):
    """What one mark holds of this document. `live` until the financing has ended."""

    bank: str
    mark: RecordId
    locked: Balance
    outstanding: Balance
    live: bool = True


class Pool(Message, frozen=True):
    """One document's total, what was collected on it, and what is held. `label` is a declaration's number.

    An invoice that replaced another has no figures of its own: `same_as` is the document that both are.
    `tolerated` is what payments were worth beyond what they use of a tax invoice, by rounding and rates.
    """

    document: Fingerprint
    kind: Kind
    currency: CurrencyCode
    total: Balance
    vouched: Vouched
    label: LooseText = ""
    invoice: Invoice | None = None
    trade_mode: str = ""
    collected: Balance = 0
    locked: Balance = 0
    outstanding: Balance = 0
    lines: tuple[PoolLine, ...] = ()
    marks: tuple[PoolMark, ...] = ()
    flags: tuple[Flag, ...] = ()
    frozen: bool = False
    same_as: str = ""
    tolerated: Balance = 0


class Movement(Message, frozen=True):
    """What a step of a mark moves on one document along one line; amounts may be negative."""

    document: Fingerprint
    line: Fingerprint
    locked: int
    outstanding: int


def ceiling(pool: Pool, basis_points: int) -> int:
    """What of the document may be used at most; not above nothing once more was collected than its total."""
    return max(0, (pool.total - pool.collected) * basis_points // WHOLE)


def used(pool: Pool) -> int:
    """What all marks hold of the document."""
    return pool.locked + pool.outstanding


def available(pool: Pool, basis_points: int) -> int:
    """What a new mark may still hold; never negative."""
    return max(0, ceiling(pool, basis_points) - used(pool))


def is_collected(pool: Pool) -> bool:
    """Whether the buyer has paid the document in full."""
    return pool.collected >= pool.total > 0


def live_marks(pool: Pool) -> tuple[PoolMark, ...]:
    """The marks whose financings have not ended."""
    return tuple(mark for mark in pool.marks if mark.live)


def is_shared(pool: Pool) -> bool:
    """Whether an invoice is in more than the one live financing that it may be in."""
    return pool.kind == INVOICE and len(live_marks(pool)) > 1


def line_to(pool: Pool, document: str) -> PoolLine | None:
    """The line to another document, None where nobody stated one."""
    return next((line for line in pool.lines if line.document == document), None)


def with_line(pool: Pool, line: PoolLine, vouched: Vouched) -> Pool:
    """The pool with a line that somebody states.

    A line that is there already must be stated alike. Where customs stated a declaration's lines, nobody
    else adds one. The lines' sum stays within the total.

    Raises:
        Refusal: `STATEMENT_CONFLICT`.
    """
    known = line_to(pool, line.document)
    if known is not None:
        if (known.own_amount, known.other_amount) != (line.own_amount, line.other_amount):
            raise refusal(RefusalCode.STATEMENT_CONFLICT, "a line was stated with other amounts before")
        return pool
    if pool.kind == DECLARATION and pool.vouched == "CUSTOMS" and vouched != "CUSTOMS":
        raise refusal(
            RefusalCode.STATEMENT_CONFLICT, "customs stated the declaration's lines without this one"
        )
    if sum(each.own_amount for each in pool.lines) + line.own_amount > pool.total:
        raise refusal(RefusalCode.STATEMENT_CONFLICT, "the lines of a document add up to more than its total")
    return replace(pool, lines=(*pool.lines, line), vouched=_stronger(pool.vouched, vouched))


def moved(pool: Pool, bank: str, mark: str, movements: Sequence[Movement], *, live: bool) -> Pool:
    """The pool after a step of one mark; `live` tells whether the mark lives on after it."""
    locked = sum(each.locked for each in movements)
    outstanding = sum(each.outstanding for each in movements)
    by_line = {each.line: 0 for each in movements}
    for each in movements:
        by_line[each.line] += each.locked + each.outstanding
    lines = tuple(
        replace(line, pledged=line.pledged + by_line[line.document]) if line.document in by_line else line
        for line in pool.lines
    )
    after = replace(
        pool,
        locked=pool.locked + locked,
        outstanding=pool.outstanding + outstanding,
        lines=lines,
        marks=_marks_after(pool.marks, PoolMark(bank, mark, locked, outstanding, live)),
    )
    assert min(after.locked, after.outstanding, *(line.pledged for line in lines), 0) == 0, (
        "a pool below nothing"
    )
    return after


def handed_over(pool: Pool, mark: str, bank: str, successor: str) -> Pool:
    """The pool after another bank has taken a mark over; what it holds is the same."""
    held = next(each for each in pool.marks if (each.bank, each.mark) == (bank, mark))
    left = replace(held, locked=0, outstanding=0, live=False)
    # One that comes back finds the entry from which it went.
    others = tuple(
        left if each is held else each for each in pool.marks if (each.bank, each.mark) != (successor, mark)
    )
    return replace(pool, marks=(*others, replace(held, bank=successor)))


def collected_to_date(invoice: Pool) -> tuple[int, ...]:
    """How much of the collected amount fell on each line of an invoice: line by line, in order, each to
    its full."""
    left = invoice.collected
    taken = []
    for line in invoice.lines:
        part = min(left, line.own_amount)
        taken.append(part)
        left -= part
    return tuple(taken)


def declared_share(line: PoolLine, taken: int) -> int:
    """What a declaration counts as collected when `taken` of an invoice's line is; rounded up, whole at
    the whole."""
    return share_ceiling(line.other_amount, taken, line.own_amount)


def with_collected(pool: Pool, amount: int) -> Pool:
    """The pool with `amount` more collected. A fact: it is recorded even beyond the total."""
    return replace(pool, collected=pool.collected + amount)


def with_flags_after(pool: Pool, basis_points: int, cause: flags.Cause) -> Pool:
    """The pool with the flag a step raises if more is used than the ceiling, or with such flags ended if
    not."""
    # Only a reversal can leave an invoice in two live financings: what happened is recorded, and flagged.
    over = used(pool) > ceiling(pool, basis_points) or is_shared(pool)
    return replace(pool, flags=flags.after(pool.flags, cause, over=over, live=bool(live_marks(pool))))


def _marks_after(marks: tuple[PoolMark, ...], change: PoolMark) -> tuple[PoolMark, ...]:
    if all((each.bank, each.mark) != (change.bank, change.mark) for each in marks):
        return (*marks, change)
    return tuple(
        replace(
            each,
            locked=each.locked + change.locked,
            outstanding=each.outstanding + change.outstanding,
            live=change.live,
        )
        if (each.bank, each.mark) == (change.bank, change.mark)
        else each
        for each in marks
    )


def _stronger(one: Vouched, other: Vouched) -> Vouched:
    if "CUSTOMS" in {one, other}:
        return "CUSTOMS"
    return "ENTERPRISE" if "ENTERPRISE" in {one, other} else "NOBODY"
