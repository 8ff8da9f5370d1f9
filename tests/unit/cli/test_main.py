"""The entry point: groups, version, and what it says when an extra is missing."""

import re
import subprocess
import sys

import pytest
from counterfoil_cli import exit_codes
from counterfoil_cli.application import GROUPS, application
from counterfoil_cli.exit_codes import ExitCode
from typer.testing import CliRunner

# Runs the command as if a module were not installed: a finder that refuses it stands before all others.
WITHOUT = """
import sys
from counterfoil_cli.main import main
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
missing = sys.argv.pop(1)
sys.meta_path.insert(0, Missing())
main()
"""


def without(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT, module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("module", "extra"), [("typer", "cli"), ("rich", "cli"), ("yaml", "network"), ("msgspec", "contracts")]
)
def test_a_missing_extra_is_named(module: str, extra: str) -> None:
    group = "network" if module != "msgspec" else "invoice"
    result = without(module, group, "--help")
    assert result.returncode == ExitCode.MISSING_EXTRA
    assert f"pip install 'counterfoil[{extra}]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_extra_that_another_group_needs_is_not_missed() -> None:
    assert without("yaml", "--help").returncode == ExitCode.DONE
    assert without("lxml", "network", "--help").returncode == ExitCode.DONE


def test_a_module_that_no_extra_brings_is_a_bug_and_shown_as_one() -> None:
    result = without("sqlite3_unheard_of", "--version")
    assert result.returncode == ExitCode.DONE
    result = without("json", "network", "status")
    assert "Traceback" in result.stderr


def test_version() -> None:
    result = CliRunner().invoke(application(["--version"]), ["--version"])
    assert re.fullmatch(r"counterfoil \d+\.\d+\.\d+\n", result.output)


def test_every_group_has_its_line_of_help() -> None:
    output = CliRunner().invoke(application(["--help"]), ["--help"], terminal_width=120).output
    for group in GROUPS:
        assert group.name in output
        assert group.help in re.sub(r"\s+", " ", output)


def test_the_table_of_exit_codes_is_whole() -> None:
    rows = re.findall(r"^\| (\d+) \|", exit_codes.__doc__ or "", flags=re.MULTILINE)
    assert [int(row) for row in rows] == [code.value for code in ExitCode]
