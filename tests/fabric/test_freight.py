"""Freight payments on Fabric's own peers: what `tests/engine/test_freight.py` plays."""

from pathlib import Path

import freight_scenarios
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import FABRIC
from freight_network import NetworkFreight, batch_goes_on
from ready_desks import audit_of
from running_network import running_network
from trade_ready import MSP_IDS


def test_every_scenario(tmp_path: Path) -> None:
    with (
        running_network(tmp_path / "network", trade_chaincode(MSP_IDS), engine=FABRIC) as network,
        NetworkFreight(network, tmp_path / "journals") as trade,
    ):
        for scenario in freight_scenarios.ALL:
            scenario(trade)
        batch_goes_on(trade)
        network.await_level_peers()
        report = audit_of(network, tmp_path / "export")
    assert not report.findings
    assert report.pools > 20
