"""Private data on a running network: who holds it, who may ask, what is said to the others."""

import hashlib
import time
import uuid

import pytest
from counterfoil import EndorseError, EvaluateError
from running_network import RunningNetwork

SECRET = b"4711000 minor units"


def new_id() -> str:
    return uuid.uuid4().hex


def appraise(network: RunningNetwork, collection: str, asset: str) -> None:
    with network.contract("BankA") as contract:
        contract.submit(
            "asset:appraise",
            collection,
            asset,
            transient={"appraisal": SECRET},
            endorsing_organizations=["BankAMSP"],
        )


def test_a_member_reads_what_another_wrote(network: RunningNetwork) -> None:
    asset = new_id()
    appraise(network, "members", asset)
    with network.contract("Regulator") as contract:
        deadline = time.monotonic() + 60
        while not (found := contract.evaluate("asset:appraisal", "members", asset)):
            assert time.monotonic() < deadline, "the regulator's peer never showed the value"
        assert found == SECRET


def test_everybody_may_ask_for_the_hash(network: RunningNetwork) -> None:
    asset = new_id()
    appraise(network, "members", asset)
    with network.contract("BankB") as contract:
        deadline = time.monotonic() + 60
        while not (found := contract.evaluate("asset:appraisal_hash", "members", asset)):
            assert time.monotonic() < deadline
    assert found.decode() == hashlib.sha256(SECRET).hexdigest()


def test_a_peer_outside_the_collection_cannot_read(network: RunningNetwork) -> None:
    asset = new_id()
    appraise(network, "open", asset)
    with network.contract("BankB") as contract:
        deadline = time.monotonic() + 60
        while not contract.evaluate("asset:appraisal_hash", "open", asset):
            assert time.monotonic() < deadline
        with pytest.raises(EvaluateError) as refused:
            contract.evaluate("asset:appraisal", "open", asset, target_organizations=["BankBMSP"])
    assert "private data matching public hash version is not available" in str(refused.value)
    assert "Private data version = <nil>" in str(refused.value)


def test_a_stranger_to_a_members_only_collection_is_refused(network: RunningNetwork) -> None:
    with network.contract("BankB") as contract:
        with pytest.raises(EvaluateError) as refused:
            contract.evaluate("asset:appraisal", "members", "any")
        assert (
            "tx creator does not have read access permission on privatedata in chaincodeName:asset "
            "collectionName: members" in str(refused.value)
        )
        with pytest.raises(EndorseError) as forbidden:
            contract.submit(
                "asset:appraise",
                "members",
                "any",
                transient={"appraisal": SECRET},
                endorsing_organizations=["BankAMSP"],
            )
        assert "does not have write access permission" in str(forbidden.value.details)


def test_too_few_members_fail_the_endorsement(network: RunningNetwork) -> None:
    with network.contract("BankA") as contract, pytest.raises(EndorseError) as refused:
        contract.submit(
            "asset:appraise",
            "lonely",
            "any",
            transient={"appraisal": SECRET},
            endorsing_organizations=["BankAMSP"],
        )
    [detail] = refused.value.details
    assert detail.message.endswith(
        "could not build private data dissemination plan for chaincode asset and collection lonely: "
        "required to disseminate to at least 1 peers, but know of only 0 eligible peers"
    )
    assert "failed to distribute private collection, txID " in detail.message


def test_the_value_lies_in_the_members_files_alone(network: RunningNetwork) -> None:
    asset, secret = new_id(), f"secret {new_id()}".encode()
    with network.contract("BankA") as contract:
        contract.submit(
            "asset:appraise",
            "members",
            asset,
            transient={"appraisal": secret},
            endorsing_organizations=["BankAMSP"],
        )
    for organisation, holds in {"BankA": True, "Regulator": True, "BankB": False, "Port": False}.items():
        folder = network.folder.peer(organisation)
        found = any(secret in path.read_bytes() for path in folder.glob("ledger.db*"))
        assert found is holds, organisation
    for log in network.folder.root.rglob("*.log"):
        assert secret not in log.read_bytes(), log


def test_transient_data_goes_to_the_own_organisation_first(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract("Regulator") as contract:
        contract.submit("asset:appraise", "members", asset, transient={"appraisal": SECRET})
        assert contract.evaluate("asset:appraisal", "members", asset) == SECRET
