"""Malformed messages to every method of every endpoint: typed answers, nothing crashes, others are served."""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from attacker import CHANNEL, Attacker, Person, seek
from counterfoil import GatewayError
from counterfoil_network.deployment import FABRIC
from counterfoil_network.embedded import settings
from counterfoil_protocol.envelope import build_payload, sign_envelope
from counterfoil_protocol.messages import (
    chaincode,
    common,
    gateway,
    proposal,
)
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from counterfoil_protocol.transaction_id import new_nonce
from google.protobuf.message import Message
from running_network import ORGANISATIONS, RunningNetwork

SUBMIT = "/gateway.Gateway/Submit"
UNARY = {
    "Endorser": ["/protos.Endorser/ProcessProposal"],
    "Gateway": ["/gateway.Gateway/Evaluate", "/gateway.Gateway/Endorse", SUBMIT,
                "/gateway.Gateway/CommitStatus"],
}  # fmt: skip
STREAMS = ("/protos.Deliver/Deliver", "/protos.Deliver/DeliverFiltered",
           "/protos.Deliver/DeliverWithPrivateData")  # fmt: skip
ORDERER_STREAM, BROADCAST = "/orderer.AtomicBroadcast/Deliver", "/orderer.AtomicBroadcast/Broadcast"
SHORT = 3.0
# What a client may be told; UNKNOWN carries the endorser's own text, as Fabric's does.
TYPED = {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "ABORTED", "UNKNOWN", "UNAVAILABLE", "PERMISSION_DENIED",
         "NOT_FOUND", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "RESOURCE_EXHAUSTED"}  # fmt: skip


@pytest.fixture(scope="module")
def attacker(network: RunningNetwork) -> Attacker:
    return Attacker(network)


@pytest.fixture(autouse=True)
def still_serves(network: RunningNetwork) -> Iterator[None]:
    """After each attack every organisation commits, and no log holds an error that nobody expected."""
    yield
    with network.contract("BankA") as contract:
        contract.submit("asset:create", uuid.uuid4().hex, "tom", "5")
    for organisation in ORGANISATIONS:
        with network.contract(organisation) as contract:
            contract.evaluate("asset:who")
    assert unexpected(network) == []


def unexpected(network: RunningNetwork) -> list[str]:
    """Lines of the logs that tell of a bug, not of a refusal."""
    marks = (" ERROR ", "Traceback", "unexpected ", "never retrieved", "panic: ")
    # Fabric's databases (LevelDB) number their journals: 000007.log is no log.
    return [
        f"{path.name}: {line}"
        for path in network.folder.root.rglob("*.log")
        if path.name != "chaincode.log" and not path.stem.isdigit()
        for line in path.read_text(errors="replace").splitlines()
        if any(mark in line for mark in marks)
    ]


def variations(message: Message, depth: int = 5) -> Iterator[bytes]:
    """The message without each of its fields, and with garbage in each that holds bytes, at every level."""
    for field, value in message.ListFields():
        without = type(message)()
        without.CopyFrom(message)
        without.ClearField(field.name)
        yield without.SerializeToString()
        if isinstance(value, bytes) and len(value) > 3:
            for garbage in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x00" * 64, value[:-1], value[::-1]):
                changed = type(message)()
                changed.CopyFrom(message)
                setattr(changed, field.name, garbage)
                yield changed.SerializeToString()
        if isinstance(value, Message) and depth and field.message_type is not None:
            for inner in variations(value, depth - 1):
                changed = type(message)()
                changed.CopyFrom(message)
                getattr(changed, field.name).ParseFromString(inner)
                yield changed.SerializeToString()


def unsigned_parts(person: Person) -> Iterator[bytes]:
    """Proposals whose layers lack parts, each signed well, so that it comes as far as it can."""
    built = build_proposal(CHANNEL, "asset", [b"asset:who"], person.creator, {"t": b"secret-transient-value"})
    outer = proposal.Proposal.FromString(built.proposal_bytes)
    header = common.Header.FromString(outer.header)
    for layer, name in (
        (common.ChannelHeader, "channel_header"),
        (common.SignatureHeader, "signature_header"),
    ):
        for content in variations(layer.FromString(getattr(header, name))):
            changed = common.Header()
            changed.CopyFrom(header)
            setattr(changed, name, content)
            yield proposal.Proposal(
                header=changed.SerializeToString(), payload=outer.payload
            ).SerializeToString()
    payload = proposal.ChaincodeProposalPayload.FromString(outer.payload)
    invocation = chaincode.ChaincodeInvocationSpec.FromString(payload.input)
    for content in [*variations(invocation), b"\xff\xff"]:
        changed_payload = proposal.ChaincodeProposalPayload(input=content)
        yield proposal.Proposal(
            header=outer.header, payload=changed_payload.SerializeToString()
        ).SerializeToString()
    yield from variations(outer)


