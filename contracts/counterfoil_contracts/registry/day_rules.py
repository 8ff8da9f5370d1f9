"""Rules about days that all contracts share: value dates, days gone by, the age of a rate. Pure."""

from counterfoil_contracts.core import business_day
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal

from . import tables
from .tables import Day


def check_value_date(value_date: str, day: Day) -> None:
    """A value date is not in the future and not too long ago.

    Raises:
        Refusal: `BAD_INPUT`; `NOT_CONFIGURED`.
    """
    try:
        age = business_day.days_between(value_date, day.today)
    except ValueError:
        raise refusal(RefusalCode.BAD_INPUT, "a value date that does not exist") from None
    if not 0 <= age <= day.parameter("back_dating_days"):
        raise refusal(RefusalCode.BAD_INPUT, "a value date in the future, or too long ago")


def check_past(text: str, day: Day) -> None:
    """A day that exists and is not to come.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    try:
        age = business_day.days_between(text, day.today)
    except ValueError:
        raise refusal(RefusalCode.BAD_INPUT, "a day that does not exist") from None
    if age < 0:
        raise refusal(RefusalCode.BAD_INPUT, "a day to come")


def is_fresh(rate_id: str, day: Day) -> bool:
    """Whether a rate that is in the table is of today, or of few enough days ago.

    Raises:
        Refusal: `NOT_CONFIGURED`.
    """
    found = tables.rate(day.tables, rate_id)
    assert found is not None, "rates are looked up first"
    age = business_day.days_between(found.value_date, day.today)
    return 0 <= age <= day.parameter("rate_age_days")
