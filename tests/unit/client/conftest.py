"""A scripted peer: real gRPC with TLS and real messages, whose answers a test writes down beforehand."""

import asyncio
import datetime
import inspect
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, NamedTuple

import grpc
import pytest
from counterfoil import Deadlines, Gateway, Identity, aio, private_key_signer
from counterfoil_protocol.endorsement import build_response_payload, sign_response
from counterfoil_protocol.envelope import assemble_transaction
from counterfoil_protocol.messages import common, events, gateway, proposal, proposal_response, transaction
from counterfoil_protocol.proposal import ParsedProposal, parse_signed_proposal
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from google.protobuf.any_pb2 import Any as PackedAny
from google.rpc import status_pb2  # type: ignore[import-untyped]  # its package has no stubs

SERVER_NAME = "peer0.banka.counterfoil.example"
QUICK = Deadlines(evaluate=5, endorse=30, submit=5, commit_status=5)


class Pair(NamedTuple):
    """A private key and its certificate, in PEM."""

    key: bytes
    certificate: bytes


def make_pair(name: str, issuer: Pair | None = None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, issuer_key = subject, key
    if issuer is not None:
        issuer_name = x509.load_pem_x509_certificate(issuer.certificate).subject
        loaded = private_key(issuer)
        issuer_key = loaded
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
    )
    certificate = builder.sign(issuer_key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(pem, certificate.public_bytes(Encoding.PEM))


def private_key(pair: Pair) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pair.key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@dataclass
class Failing(Exception):  # noqa: N818 - a script entry, not an error of ours
    """What a script raises to make the peer answer with an error, details as (address, msp_id, message)."""

    code: grpc.StatusCode
    message: str
    details: tuple[tuple[str, str, str], ...] = ()


class Handled(NamedTuple):
    """One call that the peer has received."""

    method: str
    request: Any


@dataclass
class ScriptedPeer:
    """Answers each method with the next entry of its script, and honestly once the script is used up.

    An entry is a message, a Failing, or a function of the request that gives or raises either.
    """

    endorser: Identity
    sign: Callable[[bytes], bytes]
    address: str = ""
    tls_root: bytes = b""
    scripts: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    handled: list[Handled] = field(default_factory=list)
    statuses: dict[str, transaction.TxValidationCode.ValueType] = field(default_factory=dict)
    ordered: list[common.Envelope] = field(default_factory=list)
    start: Callable[..., Any] = lambda: None
    stop: Callable[[], Any] = lambda: None
    streams_ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    chaincode: Callable[[ParsedProposal], bytes] = lambda parsed: b"/".join(parsed.args)

    def calls(self, method: str) -> list[Any]:
        """The requests that a method has received."""
        return [each.request for each in self.handled if each.method == method]

    @property
    def methods(self) -> list[str]:
        """The methods called, in order."""
        return [each.method for each in self.handled]

    def answer(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        self.handled.append(Handled(method, request))
        script = self.scripts[method]
        entry = script.pop(0) if script else getattr(self, f"_{method.lower()}")
        try:
            while callable(entry):
                entry = entry(request)
            if isinstance(entry, Failing):
                raise entry
            return entry
        except Failing as failing:
            abort(context, failing)

    def _evaluate(self, request: gateway.EvaluateRequest) -> gateway.EvaluateResponse:
        parsed = parse_signed_proposal(request.proposed_transaction)
        response = proposal_response.Response(status=200, payload=self.chaincode(parsed))
        return gateway.EvaluateResponse(result=response)

    def _endorse(self, request: gateway.EndorseRequest) -> gateway.EndorseResponse:
        return gateway.EndorseResponse(prepared_transaction=self.prepare(request.proposed_transaction))

    def prepare(self, signed: proposal.SignedProposal, answer: bytes | None = None) -> common.Envelope:
        """The transaction that this peer alone endorses."""
        parsed = parse_signed_proposal(signed)
        payload = self.chaincode(parsed) if answer is None else answer
        response = proposal_response.Response(status=200, payload=payload)
        body = build_response_payload(
            parsed.proposal_hash, results=b"", response=response, chaincode_name=parsed.chaincode_name
        )
        endorsed = sign_response(body, response, self.endorser.serialize(), self.sign)
        return common.Envelope(payload=assemble_transaction(signed.proposal_bytes, [endorsed]))

    def _submit(self, request: gateway.SubmitRequest) -> gateway.SubmitResponse:
        self.ordered.append(request.prepared_transaction)
        self.statuses.setdefault(request.transaction_id, transaction.VALID)
        return gateway.SubmitResponse()

    def _commitstatus(self, request: gateway.SignedCommitStatusRequest) -> gateway.CommitStatusResponse:
        asked = gateway.CommitStatusRequest.FromString(request.request)
        if asked.transaction_id not in self.statuses:
            # Real peers wait until the client's deadline.
            raise Failing(grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded")
        return gateway.CommitStatusResponse(result=self.statuses[asked.transaction_id], block_number=7)

    def _processproposal(self, request: proposal.SignedProposal) -> proposal_response.ProposalResponse:
        parsed = parse_signed_proposal(request)
        response = proposal_response.Response(status=200, payload=self.chaincode(parsed))
        return proposal_response.ProposalResponse(response=response)

    def stream(self, method: str, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Streams send the script's entries and then stay open until the client goes, or "end" is reached."""
        self.handled.append(Handled(method, request))
        gone = threading.Event()
        if not context.add_callback(gone.set):
            gone.set()
        try:
            for entry in self.scripts[method]:
                if entry == "end":
                    return
                if isinstance(entry, Failing):
                    abort(context, entry)
                yield entry
            gone.wait(10)
        finally:
            self.streams_ended.release()


def abort(context: grpc.ServicerContext, failing: Failing) -> None:
    status = status_pb2.Status(code=failing.code.value[0], message=failing.message)
    for address, msp_id, message in failing.details:
        packed = PackedAny()
        packed.Pack(gateway.ErrorDetail(address=address, msp_id=msp_id, message=message))
        status.details.append(packed)
    if failing.details:
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(failing.code, failing.message)


_UNARY: dict[str, dict[str, Any]] = {
    "gateway.Gateway": {
        "Evaluate": gateway.EvaluateRequest,
        "Endorse": gateway.EndorseRequest,
        "Submit": gateway.SubmitRequest,
        "CommitStatus": gateway.SignedCommitStatusRequest,
    },
    "protos.Endorser": {"ProcessProposal": proposal.SignedProposal},
}


def add_services(server: grpc.Server, peer: ScriptedPeer) -> None:
    def serialize(message: Any) -> bytes:
        data: bytes = message.SerializeToString()
        return data

    for service, methods in _UNARY.items():
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                lambda request, context, name=name: peer.answer(name, request, context),
                request_deserializer=kind.FromString,
                response_serializer=serialize,
            )
            for name, kind in methods.items()
        }
        if service == "gateway.Gateway":
            handlers["ChaincodeEvents"] = grpc.unary_stream_rpc_method_handler(
                lambda request, context: peer.stream("ChaincodeEvents", request, context),
                request_deserializer=gateway.SignedChaincodeEventsRequest.FromString,
                response_serializer=serialize,
            )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    deliver = {
        name: grpc.stream_stream_rpc_method_handler(
            lambda requests, context, name=name: peer.stream(name, next(requests), context),
            request_deserializer=common.Envelope.FromString,
            response_serializer=serialize,
        )
        for name in ("Deliver", "DeliverFiltered", "DeliverWithPrivateData")
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("protos.Deliver", deliver),))


@pytest.fixture(scope="session")
def authority() -> Pair:
    return make_pair("ca.banka.counterfoil.example")


@pytest.fixture(scope="session")
def user(authority: Pair) -> Pair:
    return make_pair("0" * 32, authority)


@pytest.fixture(scope="session")
def tls_pair(authority: Pair) -> Pair:
    return make_pair(SERVER_NAME, authority)


@pytest.fixture
def peer(authority: Pair, tls_pair: Pair) -> Iterator[ScriptedPeer]:
    scripted = ScriptedPeer(
        Identity("BankAMSP", tls_pair.certificate),
        private_key_signer(tls_pair.key),
        tls_root=authority.certificate,
    )
    scripted.start = lambda **options: start_server(scripted, tls_pair, **options)
    scripted.stop = scripted.start()
    yield scripted
    scripted.stop()


def start_server(peer: ScriptedPeer, pair: Pair, client_root: bytes | None = None) -> Callable[[], Any]:
    """Serve at the peer's address, or at a fresh one; with mutual TLS where a root for clients is given."""
    server = grpc.server(ThreadPoolExecutor(8))
    add_services(server, peer)
    credentials = grpc.ssl_server_credentials(
        [(pair.key, pair.certificate)], client_root, require_client_auth=client_root is not None
    )
    port = server.add_secure_port(peer.address or "127.0.0.1:0", credentials)
    peer.address = f"127.0.0.1:{port}"
    server.start()
    return lambda: server.stop(0).wait()


@pytest.fixture
def connection(peer: ScriptedPeer, user: Pair) -> dict[str, Any]:
    """The arguments of Gateway.connect."""
    return {
        "address": peer.address,
        "identity": Identity("BankAMSP", user.certificate),
        "signer": private_key_signer(user.key),
        "tls_root": peer.tls_root,
        "server_name": SERVER_NAME,
        "deadlines": QUICK,
    }


@pytest.fixture
def connected(connection: dict[str, Any]) -> Iterator[Gateway]:
    with Gateway.connect(**connection) as connected:
        yield connected


@pytest.fixture
def failing() -> type[Failing]:
    """Test modules cannot import a conftest, so what they need of it comes as fixtures."""
    return Failing


@pytest.fixture
def delivered() -> Callable[[int], events.DeliverResponse]:
    def block(number: int) -> events.DeliverResponse:
        return events.DeliverResponse(block=common.Block(header=common.BlockHeader(number=number)))

    return block


class Faces:
    """Runs one case through the blocking or the asyncio face: a case yields what is awaited there."""

    def __init__(self, name: str, connection: dict[str, Any]) -> None:
        self.name = name
        self._connection = connection

    def __call__(self, case: Callable[[Any], Any]) -> Any:
        return self._blocking(case) if self.name == "blocking" else asyncio.run(self._asyncio(case))

    def _blocking(self, case: Callable[[Any], Any]) -> Any:
        with Gateway.connect(**self._connection) as gateway:
            running = case(gateway)
            try:
                value = next(running)
                while True:
                    value = running.send(value)
            except StopIteration as stop:
                return stop.value

    async def _asyncio(self, case: Callable[[Any], Any]) -> Any:
        async with aio.Gateway.connect(**self._connection) as gateway:
            running = case(gateway)
            try:
                value = next(running)
                while True:
                    try:
                        value = await value if inspect.isawaitable(value) else value
                    except Exception as error:
                        value = running.throw(error)
                    else:
                        value = running.send(value)
            except StopIteration as stop:
                return stop.value


@pytest.fixture(params=["blocking", "asyncio"])
def face(request: pytest.FixtureRequest, connection: dict[str, Any]) -> Faces:
    return Faces(request.param, connection)
