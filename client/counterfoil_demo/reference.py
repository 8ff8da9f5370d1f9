"""What the story must come to: plain sums from the rules, and nothing of the program that is shown.

This module imports nothing of ours (an import rule holds it), so that a changed rule in the contracts makes
the demo differ from it. The rules in words:

* A document can carry ninety per cent of what of it is not yet collected, rounded down.
* What marks hold of it counts against that, locked or lent, to the minor unit.
* A repayment gives back of a mark its share of the loan drawn, rounded down over all repayments to date.
* A repayment out of the buyer's payment also takes what was received off the document.
* What is left is never less than nothing.
* A tax invoice can be paid in full, once, less what the tax authority has taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

CEILING_PERCENT = 90
RATE_SCALE = 4
"""Rates of exchange here are whole ten-thousandths: 71234 is 7.1234."""


UNDOCUMENTED_USD = 5_000_000
"""US cents that one payment of freight may be without any document."""


def invoice_left(total: int, taken_back: int, used: int) -> int:
    """What of a tax invoice a payment can still use."""
    return max(0, total - taken_back - used)


def cap(total: int, collected: int = 0) -> int:
    """How much a document can carry, in its minor unit."""
    return (total - collected) * CEILING_PERCENT // 100


def total_for_cap(amount: int) -> int:
    """The smallest total whose cap reaches `amount`."""
    return -(-amount * 100 // CEILING_PERCENT)


def converted(amount: int, rate_mantissa: int) -> int:
    """`amount` in another currency with as many decimals, rounded down."""
    return int(amount * rate_mantissa // 10**RATE_SCALE)


def released(mark: int, repaid: int, drawn: int) -> int:
    """What of a mark the principal repaid to date has freed, rounded down."""
    return mark * repaid // drawn


@dataclass(frozen=True, slots=True)
class Book:
    """One document: its total, what the buyer has paid of it, what each mark holds of it."""

    total: int
    collected: int = 0
    held: tuple[tuple[str, int], ...] = ()

    @property
    def used(self) -> int:
        """What all marks together hold."""
        return sum(amount for _, amount in self.held)

    @property
    def available(self) -> int:
        """What a new lock can take."""
        return max(0, cap(self.total, self.collected) - self.used)

    @property
    def over_pledged(self) -> bool:
        """Whether more is held than the document can carry now."""
        return self.used > cap(self.total, self.collected)

    def hold(self, mark: str, amount: int) -> Book:
        """The document after `mark` holds `amount` of it (0 ends the mark)."""
        others = tuple(entry for entry in self.held if entry[0] != mark)
        return replace(self, held=(*others, (mark, amount)))

    def amended(self, total: int) -> Book:
        """The document after customs stated another total."""
        return replace(self, total=total)

    def paid(self, received: int) -> Book:
        """The document after the buyer paid `received` of it."""
        return replace(self, collected=self.collected + received)


def kept(mark: int, approved: int, locked: int) -> int:
    """What a mark keeps when less of the loan is approved than was locked for it, rounded up."""
    return -(-mark * approved // locked)
