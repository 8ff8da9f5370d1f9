"""The scenarios on the embedded engine, and those that need a network: restarts, and an authority away."""

from collections.abc import Iterator

import pytest
import scenarios
from counterfoil_cli.trade_chaincode import trade_chaincode
from network_trade import NetworkTrade
from running_network import running_network
from three_banks import MSP_IDS, write_three_banks


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
