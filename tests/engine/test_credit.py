"""Credit authorizations on the embedded engine; `tests/fabric/test_credit.py` plays the same on Fabric."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import credit_network
import credit_scenarios
import picture_life
import pytest
from counterfoil_audit import ExportError
from counterfoil_cli.audit import app as audit_app
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_history import NotProved, read_ledger
from credit_life import CreditLife
from network_trade import NetworkTrade
from picture_books import ToldTrade
from picture_checks import whole_picture
from ready_desks import export_of
from running_network import running_network
from typer.testing import CliRunner

MSP_IDS = ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP")


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTrade]:
    folder = tmp_path_factory.mktemp("credit")
    with (
        running_network(folder / "network", trade_chaincode(MSP_IDS)) as network,
        ToldTrade(network, folder / "journals") as found,
    ):
        yield found


@pytest.fixture
def life(trade: NetworkTrade) -> CreditLife:
    return credit_network.network_life(trade)


def test_the_regulator_sees_an_enterprise_whole_and_a_bank_does_not(trade: ToldTrade, tmp_path: Path) -> None:
    """First, while the ledger is short: an export is proved again and again."""
    whole_picture(trade, picture_life.live(trade), tmp_path)


@pytest.mark.parametrize("scenario", credit_scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(life: CreditLife, scenario: credit_scenarios.Scenario) -> None:
    scenario(life)


def test_it_expires_to_the_second(life: CreditLife) -> None:
    credit_network.expires_to_the_second(life)


def test_a_revocation_and_an_enquiry_race(life: CreditLife) -> None:
    ended = credit_network.race(life, 20)
    assert set(ended) <= {"WAITS", "GRANT_REVOKED"}


@pytest.mark.slow
def test_a_revocation_and_an_enquiry_race_200_times(life: CreditLife) -> None:
    ended = credit_network.race(life, 200)
    assert set(ended) == {"WAITS", "GRANT_REVOKED"}


def test_two_enquiries_race_for_the_last_report(life: CreditLife) -> None:
    credit_network.two_take_the_last(life, 5)


def test_a_bank_whose_peer_stands_still_cannot_stop_a_revocation(
    trade: NetworkTrade, life: CreditLife
) -> None:
    """Its ledger cannot be written: it neither endorses nor commits anything new."""
    grant = life.grant()
    file = trade.network.folder.peer("BankA") / "ledger.db"
    ledger = sqlite3.connect(file, isolation_level=None)
    ledger.execute("BEGIN IMMEDIATE")
    try:
        life.revoke(grant)
    finally:
        ledger.execute("ROLLBACK")
        ledger.close()
    assert life.enquire(grant).refused == "GRANT_REVOKED"


def test_reports_are_computed_from_a_block_and_recompute(
    trade: NetworkTrade, life: CreditLife, tmp_path: Path
) -> None:
    credit_network.reports_are_computed_and_recompute(trade, life, tmp_path)


def test_an_altered_export_answers_nothing(trade: NetworkTrade, tmp_path: Path) -> None:
    folder = export_of(trade.network, tmp_path / "export")
    victim = sorted((folder / "private").iterdir())[-1]
    content = bytearray(victim.read_bytes())
    content[-3] ^= 1
    victim.write_bytes(content)
    with pytest.raises(NotProved):
        read_ledger(folder)


def test_a_height_that_the_export_has_not(trade: NetworkTrade, tmp_path: Path) -> None:
    folder = export_of(trade.network, tmp_path / "export")
    with pytest.raises(ExportError, match="height 100000"):
        read_ledger(folder, 100_000)


def test_a_question_as_of_a_block_by_command(trade: NetworkTrade, tmp_path: Path) -> None:
    folder = export_of(trade.network, tmp_path / "export")
    found = []
    for height in (6, 0):
        arguments = ["ask", str(folder), "registry:tables.read", "--height", str(height)]
        told = CliRunner().invoke(audit_app, arguments)
        assert told.exit_code == 0, told.output
        names = [each["name"] for each in json.loads(told.stdout)["parameters"]]
        found.append(names.count("credit_ask_days"))
    assert found == [0, 1], "the tables came after the first six blocks"
    for wrong in (["registry:nothing"], ["registry:tables.read", "--body", "{"], ["export_invoice:lock"]):
        told = CliRunner().invoke(audit_app, ["ask", str(folder), *wrong])
        assert told.exit_code == 2, told.output
