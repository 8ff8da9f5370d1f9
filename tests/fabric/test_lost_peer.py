"""A peer that lost its ledger gets the blocks from the orderer and its private data from other members."""

import shutil
from pathlib import Path

from counterfoil import CounterfoilError
from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.heights import peer_heights
from fabric_command import until
from running_network import RunningNetwork, asset_chaincode, running_network

SECRET = b"the appraisal of BankA"


def own_copy(network: RunningNetwork) -> bytes:
    """What BankA's own peer has; empty while it lacks it."""
    with network.contract("BankA") as contract:
        try:
            return contract.evaluate("appraisal", "members", "lost", target_organizations=("BankAMSP",))
        except CounterfoilError:
            return b""


def test_a_lost_ledger_and_its_private_data_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    with running_network(folder, asset_chaincode(), engine=FABRIC) as network:
        with network.contract("BankA") as contract:
            contract.submit(
                "appraise",
                "members",
                "lost",
                transient={"appraisal": SECRET},
                endorsing_organizations=("BankAMSP", "RegulatorMSP"),
            )
        until(lambda: own_copy(network) == SECRET, 60)
    shutil.rmtree(folder / "peers" / "BankA" / "peer0" / "ledger")
    with running_network(folder, asset_chaincode(), engine=FABRIC) as network:
        until(lambda: len({each.height for each in peer_heights(network.folder, network.state)}) == 1, 90)
        until(lambda: own_copy(network) == SECRET, 180)
