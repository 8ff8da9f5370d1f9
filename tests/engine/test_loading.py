"""A ledger that is being loaded, killed and gone on with: nothing is lost and nothing is there twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.credit_authorization import messages as credit_messages
from counterfoil_contracts.credit_authorization import operations as credit
from counterfoil_contracts.export_invoice import operations as trade_ops
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import social_credit_code
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.identities import load_enterprise
from network_trade import NetworkTrade
from running_network import ROOT, running_network
from trade_ready import MSP_IDS, SELLER

pytestmark = pytest.mark.thorough

BENCHMARK = ROOT / "benchmarks" / "trade"
ENTERPRISES, INVOICES, TAX_INVOICES, REPORTS = 60, 600, 100, 4
AT_ONCE, LINES = 50, 25
COMMITTED_BEFORE_THE_KILL = 3
SECONDS_MAX = 600.0


def start(*arguments: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, str(BENCHMARK), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process: "subprocess.Popen[str]") -> str:
    out, errors = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0, errors
    return out


def committed(folder: Path) -> int:
    """Batches of invoices that the loader knows to be on the ledger, in the chunk that is under way."""
    journals = (folder / "journals").glob("invoices-*/*.journal")
    return sum(path.read_bytes().count(b'"state": "committed"') for path in journals)


def fill(folder: Path) -> "subprocess.Popen[str]":
    return start(
        "fill", folder, "--enterprises", str(ENTERPRISES), "--invoices", str(INVOICES),
        "--tax-invoices", str(TAX_INVOICES), "--reports", str(REPORTS), "--at-once", str(AT_ONCE),
    )  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose loading was killed once."""
    folder = tmp_path_factory.mktemp("loaded") / "ledger"
    process = fill(folder)
    deadline = time.monotonic() + SECONDS_MAX
    while committed(folder) < COMMITTED_BEFORE_THE_KILL:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    plan = json.loads((folder / "plan.json").read_text())
    assert plan["done"].get("invoices", 0) * 10 * AT_ONCE < INVOICES
    done(fill(folder))
    return folder


@pytest.fixture
def trade(loaded: Path, tmp_path: Path) -> Iterator[NetworkTrade]:
    enterprise = load_enterprise(NetworkFolder(loaded / "network").crypto, SELLER)
    with (
        running_network(loaded / "network", trade_chaincode(MSP_IDS)) as network,
        NetworkTrade(network, tmp_path / "journals", enterprise) as trade,
    ):
        yield trade


def test_every_batch_is_there_once(trade: NetworkTrade) -> None:
    officer = trade.regulators[0]
    declared = trade.ask(trade.customs, trade_ops.DECLARATION_LIST, trade_ops.ReadKeys("", 100)).declarations
    assert len({each.number for each in declared}) == len(declared) == INVOICES // LINES
    assert {len(each.lines) for each in declared} == {LINES}
    stated = trade.ask(("Port", "tax"), freight.INVOICE_LIST, freight.ReadKeys("", 100)).invoices
    assert len({each.invoice.facts.number for each in stated}) == len(stated) == TAX_INVOICES
    for number in range(ENTERPRISES):
        asked = registry.ReadEnterprise(social_credit_code(number))
        assert len(trade.ask(officer, registry.ENTERPRISE_READ, asked).records) == 1
    enquiries = [
        each.state
        for bank in ("BankA", "BankB")
        for each in trade.ask((bank, "officer1"), credit.ENQUIRIES, credit_messages.ReadRecords()).enquiries
    ]
    assert enquiries == ["DELIVERED"] * REPORTS


def test_a_load_that_is_there_is_not_loaded_again(loaded: Path) -> None:
    before = (loaded / "plan.json").read_text()
    done(fill(loaded))
    assert json.loads((loaded / "plan.json").read_text()) == json.loads(before)


def test_the_loaded_ledger_is_measured_beside_an_empty_one(loaded: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    told = done(start("--loaded", loaded, "--quick", "--runs", "1", "--json", figures))
    [found] = json.loads(figures.read_text())
    assert "| credit reports, 2 transactions each |" in told
    assert set(found["ratio"]) == {"cycles", "views", "payments", "verifications", "reports"}
    assert all(each["min"] > 0 for kind in ("empty", "loaded", "ratio") for each in found[kind].values())
    assert set(found["bytes_a_cycle"]["loaded"]) == {"Regulator", "Port", "BankA", "BankB", "Orderer"}
