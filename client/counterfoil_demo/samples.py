"""The documents of the story: six export invoices on four declarations, drawn by seed.

Declarations 1 and 2 are in dollars with two invoices each and the same amounts, 3 is in euro, 4 in yen, which
have no minor unit. The files in `samples/` are those of seed 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from counterfoil_demo.figures import Figures, draw_figures
from counterfoil_demo.parties import Buyer, Seller, draw_buyers, draw_seller

GENERAL_TRADE: Final = "0110"
_DECLARED: Final = date(2026, 10, 12)
_PAYMENT_TERM: Final = timedelta(days=90)
_OFFICES: Final = ("2248", "5304", "2902", "8013")
_GOODS: Final = (
    ("Cotton bed linen, 4 pieces", "SET"),
    ("LED street lamp 60 W", "C62"),
    ("Porcelain dinner plate, 27 cm", "C62"),
    ("Angle grinder 125 mm", "C62"),
    ("Wooden train, 36 parts", "SET"),
    ("CNC spindle, air cooled", "C62"),
)


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of an invoice; `price` is in minor units a piece."""

    name: str
    unit: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        """Quantity times price."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class SampleInvoice:
    """An export invoice.

    `place` is its number in the story, 1 to 6; `line` is what of it the declaration covers.
    """

    place: int
    number: str
    issue_date: date
    due_date: date
    seller: Seller
    buyer: Buyer
    currency: str
    goods: tuple[Goods, ...]
    line: int

    @property
    def total(self) -> int:
        """The sum of the goods, in minor units; exports leave without VAT."""
        return sum(goods.amount for goods in self.goods)


@dataclass(frozen=True, slots=True)
class SampleDeclaration:
    """A customs declaration with its invoices; `place` is its number in the story, 1 to 4."""

    place: int
    number: str
    declared_on: date
    seller: Seller
    currency: str
    total: int
    invoices: tuple[SampleInvoice, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """All documents of one story and the amounts it works with."""

    seed: int
    seller: Seller
    figures: Figures
    declarations: tuple[SampleDeclaration, ...]

    @property
    def invoices(self) -> tuple[SampleInvoice, ...]:
        """The six invoices in the order of their places."""
        return tuple(invoice for declaration in self.declarations for invoice in declaration.invoices)


def make_samples(seed: int) -> Samples:
    """The documents of a seed, the same every time."""
    random = Random(seed)  # noqa: S311 - sample data, nothing secret
    seller = draw_seller(random)
    figures = draw_figures(seed, random)
    buyers = [
        *draw_buyers(random, "USD", 4),
        *draw_buyers(random, "EUR", 1),
        *draw_buyers(random, "JPY", 1),
    ]
    dollars = figures.dollars
    pair = ((dollars.first_invoice, dollars.first_line), (dollars.second_invoice, dollars.second_line))
    plan = (
        ("USD", dollars.total, pair),
        ("USD", dollars.total, pair),
        ("EUR", figures.euro_total, ((figures.euro_total, figures.euro_total),)),
        ("JPY", figures.yen_total, ((figures.yen_total, figures.yen_total),)),
    )
    declarations = []
    place = 0
    for at, (currency, total, parts) in enumerate(plan, start=1):
        declared = _DECLARED + timedelta(days=at)
        invoices = []
        for amount, line in parts:
            place += 1
            invoices.append(
                _draw_invoice(random, place, declared, (seller, buyers[place - 1]), (currency, amount, line))
            )
        number = f"{_OFFICES[at - 1]}{declared.year}0{random.randrange(10**9):09d}"
        declarations.append(SampleDeclaration(at, number, declared, seller, currency, total, tuple(invoices)))
    return Samples(seed, seller, figures, tuple(declarations))


def _draw_invoice(
    random: Random,
    place: int,
    declared: date,
    parties: tuple[Seller, Buyer],
    money: tuple[str, int, int],
) -> SampleInvoice:
    """`money` is the currency, the total and the line."""
    currency, amount, line = money
    seller, buyer = parties
    issued = declared - timedelta(days=random.randrange(3, 12))
    return SampleInvoice(
        place=place,
        number=f"EXP-{issued:%y%m}-{random.randrange(10**6):06d}",
        issue_date=issued,
        due_date=issued + _PAYMENT_TERM,
        seller=seller,
        buyer=buyer,
        currency=currency,
        goods=_draw_goods(random, amount),
        line=line,
    )


def _draw_goods(random: Random, amount: int) -> tuple[Goods, ...]:
    """Two kinds of goods worth `amount` together; the second is one lot of whatever is left."""
    first = random.randrange(len(_GOODS))
    name, unit = _GOODS[first]
    second, _ = _GOODS[(first + 1 + random.randrange(len(_GOODS) - 1)) % len(_GOODS)]
    quantity = random.randrange(50, 900)
    price = amount * 6 // 10 // quantity
    return (
        Goods(name, unit, quantity, price),
        Goods(f"{second}, mixed lot", "LO", 1, amount - quantity * price),
    )
