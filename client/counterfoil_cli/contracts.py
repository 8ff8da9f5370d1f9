"""`counterfoil contracts`: check contracts of one's own, package and deploy them."""

import json
from pathlib import Path
from typing import Annotated

import typer
from counterfoil_chaincode.check import CONTRACT_RULES, Finding, Report, Rule, check_path

from counterfoil_cli import contract_deployment
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import Output

app = typer.Typer(no_args_is_help=True)
app.command()(contract_deployment.package)
app.command()(contract_deployment.deploy)


@app.callback()
def contracts() -> None:
    """Check, package and deploy contracts of your own."""


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A Python file, or a folder of them.", exists=True)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look for what makes endorsers disagree, misreads the ledger or tells secrets to all.

    Nothing is run. Files that import test libraries are left out. A comment on the line or right above it,
    `# allow float: the reason`, allows a finding.

    Examples:

        counterfoil contracts check my_chaincode/

        counterfoil contracts check asset.py --json

    Exit codes: 0 nothing was found; 1 something was; 2 there is no Python file to check.
    """
    report = check_path(path)
    if not (report.files or report.tests or report.findings):
        raise typer.BadParameter(f"no Python file is in {path}", param_hint="path")
    output = Output()
    if as_json:
        output.line(json.dumps(_as_json(report), indent=2))
    else:
        _tell(output, report)
    if report.findings:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def rules() -> None:
    """Tell the rules of the check and why each is one.

    Examples:

        counterfoil contracts rules
    """
    output = Output()
    for rule in CONTRACT_RULES:
        output.line(rule.id, style="bold")
        output.line(f"  {rule.explanation}")


def _as_json(report: Report) -> dict[str, object]:
    findings = [
        {"path": str(each.path), "line": each.line, "rule": each.rule_id, "text": each.text}
        for each in report.findings
    ]
    return {"files": report.files, "tests": [str(path) for path in report.tests], "findings": findings}


def _tell(output: Output, report: Report) -> None:
    for finding in report.findings:
        output.line(str(finding))
    if report.findings:
        output.line()
    for rule in _broken(report.findings):
        output.line(f"{rule.id}: {rule.explanation}")
    left_out = f", {len(report.tests)} of tests left out" if report.tests else ""
    found = f"{len(report.findings)} found" if report.findings else "nothing found"
    files = "1 file" if report.files == 1 else f"{report.files} files"
    output.line(f"{files} checked{left_out}: {found}.")


def _broken(findings: tuple[Finding, ...]) -> list[Rule]:
    ids = {finding.rule_id for finding in findings}
    return [rule for rule in Rule if rule.id in ids]
