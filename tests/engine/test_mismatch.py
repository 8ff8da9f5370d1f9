"""No organisation can execute for another: altered code and lost ledgers show."""

import uuid
from pathlib import Path

import grpc
import pytest
from counterfoil import EndorseError, EvaluateError
from running_network import asset_chaincode, asset_package, running_network


def altered(source: str) -> str:
    """The same chaincode with another rule: it doubles values."""
    changed = source.replace(
        "asset = Asset(asset_id, owner, value)", "asset = Asset(asset_id, owner, value * 2)"
    )
    assert changed != source
    return changed


def test_altered_code_of_one_organisation_shows(tmp_path: Path) -> None:
    chaincode = asset_chaincode(own_packages={"BankB": asset_package(altered)})
    with running_network(tmp_path, chaincode) as network, network.contract("BankA") as contract:
        contract.submit(
            "asset:create", uuid.uuid4().hex, "tom", "5", endorsing_organizations=["BankAMSP", "PortMSP"]
        )
        with pytest.raises(EndorseError) as refused:
            contract.submit(
                "asset:create", uuid.uuid4().hex, "tom", "5", endorsing_organizations=["BankAMSP", "BankBMSP"]
            )
    assert refused.value.code == grpc.StatusCode.ABORTED
    assert [detail.message for detail in refused.value.details] == ["ProposalResponsePayloads do not match"]


def test_a_deleted_ledger_stops_its_own_organisation_alone(tmp_path: Path) -> None:
    asset = uuid.uuid4().hex
    with running_network(tmp_path, asset_chaincode()) as network:
        with network.contract("BankA") as contract:
            contract.submit(
                "asset:create", asset, "tom", "5", endorsing_organizations=["PortMSP", "BankBMSP"]
            )
        network.await_level_peers()
        for path in network.folder.peer("BankA").glob("ledger.db*"):
            path.unlink()
        with network.contract("BankA") as contract, pytest.raises(EvaluateError) as refused:
            contract.evaluate("asset:read", asset)
        assert refused.value.code == grpc.StatusCode.UNAVAILABLE
        assert refused.value.message == "the ledger of BankAMSP is gone: ledger.db was removed or replaced"
        with network.contract("Port") as contract:
            assert b"tom" in contract.evaluate("asset:read", asset)
            contract.submit("asset:create", uuid.uuid4().hex, "ann", "7")
            with pytest.raises(EndorseError) as missing:
                contract.submit(
                    "asset:create", uuid.uuid4().hex, "ann", "7", endorsing_organizations=["BankAMSP"]
                )
        assert missing.value.message == "failed to find any endorsing peers for org(s): BankAMSP"
