"""Fingerprints of documents: SHA-256 over normalised fields, so that one document has one, however it was
typed.

They are computed in the contract from fields, never taken from a client. Plain fingerprints lie in private
values only; keys on the ledger are HMACs over them, because a number of 18 digits is found by search.
"""

import hashlib
import unicodedata

from . import business_day, money
from .unicode_age import is_younger_than_unicode_14

_SEPARATOR = "\x1f"


def norm(text: str) -> str:
    """What is compared of a name or number: NFKC, upper case, NFKD, then letters and numbers of any script.

    With A-Z and 0-9 alone every Chinese or Cyrillic name would be equal. Code points unassigned in
    Unicode 14.0 are refused, since endorsers on two releases of Python would treat them differently.

    Raises:
        ValueError: such a code point, or nothing is left.
    """
    # Most texts are ASCII, and for them the long way comes to this.
    kept = "".join(filter(str.isalnum, text.upper())) if text.isascii() else _norm_of_any_script(text)
    if not kept:
        raise ValueError("a text has no letter and no number")
    return kept


def _norm_of_any_script(text: str) -> str:
    if any(unicodedata.category(c) in {"Cn", "Cs"} or is_younger_than_unicode_14(c) for c in text):
        raise ValueError("a text has a code point that Unicode 14.0 does not assign")
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).upper())
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def digest(*fields: str) -> str:
    """SHA-256, in hex, of the fields joined by 0x1F in UTF-8."""
    return hashlib.sha256(_SEPARATOR.join(fields).encode("utf-8")).hexdigest()


def invoice(  # noqa: PLR0913, PLR0917 - the six fields of the published format, in its order
    seller: str, buyer: str, number: str, issue_date: str, currency: str, amount: int
) -> str:
    """The exact fingerprint of an invoice; `issue_date` is YYYY-MM-DD, `amount` minor units of `currency`.

    Raises:
        ValueError: a text without letters, a day or a currency that does not exist.
    """
    business_day.day(issue_date)
    money.exponent(currency)
    return digest("INV", "1", norm(seller), norm(buyer), norm(number), issue_date, currency, str(amount))


def near_invoice(seller: str, number: str) -> str:
    """What invoices of one seller and number share, whatever their other fields.

    Raises:
        ValueError: a text without letters.
    """
    return digest("INVN", "1", norm(seller), norm(number))


def declaration(number: str) -> str:
    """The fingerprint of a customs declaration by its 18 digits."""
    return digest("DEC", "1", number)


def tax_invoice(number: str) -> str:
    """The fingerprint of a digital VAT invoice by its 20 digits."""
    return digest("EINV", "1", number)


def older_tax_invoice(code: str, number: str) -> str:
    """The fingerprint of an older VAT invoice by its code of 10 or 12 digits and its number of 8."""
    return digest("EINV", "1", code, number)


def bill_of_lading(carrier: str, number: str) -> str:
    """The fingerprint of a bill of lading by the carrier's code and the number.

    Raises:
        ValueError: a text without letters.
    """
    return digest("BL", "1", norm(carrier), norm(number))
