"""Freight payments on the embedded engine; `tests/fabric/test_freight.py` plays the same on Fabric."""

from pathlib import Path

import freight_scenarios
from counterfoil_cli.trade_chaincode import trade_chaincode
from freight_network import NetworkFreight
from running_network import running_network
from trade_ready import MSP_IDS


def test_every_scenario(tmp_path: Path) -> None:
    with (
        running_network(tmp_path / "network", trade_chaincode(MSP_IDS)) as network,
        NetworkFreight(network, tmp_path / "journals") as trade,
    ):
        for scenario in freight_scenarios.ALL:
            scenario(trade)
