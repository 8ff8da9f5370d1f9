"""How text that a person types becomes a value of a request, and what is said where it cannot."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.money import exponent

BEIJING = timezone(timedelta(hours=8))
"""Where the contracts count business days."""
_DECIMAL = re.compile(
    r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16})(?:\.([0-9]{1,6}))?(?: ?([A-Za-z]{3}))?", re.ASCII
)
_PERCENT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?", re.ASCII)
_MATTER = re.compile(r"([0-9a-f]{64})/([A-Z][A-Z_]{1,39})/([0-9a-f]{32})", re.ASCII)
_BANK = re.compile(r"(Bank[A-Za-z0-9]{1,40}?)(?:MSP)?", re.ASCII)
_FILE_BYTES_MAX = 4 * 1024 * 1024


class BadEntry(Exception):  # noqa: N818 - what the person typed, not a failure of the program
    """Something typed that cannot be right: which field, what was typed, and what would be right.

    `field` is filled in by whoever knows it. The value is shown to the person who typed it and nobody else.
    """

    def __init__(self, value: str, way_out: str, field: str = "") -> None:
        super().__init__(value, way_out, field)
        self.value = value
        self.way_out = way_out
        self.field = field

    def of(self, field: str) -> "BadEntry":
        """The same of a field, unless a nearer one was named."""
        return self if self.field else BadEntry(self.value, self.way_out, field)

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 80 else f"{self.value[:77]}..."
        return f"{self.field}: {shown!r}: {self.way_out}" if shown else f"{self.field}: {self.way_out}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as it was typed, `60,000.00`, `60000` or `60000.00 USD`; minor units need the currency."""

    text: str

    def minor_units(self, currency: str) -> int:
        """The amount in minor units of a currency.

        Raises:
            BadEntry: no decimal amount, another currency, more decimals than the currency has.
        """
        found = _DECIMAL.fullmatch(self.text.strip())
        if found is None:
            raise BadEntry(self.text, f"write an amount as 60000.00 or '60,000.00 {currency}'")
        whole, fraction, stated = found[1].replace(",", ""), found[2] or "", (found[3] or currency).upper()
        if stated != currency:
            raise BadEntry(self.text, f"the amount is in {currency} here")
        places = places_of(currency)
        if len(fraction) > places:
            raise BadEntry(self.text, f"{currency} has {places or 'no'} decimals")
        return int(whole + fraction.ljust(places, "0"))

    @property
    def currency(self) -> str:
        """The currency that was typed with the amount.

        Raises:
            BadEntry: none was.
        """
        found = _DECIMAL.fullmatch(self.text.strip())
        if found is None or not found[3]:
            raise BadEntry(self.text, "write the currency too: '60000.00 USD'")
        return found[3].upper()


def places_of(currency: str) -> int:
    """The number of decimals of a currency.

    Raises:
        BadEntry: the contracts do not know it.
    """
    try:
        return exponent(currency)
    except ValueError:
        raise BadEntry(currency, "write a currency of ISO 4217 that the contracts know, as USD") from None


def money_text(amount: int, currency: str) -> str:
    """An amount as people write it: 6000000 and USD are `60,000.00 USD`; unknown currencies stay whole."""
    try:
        places = exponent(currency)
    except ValueError:
        return f"{amount} minor units of {currency}"
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency}"


def day(text: str) -> str:
    """A calendar day, YYYY-MM-DD, `today` where the banks are.

    Raises:
        BadEntry: no such day.
    """
    if text == "today":
        return datetime.now(UTC).astimezone(BEIJING).date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadEntry(text, "write a day as 2026-03-31, or today") from None


def time(text: str) -> int:
    """A time as seconds since 1970 UTC: a day where the banks are, with or without hours and minutes.

    Raises:
        BadEntry: no such time.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadEntry(text, "write a time as 2026-03-31 or 2026-03-31T14:30") from None
    return int((found if found.tzinfo else found.replace(tzinfo=BEIJING)).timestamp())


def time_text(seconds: int) -> str:
    """A time as people write it where the banks are."""
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def percent(text: str) -> int:
    """A rate a year in per cent, `4.15`, as the contracts' 1/10,000.

    Raises:
        BadEntry: no rate with at most two decimals.
    """
    if _PERCENT.fullmatch(text.removesuffix("%").strip()) is None:
        raise BadEntry(text, "write a rate in per cent a year with at most two decimals, as 4.15")
    return int(Decimal(text.removesuffix("%").strip()) * 100)


def bank(text: str) -> str:
    """A bank's MSP ID; `BankA` stands for `BankAMSP`.

    Raises:
        BadEntry: no bank's name.
    """
    found = _BANK.fullmatch(text)
    if found is None:
        raise BadEntry(text, "write a bank's name or MSP ID, as BankA or BankAMSP")
    return f"{found[1]}MSP"


def matter(text: str) -> dict[str, str]:
    """A matter of the regulator's worklist, `document/CODE/cause`, as the worklist shows it.

    Raises:
        BadEntry: not in that form.
    """
    found = _MATTER.fullmatch(text)
    if found is None:
        raise BadEntry(text, "write document/CODE/cause, as `counterfoil audit worklist` shows it")
    return {"document": found[1], "code": found[2], "cause": found[3]}


def file_text(text: str) -> str:
    """The text of a file.

    Raises:
        BadEntry: it cannot be read, is no text, or larger than a request may be.
    """
    path = Path(text)
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise BadEntry(text, "the file is larger than a request may be")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise BadEntry(text, f"name a file that can be read ({reason})") from None


def json_file(text: str) -> Any:
    """What a JSON file says.

    Raises:
        BadEntry: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(file_text(text))
    except ValueError as error:
        raise BadEntry(text, f"the file is no JSON: {error}") from None


def invoice(text: str) -> Any:
    """An invoice's facts out of a file: UBL 2.1 or UN/CEFACT CII, or the contract's own JSON.

    Raises:
        BadEntry: the file cannot be read, or is refused by the field it names.
    """
    if text.lower().endswith(".json"):
        return converted(json_file(text), Invoice)
    from counterfoil_documents import DocumentError, read_invoice_file
    from counterfoil_documents.fingerprint import statement

    try:
        return statement(read_invoice_file(Path(text)))
    except (DocumentError, ValueError) as error:
        raise BadEntry(text, f"the invoice is not read: {error}") from None
    except OSError as error:
        raise BadEntry(text, f"name a file that can be read ({error.strerror})") from None


def converted(value: object, of: Any) -> Any:
    """A value as a message type.

    Raises:
        BadEntry: it does not fit; the field is the path inside the value.
    """
    try:
        return msgspec.convert(value, type=of)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        raise BadEntry("", said, path.rstrip("`").removeprefix("$.")) from None


Reader = Callable[[str], Any]
"""Makes a value of a text. Raises BadEntry."""
