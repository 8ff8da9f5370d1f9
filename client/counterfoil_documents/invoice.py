"""One invoice, whatever syntax stated it.

Field names follow EN 16931; its business terms (BT, BG) stand beside them. Amounts are integers in the
minor unit of the invoice's currency. A `repr` shows no content: models end up in tracebacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


OUTSIDE_VAT: Final = "O"
"""The category of tax (UNCL 5305) of what is not subject to VAT at all."""


class Syntax(StrEnum):
    """The syntax a document was written in."""

    UBL = "UBL 2.1"
    CII = "UN/CEFACT CII D16B"


class Kind(StrEnum):
    """What the document is (BT-3, UNTDID 1001)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """An identifier of a party; `scheme` is "" where the document names none."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """Seller, buyer or payee (BG-4, BG-7, BG-10).

    `legal` is the registration identifier (BT-30, BT-47, BT-61), `vat` the VAT identifier (BT-31, BT-48),
    `tax` another tax registration (BT-32); `country` is two letters of ISO 3166 or "" (BT-40, BT-55).
    """

    name: str
    trading_name: str = ""
    legal: Identifier | None = None
    vat: Identifier | None = None
    tax: Identifier | None = None
    others: tuple[Identifier, ...] = ()
    country: str = ""

    def identifiers(self) -> tuple[Identifier, ...]:
        """Every identifier, the legal registration first."""
        return tuple(i for i in (self.legal, self.vat, self.tax, *self.others) if i is not None)


@dataclass(frozen=True, slots=True, repr=False)
class AllowanceCharge:
    """A reduction or an addition for the whole document (BG-20, BG-21); `amount` without its sign."""

    is_charge: bool
    amount: int
    tax_category: str
    tax_rate: Decimal


@dataclass(frozen=True, slots=True, repr=False)
class TaxSubtotal:
    """Tax of one category and rate (BG-23)."""

    category: str
    rate: Decimal
    taxable: int
    tax: int


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line (BG-25). `adjustment` is its own charges less its own allowances, inside `net`."""

    number: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    price_quantity: Decimal
    adjustment: int
    net: int
    tax_category: str
    tax_rate: Decimal


@dataclass(frozen=True, slots=True, repr=False)
class Totals:
    """The document's sums (BG-22)."""

    lines: int
    allowances: int
    charges: int
    without_tax: int
    tax: int
    with_tax: int
    prepaid: int
    rounding: int
    payable: int


@dataclass(frozen=True, slots=True, repr=False)
class Invoice:
    """An invoice or a credit note as its issuer stated it."""

    syntax: Syntax
    kind: Kind
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    seller: Party
    buyer: Party
    payee: Party | None
    totals: Totals
    taxes: tuple[TaxSubtotal, ...]
    adjustments: tuple[AllowanceCharge, ...]
    lines: tuple[Line, ...]
    preceding: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.syntax.name}, {len(self.lines)} lines>"
