"""The amounts of the story, drawn by seed, in minor units.

Seed 1 is the worked example of the documentation. Other seeds draw amounts between which the same things
happen: the second invoice asks for more than is left, an amendment leaves room, the next one does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_demo import reference

if TYPE_CHECKING:
    from random import Random

WORKED_EXAMPLE_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class DeclarationFigures:
    """A declaration on which two invoices stand, in the minor unit of one currency."""

    total: int
    first_invoice: int
    first_line: int
    second_invoice: int
    second_line: int


@dataclass(frozen=True, slots=True)
class OwnFundsFigures:
    """Branch one: a loan in CNY is partly repaid from own funds, then customs amends three times.

    `loan` and `repaid` are fen; `rate_mantissa` x 10^-4 CNY are one USD; the amendments are totals in cents.
    """

    rate_mantissa: int
    loan: int
    repaid: int
    amended_above_use: int
    amended_below_use: int
    amended_below_rest: int


@dataclass(frozen=True, slots=True)
class ProceedsFigures:
    """Branch two: the buyer pays; `received` and `principal` are cents, so is the loan."""

    loan: int
    received: int
    principal: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All amounts of one story. `euro_total` is in cents, `yen_total` and `yen_loan` in yen."""

    dollars: DeclarationFigures
    own_funds: OwnFundsFigures
    proceeds: ProceedsFigures
    euro_total: int
    yen_total: int
    yen_loan: int


def draw_figures(seed: int, random: Random) -> Figures:
    """The figures of a seed; `random` is only drawn from."""
    worked = seed == WORKED_EXAMPLE_SEED
    euro_total = random.randrange(2_000_000, 9_000_000)
    yen_total = random.randrange(3_000_000, 30_000_000)
    dollars = _WORKED_DECLARATION if worked else _draw_declaration(random)
    own_funds = _draw_own_funds(random, dollars, worked=worked)
    return Figures(
        dollars=dollars,
        own_funds=own_funds,
        proceeds=_WORKED_PROCEEDS if worked else _draw_proceeds(random, dollars),
        euro_total=euro_total,
        yen_total=yen_total,
        yen_loan=reference.cap(yen_total) - random.randrange(1, yen_total // 10),
    )


_WORKED_DECLARATION: Final = DeclarationFigures(10_000_000, 7_000_000, 6_000_000, 5_000_000, 4_000_000)
_WORKED_PROCEEDS: Final = ProceedsFigures(loan=6_000_000, received=1_500_000, principal=1_500_000)


def _draw_declaration(random: Random) -> DeclarationFigures:
    total = random.randrange(8_000_000, 90_000_000)
    first_line = total * random.randrange(520, 640) // 1000
    second_line = total - first_line
    return DeclarationFigures(
        total=total,
        first_invoice=_invoice_over(random, first_line),
        first_line=first_line,
        second_invoice=_invoice_over(random, second_line),
        second_line=second_line,
    )


def _invoice_over(random: Random, line: int) -> int:
    """An invoice's total of which the whole line can be lent."""
    return line * 10 // 9 + 1 + random.randrange(line // 10)


def _draw_own_funds(random: Random, dollars: DeclarationFigures, *, worked: bool) -> OwnFundsFigures:
    """The loan is a little less than the pledge is worth; in the worked example a quarter is repaid."""
    rate = random.randrange(68_000, 74_000)
    worth = reference.converted(dollars.first_line, rate)
    loan = (worth - random.randrange(1, worth // 100)) // 4 * 4
    if worked:
        return OwnFundsFigures(rate, loan, loan // 4, 9_500_000, 8_000_000, 4_800_000)
    repaid = loan * random.randrange(100, 400) // 1000
    held = dollars.first_line - reference.released(dollars.first_line, repaid, loan)
    used = held + reference.cap(dollars.total) - dollars.first_line
    needed = reference.total_for_cap(used)
    return OwnFundsFigures(
        rate_mantissa=rate,
        loan=loan,
        repaid=repaid,
        amended_above_use=(needed + dollars.total) // 2,
        amended_below_use=needed - 1 - random.randrange(1, used // 20),
        amended_below_rest=reference.total_for_cap(held) - 1 - random.randrange(1, held // 20),
    )


def _draw_proceeds(random: Random, dollars: DeclarationFigures) -> ProceedsFigures:
    """The buyer pays a part; most of it repays the loan, the rest is the enterprise's."""
    loan = dollars.first_line - random.randrange(dollars.first_line // 50)
    received = loan * random.randrange(150, 350) // 1000
    return ProceedsFigures(loan, received, received - random.randrange(received // 10))
