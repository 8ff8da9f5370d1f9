"""A command from what was typed to what is printed, by people on the testing kit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from counterfoil import ContractRefusal
from counterfoil_chaincode.testing import Caller, Refused
from counterfoil_cli.application import application
from counterfoil_cli.trade import run as run_module
from counterfoil_contracts.testing import APPROVER, TradeLedger
from counterfoil_protocol.confidential import Operation
from kit_desk import KitDesk
from typer.testing import CliRunner, Result

D1 = "224820260000000001"


class Desk(KitDesk):
    """As a client meets it: a refusal is an error of the SDK, and there is a journal with nothing open."""

    left_open: tuple[str, ...] = ()

    def ask(self, operation: Operation[Any, Any], body: Any) -> Any:
        try:
            return super().ask(operation, body)
        except Refused as refused:
            raise ContractRefusal(refused.code, "no") from None


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def mark(trade: TradeLedger) -> str:
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    return trade.lock("BankA", view, [(0, D1, 5_000_000)])


def call(trade: TradeLedger, caller: Caller, *typed: str) -> Result:
    """The command as this caller."""

    class Somebody:
        name = caller.msp_id

    @contextmanager
    def at_desk(*_: object, step: str = "", is_dry: bool = False) -> Iterator[KitDesk]:
        yield Desk(trade, caller, step, is_dry)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "find_person", lambda *_: Somebody())
        patch.setattr(run_module, "at_desk", at_desk)
        return CliRunner().invoke(application(typed), list(typed), env={"NO_COLOR": "1"})


def test_a_step_is_told_in_money(trade: TradeLedger, mark: str) -> None:
    done = call(trade, trade.person("BankA", APPROVER), "financing", "approve", mark, "--amount", "40,000.00")
    assert done.exit_code == 0, done.stderr
    assert "40,000.00 USD" in done.stdout
    assert "APPROVED" in done.stdout


def test_the_regulator_expires_a_lock_and_is_not_told_an_error(trade: TradeLedger, mark: str) -> None:
    """It may not read the bank's financing by the bank's own question; the step is done all the same."""
    trade.ledger.clock.advance(days=20)
    done = call(trade, trade.regulators[0], "financing", "expire", mark, "--bank", "BankA")
    assert done.exit_code == 0, done.stderr
    assert "EXPIRED" in done.stdout


def test_a_whole_request_comes_from_a_file(trade: TradeLedger, mark: str, tmp_path: Path) -> None:
    approver = trade.person("BankA", APPROVER)
    file = tmp_path / "approve.json"
    file.write_text(json.dumps({"mark": mark, "amount": 4_000_000}))
    dry = call(trade, approver, "financing", "approve", "--request", str(file), "--dry-run", "--json")
    assert json.loads(dry.stdout)["dry_run"]["after"]["approved"] == 4_000_000
    file.write_text(json.dumps({"mark": mark, "amount": "4000000"}))
    wrong = call(trade, approver, "financing", "approve", "--request", str(file))
    assert wrong.exit_code == 2
    assert "amount" in wrong.stderr


def test_all_pages_are_one_answer(trade: TradeLedger) -> None:
    for at in range(2, 5):
        trade.put_declaration(f"22482026000000000{at}", 1_000_000)
    listed = ("declaration", "list", "--limit", "1", "--json")
    assert len(json.loads(call(trade, trade.customs, *listed).stdout)["declarations"]) == 1
    assert len(json.loads(call(trade, trade.customs, *listed, "--all").stdout)["declarations"]) == 4
