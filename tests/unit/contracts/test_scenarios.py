"""The scenarios on the testing kit, one ledger for all: none leaves anything behind that another meets."""

import pytest
import scenarios
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.messages import transaction


@pytest.fixture(scope="module")
def trade() -> TradeLedger:
    return TradeLedger([f"{bank}MSP" for bank in ("BankA", "BankB", "BankC")])


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(trade: TradeLedger, scenario: scenarios.Scenario) -> None:
    scenario(trade)


def test_the_regulator_alone_makes_no_lock(trade: TradeLedger) -> None:
    """Port is switched off: a lock that the regulator made alone would be no proof against the regulator."""
    exporter = scenarios.Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    view = exporter.view("BankA", [invoice], [number], [(0, 0, 1_000_000, 1_000_000)])
    pledge = messages.Pledge(0, number, 900_000, 900_000, 900_000)
    body = messages.Lock(view, trade.put_terms("BankA"), "USD", 900_000, (pledge,))
    endorsed = trade.operations.endorse(trade.person("BankA"), ops.LOCK, body, at=("RegulatorMSP",))
    (committed,) = trade.ledger.commit(endorsed)
    assert committed.code == transaction.ENDORSEMENT_POLICY_FAILURE
    assert exporter.available(number) == 900_000
