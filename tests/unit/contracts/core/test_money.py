from itertools import product
from string import ascii_uppercase

import pytest
from counterfoil_contracts.core import business_day, money
from counterfoil_documents.currency import decimals
from counterfoil_documents.errors import RefusedField


@pytest.mark.parametrize(
    ("currency", "places"), [("USD", 2), ("CNY", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3)]
)
def test_exponents(currency: str, places: int) -> None:
    assert money.exponent(currency) == places


def test_invoices_are_read_in_the_same_currencies() -> None:
    for code in map("".join, product(ascii_uppercase, repeat=3)):
        try:
            read: int | None = decimals(code)
        except RefusedField:
            read = None
        assert (money.exponent(code) if read is not None else None) == read


def test_an_unknown_currency_has_none() -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        money.exponent("XAU")


@pytest.mark.parametrize(
    ("amount", "source", "target", "mantissa", "scale", "expected"),
    [
        (10_000, "USD", "CNY", 71234, 4, 71_234),  # 100.00 USD at 7.1234 are 712.34 CNY
        (1, "USD", "CNY", 71234, 4, 7),
        (1_000_000, "JPY", "CNY", 465, 4, 4_650_000),  # 1,000,000 JPY at 0.0465 are 46,500.00 CNY
        (1_234, "KWD", "USD", 325, 2, 401),  # 1.234 KWD at 3.25 are 4.0105 USD
        (999, "USD", "JPY", 15_055, 2, 1_503),  # 9.99 USD at 150.55 are 1,503.99 JPY: rounded down
    ],
)
def test_conversion_rounds_down(
    amount: int, source: str, target: str, mantissa: int, scale: int, expected: int
) -> None:
    assert money.converted_floor(amount, source, target, mantissa, scale) == expected


def test_shares() -> None:
    assert (money.share_floor(10, 1, 3), money.share_ceiling(10, 1, 3)) == (3, 4)
    assert money.share_floor(10, 3, 3) == money.share_ceiling(10, 3, 3) == 10


def test_the_business_day_is_china_s() -> None:
    assert business_day.of_time(1_772_409_600) == "2026-03-02"  # 2026-03-02 00:00 UTC
    assert business_day.of_time(1_772_409_600 - 8 * 3600) == "2026-03-02"
    assert business_day.of_time(1_772_409_600 - 8 * 3600 - 1) == "2026-03-01"
    assert business_day.of_time(business_day.end_of("2026-03-02")) == "2026-03-03"
    assert business_day.of_time(business_day.end_of("2026-03-02") - 1) == "2026-03-02"


def test_business_days_skip_weekends_and_holidays_and_count_worked_saturdays() -> None:
    assert business_day.add_business_days("2026-03-06", 1, {}) == "2026-03-09"
    assert business_day.add_business_days("2026-03-06", 1, {"2026-03-07": True}) == "2026-03-07"
    assert business_day.add_business_days("2026-03-06", 5, {"2026-03-09": False}) == "2026-03-16"
    assert business_day.days_between("2026-02-27", "2026-03-02") == 3
