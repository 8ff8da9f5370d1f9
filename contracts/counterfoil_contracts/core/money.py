"""Currencies and amounts: whole minor units, with the exponents of ISO 4217."""

# ISO 4217's active codes of money by the exponent of the minor unit. They are no table of the ledger, because
# fingerprints are made outside it too, and an exponent that changed would change what every amount means.
_WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_PLACES = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_PLACES = "CLF UYW"
_TWO_PLACES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER
ZAR ZMW ZWG
"""
_EXPONENTS = {
    **dict.fromkeys(_WITHOUT_MINOR_UNIT.split(), 0),
    **dict.fromkeys(_TWO_PLACES.split(), 2),
    **dict.fromkeys(_THREE_PLACES.split(), 3),
    **dict.fromkeys(_FOUR_PLACES.split(), 4),
}


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
