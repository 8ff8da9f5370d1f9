"""`counterfoil audit`: export a ledger, and prove in a process of its own that nothing in it was altered."""

import json
from pathlib import Path
from typing import Annotated

import typer
from counterfoil import CounterfoilError
from counterfoil_audit import ExportError, Report, audit
from counterfoil_chaincode.testing import Refused
from counterfoil_history import NotProved
from counterfoil_network.deployment import NetworkFolder, NotRunning, running_state

from counterfoil_cli.audit_export import ExportRequest, export
from counterfoil_cli.audit_picture import picture
from counterfoil_cli.audit_question import as_of
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import Output, complain
from counterfoil_cli.trade.groups import add_commands

app = typer.Typer(no_args_is_help=True)

_File = Annotated[Path | None, typer.Option(dir_okay=False, show_default="of the network in --dir")]


@app.callback()
def audit_group() -> None:
    """See everything, as the regulator; export a ledger and prove it."""


@app.command("export")
def export_command(  # noqa: PLR0913 - the options of the command
    target: Annotated[Path, typer.Argument(help="A new folder for the export.", file_okay=False)],
    *,
    folder: Annotated[Path, typer.Option("--dir", help="The network's folder.")] = Path(".counterfoil"),
    profile: _File = None,
    second: _File = None,
    user: Annotated[str, typer.Option(help="Whose identity to use: the regulator's.")] = "auditor",
    trust: Annotated[
        Path | None,
        typer.Option(help="Folder with <MSP ID>/*.pem, the members' roots.", show_default="of the network"),
    ] = None,
    channel: Annotated[str, typer.Option(help="Name of the channel.")] = "trade",
    chaincode: Annotated[str, typer.Option(help="Name of the chaincode.")] = "trade",
) -> None:
    """Write blocks of two organisations' peers, the regulator's private data and the roots of trust to files.

    The export holds private data: keep it as you keep the ledger.

    Examples:

        counterfoil audit export audit-2026-11

        counterfoil audit export /secure/audit --profile Regulator.json --second BankA.json --trust roots

    Exit codes: 0 written; 1 a peer refused or did not answer; 2 the folder is not empty; 4 no network runs.
    """
    output = Output()
    try:
        request = ExportRequest(
            own=profile or NetworkFolder(folder).connection_profile("Regulator"),
            other=second or NetworkFolder(folder).connection_profile("Port"),
            user=user,
            channel=channel,
            chaincode=chaincode,
            trust=_roots_in(trust) if trust else _roots_of_network(NetworkFolder(folder)),
        )
        with output.steps() as steps:
            manifest = export(request, target, steps)
    except NotRunning as error:
        raise typer.Exit(complain(str(error), ExitCode.NOT_RUNNING)) from error
    except (ExportError, OSError, ValueError) as error:
        raise typer.Exit(complain(str(error), ExitCode.USAGE)) from error
    except CounterfoilError as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    output.line(f"Exported {manifest.height} blocks of {' and '.join(manifest.peers)} to {target}.")


@app.command("verify")
def verify(
    target: Annotated[Path, typer.Argument(help="The folder of an export.", file_okay=False)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Prove an export: hashes, orderer's signatures, endorsements, codes, private values, balances.

    Reads nothing but the files in the folder and needs no network. Each finding names block, transaction and
    field.

    Examples:

        counterfoil audit verify audit-2026-11

        counterfoil audit verify audit-2026-11 --json

    Exit codes: 0 PASS; 1 FAIL, with findings; 2 the folder is no complete export.
    """
    output = Output()
    try:
        if as_json:
            report = audit(target)
        else:
            with output.steps() as steps:
                report = audit(target, steps)
    except ExportError as error:
        raise typer.Exit(complain(str(error), ExitCode.USAGE)) from error
    if as_json:
        output.line(json.dumps(_as_json(report), indent=2))
    else:
        _print(output, report)
    if not report.passed:
        raise typer.Exit(ExitCode.FAILED)


@app.command("ask")
def ask_command(
    target: Annotated[Path, typer.Argument(help="The folder of an export.", file_okay=False)],
    operation: Annotated[str, typer.Argument(help="A question of the regulator, export_invoice:supervise.")],
    *,
    body: Annotated[str, typer.Option(help="The request as JSON, or @file.")] = "{}",
    height: Annotated[
        int, typer.Option(min=0, help="How many blocks count.", show_default="all in the export")
    ] = 0,
) -> None:
    """Ask what the contracts would have answered the regulator when the ledger had so many blocks.

    The export is proved first; then the contracts themselves run on the state of that block.
    docs/contracts.md lists the questions.

    Example:

        counterfoil audit ask audit-2026-11 export_invoice:supervise
        --body '{"declaration": "224820260000000001"}' --height 40

    Exit codes: 0 answered; 1 the export does not pass the audit, or the contract refuses; 2 no such question,
    request or height.
    """
    try:
        found = as_of(target, operation, body, height)
    except (ExportError, ValueError) as error:
        raise typer.Exit(complain(str(error), ExitCode.USAGE)) from error
    except (NotProved, Refused) as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    Output().line(json.dumps(found, ensure_ascii=False, indent=2))


def _print(output: Output, report: Report) -> None:
    output.line(
        f"Channel {report.channel}: {report.blocks} blocks, {report.transactions} transactions, "
        f"{report.valid_transactions} of them VALID, {report.private_values} private values, "
        f"{report.pools} pools."
    )
    for finding in report.findings:
        output.line(f"  {finding}", style="red")
    if report.passed:
        output.line("PASS: nothing was altered, every balance follows from its marks.", style="bold green")
    else:
        output.line(f"FAIL: {len(report.findings)} findings.", style="bold red")


def _as_json(report: Report) -> dict[str, object]:
    return {
        "verdict": "PASS" if report.passed else "FAIL",
        "channel": report.channel,
        "blocks": report.blocks,
        "transactions": report.transactions,
        "valid_transactions": report.valid_transactions,
        "private_values": report.private_values,
        "pools": report.pools,
        "findings": [
            {
                "verdict": finding.verdict,
                "block": finding.block,
                "transaction": finding.transaction,
                "field": finding.field,
                "text": finding.text,
            }
            for finding in report.findings
        ],
    }


def _roots_in(folder: Path) -> dict[str, list[bytes]]:
    return {
        each.name: [path.read_bytes() for path in sorted(each.glob("*.pem"))]
        for each in sorted(folder.iterdir())
        if each.is_dir()
    }


def _roots_of_network(folder: NetworkFolder) -> dict[str, list[bytes]]:
    """The roots in the identities' folder of a network on this machine: not out of its ledger."""
    return {
        node.msp_id: [
            path.read_bytes() for path in sorted((folder.root / node.crypto / "msp/cacerts").glob("*.pem"))
        ]
        for node in running_state(folder).nodes
    }


app.command("picture")(picture)
add_commands(app, "audit")
