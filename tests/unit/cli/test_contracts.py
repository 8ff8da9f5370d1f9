"""`counterfoil contracts`: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
from counterfoil_chaincode.check import CONTRACT_RULES
from counterfoil_cli.contracts import app
from counterfoil_cli.exit_codes import ExitCode
from typer.testing import CliRunner


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    (tmp_path / "test_contract.py").write_text("import pytest\n")
    file = tmp_path / "contract.py"
    file.write_text("import time\n\ndef now():\n    return time.time_ns()\n")
    return file


def test_findings_are_told_with_place_and_reason(contract: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(contract.parent)])
    assert result.exit_code == ExitCode.FAILED
    assert f"{contract}:4: clock: time.time_ns is not the same at every endorser" in result.output
    assert "clock: Each endorser has its own clock" in result.output
    assert result.output.endswith("1 file checked, 1 of tests left out: 1 found.\n")


def test_nothing_found(contract: Path) -> None:
    contract.write_text("def now(context):\n    return context.stub.timestamp\n")
    result = CliRunner().invoke(app, ["check", str(contract)])
    assert (result.exit_code, result.output) == (ExitCode.DONE, "1 file checked: nothing found.\n")


def test_json(contract: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(contract), "--json"])
    (finding,) = json.loads(result.output)["findings"]
    assert (finding["line"], finding["rule"]) == (4, "clock")
    assert result.exit_code == ExitCode.FAILED


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["check", str(tmp_path / "absent")]).exit_code == ExitCode.USAGE


def test_a_folder_without_a_python_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == ExitCode.USAGE
    assert "no Python file" in result.stderr


def test_a_folder_of_tests_alone_is_told(contract: Path) -> None:
    contract.unlink()
    result = CliRunner().invoke(app, ["check", str(contract.parent)])
    assert (result.exit_code, result.output) == (
        ExitCode.DONE,
        "0 files checked, 1 of tests left out: nothing found.\n",
    )


def test_a_line_number_is_no_emoji(tmp_path: Path) -> None:
    file = tmp_path / "[red]emo.py"
    file.write_text("import time\n" + "\n" * 98 + "NOW = time.time_ns()\n")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert f"{file}:100: " in result.output


def test_every_rule_is_told() -> None:
    output = CliRunner().invoke(app, ["rules"]).output
    assert all(f"{rule.id}\n  {rule.explanation}\n" in output for rule in CONTRACT_RULES)
