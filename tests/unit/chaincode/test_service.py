"""A chaincode as a gRPC service, dialled by a scripted peer: plain, TLS, mutual TLS, load, stopping."""

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import grpc
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.peer_environment import PeerEnvironment
from counterfoil_chaincode.service import ChaincodeServer, ServiceSettings, main
from counterfoil_chaincode.settings import SettingsError
from counterfoil_chaincode.shim import listener
from counterfoil_chaincode.shim.grpc_server import Status
from counterfoil_chaincode.shim.health import Health
from counterfoil_chaincode.shim.http2_frames import PREFACE, frame
from counterfoil_protocol.messages import chaincode_shim
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.chaincode.scripted_peer import DiallingPeer, error

MESSAGE = chaincode_shim.ChaincodeMessage
PEER = PeerEnvironment("Org1MSP")


class Counter(Contract):
    held: SimpleQueue[str] = SimpleQueue()

    @submit
    def add(self, context: Context, key: str, amount: int) -> int:
        total = int(context.stub.get_state(key) or b"0") + amount
        context.stub.put_state(key, str(total).encode())
        context.stub.set_event("added", key.encode())
        return total

    @submit
    def fail(self, context: Context) -> None:
        raise RuntimeError("no")

    @submit
    def hold(self, context: Context) -> str:
        return self.held.get(timeout=60)


def _serve(settings: ServiceSettings) -> ChaincodeServer:
    return ChaincodeServer(Chaincode([Counter()]), settings, PEER)


@pytest.fixture
def server() -> Iterator[ChaincodeServer]:
    found = _serve(ServiceSettings("127.0.0.1:0", "counter:1"))
    yield found
    found.stop(5)


@pytest.fixture
def peer(server: ChaincodeServer) -> Iterator[DiallingPeer]:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        found = DiallingPeer(channel)
        assert found.registered.get(timeout=60) == "counter:1"
        yield found
        found.hang_up()


def test_a_transaction_with_reads_writes_and_event(peer: DiallingPeer) -> None:
    peer.start("t", "add", "k", "5")
    message, answer = peer.finish()
    assert (answer.status, answer.payload) == (200, b"5")
    assert message.chaincode_event.event_name == "added"
    assert peer.run("add", "k", "2").payload == b"7"


def test_256_in_flight_lose_nothing(peer: DiallingPeer) -> None:
    started = 1000
    for number in range(256):
        peer.start(f"t{number}", "add", f"k{number}", str(number))
    answers = {}
    for number in range(256, 256 + started):
        message, answer = peer.finish()
        answers[message.txid] = answer.payload
        if number < started:
            peer.start(f"t{number}", "add", f"k{number}", str(number))
    assert answers == {f"t{number}": str(number).encode() for number in range(started)}


def test_errors_and_exceptions_answer_at_once(peer: DiallingPeer) -> None:
    assert peer.run("fail").message.startswith("INTERNAL_ERROR: ")
    peer.answers[MESSAGE.GET_STATE] = lambda asked: error(asked, "no ledger")
    assert peer.run("add", "k", "1").message == "PEER_ERROR: no ledger"


def test_a_peer_may_come_back(server: ChaincodeServer) -> None:
    for _ in range(3):
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            peer = DiallingPeer(channel)
            assert peer.registered.get(timeout=60) == "counter:1"
            assert peer.run("add", "k", "1").status == 200
            peer.hang_up()
            assert peer.ended.get(timeout=60) is grpc.StatusCode.OK


def test_a_peer_that_breaks_the_protocol_loses_its_stream_alone(
    peer: DiallingPeer, server: ChaincodeServer
) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        other = DiallingPeer(channel)
        other.registered.get(timeout=60)
        other.send(MESSAGE(type=MESSAGE.REGISTERED))
        assert other.ended.get(timeout=60) is grpc.StatusCode.INTERNAL
    assert peer.run("add", "k", "1").status == 200


