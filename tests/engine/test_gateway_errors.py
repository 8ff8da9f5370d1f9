"""What the Gateway says when something is wrong: codes, messages and details as Fabric gives them."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from counterfoil import (
    EndorseError,
    EvaluateError,
    Gateway,
    GatewayError,
    Identity,
    SubmitError,
    lifecycle,
    private_key_signer,
)
from counterfoil_protocol.messages import common, proposal
from counterfoil_protocol.messages import gateway as messages
from counterfoil_protocol.proposal import build_proposal
from counterfoil_protocol.services import GatewayStub
from cryptography.hazmat.primitives.asymmetric import ec
from running_network import RunningNetwork, asset_package

ENDORSE_FAILED = "failed to endorse transaction, see attached details for more info"
COLLECT_FAILED = "failed to collect enough transaction endorsements, see attached details for more info"
NO_COMBINATION = "no combination of peers can be derived which satisfy the endorsement policy"


def new_id() -> str:
    return uuid.uuid4().hex


def said(error: GatewayError) -> str:
    return error.details[0].message if error.details else ""


@pytest.fixture
def stub(network: RunningNetwork) -> Iterator[Any]:
    node = network.state.node("BankA")
    authority = (network.folder.root / node.tls_authority).read_bytes()
    with grpc.secure_channel(node.address, grpc.ssl_channel_credentials(authority)) as channel:
        yield GatewayStub(channel)


@pytest.mark.parametrize(
    ("method", "request_message", "text"),
    [
        ("Endorse", messages.EndorseRequest(), "the proposed transaction must contain a signed proposal"),
        (
            "Evaluate",
            messages.EvaluateRequest(),
            "failed to unpack transaction proposal: a signed proposal is required",
        ),
        ("Submit", messages.SubmitRequest(), "a prepared transaction is required"),
        ("CommitStatus", messages.SignedCommitStatusRequest(), "a commit status request is required"),
    ],
)
def test_an_empty_request_is_refused(stub: Any, method: str, request_message: Any, text: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        getattr(stub, method)(request_message, timeout=5)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == text


@pytest.mark.parametrize("content", [b"\xff", b"\x0a\x00", b"\x0a\x02\x08\x01", b"\x12\x00", bytes(64)])
def test_nonsense_never_crashes_the_gateway(stub: Any, content: bytes) -> None:
    signed = proposal.SignedProposal(proposal_bytes=content, signature=b"x")
    envelope = common.Envelope(payload=content)
    calls = (
        (stub.Endorse, messages.EndorseRequest(proposed_transaction=signed)),
        (stub.Evaluate, messages.EvaluateRequest(proposed_transaction=signed)),
        (stub.CommitStatus, messages.SignedCommitStatusRequest(request=content)),
        (stub.Submit, messages.SubmitRequest(channel_id="trade", prepared_transaction=envelope)),
        (
            lambda request, timeout: list(stub.ChaincodeEvents(request, timeout=timeout)),
            messages.SignedChaincodeEventsRequest(request=content),
        ),
    )
    for method, request in calls:
        with pytest.raises(grpc.RpcError) as refused:
            method(request, timeout=5)
        assert refused.value.code() not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED)


def test_a_contract_refusal_reaches_the_client(network: RunningNetwork) -> None:
    asset = new_id()
    with network.contract() as contract:
        contract.submit("asset:create", asset, "tom", "5")
        proposed = contract.propose("asset:create", asset, "tom", "5")
        with pytest.raises(EndorseError) as refused:
            proposed.endorse()
        assert refused.value.code == grpc.StatusCode.ABORTED
        assert str(refused.value.message) == ENDORSE_FAILED
        assert said(refused.value) == f"chaincode response 400, ALREADY_EXISTS: asset {asset} exists"


def test_a_contract_refusal_of_an_evaluation(network: RunningNetwork) -> None:
    with network.contract() as contract, pytest.raises(EvaluateError) as refused:
        contract.evaluate("asset:read", "nothing")
    text = "chaincode response 404, NOT_FOUND: there is no asset nothing"
    assert refused.value.code == grpc.StatusCode.UNKNOWN
    assert refused.value.message == f"evaluate call to endorser returned error: {text}"
    assert said(refused.value) == text


def test_an_unknown_chaincode(network: RunningNetwork) -> None:
    with network.contract(chaincode="nothing") as contract:
        with pytest.raises(EndorseError) as refused:
            contract.submit("any")
        assert refused.value.code == grpc.StatusCode.FAILED_PRECONDITION
        assert refused.value.message == (
            f"{NO_COMBINATION}: No metadata was found for chaincode nothing in channel trade"
        )
        with pytest.raises(EvaluateError) as unknown:
            contract.evaluate("any")
        assert unknown.value.code == grpc.StatusCode.FAILED_PRECONDITION
        assert unknown.value.message == "no peers available to evaluate chaincode nothing in channel trade"


def test_an_unknown_channel(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway, pytest.raises(EvaluateError) as refused:
        gateway.network("nowhere").contract("asset").evaluate("asset:who")
    assert refused.value.code == grpc.StatusCode.UNAVAILABLE
    assert refused.value.message == (
        "failed to get config for channel [nowhere]: could not get last config for channel nowhere"
    )


def test_an_unknown_endorsing_organisation(network: RunningNetwork) -> None:
    with network.contract() as contract, pytest.raises(EndorseError) as refused:
        contract.submit("asset:create", new_id(), "tom", "5", endorsing_organizations=["NobodyMSP"])
    assert refused.value.code == grpc.StatusCode.UNAVAILABLE
    assert refused.value.message == "failed to find any endorsing peers for org(s): NobodyMSP"


def stranger(network: RunningNetwork, organisation: str, msp_id: str) -> Gateway:
    """BankA's gateway, used with an organisation's certificate, an MSP ID, and a key that fits neither."""
    node = network.state.node("BankA")
    folder = network.folder.crypto / "peerOrganizations"
    [certificate] = folder.glob(f"{organisation.lower()}.*/users/Admin@*/msp/signcerts/*.pem")
    return Gateway.connect(
        node.address,
        identity=Identity(msp_id, certificate.read_bytes()),
        signer=private_key_signer(ec.generate_private_key(ec.SECP256R1())),
        tls_root=(network.folder.root / node.tls_authority).read_bytes(),
        server_name=node.host,
    )


def test_a_bad_signature_is_denied(network: RunningNetwork) -> None:
    denied = "error validating proposal: access denied: channel [trade] creator org [BankAMSP]"
    with stranger(network, "BankA", "BankAMSP") as gateway:
        contract = gateway.network("trade").contract("asset")
        with pytest.raises(EndorseError) as refused:
            contract.submit("asset:create", new_id(), "tom", "5")
        assert refused.value.code == grpc.StatusCode.ABORTED
        assert said(refused.value) == denied
        with pytest.raises(EvaluateError) as unknown:
            contract.evaluate("asset:who")
        assert unknown.value.code == grpc.StatusCode.FAILED_PRECONDITION
        assert unknown.value.message == f"evaluate call to endorser returned error: {denied}"


def test_another_msps_certificate_is_malformed(network: RunningNetwork) -> None:
    with stranger(network, "BankB", "BankAMSP") as gateway, pytest.raises(EndorseError) as refused:
        gateway.network("trade").contract("asset").submit("asset:create", new_id(), "tom", "5")
    assert said(refused.value) == (
        "error validating proposal: access denied: channel [trade] creator org unknown, creator is malformed"
    )


def test_different_results_do_not_match(network: RunningNetwork) -> None:
    with network.contract() as contract, pytest.raises(EndorseError) as refused:
        contract.submit("asset:differ", new_id(), endorsing_organizations=["BankAMSP", "PortMSP"])
    assert refused.value.code == grpc.StatusCode.ABORTED
    assert refused.value.message == COLLECT_FAILED
    assert said(refused.value) == "ProposalResponsePayloads do not match"


def test_a_used_transaction_id_is_not_endorsed_again(network: RunningNetwork) -> None:
    with network.contract() as contract:
        proposed = contract.propose("asset:create", new_id(), "tom", "5")
        assert proposed.endorse().submit().status().successful
        with pytest.raises(EndorseError) as refused:
            proposed.endorse()
        creator = contract.network.gateway.identity.serialize()
    text = f"duplicate transaction found [{proposed.transaction_id}]. Creator [{creator.hex()}]"
    assert said(refused.value) == text


def test_an_envelope_signed_with_another_key_is_not_ordered(network: RunningNetwork) -> None:
    with network.contract() as contract:
        prepared = contract.propose("asset:create", new_id(), "tom", "5").endorse()
        other = private_key_signer(ec.generate_private_key(ec.SECP256R1()))
        forged = contract.network.gateway.transaction_from_bytes(
            prepared.serialize(), other(prepared.to_sign)
        )
        with pytest.raises(SubmitError) as refused:
            forged.submit()
    assert refused.value.code == grpc.StatusCode.ABORTED
    assert refused.value.message == (
        "received unsuccessful response from orderer: status=FORBIDDEN, info=implicit policy evaluation "
        "failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies "
        "to be satisfied: permission denied"
    )


def test_commit_status_is_for_readers_alone(network: RunningNetwork, stub: Any) -> None:
    with network.gateway("BankA") as gateway:
        asked = messages.CommitStatusRequest(
            transaction_id=new_id(), channel_id="trade", identity=gateway.identity.serialize()
        ).SerializeToString()
    other = private_key_signer(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(grpc.RpcError) as refused:
        stub.CommitStatus(
            messages.SignedCommitStatusRequest(request=asked, signature=other(asked)), timeout=5
        )
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert refused.value.details() == (
        "Failed evaluating policy on signed data during check policy on channel [trade] with policy "
        "[/Channel/Application/Readers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, "
        "but this policy requires 1 of the 'Readers' sub-policies to be satisfied]"
    )


def test_commit_status_of_what_never_came_waits(network: RunningNetwork, stub: Any) -> None:
    with network.gateway("BankA") as gateway:
        session = gateway.session
        asked = messages.CommitStatusRequest(
            transaction_id=new_id(), channel_id="trade", identity=gateway.identity.serialize()
        ).SerializeToString()
        signed = messages.SignedCommitStatusRequest(request=asked, signature=session.sign(asked))
    with pytest.raises(grpc.RpcError) as waited:
        stub.CommitStatus(signed, timeout=0.5)
    assert waited.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_package_is_installed_once(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway, pytest.raises(EndorseError) as refused:
        lifecycle.install(gateway, asset_package())
    assert "chaincode already successfully installed (package ID 'asset_1:" in str(refused.value)


def test_a_stale_clock_gets_no_answer_from_the_peer(network: RunningNetwork) -> None:
    with network.gateway("BankA") as gateway:
        identity = gateway.identity.serialize()
        built = build_proposal(
            "trade", "asset", [b"asset:who"], identity, timestamp=(int(time.time()) - 3600, 0)
        )
        proposed = gateway.proposal_from_bytes(
            messages.ProposedTransaction(
                transaction_id=built.transaction_id,
                proposal=proposal.SignedProposal(proposal_bytes=built.proposal_bytes),
            ).SerializeToString()
        )
        with pytest.raises(EvaluateError) as refused:
            proposed.evaluate()
    assert refused.value.code == grpc.StatusCode.UNAVAILABLE
    assert said(refused.value).startswith("request unauthorized due to incorrect timestamp ")
