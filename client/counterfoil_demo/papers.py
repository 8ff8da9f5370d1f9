"""What banks write into their loans' terms and slips: drawn by seed, told to no other bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_BRANCHES: Final = ("Lujiazui", "Qianhai", "Binjiang", "Jiangbei", "Huangdao", "Yantian")
_PRODUCTS: Final = ("Export invoice discounting", "Post-shipment loan", "Receivable purchase with recourse")


@dataclass(frozen=True, slots=True)
class LoanPapers:
    """Branch, product, yearly rate in 1/10,000 and the bank's own references of one loan."""

    branch: str
    product: str
    rate: int
    loan_reference: str
    payout_reference: str
    receipt_reference: str


def draw_papers(random: Random, bank: str) -> LoanPapers:
    """The papers of one loan of a bank."""
    prefix = "".join(c for c in bank if c.isupper())
    return LoanPapers(
        branch=f"{_BRANCHES[random.randrange(len(_BRANCHES))]} sub-branch {random.randrange(100, 999)}",
        product=_PRODUCTS[random.randrange(len(_PRODUCTS))],
        rate=random.randrange(250, 550),
        loan_reference=f"{prefix}-LOAN-{random.randrange(10**8):08d}",
        payout_reference=f"{prefix}-OUT-{random.randrange(10**8):08d}",
        receipt_reference=f"{prefix}-IN-{random.randrange(10**8):08d}",
    )
