"""The trade operations by commands alone, on Fabric: the walk of `tests/engine/test_commands.py`."""

from pathlib import Path

from commands_walk import People, walk
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import FABRIC
from running_network import running_network
from trade_ready import MSP_IDS


def test_a_financing_from_consent_to_settlement(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    with running_network(folder, trade_chaincode(MSP_IDS), engine=FABRIC):
        walk(People(folder), tmp_path)
