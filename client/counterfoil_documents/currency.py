"""Amounts as integers in a currency's minor unit (ISO 4217).

Nothing is rounded: an amount with more decimals than its currency has is refused.
"""

from __future__ import annotations

import re

from counterfoil_documents.errors import DocumentCode, RefusedField

# ISO 4217 active codes by the number of decimals of the minor unit.
_WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER
ZAR ZMW ZWG
"""

_DECIMALS: dict[str, int] = {
    **dict.fromkeys(_WITHOUT_MINOR_UNIT.split(), 0),
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    **dict.fromkeys(_FOUR_DECIMALS.split(), 4),
}

# xsd:decimal, ASCII digits only, and no longer than any sum of money is.
_DECIMAL = re.compile(r"([+-]?)([0-9]{1,18})(?:\.([0-9]{1,9}))?", re.ASCII)


def decimals(currency: str, field: str = "") -> int:
    """The number of decimals of `currency`; raises RefusedField UNKNOWN_CURRENCY naming `field`."""
    try:
        return _DECIMALS[currency]
    except KeyError:
        raise RefusedField(DocumentCode.UNKNOWN_CURRENCY, field, currency) from None


def minor_units(text: str, currency: str, field: str = "") -> int:
    """`text` in units of `currency` as an integer of minor units ("12.5" EUR is 1250).

    Raises RefusedField: UNKNOWN_CURRENCY, MALFORMED, TOO_MANY_DECIMALS, each naming `field`.
    """
    exponent = decimals(currency, field)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise RefusedField(DocumentCode.MALFORMED, field)
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > exponent:
        raise RefusedField(DocumentCode.TOO_MANY_DECIMALS, field)
    amount = int(whole + fraction.ljust(exponent, "0"))
    return -amount if sign == "-" else amount


def format_amount(amount: int, currency: str) -> str:
    """`amount` minor units as plain text with the currency's decimals: 1250 EUR is "12.50"."""
    exponent = decimals(currency)
    digits = str(abs(amount)).rjust(exponent + 1, "0")
    sign = "-" if amount < 0 else ""
    if exponent == 0:
        return sign + digits
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"
