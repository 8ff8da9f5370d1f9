"""`counterfoil audit picture`: all that a proved export holds of an enterprise, each figure explained."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from counterfoil_audit import ExportError
from counterfoil_contracts.core.message import Uscc
from counterfoil_history import NothingKnown, NotProved, NotWhole, Picture, picture_of, read_chronicle
from counterfoil_history.figures import Figure
from counterfoil_history.picture import DirectoryEntry, Section

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import Output, complain
from counterfoil_cli.trade.complaints import Complaint
from counterfoil_cli.trade.values import money_text, time_text

_ID_SHOWN = 12
_COLUMNS = ("transaction", "block", "code", "time", "creator", "function", "request", "outcome")


def picture(
    target: Annotated[Path, typer.Argument(help="The folder of a regulator's export.", file_okay=False)],
    enterprise: Annotated[str, typer.Argument(help="The enterprise's code.", metavar="USCC")],
    *,
    height: Annotated[
        int, typer.Option(min=0, help="How many blocks count.", show_default="all in the export")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, with every record's value.")
    ] = False,
) -> None:
    """Reconstruct all that the ledger holds of an enterprise, over all contracts, figures with transactions.

    Directory, documents, loans and repayments by source; freight as payer and as payee, days over the limit;
    leave to read its credit record, enquiries, reports, disputes. The export is proved first. Each figure is
    the sum of what single transactions changed on single records, and names them.

    Only the regulator's export has it all: one that lacks private data of which its blocks tell, as a bank's
    does, is refused as NOT_WHOLE.

    Examples:

        counterfoil audit picture audit-2026-11 91310000MA1FL0007C

        counterfoil audit picture audit-2026-11 91310000MA1FL0007C --height 40 --json

    Exit codes: 0 told; 1 the export does not pass the audit, or is not whole; 2 no such export, height or
    enterprise.
    """
    output = Output()
    with _told(as_json=as_json):
        code = msgspec.convert(enterprise, Uscc)
        if as_json:
            found = picture_of(read_chronicle(target, height), code)
            output.line(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
        else:
            with output.steps() as steps:
                chronicle = read_chronicle(target, height, steps)
            _print(output, picture_of(chronicle, code))


@contextmanager
def _told(*, as_json: bool) -> Iterator[None]:
    """Turn what may be wrong with an export or a code into a complaint with a stable code."""
    try:
        yield
    except (ExportError, NotProved, NotWhole, NothingKnown, msgspec.ValidationError) as error:
        complaint = _complaint_of(error)
        if as_json:
            typer.echo(complaint.as_json())
        raise typer.Exit(complain(complaint.told, complaint.exit_code)) from error


def _complaint_of(error: Exception) -> Complaint:
    if isinstance(error, NotWhole):
        return Complaint(error.code, str(error), ExitCode.FAILED, "Ask the regulator for it.")
    if isinstance(error, NotProved):
        way_out = "`counterfoil audit verify` names every finding."
        return Complaint("NOT_PROVED", str(error), ExitCode.FAILED, way_out)
    if isinstance(error, NothingKnown):
        return Complaint(error.code, str(error), ExitCode.USAGE, "Look whether the code is right.")
    if isinstance(error, msgspec.ValidationError):
        return Complaint("BAD_ENTRY", "18 characters, as 91310000MA1FL0007C", ExitCode.USAGE, field="USCC")
    return Complaint("NO_EXPORT", str(error), ExitCode.USAGE)


def _print(output: Output, found: Picture) -> None:
    newest = found.directory[-1].record.name if found.directory else "not in the directory"
    output.line(f"{found.enterprise}, {newest}", style="bold")
    output.line(f"channel {found.channel} at height {found.height}, {time_text(found.time)}")
    output.line("directory", style="bold")
    for entry in found.directory:
        output.line(f"  {_entry(entry)}")
    for entry in found.predecessors:
        output.line(f"  took over {entry.record.uscc}: {_entry(entry)}")
    for section in found.sections:
        output.line(f"{section.contract}: {len(section.records)} records", style="bold")
        _print_section(output, section)
    output.line(f"transactions ({len(found.transactions)})", style="bold")
    rows = [
        (
            each.id,
            str(each.block),
            each.code,
            time_text(each.time),
            each.creator,
            each.function,
            each.request,
            each.outcome.partition(":")[0],
        )
        for each in found.transactions
    ]
    output.table(_COLUMNS, rows)


def _print_section(output: Output, section: Section) -> None:
    for figure in section.figures:
        of = ", ".join(figure.of.values())
        output.line(f"  {figure.name.replace('_', ' ')}{f' ({of})' if of else ''}: {_amount(figure)}")
        for each in figure.movements:
            change = ("" if each.change < 0 else "+") + _amount(figure, each.change)
            by = f"block {each.block:>4}  tx {each.transaction[:_ID_SHOWN]}"
            output.line(f"    {change:>22}  {by}  {each.what}")
    for record in section.records:
        ids = ", ".join(each[:_ID_SHOWN] for each in record.transactions)
        tried = ", ".join(each[:_ID_SHOWN] for each in record.attempts)
        output.line(f"  {record.what}: tx {ids}{f'; not VALID {tried}' if tried else ''}")


def _amount(figure: Figure, amount: int | None = None) -> str:
    shown = figure.amount if amount is None else amount
    return money_text(shown, figure.currency) if figure.currency else str(shown)


def _entry(entry: DirectoryEntry) -> str:
    record = entry.record
    more = [f"region {record.region}"] if record.region else []
    more += ["frozen"] if record.frozen else []
    more += [f"taken over by {record.successor}"] if record.successor else []
    facts = ", ".join([f"class {record.enterprise_class}", *more])
    return f"{time_text(entry.since)}  {facts}  block {entry.block}  tx {entry.transaction[:_ID_SHOWN]}"
