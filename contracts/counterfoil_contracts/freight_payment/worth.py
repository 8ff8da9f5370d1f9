"""What a payment is worth in the currency of its invoices and in USD, at recorded rates. Pure.

The payment states an amount for each use; converted at the named rate, rounded up, that is its worth. What is
worth more than the use takes of the invoice's tolerance: over all payments of an invoice, whatever banks
made them, at most so many basis points of all that they use of it.
"""

from collections.abc import Mapping, Sequence

from counterfoil_contracts.core import money, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import day_rules, tables
from counterfoil_contracts.registry.tables import Day

from .payment_messages import StatedUse
from .payments import Use

DOLLAR = "USD"


def check_rate(day: Day, rate_id: str, source: str, target: str) -> None:
    """A rate is named where, and only where, currencies differ, and it joins the two.

    Raises:
        Refusal: `NO_RATE`.
    """
    if (source == target) != (rate_id == ""):
        raise refusal(RefusalCode.NO_RATE, "a rate is named where, and only where, currencies differ")
    found = tables.rate(day.tables, rate_id)
    if rate_id and (found is None or (found.source, found.target) != (source, target)):
        raise refusal(RefusalCode.NO_RATE, "no rate of this id joins the two currencies")


def check_fresh(day: Day, rate_id: str) -> None:
    """A rate that was found is of today or a few days ago.

    Raises:
        Refusal: `STALE_RATE`; `NOT_CONFIGURED`.
    """
    if rate_id and not day_rules.is_fresh(rate_id, day):
        raise refusal(RefusalCode.STALE_RATE, "a rate is too old, or of a day to come")


def of(day: Day, amount: int, source: str, target: str, rate_id: str) -> int:
    """What an amount is worth in another currency, rounded up; the rate was checked."""
    if not rate_id:
        return amount
    found = tables.rate(day.tables, rate_id)
    assert found is not None, "rates are checked first"
    return money.converted_ceiling(amount, source, target, found.mantissa, found.scale)


def excess(day: Day, stated: StatedUse, currency: str, pool: Pool) -> int:
    """What an amount of the payment is worth beyond what it uses of the invoice; never negative."""
    worth = of(day, stated.amount, currency, pool.currency, stated.rate)
    return max(0, worth - stated.use)


def check_tolerance(uses: Sequence[Use], books: Mapping[str, Pool], basis_points: int) -> None:
    """Beyond its use an invoice is paid by its tolerance at most; without a conversion, not at all.

    Raises:
        Refusal: `OVER_TOLERANCE`.
    """
    for each in uses:
        pool = books[each.hold.document]
        used = pools.used(pool) + each.hold.amount
        allowed = used * basis_points // pools.WHOLE if each.rate else 0
        if each.excess and (not each.rate or pool.tolerated + each.excess > allowed):
            raise refusal(RefusalCode.OVER_TOLERANCE, "the payment is worth more than what it uses")


def check_room(uses: Sequence[Use], books: Mapping[str, Pool], ceilings: Mapping[str, int]) -> None:
    """Every invoice has left what is used of it; `ceilings` are ratios in basis points.

    Raises:
        Refusal: `OVER_USE`.
    """
    for each in uses:
        document = each.hold.document
        if each.hold.amount > pools.available(books[document], ceilings[document]):
            raise refusal(RefusalCode.OVER_USE, "more than an invoice has left")