def test_stopping_finishes_what_runs_and_refuses_the_rest() -> None:
    server = _serve(ServiceSettings("127.0.0.1:0", "counter:1"))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        peer = DiallingPeer(channel)
        peer.registered.get(timeout=60)
        peer.start("held", "hold")
        assert peer.run("add", "k", "1", transaction_id="before").status == 200
        stopping = Thread(target=server.stop, args=(60,))
        stopping.start()
        while not (refused := peer.run("add", "k", "1", transaction_id="late")).message:
            pass
        assert refused.message.startswith("SHUTTING_DOWN: ")
        Counter.held.put("done")
        assert peer.finish()[1].payload == b"done"
        stopping.join(60)
        assert not stopping.is_alive()
        assert peer.ended.get(timeout=60) is not None


class Certificates:
    """A CA, and certificates it signs, as PEM files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")])
        self.authority = self._write("ca.pem", self._sign("ca", self._key, authority=True))

    def pair(self, name: str) -> tuple[Path, Path]:
        """Paths of a key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self._write(f"{name}.key", pem), self._write(f"{name}.pem", self._sign(name, key))

    def _sign(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool = False) -> bytes:
        now = datetime.now(UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM)

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path


def _environment(certificates: Certificates, **more: str) -> dict[str, str]:
    key, certificate = certificates.pair("server")
    return {
        "CHAINCODE_SERVER_ADDRESS": "127.0.0.1:0",
        "CHAINCODE_ID": "counter:1",
        "CHAINCODE_TLS_DISABLED": "false",
        "CHAINCODE_TLS_KEY": str(key),
        "CHAINCODE_TLS_CERT": str(certificate),
        **more,
    }


def test_tls(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    server = _serve(ServiceSettings.from_environment(_environment(certificates)))
    roots = certificates.authority.read_bytes()
    with grpc.secure_channel(f"localhost:{server.port}", grpc.ssl_channel_credentials(roots)) as channel:
        peer = DiallingPeer(channel)
        assert peer.registered.get(timeout=60) == "counter:1"
        assert peer.run("add", "k", "1").payload == b"1"
        peer.hang_up()
    server.stop(1)


def test_a_peers_good_bye_is_no_breach(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificates = Certificates(tmp_path)
    server = _serve(ServiceSettings.from_environment(_environment(certificates)))
    context = ssl.create_default_context(cafile=str(certificates.authority))
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("localhost", server.port), 60)
    with context.wrap_socket(plain, server_hostname="localhost") as session:
        assert session.selected_alpn_protocol() == "h2"
        session.sendall(PREFACE + frame(0x4, 0, 0, b""))
        with contextlib.suppress(OSError):
            # What the server has sent meanwhile is no good-bye of its own.
            session.unwrap()
    server.stop(1)
    assert "protocol" not in caplog.text


def test_a_handshake_that_trickles_in_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_HANDSHAKE_SECONDS", 1.0)
    server = _serve(ServiceSettings.from_environment(_environment(Certificates(tmp_path))))
    hello = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="a").do_handshake()
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), 0.3) as caller, contextlib.suppress(OSError):
        for byte in hello.read():
            caller.sendall(bytes([byte]))
            sent += 1
            with contextlib.suppress(TimeoutError):
                if not caller.recv(1):
                    break
    assert sent < 100, "each byte began the time anew"
    server.stop(1)


