"""Commands of acts: one person prepares, with a slip of reference and reason; another confirms."""

from collections.abc import Mapping
from typing import Any

from counterfoil_contracts.export_invoice import operations as trade
from msgspec import Struct

from .command import Command, Currency, Desk, Preview, Stated, fields_of
from .values import BadEntry

SLIP_FIELDS = (
    *fields_of(trade.Prepare, without=("act",)),
    *fields_of(trade.PutSlip),
)
"""What goes with an act besides it; reference and reason make a slip, unless one was put before."""


def CONFIRMED(answer: Any) -> str:  # noqa: N802 - stands in a table of constants
    """What comes after an act was prepared."""
    return f"Nothing has moved yet. Another person confirms: counterfoil financing confirm {answer.act}"


def currency_of_financing(stated: Stated, desk: Desk) -> str:
    """The currency of the loan that is meant."""
    return str(financing(stated, desk).currency)


def currency_of_invoice(stated: Stated, desk: Desk) -> str:
    """The currency of the invoice that is meant: of a file, or by its position in the financing."""
    invoice = stated.get("invoice", 0)
    if isinstance(invoice, trade.Invoice):
        return invoice.currency
    invoices = financing(stated, desk).invoices
    if invoice >= len(invoices):
        raise BadEntry(
            str(invoice), f"the financing has {len(invoices)} invoices, counted from 0", "--invoice"
        )
    return str(invoices[invoice].currency)


def financing(stated: Stated, desk: Desk) -> Any:
    """The financing that is meant."""
    return desk.ask(trade.FINANCING_READ, trade.ReadFinancing(stated["mark"]))


_ABOUT: Mapping[type[Struct], str] = {
    trade.Disburse: "Pay out the loan or a part of it.",
    trade.Repay: "Take principal back; --received says what the buyer paid, and for which invoice.",
    trade.Receipt: "The buyer's payment of an invoice arrived here, with a loan of this bank or without.",
    trade.Extend: "More time: a lock gets more business days, a drawn loan other --terms, later due.",
    trade.Recover: "Take back a part of a loan that was written off; as `repay`.",
    trade.CreditNote: "The seller credits an amount on an invoice of this financing.",
    trade.ReplaceInvoice: "The seller issued an invoice of this financing anew, in the same currency.",
}
"""Where the message's own words are for programs: minor units, fields, positions."""


def act(name: str, of: type[Struct], currencies: Mapping[str, Currency], *, example: str) -> Command:
    """The command of an act's first person; what the buyer paid is in the invoice's currency."""
    known = dict(currencies)
    for own in ("received", *(["amount"] if of is trade.CreditNote else [])):
        if own in of.__struct_fields__:
            known[own] = currency_of_invoice

    def build(stated: Stated, desk: Desk) -> trade.Prepare:
        slip = slip_of(stated, desk)
        fields = {name: _immutable(value) for name, value in stated.items() if name in of.__struct_fields__}
        return trade.Prepare(of(**fields), slip)  # type: ignore[arg-type]  # one of the acts

    return Command(
        "financing",
        name,
        trade.PREPARE,
        f"{_ABOUT.get(of) or ' '.join(str(of.__doc__).split())} Moves nothing until another person confirms.",
        fields=(*fields_of(of), *SLIP_FIELDS),
        build=build,
        currencies=known,
        then=CONFIRMED,
        example=example,
    )


def approve(*, example: str) -> Command:
    """The command of the credit decision, with the reason that overrides a near-duplicate."""

    def build(stated: Stated, desk: Desk) -> trade.Approve:
        amounts = tuple(stated.get("amounts", ()))
        return trade.Approve(stated["mark"], stated["amount"], amounts, slip_of(stated, desk))

    reasons = tuple(each for each in SLIP_FIELDS if each.name != "slip")
    return Command(
        "financing",
        "approve",
        trade.APPROVE,
        fields=(*fields_of(trade.Approve), *reasons),
        build=build,
        currencies={"amount": currency_of_financing, "amounts": currency_of_financing},
        preview=Preview(trade.APPROVE_PREVIEW),
        example=example,
    )


def slip_of(stated: Stated, desk: Desk) -> str:
    """The id of the slip: one that was put, one made of reference and reason, or none."""
    texts = {name: stated[name] for name in ("reference", "reason") if stated.get(name)}
    if stated.get("slip") or not texts:
        return str(stated.get("slip", ""))
    if desk.is_dry:
        # A dry run writes nothing; what the slip says moves nothing.
        return ""
    step = f"{desk.step}/slip" if desk.step else ""
    return str(desk.submit(trade.SLIP_PUT, trade.PutSlip(**texts), step).answer.slip)


def _immutable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
