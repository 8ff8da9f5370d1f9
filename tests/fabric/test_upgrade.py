"""A chaincode's next version on a running network: other sources, so another package and another process."""

import json
from pathlib import Path

from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.chaincode import deploy
from counterfoil_network.deployment.source_package import service_package
from counterfoil_network.fabric.status import processes
from running_network import ORGANISATIONS, RunningNetwork, asset_chaincode, asset_package

RELEASED = "peers/*/*/ledger/externalbuilder/builds/*/release/**/connection.json"


def test_the_same_sources_give_the_same_package_and_change_nothing(network: RunningNetwork) -> None:
    package = service_package(asset_package())
    assert package == service_package(asset_package())
    chaincode = asset_chaincode(package=package)
    assert not deploy(network.folder, network.state, chaincode).is_new


def test_one_process_an_organisation_serves_the_chaincode(network: RunningNetwork) -> None:
    names = [name for name in processes(network.folder) if name.startswith("chaincode")]
    assert sorted(name.split(" of ")[1].split()[0] for name in names) == sorted(ORGANISATIONS)


def test_each_peer_fills_in_its_own_address_and_the_package_names_none(network: RunningNetwork) -> None:
    # Other tests may have installed packages of their own beside it.
    connections = sorted(path for path in network.folder.root.glob(RELEASED) if "asset_1" in str(path))
    content = [path.read_text() for path in connections]
    assert len(content) == 4
    assert len(set(content)) == 4
    assert all(not Path(path).stat().st_mode & 0o077 for path in connections)
    assert b"127.0.0.1" not in service_package(asset_package())


def test_a_transaction_is_committed_on_every_peer(network: RunningNetwork) -> None:
    assert network.state.engine == FABRIC
    with network.contract("BankA") as contract:
        contract.submit("create", "fabric", "BankA", "1")
    with network.contract("Port") as contract:
        assert json.loads(contract.evaluate("read", "fabric"))["owner"] == "BankA"
