"""Minor units: exact, with ISO 4217's number of decimals."""

import pytest
from counterfoil_documents.currency import format_amount, minor_units
from counterfoil_documents.errors import DocumentCode, RefusedField


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("12.5", "EUR", 1250),
        ("100000.00", "USD", 10_000_000),
        ("-0.01", "CNY", -1),
        ("+7", "HKD", 700),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("999999999999999999", "JPY", 999_999_999_999_999_999),
    ],
)
def test_amounts_are_exact(text: str, currency: str, expected: int) -> None:
    assert minor_units(text, currency) == expected
    assert minor_units(format_amount(expected, currency), currency) == expected


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1234.5", "JPY", DocumentCode.TOO_MANY_DECIMALS),
        ("1234.0", "JPY", DocumentCode.TOO_MANY_DECIMALS),
        ("1.005", "USD", DocumentCode.TOO_MANY_DECIMALS),
        ("1", "XXX", DocumentCode.UNKNOWN_CURRENCY),
        ("1", "usd", DocumentCode.UNKNOWN_CURRENCY),
        ("1,000.00", "USD", DocumentCode.MALFORMED),
        ("1e3", "USD", DocumentCode.MALFORMED),
        ("١٢", "USD", DocumentCode.MALFORMED),
        ("NaN", "USD", DocumentCode.MALFORMED),
        ("", "USD", DocumentCode.MALFORMED),
        ("1.", "USD", DocumentCode.MALFORMED),
        ("9" * 19, "JPY", DocumentCode.MALFORMED),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str, code: DocumentCode) -> None:
    with pytest.raises(RefusedField) as refused:
        minor_units(text, currency, "the field")
    assert (refused.value.code, refused.value.field) == (code, "the field")
