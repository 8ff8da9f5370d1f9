"""The scenarios on the embedded engine, and those that need a network: restarts, and an authority away."""

import random
from collections.abc import Iterator

import pytest
import scenarios
from counterfoil_cli.trade_chaincode import trade_chaincode
from network_trade import NetworkTrade
from port_away import no_lock_without_port
from running_network import running_network
from three_banks import MSP_IDS, write_three_banks
from trade_life import lead_on


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkTrade]:
    folder = tmp_path_factory.mktemp("scenarios")
    configtx, crypto = write_three_banks(folder)
    with (
        running_network(
            folder / "network", trade_chaincode(MSP_IDS), configtx=configtx, crypto_config=crypto
        ) as network,
        NetworkTrade(network, folder / "journals") as found,
    ):
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda each: each.__name__)
def test_scenario(trade: NetworkTrade, scenario: scenarios.Scenario) -> None:
    scenario(trade)


@pytest.mark.slow
def test_two_hundred_steps_follow_the_sums(trade: NetworkTrade) -> None:
    """As tests/property/test_export_invoice.py, where transactions have blocks and real endorsers."""
    happened = lead_on(trade, 200, random.Random("embedded"))
    assert len({each.kind for each in happened.events}) > 12


@pytest.mark.slow
def test_no_lock_without_port_and_the_refusal_says_why(trade: NetworkTrade) -> None:
    no_lock_without_port(trade)
