"""What a loan rests on: pledges as a clerk states them, the rest out of the view, the terms and the rates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from counterfoil_contracts.core.money import converted_floor
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from msgspec import Struct

from .command import Desk, Field, Stated, fields_of
from .kinds import Kind
from .values import BadEntry, Money

_KEYS = (*trade.Pledge.__struct_fields__, "rate")
_FORM = "invoice=0,declaration=…,invoice_amount=…,declaration_amount=…,loan_amount=…,rate=…"


def parts_of(text: str) -> dict[str, str]:
    """A pledge as it was typed, key by key. Raises BadEntry: an unknown key."""
    parts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    if not set(parts) <= set(_KEYS):
        raise BadEntry(text, f"write {_FORM}")
    return parts


_OWN = Field(
    "pledges",
    Kind("PLEDGE", parts_of, many=True),
    f"What of the loan rests on which line: {_FORM}, amounts in decimals; again for each. What is left out "
    "follows: the only document, the whole loan, as much of the documents as the loan needs at the rate.",
    option="pledge",
)
_AMOUNT_HELP = "The loan, in decimals of its currency; what the terms say unless stated."


def _fields(of: type[Struct]) -> tuple[Field, ...]:
    """As the request states them; amount, currency and pledges follow from terms and view unless stated."""
    known = {"amount": _AMOUNT_HELP, "currency": "The loan's currency; what the terms say unless stated."}
    found = (
        replace(each, help=known[each.name], is_required=False) if each.name in known else each
        for each in fields_of(of, without=("pledges",))
    )
    return (*found, _OWN)


LOCK_FIELDS = _fields(trade.Lock)
REGISTER_FIELDS = _fields(trade.Register)


@dataclass(frozen=True, slots=True)
class Loan:
    """The loan that pledges are made for; `rates` are those of the public table, by id."""

    amount: int
    currency: str
    view: Any
    rates: dict[str, registry.Rate]


def lock(stated: Stated, desk: Desk) -> trade.Lock:
    """The lock of what was stated. Raises BadEntry, CounterfoilError."""
    loan = _loan(stated, desk)
    return trade.Lock(
        view=stated["view"],
        terms=stated["terms"],
        currency=loan.currency,
        amount=loan.amount,
        pledges=made(loan, stated.get("pledges", ())),
        review=stated.get("review", ""),
        accept_near_duplicates=bool(stated.get("accept_near_duplicates")),
    )


def register(stated: Stated, desk: Desk) -> trade.Prepare:
    """The registration of a loan that exists already. Raises BadEntry, CounterfoilError."""
    from .acts import slip_of

    loan = _loan(stated, desk)
    repaid = stated.get("repaid")
    body = trade.Register(
        origin=stated["origin"],
        view=stated["view"],
        terms=stated["terms"],
        currency=loan.currency,
        amount=loan.amount,
        pledges=made(loan, stated.get("pledges", ())),
        disbursed_on=stated["disbursed_on"],
        repaid=_minor(repaid, loan.currency, "--repaid") if repaid is not None else 0,
    )
    return trade.Prepare(body, slip_of(stated, desk))


def made(loan: Loan, typed: Sequence[dict[str, str]]) -> tuple[trade.Pledge, ...]:
    """The pledges of a loan; without any typed, one on the only line.

    Raises:
        BadEntry: what was left out does not follow, or what was typed cannot be right.
    """
    given = list(typed) or [{}]
    return tuple(_pledge(loan, each, alone=len(given) == 1) for each in given)


def _loan(stated: Stated, desk: Desk) -> Loan:
    terms = desk.ask(trade.TERMS_READ, trade.ReadTerms(stated["terms"])).terms
    currency = stated.get("currency", terms.currency)
    typed = stated.get("amount")
    (view,) = desk.ask(trade.VIEW_READ, trade.ReadViews((stated["view"],))).views
    tables = desk.ask(registry.TABLES_READ, registry.ReadTables())
    amount = terms.amount if typed is None else _minor(typed, currency, "--amount")
    return Loan(amount, currency, view, {rate.id: rate for rate in tables.rates})


def _pledge(loan: Loan, typed: dict[str, str], *, alone: bool) -> trade.Pledge:
    invoice = _position(loan, typed)
    declaration = _declaration(loan, typed)
    seen = loan.view.invoices[invoice].invoice
    if "loan_amount" not in typed and not alone:
        raise BadEntry(_as_typed(typed), "state loan_amount, for there are several pledges", "--pledge")
    amount = _part(typed, "loan_amount", loan.currency) if "loan_amount" in typed else loan.amount
    rates = {side: typed.get(f"{side}_rate", typed.get("rate", "")) for side in ("invoice", "declaration")}
    of = {"invoice": seen.currency, "declaration": declaration.currency}
    held = {side: _held(loan, typed, side, of[side], rates[side], amount) for side in of}
    return trade.Pledge(
        invoice=invoice,
        declaration=declaration.number,
        invoice_amount=held["invoice"],
        declaration_amount=held["declaration"],
        loan_amount=amount,
        invoice_rate=rates["invoice"] if of["invoice"] != loan.currency else "",
        declaration_rate=rates["declaration"] if of["declaration"] != loan.currency else "",
    )


def _held(  # noqa: PLR0913, PLR0917 - the one side of a pledge
    loan: Loan, typed: dict[str, str], side: str, currency: str, rate_id: str, amount: int
) -> int:
    """What of a document is held, in its currency: as typed, else just as much as the loan needs."""
    if f"{side}_amount" in typed:
        return _part(typed, f"{side}_amount", currency)
    if currency == loan.currency:
        return amount
    if not rate_id:
        way_out = (
            f"state rate=, the id of a rate from {currency} to {loan.currency}: counterfoil parameter read"
        )
        raise BadEntry(_as_typed(typed), way_out, "--pledge")
    rate = loan.rates.get(rate_id)
    if rate is None or (rate.source, rate.target) != (currency, loan.currency):
        known = [
            each.id for each in loan.rates.values() if (each.source, each.target) == (currency, loan.currency)
        ]
        named = ", ".join(known) or "none yet"
        raise BadEntry(rate_id, f"rates from {currency} to {loan.currency}: {named}", "--pledge rate")
    return least_worth(amount, currency, loan.currency, rate)


def least_worth(amount: int, source: str, target: str, rate: registry.Rate) -> int:
    """The smallest amount of `source` that is worth `amount` of `target`, both in minor units."""
    low, high = 0, 1
    while converted_floor(high, source, target, rate.mantissa, rate.scale) < amount:
        high *= 2
    while low + 1 < high:
        middle = (low + high) // 2
        if converted_floor(middle, source, target, rate.mantissa, rate.scale) < amount:
            low = middle
        else:
            high = middle
    return high


def _position(loan: Loan, typed: dict[str, str]) -> int:
    invoices = loan.view.invoices
    stated = typed.get("invoice", "0" if len(invoices) == 1 else "")
    numbers = [each.invoice.number for each in invoices]
    if stated in numbers:
        return numbers.index(stated)
    if stated.isdigit() and int(stated) < len(invoices):
        return int(stated)
    shown = ", ".join(f"{at} ({number})" for at, number in enumerate(numbers))
    raise BadEntry(_as_typed(typed), f"state invoice=, by position or number: {shown}", "--pledge")


def _declaration(loan: Loan, typed: dict[str, str]) -> Any:
    known = {each.number: each for each in loan.view.declarations}
    stated = typed.get("declaration", next(iter(known)) if len(known) == 1 else "")
    if stated not in known:
        raise BadEntry(_as_typed(typed), f"state declaration=, one of {', '.join(known)}", "--pledge")
    return known[stated]


def _as_typed(typed: dict[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in typed.items())


def _part(typed: dict[str, str], name: str, currency: str) -> int:
    return _minor(Money(typed[name]), currency, f"--pledge {name}")


def _minor(money: Money, currency: str, field: str) -> int:
    try:
        return money.minor_units(currency)
    except BadEntry as error:
        raise error.of(field) from None