def test_mutual_tls_admits_only_known_peers(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    settings = _environment(certificates, CHAINCODE_CLIENT_CA_CERT=str(certificates.authority))
    server = _serve(ServiceSettings.from_environment(settings))
    roots = certificates.authority.read_bytes()
    key, certificate = (path.read_bytes() for path in certificates.pair("peer"))
    known = grpc.ssl_channel_credentials(roots, key, certificate)
    with grpc.secure_channel(f"localhost:{server.port}", known) as channel:
        peer = DiallingPeer(channel)
        assert peer.registered.get(timeout=60) == "counter:1"
        peer.hang_up()
    with grpc.secure_channel(f"localhost:{server.port}", grpc.ssl_channel_credentials(roots)) as channel:
        assert DiallingPeer(channel).ended.get(timeout=60) is grpc.StatusCode.UNAVAILABLE
    server.stop(1)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID must be set"),
        ({"CHAINCODE_SERVER_ADDRESS": "127.0.0.1:0"}, "CHAINCODE_ID"),
        (
            {"CHAINCODE_SERVER_ADDRESS": "x:1", "CHAINCODE_ID": "y", "CHAINCODE_TLS_DISABLED": "false"},
            "CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT must be set for TLS",
        ),
        *(
            (
                {
                    "CHAINCODE_SERVER_ADDRESS": "a:1",
                    "CHAINCODE_ID": "c",
                    "COUNTERFOIL_TRANSACTIONS_MAX": wrong,
                },
                "COUNTERFOIL_TRANSACTIONS_MAX must be a whole number from 1 on, not",
            )
            for wrong in ("0", "-1", "many", "", "²")
        ),
    ],
)
def test_settings_that_are_missing_are_told(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        ServiceSettings.from_environment(environment)


def test_no_more_transactions_are_admitted_than_the_environment_says() -> None:
    told = {"CHAINCODE_SERVER_ADDRESS": "127.0.0.1:0", "CHAINCODE_ID": "counter:1"}
    server = _serve(
        ServiceSettings.from_environment(told | {"COUNTERFOIL_TRANSACTIONS_MAX": "2"}),
    )
    with grpc.insecure_channel(f"localhost:{server.port}") as channel:
        peer = DiallingPeer(channel)
        assert peer.registered.get(timeout=60) == "counter:1"
        peer.answers[MESSAGE.GET_STATE] = lambda _: None
        for number in range(3):
            peer.start(f"t{number}", "add", "k", "1")
        message, answer = peer.finish()
        assert (message.txid, answer.status) == ("t2", 503)
        assert "more than 2 at once" in answer.message
        peer.hang_up()
    server.stop(60)


def test_an_address_in_use_is_told(server: ChaincodeServer) -> None:
    with pytest.raises(SettingsError, match="cannot listen at"):
        _serve(ServiceSettings(f"127.0.0.1:{server.port}", "counter:1"))


def test_a_tls_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = _environment(Certificates(tmp_path), CHAINCODE_TLS_KEY=str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match=r"cannot read .*absent"):
        _serve(ServiceSettings.from_environment(settings))


def test_the_command_line_tells_what_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    assert main([], {}) == 2
    assert main(["absent_module:X"], {}) == 2
    assert "say which chaincode" in caplog.text
    assert "absent_module" in caplog.text


def _health(server: ChaincodeServer, request: bytes = b"") -> bytes:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        check: Any = channel.unary_unary(
            "/grpc.health.v1.Health/Check", request_serializer=None, response_deserializer=None
        )
        answer: bytes = check(request, timeout=60)
        return answer


def test_a_probe_is_answered_at_the_same_address(server: ChaincodeServer) -> None:
    # HealthCheckRequest.service is field 1, HealthCheckResponse.status too: 1 is SERVING.
    assert _health(server) == b"\x08\x01"
    assert _health(server, b"\x0a\x10protos.Chaincode") == b"\x08\x01"
    for request, code in (
        (b"\x0a\x05other", grpc.StatusCode.NOT_FOUND),
        (b"\xff", grpc.StatusCode.INVALID_ARGUMENT),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            _health(server, request)
        assert isinstance(refused.value, grpc.Call)
        assert refused.value.code() is code


def test_a_probe_without_a_question_is_refused(server: ChaincodeServer) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        check: Any = channel.stream_unary(
            "/grpc.health.v1.Health/Check", request_serializer=None, response_deserializer=None
        )
        with pytest.raises(grpc.RpcError, match="a check takes one message"):
            check(iter(()), timeout=60)


def test_a_caller_for_whom_there_is_no_thread_is_turned_away(
    server: ChaincodeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(listener, "Thread", none_left)
    with socket.create_connection(("127.0.0.1", server.port), 60) as caller:
        assert caller.recv(1) == b""
    assert _health(server) == b"\x08\x01", "the next is served"


def test_a_probe_learns_that_the_service_stops() -> None:
    assert Health(lambda: False).check(b"") == (Status.OK, b"\x08\x02")
