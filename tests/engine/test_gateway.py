"""Transactions through the Gateway of a running network: the good ways."""

import json
import uuid

import pytest
from counterfoil import CommitError
from counterfoil_protocol.messages import transaction
from running_network import RunningNetwork


def new_id() -> str:
    return uuid.uuid4().hex


def test_a_submitted_asset_is_read_at_every_organisation(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract("BankA") as contract:
        answer = contract.submit("asset:create", asset, "tom", "5")
        assert json.loads(answer) == {"id": asset, "owner": "tom", "value": 5}
        network.await_level_peers()
        for msp_id in ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP"):
            read = contract.evaluate("asset:read", asset, target_organizations=[msp_id])
            assert json.loads(read)["owner"] == "tom"


@pytest.mark.parametrize("organisation", ["Regulator", "Port", "BankA", "BankB"])
def test_each_organisation_has_its_own_gateway(network: RunningNetwork, organisation: str) -> None:
    with network.contract(organisation) as contract:
        who = json.loads(contract.evaluate("asset:who"))
    assert who["peer"] == f"{organisation}MSP"
    assert who["mspId"] == f"{organisation}MSP"


def test_attributes_of_the_certificate_reach_the_chaincode(network: RunningNetwork) -> None:
    with network.contract("Port", "customs") as contract:
        who = json.loads(contract.evaluate("asset:who"))
    assert who["attribute.role"] == "customs.oracle"


def test_the_named_organisations_endorse(network: RunningNetwork) -> None:
    with network.contract("BankA") as contract:
        proposal = contract.propose(
            "asset:create", new_id(), "tom", "5", endorsing_organizations=["PortMSP", "BankBMSP"]
        )
        prepared = proposal.endorse()
        assert prepared.submit().status().successful
        assert endorsers(prepared.serialize()) == {"PortMSP", "BankBMSP"}


def test_the_gateway_finds_enough_endorsers_itself(network: RunningNetwork) -> None:
    with network.contract("BankB") as contract:
        prepared = contract.propose("asset:create", new_id(), "tom", "5").endorse()
    found = endorsers(prepared.serialize())
    assert len(found) == 2
    assert "BankBMSP" in found


def test_too_few_endorsements_fail_at_commit(network: RunningNetwork) -> None:
    with network.contract("BankA") as contract, pytest.raises(CommitError) as refused:
        contract.submit("asset:create", new_id(), "tom", "5", endorsing_organizations=["BankAMSP"])
    assert refused.value.validation_code == transaction.ENDORSEMENT_POLICY_FAILURE


def test_the_second_of_two_writers_conflicts(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract("BankA") as contract:
        contract.submit("asset:create", asset, "tom", "5")
        network.await_level_peers()
        first = contract.propose("asset:transfer", asset, "ann").endorse()
        second = contract.propose("asset:transfer", asset, "bob").endorse()
        assert first.submit().status().successful
        status = second.submit().status()
        assert status.code == transaction.MVCC_READ_CONFLICT
        assert json.loads(contract.evaluate("asset:read", asset))["owner"] == "ann"


def test_a_range_gives_its_keys_in_order(network: RunningNetwork) -> None:
    prefix = new_id()
    with network.contract("BankA") as contract:
        for number in range(3):
            contract.submit("asset:create", f"{prefix}{number}", "tom", "5")
        found = json.loads(contract.evaluate("asset:list", prefix, f"{prefix}~"))
    assert found == [f"{prefix}{number}" for number in range(3)]


def test_a_key_with_its_own_policy_answers_to_that_alone(network: RunningNetwork) -> None:
    from counterfoil_protocol.signature_policy import parse_policy

    asset = new_id()
    policy = parse_policy("AND('RegulatorMSP.peer','BankBMSP.peer')").SerializeToString()
    with network.contract("BankA") as contract:
        contract.submit("asset:create", asset, "tom", "5")
        network.await_level_peers()
        contract.submit("asset:protect", asset, transient={"policy": policy})
        network.await_level_peers()
        prepared = contract.propose("asset:transfer", asset, "ann").endorse()
        assert {"RegulatorMSP", "BankBMSP"} <= endorsers(prepared.serialize())
        assert prepared.submit().status().successful
        network.await_level_peers()
        with pytest.raises(CommitError) as refused:
            contract.submit("asset:transfer", asset, "bob", endorsing_organizations=["BankAMSP", "PortMSP"])
    assert refused.value.validation_code == transaction.ENDORSEMENT_POLICY_FAILURE


def test_the_same_envelope_counts_once(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract("BankA") as contract:
        prepared = contract.propose("asset:create", asset, "tom", "5").endorse().sign()
        first = prepared.submit().status()
        again = prepared.submit().status()
    assert first.successful
    assert again.successful
    assert again.block_number == first.block_number


def test_a_chaincodes_events_are_delivered(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract("BankA") as contract, contract.events() as events:
        contract.submit("asset:create", asset, "tom", "5")
        event = next(iter(events))
    assert event.event_name == "created"
    assert event.payload == asset.encode()


def endorsers(prepared: bytes) -> set[str]:
    """MSP IDs of a prepared transaction's endorsements."""
    from counterfoil_protocol.envelope import parse_transaction
    from counterfoil_protocol.messages import gateway

    envelope = gateway.PreparedTransaction.FromString(prepared).envelope
    [action] = parse_transaction(envelope.SerializeToString()).actions
    return {endorsement.identity.msp_id for endorsement in action.endorsements}
