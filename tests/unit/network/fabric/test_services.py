"""Which chaincode packages an organisation serves: a file, in which a chaincode's next package takes over."""

import json
from pathlib import Path

import pytest
from counterfoil_network.deployment import EngineFailed, NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import services
from counterfoil_network.fabric.layout import service_files
from counterfoil_network.fabric.live_services import LiveServices
from counterfoil_protocol.chaincode_package import build_package, parse_package

NODE = Node(
    "BankA", "BankAMSP", "peer", "peer0.banka.example", "127.0.0.1:1", "crypto", "ca", chaincode="127.0.0.1:9"
)
STATE = NetworkState("trade", "fabric", (NODE,))


@pytest.fixture
def folder(tmp_path: Path) -> NetworkFolder:
    return NetworkFolder(tmp_path)


def package(label: str, source: str = "") -> bytes:
    files = {
        "connection.json": b"{}",
        "chaincode.json": json.dumps({"entry_point": "asset:CHAINCODE"}).encode(),
        "src/asset.py": source.encode(),
    }
    return build_package(label, "ccaas", files)


def labels(folder: NetworkFolder) -> list[str]:
    return [each.label for each in services.read_services(service_files(folder, "BankA"))]


def test_the_first_takes_the_peers_address_and_the_next_one_of_its_own(folder: NetworkFolder) -> None:
    first = services.add_service(folder, NODE, package("asset_1.0"))
    second = services.add_service(folder, NODE, package("asset_1.1"))
    assert first.address == NODE.chaincode
    assert second.address != NODE.chaincode
    assert (service_files(folder, "BankA").addresses / "asset_1.1").read_text() == second.address
    assert services.add_service(folder, NODE, package("asset_1.0")) == first


def test_a_package_supersedes_those_of_its_chaincode_alone(folder: NetworkFolder) -> None:
    for label in ("asset_1.0", "trade_1.0", "asset_1.1"):
        services.add_service(folder, NODE, package(label))
    old = service_files(folder, "BankA").unpacked(parse_package(package("asset_1.0")).package_id)
    assert old.is_dir()
    services.supersede_services(folder, "BankA", parse_package(package("asset_1.1")).package_id)
    assert labels(folder) == ["trade_1.0", "asset_1.1"]
    assert not old.exists()


def test_other_sources_of_the_same_version_supersede_too(folder: NetworkFolder) -> None:
    services.add_service(folder, NODE, package("asset_1.0"))
    changed = package("asset_1.0", "changed = True")
    services.add_service(folder, NODE, changed)
    services.supersede_services(folder, "BankA", parse_package(changed).package_id)
    (left,) = services.read_services(service_files(folder, "BankA"))
    assert left.package_id == parse_package(changed).package_id


def test_the_stamp_tells_every_change(folder: NetworkFolder) -> None:
    stamps = [services.services_stamp(folder, STATE)]
    for label in ("asset_1.0", "trade_1.0"):
        services.add_service(folder, NODE, package(label))
        stamps.append(services.services_stamp(folder, STATE))
    services.remove_services(folder, "BankA", [parse_package(package("asset_1.0")).package_id])
    stamps.append(services.services_stamp(folder, STATE))
    assert len(set(stamps)) == 4
    assert services.services_stamp(folder, STATE) == stamps[-1]


def test_a_service_that_ends_by_itself_is_told_with_its_log_and_withdrawn(folder: NetworkFolder) -> None:
    live = LiveServices(folder, STATE)
    packages = {"BankA": package("asset_1.0")}
    services.add_service(folder, NODE, package("trade_1.0"))
    log = service_files(folder, "BankA").log
    log.write_text("RuntimeError: of another chaincode\n")
    live.serve(packages)
    (name,) = [plan.name for plan in services.service_plans(folder, STATE) if "asset" in plan.name]
    (folder.root / "processes.json").write_text(json.dumps({name: {"pid": 1, "restarts": 1}}))
    with log.open("a") as writing:
        writing.write("Traceback (most recent call last):\nImportError: no module named shelf\n")
    with pytest.raises(EngineFailed) as failure:
        live.wait_until_served(packages)
    told = "ImportError: no module named shelf\nTraceback (most recent call last):"
    assert str(failure.value) == f"{name} ends by itself: {told}"
    live.withdraw(packages)
    assert labels(folder) == ["trade_1.0"]


def test_a_package_that_was_served_before_is_not_withdrawn(folder: NetworkFolder) -> None:
    packages = {"BankA": package("asset_1.0")}
    LiveServices(folder, STATE).serve(packages)
    again = LiveServices(folder, STATE)
    again.serve(packages)
    again.withdraw(packages)
    assert labels(folder) == ["asset_1.0"]


def test_a_package_that_is_in_force_is_not_withdrawn(folder: NetworkFolder) -> None:
    packages = {"BankA": package("asset_1.0")}
    live = LiveServices(folder, STATE)
    live.serve(packages)
    live.retire(packages)
    live.serve(packages)
    live.withdraw(packages)
    assert labels(folder) == ["asset_1.0"]


def test_the_address_of_a_label_is_again_that_of_the_package_that_stays(folder: NetworkFolder) -> None:
    first = services.add_service(folder, NODE, package("asset_1.0"))
    live = LiveServices(folder, STATE)
    changed = {"BankA": package("asset_1.0", "changed = True")}
    live.serve(changed)
    live.withdraw(changed)
    assert (service_files(folder, "BankA").addresses / "asset_1.0").read_text() == first.address