def bodies(person: Person) -> Iterator[bytes]:
    """Whole requests for the unary methods, broken in every way."""
    draw = random.Random(3)
    built = build_proposal(CHANNEL, "asset", [b"asset:who"], person.creator, {"t": b"secret-transient-value"})
    signed = sign_proposal(built, person.sign)
    identity = person.creator
    status = gateway.CommitStatusRequest(transaction_id="no", channel_id=CHANNEL, identity=identity)
    wholes: list[Message] = [
        signed,
        gateway.EvaluateRequest(channel_id=CHANNEL, proposed_transaction=signed),
        gateway.EndorseRequest(
            channel_id=CHANNEL, proposed_transaction=signed, endorsing_organizations=["PortMSP"]
        ),
        gateway.SubmitRequest(channel_id=CHANNEL, prepared_transaction=seek(person)),
        gateway.SignedCommitStatusRequest(request=status.SerializeToString(), signature=b"x"),
    ]
    for whole in wholes:
        yield from variations(whole)
    for content in unsigned_parts(person):
        yield sign_proposal(content, person.sign).SerializeToString()
    for size in (0, 1, 7, 100, 5000):
        yield draw.randbytes(size)


def submissions(person: Person) -> Iterator[bytes]:
    """What may be submitted on real Fabric: the orderer takes it, no peer can read it, no peer is harmed.

    Any signed message that reads as an envelope, as proposals do and requests for blocks, comes into a block
    by Submit. What reads as a transaction without an action stops Fabric's peers (test_attacks_forged.py).
    """
    now = divmod(time.time_ns(), 1_000_000_000)
    kind, nonce = common.ENDORSER_TRANSACTION, new_nonce()
    payload = build_payload(kind, CHANNEL, person.creator, nonce, b"\xff\x00", timestamp=now)
    envelope = sign_envelope(payload, person.sign)
    yield from variations(gateway.SubmitRequest(channel_id=CHANNEL, prepared_transaction=envelope))


def call(channel: grpc.Channel, method: str, body: bytes) -> str:
    """The status of a unary call with any bytes."""
    invoke: Any = channel.unary_unary(method)
    try:
        invoke(body, timeout=SHORT)
    except grpc.RpcError as error:
        status: Any = error
        assert "secret-transient-value" not in str(status.details())
        return str(status.code().name)
    return "OK"


@pytest.mark.parametrize("service", UNARY)
def test_broken_requests_get_typed_answers(attacker: Attacker, service: str) -> None:
    person = attacker.user("BankB")
    whole = list(bodies(person))
    assert len(whole) > 100
    is_spared = attacker.network.state.engine == FABRIC
    with attacker.endpoint("Regulator") as node, ThreadPoolExecutor(4) as pool:
        for method in UNARY[service]:
            requests = list(submissions(person)) if is_spared and method == SUBMIT else whole
            # What a broken request cannot even be read as, gRPC's own layer answers with INTERNAL.
            told = set(pool.map(lambda body, m=method: call(node.channel, m, body), requests))
            assert told <= TYPED | {"OK", "INTERNAL"}, method
            assert "OK" not in told or service in {"Endorser", "Gateway"}


@pytest.mark.parametrize("method", [*STREAMS, ORDERER_STREAM])
def test_broken_seeks_get_a_status(attacker: Attacker, method: str) -> None:
    person = attacker.user("Regulator")
    with attacker.endpoint("Orderer" if method == ORDERER_STREAM else "Regulator") as node:
        for body in seeks(person):
            assert_answers(node.channel, method, body)


def test_broken_envelopes_get_a_status(attacker: Attacker) -> None:
    """What an orderer takes unread comes to the peers: Fabric's do not survive it all (docs/security.md)."""
    person = attacker.user("BankB")
    with attacker.endpoint("Orderer") as node:
        for body in seeks(person):
            assert_answers(node.channel, BROADCAST, body)


def seeks(person: Person) -> Iterator[bytes]:
    whole = seek(person)
    yield from variations(whole)
    payload = common.Payload.FromString(whole.payload)
    for content in variations(payload):
        yield common.Envelope(payload=content, signature=person.sign(content)).SerializeToString()
    for header in variations(common.ChannelHeader.FromString(payload.header.channel_header)):
        changed = common.Payload()
        changed.CopyFrom(payload)
        changed.header.channel_header = header
        content = changed.SerializeToString()
        yield common.Envelope(payload=content, signature=person.sign(content)).SerializeToString()


def assert_answers(channel: grpc.Channel, method: str, body: bytes) -> None:
    stream: Any = channel.stream_stream(method)
    try:
        for _ in stream(iter([body]), timeout=SHORT):
            pass
    except grpc.RpcError as error:
        status: Any = error
        assert status.code().name in TYPED | {"INTERNAL"}, status
        assert "unexpected" not in status.details().lower()


