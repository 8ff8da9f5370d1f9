"""Days: the business day is the transaction's time in UTC+8, counted by the calendar of holidays and
make-up workdays.

Days travel as text, YYYY-MM-DD, which sorts as it counts.
"""

from collections.abc import Mapping
from datetime import date, timedelta

_OFFSET_SECONDS = 8 * 3600
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)
_SATURDAY = 5


def day(text: str) -> date:
    """The calendar day that a text names.

    Raises:
        ValueError: no such day, or not written YYYY-MM-DD.
    """
    found = date.fromisoformat(text)
    if found.isoformat() != text:
        raise ValueError("a day is written YYYY-MM-DD")
    return found


def of_time(seconds: int) -> str:
    """The business day of a time, given in seconds since 1970 UTC."""
    return (_EPOCH + timedelta(days=(seconds + _OFFSET_SECONDS) // _DAY_SECONDS)).isoformat()


def end_of(text: str) -> int:
    """The first second, since 1970 UTC, after a business day."""
    return ((day(text) - _EPOCH).days + 1) * _DAY_SECONDS - _OFFSET_SECONDS


def days_between(earlier: str, later: str) -> int:
    """Calendar days from one day to another; negative where `later` is the earlier one."""
    return (day(later) - day(earlier)).days


def add_business_days(start: str, count: int, exceptions: Mapping[str, bool]) -> str:
    """The day `count` business days after `start`.

    `exceptions` tells, for days that break the rule of Monday to Friday, whether they are worked.
    """
    found = day(start)
    left = count
    while left > 0:
        found += timedelta(days=1)
        if exceptions.get(found.isoformat(), found.weekday() < _SATURDAY):
            left -= 1
    return found.isoformat()
