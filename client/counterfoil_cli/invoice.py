"""`counterfoil invoice`: look into invoice files, without any network."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from counterfoil_documents import (
    DocumentError,
    Invoice,
    Party,
    UnfitInvoice,
    export_invoice,
    read_invoice_file,
)
from counterfoil_documents.currency import format_amount
from counterfoil_documents.fingerprint import fingerprint

from counterfoil_cli.trade.groups import add_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED = 1
"""Exit code of a file that was not read; the reason stands on standard error."""

app = typer.Typer(help="Read invoice files, rehearse and freeze invoices.", no_args_is_help=True)


@app.callback()
def invoice() -> None:
    """Read invoice files (UBL 2.1, UN/CEFACT CII), rehearse and freeze invoices."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one file; `unfit` is the first thing that stands against lending on it, or ""."""

    invoice: Invoice
    fingerprint: str
    unfit: str


@app.command()
def read(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="The invoice, an XML file.", show_default=False),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read an invoice and print it; a field that is not understood is refused by name.

    Reading is one check. Whether it can be lent on as a Chinese enterprise's export invoice is another,
    told in the last line. Exit code 0: read; 1: refused, with the reason on standard error.

    Examples:

        counterfoil invoice read samples/invoice-1.ubl.xml

        counterfoil invoice read samples/invoice-1.cii.xml --json
    """
    try:
        reading = _reading(read_invoice_file(file))
    except (DocumentError, ValueError) as error:
        if as_json and isinstance(error, DocumentError):
            typer.echo(json.dumps({"refused": error.code, "field": error.field}))
        typer.echo(f"{file.name} is not read: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    if as_json:
        typer.echo(json.dumps(_as_json(reading), ensure_ascii=False, indent=2))
    elif sys.stdout.isatty():
        _print_table(reading)
    else:
        for name, value in _rows(reading):
            typer.echo(f"{name:<16}{value}")


@app.command()
def rehearse(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="The invoice, an XML file.", show_default=False),
    ],
    *,
    bank: Annotated[str, typer.Option(help="The bank that is to look at it.")] = "BankA",
    folder: Annotated[
        Path, typer.Option("--dir", help="The network's folder.", envvar="COUNTERFOIL_DIR", show_envvar=False)
    ] = Path(".counterfoil"),
    out: Annotated[
        Path | None, typer.Option(help="The consent's file.", show_default="the invoice's name, .consent")
    ] = None,
) -> None:
    """Play everybody else's part for an invoice, on a network of this machine, so that a bank can finance it.

    The regulator opens the ledger and lists the seller, customs states a declaration over the invoice, the
    enterprise signs a consent: with the keys of the network's folder, which in real life nobody has together.

    Example:

        counterfoil invoice rehearse samples/invoice-1.ubl.xml

    Exit codes: 0 ready for the bank; 2 no export invoice; 9 refused; 11 no peer answers.
    """
    from counterfoil_cli.rehearsal import Rehearsal, readable
    from counterfoil_cli.trade.complaints import told
    from counterfoil_cli.trade.values import bank as bank_msp

    with told():
        invoice, seller = readable(file)
        target = out or Path(f"{file.name.partition('.')[0]}.consent")
        ready = Rehearsal(folder, invoice, seller, typer.echo).prepare(bank_msp(bank), target)
        typer.echo("Now the bank can look at it, and then finance it:")
        own = f"--dir {folder} --org {bank_msp(bank).removesuffix('MSP')} --user officer1"
        typer.echo(f"  counterfoil consent view {ready.consent} {own}")


def _reading(found: Invoice) -> Reading:
    try:
        export_invoice(found)
        unfit = ""
    except UnfitInvoice as error:
        unfit = str(error)
    return Reading(found, fingerprint(found), unfit)


def _rows(reading: Reading) -> Iterator[tuple[str, str]]:
    found = reading.invoice
    totals = found.totals
    yield "syntax", found.syntax.value
    yield "kind", found.kind.name.replace("_", " ").lower()
    yield "number", found.number
    yield "issued", found.issue_date.isoformat()
    yield "due", found.due_date.isoformat() if found.due_date else "not stated"
    yield "seller", _party(found.seller)
    yield "buyer", _party(found.buyer)
    if found.payee is not None:
        yield "payee", _party(found.payee)
    for line in found.lines:
        net = format_amount(line.net, found.currency)
        yield f"line {line.number}", f"{net:>16} {found.currency}  {line.name}"
    for name, amount in (
        ("lines", totals.lines),
        ("allowances", -totals.allowances),
        ("charges", totals.charges),
        ("tax", totals.tax),
        ("total", totals.with_tax),
        ("prepaid", -totals.prepaid),
        ("rounding", totals.rounding),
        ("payable", totals.payable),
    ):
        if amount or name in {"lines", "tax", "total", "payable"}:
            yield name, f"{format_amount(amount, found.currency):>16} {found.currency}"
    yield "fingerprint", reading.fingerprint
    yield "export invoice", "fit" if not reading.unfit else f"not fit: {reading.unfit}"


def _party(party: Party) -> str:
    identifiers = ", ".join(identifier.value for identifier in party.identifiers())
    return f"{party.name}" + (f" ({identifiers})" if identifiers else "") + f" {party.country}".rstrip()


def _print_table(reading: Reading) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(reading):
        table.add_row(name, value)
    Console(highlight=False, markup=False, emoji=False).print(table)


def _as_json(reading: Reading) -> dict[str, object]:
    """Amounts stay whole minor units; `exponent` is not needed by who knows ISO 4217."""
    found = reading.invoice
    totals = found.totals
    return {
        "syntax": found.syntax.name,
        "kind": found.kind.name,
        "number": found.number,
        "issue_date": found.issue_date.isoformat(),
        "due_date": found.due_date.isoformat() if found.due_date else None,
        "currency": found.currency,
        "seller": _party_json(found.seller),
        "buyer": _party_json(found.buyer),
        "payee": None if found.payee is None else _party_json(found.payee),
        "lines": [
            {"number": line.number, "name": line.name, "quantity": str(line.quantity), "net": line.net}
            for line in found.lines
        ],
        "totals": {name: getattr(totals, name) for name in totals.__dataclass_fields__},
        "preceding": list(found.preceding),
        "fingerprint": reading.fingerprint,
        "fit_for_export_finance": not reading.unfit,
        "unfit_because": reading.unfit or None,
    }


def _party_json(party: Party) -> dict[str, object]:
    return {
        "name": party.name,
        "identifiers": [identifier.value for identifier in party.identifiers()],
        "country": party.country,
    }


add_commands(app, "invoice")