@pytest.mark.parametrize("number", ["9" * 5000, "18446744073709551616", "-1", "", "1e3", "\x00"])
def test_a_strange_block_number_is_no_error_of_the_peers(attacker: Attacker, number: str) -> None:
    person = attacker.user("BankB")
    answer = attacker.ask(person, "BankB", "qscc", b"GetBlockByNumber", CHANNEL.encode(), number.encode())
    assert answer.status == 500
    assert "block number" in answer.message


def test_events_from_a_block_that_will_never_be(attacker: Attacker) -> None:
    person = attacker.user("BankB")
    request = gateway.ChaincodeEventsRequest(
        channel_id=CHANNEL, chaincode_id="asset", identity=person.creator
    )
    request.start_position.specified.number = 2**64 - 1
    content = request.SerializeToString()
    signed = gateway.SignedChaincodeEventsRequest(request=content, signature=person.sign(content))
    with attacker.endpoint("BankB") as node, pytest.raises(grpc.RpcError) as ended:
        next(iter(node.gateway.ChaincodeEvents(signed, timeout=1)))
    told: Any = ended.value
    assert told.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_streams_are_bounded_and_given_back(network: RunningNetwork, attacker: Attacker) -> None:
    """One client opens more streams than a gateway has; another organisation's is not concerned."""
    person = attacker.user("BankB")
    request = gateway.ChaincodeEventsRequest(
        channel_id=CHANNEL, chaincode_id="asset", identity=person.creator
    ).SerializeToString()
    signed = gateway.SignedChaincodeEventsRequest(request=request, signature=person.sign(request))
    wanted = settings.GATEWAY_CONCURRENCY + 50
    refused = threading.Semaphore(0)
    with network.contract("BankA") as contract, attacker.endpoint("BankB") as node:
        # Connected before: the client's process has its hands full with the streams.
        contract.evaluate("asset:who")
        streams = [node.gateway.ChaincodeEvents(signed, timeout=180) for _ in range(wanted)]
        for stream in streams:
            # One that has ended by now takes no callback.
            if not stream.add_callback(refused.release):
                refused.release()
        for _ in range(50):
            assert refused.acquire(timeout=60), "more streams are open than the gateway takes"
        contract.submit("asset:create", uuid.uuid4().hex, "tom", "5")
        for stream in streams:
            stream.cancel()
    deadline = time.monotonic() + 60
    while not has_room(network):
        assert time.monotonic() < deadline, "cancelled streams are still counted"
        # Fabric's gateway notices that a stream was cancelled when the next block comes.
        with network.contract("BankA") as contract:
            contract.submit("asset:create", uuid.uuid4().hex, "tom", "5")


def has_room(network: RunningNetwork) -> bool:
    with network.contract("BankB") as contract:
        try:
            contract.evaluate("asset:who")
        except GatewayError as error:
            assert "too many requests" in error.message  # noqa: PT017 - any other error is a failure
            return False
        return True


def test_a_request_too_large_ends_no_chaincode(network: RunningNetwork, attacker: Attacker) -> None:
    """52 MB pass as a gRPC message, but not twice in one message to the chaincode (100 MB at most)."""
    person = attacker.user("BankB")
    built = build_proposal(CHANNEL, "asset", [b"asset:who", b"x" * (52 * 1024 * 1024)], person.creator)
    with attacker.endpoint("Regulator") as node:
        answer = node.endorser.ProcessProposal(sign_proposal(built, person.sign), timeout=180)
    assert answer.response.status == 500
    # Fabric's peer ends the chaincode's stream by that, and tells sometimes the one, sometimes the other.
    told = ("trying to send message larger than max", "chaincode stream terminated")
    assert any(text in answer.response.message for text in told)
    [log] = network.folder.peer("Regulator").rglob("chaincode.log")
    assert "longer than any message" not in log.read_text()


def test_a_proposal_for_nobody_leaves_no_trace(attacker: Attacker) -> None:
    person = attacker.user("BankB")
    for args in ([], [b""], [b"\xff\xfe"], [b"asset:no such"], [b"x" * 70_000]):
        answer = attacker.ask(person, "Regulator", "asset", *args)
        assert 400 <= answer.status < 600


def test_no_nonce_no_creator_no_channel(attacker: Attacker) -> None:
    person = attacker.user("BankB")
    built = build_proposal(
        CHANNEL, "asset", [b"asset:who"], person.creator, nonce=new_nonce(), timestamp=(0, 0)
    )
    with attacker.endpoint("Regulator") as node, pytest.raises(grpc.RpcError) as refused:
        node.endorser.ProcessProposal(sign_proposal(built, person.sign), timeout=60)
    told: Any = refused.value
    assert "incorrect timestamp" in told.details()
