"""The public tables: their entries, how they are proposed and read, and what a new network starts with."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.message import Amount, CurrencyCode, DateText, LooseText, Message


class Parameter(Message, frozen=True):
    """A value of a rule from a day on. `key` narrows `name` (`DECLARATION/0110`); the widest has an empty
    key."""

    name: Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")]
    key: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9/_-]{0,100}\Z")]
    effective_from: DateText
    value: Annotated[int, Meta(ge=0, le=10**12)]


class Rate(Message, frozen=True):
    """A rate of exchange under an id that never changes its meaning.

    One unit (not minor unit) of `source` is `mantissa` x 10^-`scale` units of `target`, on `value_date`.
    """

    id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{1,64}\Z")]
    source: CurrencyCode
    target: CurrencyCode
    mantissa: Amount
    scale: Annotated[int, Meta(ge=0, le=12)]
    value_date: DateText


class CalendarDay(Message, frozen=True):
    """A day that breaks the rule of Monday to Friday: a holiday, or a weekend day that is worked."""

    day: DateText
    worked: bool


class Root(Message, frozen=True):
    """A root certificate, in PEM, of a certification authority of enterprises, trusted from a day on.

    `revoked` are serial numbers, lower-case hex, of its certificates that count no more, whatever their
    dates. A later entry of the same certificate replaces the earlier one; `trusted` false ends the trust.
    """

    certificate: Annotated[str, Meta(max_length=8000)]
    effective_from: DateText
    trusted: bool = True
    revoked: Annotated[tuple[str, ...], Meta(max_length=1000)] = ()


class Code(Message, frozen=True):
    """A code of a table (`CUSTOMS_OFFICE`, `CURRENCY`, `UN_LOCODE`, …) that counts from a day on.

    `listed` false ends it. A document is judged by the codes of its own date.
    """

    table: Annotated[str, Meta(pattern=r"\A[A-Z][A-Z_]{1,39}\Z")]
    code: Annotated[str, Meta(pattern=r"\A[A-Z0-9]{1,20}\Z")]
    effective_from: DateText
    listed: bool = True
    name: LooseText = ""


class TableEntries(Message, frozen=True):
    """Entries to be added to the public tables; what is there stays."""

    parameters: Annotated[tuple[Parameter, ...], Meta(max_length=1000)] = ()
    rates: Annotated[tuple[Rate, ...], Meta(max_length=1000)] = ()
    calendar: Annotated[tuple[CalendarDay, ...], Meta(max_length=1000)] = ()
    trust: Annotated[tuple[Root, ...], Meta(max_length=20)] = ()
    codes: Annotated[tuple[Code, ...], Meta(max_length=1000)] = ()


class ProposeTables(Message, frozen=True):
    """First officer: entries to be added."""

    entries: TableEntries


class ReadTables(Message, frozen=True):
    """Asks for the public tables."""


class Tables(Message, frozen=True):
    """The public tables, every entry that was ever made."""

    parameters: tuple[Parameter, ...]
    rates: tuple[Rate, ...]
    calendar: tuple[CalendarDay, ...]
    trust: tuple[Root, ...]
    codes: tuple[Code, ...]


STANDARD_PARAMETERS = {
    ("ceiling_basis_points", ""): 9000,
    ("ceiling_basis_points", "TAX_INVOICE"): 10_000,
    ("tolerance_basis_points", ""): 200,
    ("undocumented_usd", ""): 5_000_000,
    ("on_board_days", ""): 30,
    ("declaration_age_days", ""): 180,
    ("lock_business_days", ""): 5,
    ("lock_extensions", ""): 1,
    ("view_days", ""): 30,
    ("act_days", ""): 5,
    ("rate_age_days", ""): 3,
    ("back_dating_days", ""): 30,
    ("credit_ask_days", ""): 30,
    ("credit_enquiry_days", ""): 5,
    ("credit_report_days", ""): 730,
    ("admission", "CREDIT_AUTHORIZATION"): 1,
    ("admission", "EXPORT_INVOICE"): 1,
    ("admission", "FREIGHT_PAYMENT"): 1,
    ("class_rule", "A"): 1,
    ("class_rule", "B"): 2,
    ("class_rule", "C"): 0,
    ("financeable_trade_mode", "0110"): 1,
    ("financeable_trade_mode", "0615"): 1,
    ("financeable_trade_mode", "0214"): 0,
    ("financeable_trade_mode", "3010"): 0,
    ("financeable_trade_mode", "3612"): 0,
}
"""Name and key of each parameter the contracts ask for, with the value of a new network; none is law.

Admission is 1 where a bank may do a business, by `<scenario>/<region>/<MSP ID>`, `<scenario>/ALL/<MSP ID>`,
`<scenario>/<region>`, or scenario; the first that has an entry counts. A class is refused with 0, takes any
financing with 1, with 2 one after an enhanced review. `uscc_override` is 1 under an enterprise's code that is
in real use though its check character is wrong.

The ceiling is in 1/10,000, by `<kind of document>/<trade mode>`, kind, or empty. Trade mode 0110 is general
trade, 0615 processing with imported materials, 0214 supplied-material processing, 3010 samples, 3612
donations; one that the table does not name is not financeable.

A freight payment may be worth more than it uses of its tax invoices by the tolerance, in 1/10,000 of what is
used; up to `undocumented_usd` US cents it may have no document; on-board dates lie within `on_board_days`."""


def standard_parameters(effective_from: str) -> tuple[Parameter, ...]:
    """The entries that a new network proposes, from a day on (YYYY-MM-DD)."""
    return tuple(
        Parameter(name=name, key=key, effective_from=effective_from, value=value)
        for (name, key), value in STANDARD_PARAMETERS.items()
    )
