"""`counterfoil freight`: batches from a file, transport documents, mandates; and the contract's commands."""

import json
import secrets
import time
from pathlib import Path
from typing import Annotated

import typer
from counterfoil.trade import freight as batches
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_documents import DocumentError, read_transports_file
from counterfoil_documents.transport_statement import stated

from counterfoil_cli.consent import Certificate, Days, Key, Out
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.network_app import DEFAULT_FOLDER
from counterfoil_cli.output import Output
from counterfoil_cli.trade.command import plain
from counterfoil_cli.trade.complaints import told
from counterfoil_cli.trade.consent_paper import CLOCK_SECONDS, DAY_SECONDS, Signatory, write_paper
from counterfoil_cli.trade.groups import add_commands
from counterfoil_cli.trade.person import Asked, LedgerDesk, at_desk, find_person
from counterfoil_cli.trade.values import BadEntry

Sheet = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A file of the template.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def freight_payment() -> None:
    """Payments of freight against tax invoices."""


@app.command()
def template() -> None:
    """Print the template of a batch: a CSV file, one row for each invoice that a payment uses.

    Example:

        counterfoil freight template

    Exit codes: 0 done.
    """
    typer.echo(batches.template(), nl=False)


@app.command()
def rehearse(sheet: Sheet, *, as_json: Json = False) -> None:
    """Tell what is wrong with a batch, row by row. Nothing is sent, so no invoice is asked for.

    Example:

        counterfoil freight rehearse payments.csv

    Exit codes: 0 every row can be right; 2 one cannot.
    """
    with told(as_json=as_json):
        report = _batch(sheet).rehearse()
    _show(report, as_json=as_json)
    raise typer.Exit(ExitCode.DONE if report.is_clean else ExitCode.USAGE)


@app.command("import")
def import_batch(  # noqa: PLR0913 - the options of the command
    sheet: Sheet,
    *,
    name: Annotated[str, typer.Option(help="The batch's name.", show_default="by the file's content")] = "",
    report_file: Annotated[Path | None, typer.Option("--report", help="Write the report there, CSV.")] = None,
    org: Annotated[str, typer.Option(envvar="COUNTERFOIL_ORG", help="Whose command it is, as BankA.")] = "",
    user: Annotated[str, typer.Option(envvar="COUNTERFOIL_USER", help="Who acts.")] = "",
    folder: Annotated[
        Path, typer.Option("--dir", envvar="COUNTERFOIL_DIR", help="The network's folder.")
    ] = DEFAULT_FOLDER,
    as_json: Json = False,
) -> None:
    """Ask for all invoices of a batch and mark its payments, one after another, each whole or not at all.

    Killed at any row, say it again: it goes on there, and nothing is done twice. Another person then says
    `counterfoil freight paid` for each.

    Example:

        counterfoil freight import payments.csv --org BankA --user officer1 --report report.csv

    Exit codes: 0 every payment is marked; 2 the file is not of the template; 9 not all are; 10 unknown, say
    it again; 11 no peer.
    """
    output = Output()
    with told(as_json=as_json):
        batch = _batch(sheet, name)
        asked = Asked(folder, org, user)
        with at_desk(find_person(asked, freight.MARK.roles)) as desk:
            report = batch.mark(_AtDesk(desk), lambda done, of: _progress(output, done, of, as_json=as_json))
    if report_file is not None:
        report_file.write_text(report.as_csv(), encoding="utf-8")
    _show(report, as_json=as_json)
    raise typer.Exit(ExitCode.DONE if report.is_clean else ExitCode.REFUSED)


@app.command("transport-read-file")
def read_transport(file: Sheet) -> None:
    """Read DCSA's JSON, bill of lading or arrival notice, and print what `transport-put --request` takes.

    Example:

        counterfoil freight transport-read-file bill.json

    Exit codes: 0 read; 2 refused, by the field's name.
    """
    with told():
        try:
            found = freight.PutTransports(tuple(stated(each) for each in read_transports_file(file)))
        except DocumentError as error:
            raise BadEntry(file.name, f"it is not read: {error}", "FILE") from None
    typer.echo(json.dumps(plain(found), ensure_ascii=False, indent=2))


@app.command("sign-mandate")
def sign_mandate(  # noqa: PLR0913 - the options of the command
    *,
    certificate: Certificate,
    key: Key,
    agent: Annotated[str, typer.Option(help="The agent's unified social credit code.")],
    side: Annotated[str, typer.Option(help="payer: the agent pays; payee: the agent is paid.")],
    out: Out,
    days: Days = 90,
) -> None:
    """Sign leave for an agent to pay freight, or to be paid, in the signer's stead.

    This is the enterprise's own act, with its own key, on its own machine; no network is needed.

    Example:

        counterfoil freight sign-mandate --certificate own.pem --key own-key.pem
        --agent 91370200MA3N00008X --side payer --out mandate.jws

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        signatory = Signatory.read(certificate, key)
        now = int(time.time())
        claims = freight.Mandate(
            type="counterfoil/freight-mandate/1",
            enterprise=signatory.uscc,
            agent=agent,
            side="PAYEE" if side.lower() == "payee" else "PAYER",
            nonce=secrets.token_hex(16),
            not_before=now - CLOCK_SECONDS,
            expiry=now + days * DAY_SECONDS,
        )
        write_paper(out, signatory.sign(claims))


class _AtDesk:
    """A desk as a batch needs it."""

    def __init__(self, desk: LedgerDesk) -> None:
        self.submit = desk.submit
        self.inquire = desk.ask


def _batch(sheet: Path, name: str = "") -> batches.Batch:
    try:
        return batches.Batch(sheet.read_text(encoding="utf-8-sig"), name)
    except (batches.BadRow, UnicodeDecodeError) as error:
        raise BadEntry(sheet.name, f"it is not of the template: {error}", "SHEET") from None


def _progress(output: Output, done: int, of: int, *, as_json: bool) -> None:
    if not as_json:
        output.line(f"{done} of {of} payments")


def _show(report: batches.Report, *, as_json: bool) -> None:
    if as_json:
        rows = [{name: getattr(row, name) for name in row.__dataclass_fields__} for row in report.rows]
        typer.echo(json.dumps({"batch": report.batch, "rows": rows}, ensure_ascii=False, indent=2))
        return
    for row in report.rows:
        why = f"{row.code}: {row.text.removeprefix(f'{row.code}: ')}" if row.code else ""
        shown = (f"row {row.number}", row.payment, row.status, row.payment_id, why)
        typer.echo("  ".join(filter(None, shown)))
    counted = {row.status: report.count(row.status) for row in report.rows}
    typer.echo(", ".join(f"{number} {status}" for status, number in counted.items()))


add_commands(app, "freight")
