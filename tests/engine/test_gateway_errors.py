"""What the Gateway says when something is wrong: codes, messages and details as Fabric gives them."""

import uuid
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from counterfoil import EndorseError, EvaluateError, Gateway, GatewayError, Identity, private_key_signer
from counterfoil_protocol.messages import common, proposal
from counterfoil_protocol.messages import gateway as messages
from counterfoil_protocol.services import GatewayStub
from cryptography.hazmat.primitives.asymmetric import ec
from running_network import RunningNetwork

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
