"""The commands follow the contracts: every operation has one, each with its options, help and example."""

import re
import shlex
from pathlib import Path

import pytest
from counterfoil_cli.application import GROUPS, application
from counterfoil_cli.trade.command import Command
from counterfoil_cli.trade.complaints import WAYS_OUT, way_out_of
from counterfoil_cli.trade.describe import page
from counterfoil_cli.trade.groups import commands
from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_contracts.core.codes import RefusalCode
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[4]
CALLS = [(each.group, each.name) for each in commands()]


def test_every_operation_of_a_contract_with_commands_has_one() -> None:
    reached = {each.operation.full_name for each in commands()}
    reached |= {each.preview.operation.full_name for each in commands() if each.preview is not None}
    contracts = {each.operation.contract for each in commands()}
    assert {each.full_name for each in OPERATIONS if each.contract in contracts} - reached == set()


def test_no_two_commands_have_one_name_and_each_has_its_group() -> None:
    assert len(set(CALLS)) == len(CALLS)
    assert {group for group, _ in CALLS} <= {group.name for group in GROUPS}


def test_every_second_step_can_be_tried_dry() -> None:
    """Whoever confirms, accepts, admits or executes sees before what will move."""
    second = re.compile(r"(^|[.-])(confirm|approve|admit|execute|accept)$")
    steps = [each for each in commands() if second.search(each.operation.name) and not each.is_derived]
    assert len(steps) > 10
    assert [each.name for each in steps if each.preview is None] == []


@pytest.mark.parametrize("group", sorted({group for group, _ in CALLS}))
def test_the_help_of_every_command_says_all_it_takes(group: str) -> None:
    app = application([group])
    for command in commands():
        if command.group != group:
            continue
        told = CliRunner().invoke(app, [group, command.name, "--help"], terminal_width=200)
        assert told.exit_code == 0
        assert all(field.shown in told.output for field in command.stated)
        assert ("--dry-run" in told.output) == (command.preview is not None)
        assert ("--step" in told.output) == command.operation.is_submit
        assert re.sub(r"\s+", "", command.help) in re.sub(r"\s+", "", told.output)


@pytest.mark.parametrize(
    "command", [each for each in commands() if each.example], ids=lambda c: f"{c.group} {c.name}"
)
def test_an_example_names_options_that_are_there(command: Command) -> None:
    known = {field.shown for field in command.stated} | {"--org", "--user", "--dry-run", "--all"}
    stated = {part for part in shlex.split(command.example) if part.startswith("--")}
    assert stated <= known
    required = {field.shown for field in command.stated if field.is_required and not field.is_argument}
    assert required <= stated
    if "--dry-run" in stated:
        assert command.preview is not None


def test_every_refusal_has_its_way_out() -> None:
    assert set(WAYS_OUT) <= set(RefusalCode)
    assert all(way_out_of(code.value).endswith(".") for code in RefusalCode)


def test_the_page_of_commands_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == page(), "python -m counterfoil_cli.trade.describe > docs/commands.md"
