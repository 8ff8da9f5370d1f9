"""Currencies and amounts: whole minor units, with the exponents of ISO 4217."""

_EXPONENTS = {
    "AED": 2, "AUD": 2, "BDT": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "CZK": 2,
    "DKK": 2, "EGP": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "IQD": 3,
    "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "KZT": 2, "LYD": 3, "MOP": 2, "MXN": 2, "MYR": 2,
    "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2, "PKR": 2, "PLN": 2, "QAR": 2, "RON": 2, "RUB": 2, "SAR": 2,
    "SEK": 2, "SGD": 2, "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "UAH": 2, "USD": 2, "UYU": 2, "VND": 0,
    "ZAR": 2,
}  # fmt: skip


def exponent(currency: str) -> int:
    """How many decimal places a currency has: 2 for USD, 0 for JPY, 3 for KWD.

    Raises:
        ValueError: the currency is not in the table.
    """
    found = _EXPONENTS.get(currency)
    if found is None:
        raise ValueError("a currency is not in the table of ISO 4217")
    return found


def converted_floor(amount: int, source: str, target: str, mantissa: int, scale: int) -> int:
    """What `amount` minor units of `source` are in minor units of `target`, rounded down.

    One unit (not minor unit) of `source` is `mantissa` x 10^-`scale` units of `target`.
    """
    numerator: int = amount * mantissa * 10 ** exponent(target)
    denominator: int = 10 ** (scale + exponent(source))
    return numerator // denominator


def converted_ceiling(amount: int, source: str, target: str, mantissa: int, scale: int) -> int:
    """As `converted_floor`, rounded up."""
    return -converted_floor(-amount, source, target, mantissa, scale)


def share_floor(amount: int, part: int, whole: int) -> int:
    """`amount` x `part` / `whole`, rounded down."""
    return amount * part // whole


def share_ceiling(amount: int, part: int, whole: int) -> int:
    """`amount` x `part` / `whole`, rounded up."""
    return -(-amount * part // whole)
