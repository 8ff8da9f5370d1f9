"""The settings that `network verify` checks: each attack works without them and fails with them."""

import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import yaml
from counterfoil import Commit, ConnectionProfile, Gateway, GatewayError
from counterfoil_network.deployment import FABRIC
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_network.fabric import settings
from counterfoil_network.fabric.administration import administrator, tls_channel
from counterfoil_network.fabric.facts import found_facts
from counterfoil_network.fabric.verification import verify
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, gateway, proposal_response, transaction
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from counterfoil_protocol.services import EndorserStub, GatewayStub
from counterfoil_protocol.signing import private_key_signer
from running_network import ORGANISATIONS, ROOT, RunningNetwork, asset_chaincode, collections, running_network

SECRET = b"the appraisal of BankA"
FABRICS_OWN = {
    "peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit": False,
    "peer.authentication.timewindow": "15m",
    # Fabric's own is 60 s; it only makes the wait longer.
    "peer.gossip.pvtData.pullRetryThreshold": "8s",
}
STILL_SECONDS = 6.0


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    """A network without the ACL and with Fabric's own settings."""
    folder = tmp_path_factory.mktemp("weak")
    document: dict[str, Any] = yaml.safe_load((ROOT / "configtx.yaml").read_text())
    del document["Profiles"]["TradeGenesis"]["Application"]["ACLs"]["event/Block"]
    configtx = folder / "configtx.yaml"
    configtx.write_text(yaml.safe_dump(document))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PEER_CHOICES", {**settings.PEER_CHOICES, **FABRICS_OWN})
        with running_network(
            folder / "network", asset_chaincode(), engine=FABRIC, configtx=configtx
        ) as network:
            yield network


def named(network: RunningNetwork) -> set[str]:
    """What `network verify` finds wrong."""
    facts = found_facts(
        network.folder,
        network.state,
        regulator="RegulatorMSP",
        expected_policy="",
        policy="",
        expected_collections=collections(),
        collections=collections(),
    )
    return {check.setting for check in verify(facts) if not check.is_met}


def test_verification_names_what_is_weak(network: RunningNetwork, weak: RunningNetwork) -> None:
    assert named(network) == set()
    assert named(weak) == {"ACL event/Block", *FABRICS_OWN}


def appraise(network: RunningNetwork, asset: str) -> Commit:
    """BankA writes a private value into a collection of Regulator and BankA that is not memberOnlyRead."""
    with network.contract("BankA") as contract:
        proposal = contract.propose(
            "appraise",
            "open",
            asset,
            transient={"appraisal": SECRET},
            endorsing_organizations=("BankAMSP", "RegulatorMSP"),
        )
        commit = proposal.endorse().submit()
        assert commit.status().successful
        return commit


def is_taken(network: RunningNetwork, organisation: str, holder: str) -> bool:
    """A client of one organisation asks a peer, perhaps another's, for the blocks with their private data."""
    own = ConnectionProfile.read(network.folder.connection_profile(organisation))
    endpoint = ConnectionProfile.read(network.folder.connection_profile(holder)).endpoint()
    identity, signer = own.identity("Admin")
    with Gateway.connect(
        endpoint.address,
        identity=identity,
        signer=signer,
        tls_root=endpoint.tls_root,
        server_name=endpoint.server_name,
    ) as connected:
        channel = connected.network(network.state.channel)
        height = network_height(network, holder)
        with channel.block_and_private_data_events(
            start_block=0, stop_block=height - 1, timeout=60
        ) as events:
            return any(SECRET in rwset for event in events for rwset in event.private_data.values())


def network_height(network: RunningNetwork, organisation: str) -> int:
    heights = {each.organisation: each.height for each in peer_heights(network.folder, network.state)}
    return heights[organisation]


@pytest.fixture(scope="module")
def _appraised(network: RunningNetwork, weak: RunningNetwork) -> None:
    for each in (network, weak):
        appraise(each, "acl")
        each.await_level_peers()


@pytest.mark.usefixtures("_appraised")
@pytest.mark.parametrize("holder", ORGANISATIONS)
@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_whole_collections_are_had_past_the_contract_without_the_acl(
    network: RunningNetwork, weak: RunningNetwork, organisation: str, holder: str
) -> None:
    """Any member's client reads a collection at its members' peers; with the ACL the regulator's alone."""
    holds = holder in {"BankA", "Regulator"}
    assert is_taken(weak, organisation, holder) is holds
    if organisation == "Regulator":
        assert is_taken(network, organisation, holder) is holds
    else:
        with pytest.raises(GatewayError, match=r"403|FORBIDDEN"):
            is_taken(network, organisation, holder)


def resend(network: RunningNetwork, transaction_id: str) -> float:
    """BankB takes a committed envelope out of a block and sends it again.

    Gives the seconds until a holder of its private data, the regulator's peer, has the next block.
    """
    with network.contract("BankB", chaincode="qscc") as contract:
        found = contract.evaluate("GetTransactionByID", network.state.channel, transaction_id)
    envelope = transaction.ProcessedTransaction.FromString(found).transactionEnvelope
    height = network_height(network, "Regulator")
    request = gateway.SubmitRequest(
        transaction_id=transaction_id,
        channel_id=network.state.channel,
        prepared_transaction=envelope,
    )
    began = time.monotonic()
    with tls_channel(network.folder, network.state.node("BankB")) as connection:
        GatewayStub(connection).Submit(request, timeout=60)
    while network_height(network, "Regulator") <= height:
        assert time.monotonic() - began < 120
        time.sleep(0.1)
    return time.monotonic() - began


def test_an_old_envelope_sent_again_stops_the_holders_without_the_setting(
    network: RunningNetwork, weak: RunningNetwork
) -> None:
    with_it, without = (resend(each, appraise(each, "again").transaction_id) for each in (network, weak))
    assert with_it < STILL_SECONDS < without


def ask_with_time(network: RunningNetwork, seconds_ago: float) -> int:
    """Status of a proposal that is dated back; 0 where the peer does not take it."""
    node = network.state.node("BankA")
    identity = administrator(network.folder, node)
    creator = Identity(node.msp_id, identity.certificate).serialize()
    timestamp = (int(time.time() - seconds_ago), 0)
    built = build_proposal(network.state.channel, "asset", [b"who"], creator, timestamp=timestamp)
    signed = sign_proposal(built, private_key_signer(identity.key))
    try:
        with tls_channel(network.folder, node) as connection:
            reply: proposal_response.ProposalResponse = EndorserStub(connection).ProcessProposal(
                signed, timeout=60
            )
    except grpc.RpcError:
        return 0
    return reply.response.status


def test_a_proposal_is_dated_back_ten_minutes_without_the_time_window(
    network: RunningNetwork, weak: RunningNetwork
) -> None:
    assert ask_with_time(weak, 600) == common.SUCCESS
    assert ask_with_time(network, 600) == 0
    assert ask_with_time(network, 10) == common.SUCCESS
