"""The scenarios on the testing kit, one ledger for all: none leaves anything behind that another meets."""

import pytest
import scenarios
from counterfoil_contracts.testing import TradeLedger


@pytest.fixture(scope="module")
def trade() -> TradeLedger:
    return TradeLedger([f"{bank}MSP" for bank in ("BankA", "BankB", "BankC")])


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(trade: TradeLedger, scenario: scenarios.Scenario) -> None:
    scenario(trade)
