"""The template of freight payments: a CSV file with one row for each invoice that a payment uses.

Rows of one `payment`, the bank's own name for it, are one payment. Amounts are decimals of their currency.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec
from counterfoil_contracts.freight_payment import operations as freight

COLUMNS = (
    "payment", "payer", "payee", "currency", "amount", "invoice_code", "invoice_number", "issued_on",
    "seller", "buyer", "invoice_currency", "invoice_amount", "use", "rate", "usd_rate", "branch",
    "reference", "bop_code",
)  # fmt: skip
"""Header of the template. Empty, `seller` is the payee, `buyer` the payer, `invoice_currency` CNY."""
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_DIGITAL_DIGITS = 20
StructT = TypeVar("StructT", bound=msgspec.Struct)


class BadRow(ValueError):  # noqa: N818 - what is wrong is the row
    """A row that cannot be right; `column` names what of it, `text` says why."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(f"{column}: {text}")
        self.column = column
        self.text = text


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be right. Amounts are in minor units; `number` counts the file's lines from 1."""

    number: int
    payment: str
    payer: str
    payee: str
    currency: str
    usd_rate: str
    slip: freight.PutSlip
    invoice: freight.InvoiceTuple
    amount: int
    use: int
    rate: str

    @property
    def shared(self) -> tuple[object, ...]:
        """What all rows of a payment state alike."""
        return self.payer, self.payee, self.currency, self.usd_rate, self.slip


def template() -> str:
    """The header of the template, as a file."""
    return ",".join(COLUMNS) + "\r\n"


def read_rows(text: str) -> Iterator[Row | tuple[int, str, BadRow]]:
    """The rows of a file in order; of one that cannot be right its number, its payment and what is wrong.

    Raises:
        BadRow: the file has not the template's header.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = next(reader, [])
    if tuple(name.strip() for name in header) != COLUMNS:
        raise BadRow("header", f"the first line is {','.join(COLUMNS)}")
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        given = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=False))
        try:
            if len(cells) != len(COLUMNS):
                raise BadRow("row", f"{len(cells)} cells, not {len(COLUMNS)}")
            yield _row(reader.line_num, given)
        except BadRow as wrong:
            yield reader.line_num, given.get("payment", ""), wrong


def payments(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by payment, in the order in which each first stands in the file."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.payment, []).append(row)
    return found


def minor_units(text: str, currency: str, column: str) -> int:
    """An amount of decimals in minor units.

    Raises:
        BadRow: no number, too many decimals, none or too much of it.
    """
    try:
        exponent = freight.currency_exponent(currency)
    except ValueError:
        raise BadRow(column, "its currency is none of ISO 4217") from None
    if not _DECIMAL.fullmatch(text):
        raise BadRow(column, "write a decimal number, such as 1234.50")
    exact = Decimal(text) * 10**exponent
    if exact != exact.to_integral_value() or exact == 0:
        raise BadRow(column, "more decimals than the currency has, or nothing")
    return int(exact)


def _row(number: int, given: dict[str, str]) -> Row:
    if not given["payment"]:
        raise BadRow("payment", "name the payment")
    own = given["invoice_currency"] or "CNY"
    facts = {
        "number": given["invoice_number"],
        "code": given["invoice_code"],
        "issued_on": given["issued_on"],
        "seller": given["seller"] or given["payee"],
        "buyer": given["buyer"] or given["payer"],
        "amount": minor_units(given["invoice_amount"], own, "invoice_amount"),
    }
    stated = {
        "payer": given["payer"],
        "payee": given["payee"],
        "currency": given["currency"],
        "amount": minor_units(given["amount"], given["currency"], "amount"),
        "slip": "0" * 32,
        "usd_rate": given["usd_rate"],
    }
    slip = {name: given[name] for name in ("branch", "reference", "bop_code")}
    use = minor_units(given["use"], own, "use")
    # The contract's own types say what each may be, before anything is sent.
    _converted(stated, freight.Mark)
    _converted(
        {"invoice": 0, "amount": stated["amount"], "use": use, "rate": given["rate"]}, freight.StatedUse
    )
    return Row(
        number=number,
        payment=given["payment"],
        payer=given["payer"],
        payee=given["payee"],
        currency=given["currency"],
        usd_rate=given["usd_rate"],
        slip=_converted(slip, freight.PutSlip),
        invoice=_checked(_converted(facts, freight.InvoiceTuple)),
        amount=int(str(stated["amount"])),
        use=use,
        rate=given["rate"],
    )


def _checked(invoice: freight.InvoiceTuple) -> freight.InvoiceTuple:
    """What the contract would refuse a whole look for."""
    if (len(invoice.number) == _DIGITAL_DIGITS) == bool(invoice.code):
        raise BadRow("invoice_number", "20 digits, or 8 with a code of 10 or 12")
    try:
        date.fromisoformat(invoice.issued_on)
    except ValueError:
        raise BadRow("issued_on", "a day that does not exist") from None
    return invoice


def _converted(value: object, of: type[StructT]) -> StructT:
    try:
        return msgspec.convert(value, of)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("$.")[2].strip("`")
        raise BadRow(column, "write it as docs/freight-batches.md says") from None
