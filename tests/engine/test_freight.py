"""Freight payments on the embedded engine; `tests/fabric/test_freight.py` plays the same on Fabric."""

from pathlib import Path

import freight_scenarios
import pytest
from counterfoil_cli.trade_chaincode import trade_chaincode
from freight_network import NetworkFreight, batch_goes_on
from ready_desks import audit_of
from running_network import running_network
from trade_ready import MSP_IDS


@pytest.mark.slow
def test_every_scenario(tmp_path: Path) -> None:
    with (
        running_network(tmp_path / "network", trade_chaincode(MSP_IDS)) as network,
        NetworkFreight(network, tmp_path / "journals") as trade,
    ):
        for scenario in freight_scenarios.ALL:
            scenario(trade)
        batch_goes_on(trade)
        network.await_level_peers()
        report = audit_of(network, tmp_path / "export")
    assert not report.findings
    assert report.pools > 20
