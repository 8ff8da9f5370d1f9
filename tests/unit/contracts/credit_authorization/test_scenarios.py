"""The scenarios, on the testing kit."""

import credit_scenarios
import pytest
from credit_life import KitLife


@pytest.mark.parametrize("scenario", credit_scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(life: KitLife, scenario: credit_scenarios.Scenario) -> None:
    scenario(life)
