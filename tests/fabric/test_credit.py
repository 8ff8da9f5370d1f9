"""Credit authorizations on Fabric's own peers: what `tests/engine/test_credit.py` plays, and disks."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import credit_network
import credit_scenarios
import picture_life
import pytest
from counterfoil_contracts.credit_authorization.report import BasicGroup
from counterfoil_network.fabric.status import processes
from credit_life import CreditLife
from financed_bank import Financed
from network_trade import NetworkTrade
from picture_books import ToldTrade
from picture_checks import whole_picture


@pytest.fixture(scope="module")
def trade(financed: Financed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTrade]:
    journals = tmp_path_factory.mktemp("credit")
    with ToldTrade(financed.ready.network, journals, financed.ready.enterprise) as found:
        yield found


@pytest.fixture
def life(trade: NetworkTrade) -> CreditLife:
    return credit_network.network_life(trade)


def test_the_regulator_sees_an_enterprise_whole_and_a_bank_does_not(trade: ToldTrade, tmp_path: Path) -> None:
    """First, while the ledger is short: an export is proved again and again."""
    whole_picture(trade, picture_life.live_briefly(trade), tmp_path)


@pytest.mark.parametrize("scenario", credit_scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(life: CreditLife, scenario: credit_scenarios.Scenario) -> None:
    scenario(life)


def test_a_revocation_and_an_enquiry_race(life: CreditLife) -> None:
    ended = credit_network.race(life, 20)
    assert set(ended) <= {"WAITS", "GRANT_REVOKED"}


def test_a_bank_whose_peer_is_off_cannot_stop_a_revocation(trade: NetworkTrade, life: CreditLife) -> None:
    grant = life.grant()
    network = trade.network
    peer = next(node for node in network.state.peers if node.organisation == "BankA")
    pid = processes(network.folder)[peer.host]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        life.revoke(grant)
    finally:
        os.kill(pid, signal.SIGCONT)
    network.await_level_peers()
    assert life.enquire(grant).refused == "GRANT_REVOKED"


def test_a_report_lies_on_the_disks_of_its_bank_and_the_regulator_alone(
    trade: NetworkTrade, life: CreditLife
) -> None:
    """Port's peer relays and stores blocks, BankB's too: neither may hold what BankA was told."""

    enquiry = life.enquire(life.grant()).enquiry
    life.deliver(enquiry, basic=BasicGroup("A NAME NOBODY ELSE HAS", "31", "SMALL", ""))
    assert life.read(enquiry).report is not None
    trade.network.await_level_peers()
    for organisation, holds in (("BankA", True), ("Regulator", True), ("Port", False), ("BankB", False)):
        folder = trade.network.folder.peer(organisation)
        found = any(
            b"A NAME NOBODY ELSE HAS" in path.read_bytes() for path in folder.rglob("*") if path.is_file()
        )
        assert found is holds, organisation


def test_reports_are_computed_from_a_block_and_recompute(
    trade: NetworkTrade, life: CreditLife, tmp_path: Path
) -> None:
    credit_network.reports_are_computed_and_recompute(trade, life, tmp_path)


@pytest.mark.slow
def test_the_regulator_sees_a_whole_life(trade: ToldTrade, tmp_path: Path) -> None:
    whole_picture(trade, picture_life.live(trade), tmp_path)
