"""`counterfoil resume`: what killed commands left open is brought to its end, nothing done twice."""

import json
from pathlib import Path
from typing import Annotated

import typer
from counterfoil import CommitUnknown
from counterfoil.trade import Resumed
from counterfoil_contracts.chaincode import OPERATIONS

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.network_app import DEFAULT_FOLDER
from counterfoil_cli.output import Output
from counterfoil_cli.trade.complaints import complaint_of, told
from counterfoil_cli.trade.person import CHANNEL, JOURNALS, Asked, NobodyKnown, at_desk, named_person

app = typer.Typer(invoke_without_command=True)


@app.callback()
def resume(  # noqa: PLR0913 - the options of the command
    *,
    org: Annotated[
        str, typer.Option(help="Only of this organisation.", envvar="COUNTERFOIL_ORG", show_envvar=False)
    ] = "",
    user: Annotated[
        str, typer.Option(help="Only of this user.", envvar="COUNTERFOIL_USER", show_envvar=False)
    ] = "",
    folder: Annotated[
        Path, typer.Option("--dir", help="The network's folder.", envvar="COUNTERFOIL_DIR", show_envvar=False)
    ] = DEFAULT_FOLDER,
    profile: Annotated[
        Path | None, typer.Option(help="A connection profile, instead of the folder's.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="One journal, instead of the folder's; with --org and --user.")
    ] = None,
    channel: Annotated[str, typer.Option(help="Name of the channel.")] = CHANNEL,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Settle every request that a killed command left open: done, refused, or sent again with the same id.

    Example:

        counterfoil resume

    Exit codes: 0 all are done, or there were none; 9 some ended otherwise; 10 some are still unknown.
    """
    with told(as_json=as_json):
        found: list[tuple[str, Resumed]] = []
        for asked in _journals(Asked(folder, org, user, profile, journal, channel)):
            person = named_person(asked)
            with at_desk(person, channel) as desk:
                found += [(person.name, each) for each in desk.resume(OPERATIONS)]
        _print(found, as_json=as_json)
    _end(found)


def _journals(asked: Asked) -> list[Asked]:
    """Whose journals there are: files are named after organisation and user."""
    if asked.journal is not None:
        if not asked.organisation or not asked.user:
            raise NobodyKnown("state with --org and --user whose journal it is")
        return [asked]
    found = []
    for path in sorted((asked.folder / JOURNALS).glob("*-*.journal")):
        organisation, _, user = path.stem.partition("-")
        if asked.organisation in ("", organisation) and asked.user in ("", user):
            found.append(Asked(asked.folder, organisation, user, asked.profile, path, asked.channel))
    return found


def _print(found: list[tuple[str, Resumed]], *, as_json: bool) -> None:
    output = Output()
    rows = [(person, each.step or each.request_id, each.operation, _ending(each)) for person, each in found]
    if as_json:
        names = ("person", "request", "operation", "ending")
        told_json = {"resumed": [dict(zip(names, row, strict=True)) for row in rows]}
        output.line(json.dumps(told_json, ensure_ascii=False, indent=2))
    elif rows:
        output.table(("person", "request", "operation", "ending"), rows)
    else:
        output.line("Nothing was left open.")


def _ending(resumed: Resumed) -> str:
    if resumed.outcome is not None:
        block = f", block {resumed.outcome.block}" if resumed.outcome.block is not None else ""
        return f"done{block}"
    complaint = complaint_of(resumed.error) if resumed.error is not None else None
    return complaint.told if complaint is not None else "unknown"


def _end(found: list[tuple[str, Resumed]]) -> None:
    errors = [each.error for _, each in found if each.error is not None]
    if any(isinstance(error, CommitUnknown) for error in errors):
        raise typer.Exit(ExitCode.UNKNOWN)
    if errors:
        raise typer.Exit(ExitCode.REFUSED)
