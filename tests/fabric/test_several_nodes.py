"""More than one node: three orderers of which the leader dies, two peers of an organisation."""

import json
import os
import signal
from pathlib import Path

import yaml
from counterfoil import Gateway
from counterfoil_network.deployment import FABRIC
from counterfoil_network.fabric.readiness import leader
from counterfoil_network.fabric.status import peer_statuses, processes
from fabric_command import until
from running_network import ROOT, asset_chaincode, running_network


def test_with_three_orderers_one_may_die(tmp_path: Path) -> None:
    with running_network(tmp_path / "network", asset_chaincode(), engine=FABRIC, orderers=3) as network:
        first = leader(network.folder, network.state)
        assert first is not None
        assert len(network.state.orderers) == 3
        os.kill(processes(network.folder)[first.host]["pid"], signal.SIGKILL)

        def leads_another() -> bool:
            now = leader(network.folder, network.state)
            return now is not None and now.host != first.host

        until(leads_another, 90)
        with network.contract("BankA") as contract:
            contract.submit("create", "after", "BankA", "1")
        until(lambda: first.host in processes(network.folder), 60)


def test_with_two_peers_of_an_organisation_one_may_die(tmp_path: Path) -> None:
    document = yaml.safe_load((ROOT / "crypto-config.yaml").read_text())
    for organisation in document["PeerOrgs"][:2]:
        organisation["Template"]["Count"] = 2
    crypto_config = tmp_path / "crypto-config.yaml"
    crypto_config.write_text(yaml.safe_dump(document))
    policy = "AND('RegulatorMSP.peer','PortMSP.peer')"
    chaincode = asset_chaincode(endorsement_policy=policy)
    with running_network(
        tmp_path / "network", chaincode, engine=FABRIC, crypto_config=crypto_config
    ) as network:
        assert [len(each.members) for each in peer_statuses(network.folder, network.state)] == [6] * 6
        second = network.state.peers[1]
        assert second.host == "peer1.regulator.counterfoil.example"
        profile = network.folder.connection_profile("Regulator")
        with Gateway.from_profile(profile, "Admin", peer=second.host) as gateway:
            contract = gateway.network(network.state.channel).contract("asset")
            assert json.loads(contract.evaluate("who", target_organizations=("RegulatorMSP",)))
        # The first of each organisation goes; the other one endorses.
        for node in network.state.peers[0], network.state.peers[2]:
            os.kill(processes(network.folder)[node.host]["pid"], signal.SIGSTOP)
        with network.contract("BankA") as contract:
            contract.submit(
                "create", "after", "BankA", "1", endorsing_organizations=("RegulatorMSP", "PortMSP")
            )
