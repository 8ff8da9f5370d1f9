"""Documents that nobody has yet: what customs states of exports, what the tax authority states of freight."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.testing import TradePeople

ItemT = TypeVar("ItemT")

AMOUNT = 1_000_000
"""Of an export invoice and its line, in US cents."""
FREIGHT_AMOUNT = 700_000
"""Of a tax invoice, in fen."""


def declaration(place: int, lines: int, seller: str, begun: str) -> messages.Declaration:
    """The declaration of a number's place, of so many invoices; `begun` is the day after its own."""
    stated = tuple(
        messages.StatedLine(
            TradePeople.invoice(f"INV{place:09d}N{at:03d}", AMOUNT, seller=seller), AMOUNT, AMOUNT
        )
        for at in range(lines)
    )
    return messages.Declaration(
        number=f"2248{begun[:4]}0{place:09d}",
        declared_on=(date.fromisoformat(begun) - timedelta(days=1)).isoformat(),
        status="CLEARED",
        consignor=seller,
        consignee="US-ACME INC",
        trade_mode="0110",
        currency="USD",
        total=AMOUNT * lines,
        lines=stated,
    )


def tax_invoice(place: int, seller: str, buyer: str) -> freight.InvoiceTuple:
    """A digital invoice of freight, as tax authority and bank have it."""
    return freight.InvoiceTuple(
        number=f"26{place:018d}", issued_on="2026-02-20", seller=seller, buyer=buyer, amount=FREIGHT_AMOUNT
    )


def batches(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """The items, so many at once."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
