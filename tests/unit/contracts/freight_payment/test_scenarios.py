"""The scenarios of freight payments on the testing kit."""

import freight_scenarios
import pytest
from freight_ledger import FreightLedger


@pytest.fixture(scope="module")
def trade() -> FreightLedger:
    return FreightLedger()


@pytest.mark.parametrize("scenario", freight_scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(trade: FreightLedger, scenario: freight_scenarios.Scenario) -> None:
    scenario(trade)
