"""All businesses of BankA's, in each of two worlds."""

from collections.abc import Iterable

import credit_business
import export_business
import freight_business
from trade_ready import BUYER
from two_worlds import Business

ONE: tuple[Business, ...] = (export_business.SMALL, freight_business.ONE, credit_business.ONE)
TWO: tuple[Business, ...] = (export_business.LARGE, freight_business.TWO, credit_business.TWO)
KNOWN = {
    "BankB": frozenset({BUYER, credit_business.ONE.enterprise, credit_business.TWO.enterprise}),
    "Port": frozenset({credit_business.ONE.enterprise}),
}
"""What each observer knows by its own business."""


def secrets(businesses: Iterable[Business], observer: str) -> set[str]:
    """The facts that an observer should not know, where they are too long to be met by chance."""
    observed = [business for business in businesses if observer in business.observers]
    known = KNOWN[observer]
    return {fact for business in observed for fact in business.facts if len(fact) > 7} - known
