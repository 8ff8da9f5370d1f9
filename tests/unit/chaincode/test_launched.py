"""A chaincode that dials the peer which launched it: plain, with TLS, from the environment; and its ends."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import grpc
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.launched import LaunchSettings, PeerLink, main
from counterfoil_chaincode.settings import SettingsError
from counterfoil_chaincode.shim.grpc_client import CallFailed
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.chaincode.scripted_peer import ScriptedPeer

ASSETS = Path(__file__).parents[2] / "engine" / "chaincodes" / "asset"


class Greeter(Contract):
    @submit
    def greet(self, context: Context, name: str) -> str:
        context.stub.put_state(name, b"greeted")
        return f"{name} at {context.local_msp_id}"


class ListeningPeer(ScriptedPeer):
    """A scripted peer that a chaincode dials."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None) -> None:
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        super().__init__(self._outgoing.put)
        self.server = grpc.server(ThreadPoolExecutor(2))
        register: Any = grpc.stream_stream_rpc_method_handler(self._register)
        handler = grpc.method_handlers_generic_handler("protos.ChaincodeSupport", {"Register": register})
        self.server.add_generic_rpc_handlers((handler,))
        if credentials is None:
            port = self.server.add_insecure_port("127.0.0.1:0")
        else:
            port = self.server.add_secure_port("127.0.0.1:0", credentials)
        self.address = f"127.0.0.1:{port}"
        self.server.start()

    def _register(self, incoming: Iterator[bytes], _: grpc.ServicerContext) -> Iterator[bytes]:
        Thread(target=self._read, args=(incoming,), daemon=True).start()
        return iter(self._outgoing.get, None)

    def _read(self, incoming: Iterator[bytes]) -> None:
        try:
            for data in incoming:
                self.receive(data)
        except Exception:
            pass
        self.hang_up()

    def hang_up(self) -> None:
        self._outgoing.put(None)


@pytest.fixture
def peer() -> Iterator[ListeningPeer]:
    listening = ListeningPeer()
    yield listening
    listening.server.stop(None).wait()


def link_to(settings: LaunchSettings) -> tuple[PeerLink, Thread]:
    link = PeerLink(Chaincode([Greeter()]), settings)
    thread = Thread(target=link.serve, daemon=True)
    thread.start()
    return link, thread


def test_it_registers_and_runs_transactions(peer: ListeningPeer) -> None:
    link, thread = link_to(LaunchSettings(peer.address, "greeter:1", msp_id="Org1MSP"))
    assert peer.registered.get(timeout=60) == "greeter:1"
    assert peer.run("greet", "ann").payload == b"ann at Org1MSP"
    assert peer.state == {"ann": b"greeted"}
    link.stop()
    thread.join(60)
    assert not thread.is_alive()


def test_it_ends_with_the_peers_stream(peer: ListeningPeer) -> None:
    _, thread = link_to(LaunchSettings(peer.address, "greeter:1", msp_id="Org1MSP"))
    peer.registered.get(timeout=60)
    peer.hang_up()
    thread.join(60)
    assert not thread.is_alive()


def make_certificate(folder: Path) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    for file, content in (("cert", certificate), ("key", pem)):
        (folder / f"{file}.pem").write_bytes(content)
        (folder / f"{file}.b64").write_bytes(base64.b64encode(content))
    return certificate, pem


def test_tls_as_an_external_builders_run_is_told(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    peer = ListeningPeer(
        grpc.ssl_server_credentials([(key, certificate)], certificate, require_client_auth=True)
    )
    told = {
        "chaincode_id": "greeter:1",
        "peer_address": peer.address.replace("127.0.0.1", "localhost"),
        "client_cert": certificate.decode(),
        "client_key": key.decode(),
        "root_cert": certificate.decode(),
        "mspid": "Org1MSP",
    }
    path = tmp_path / "chaincode.json"
    path.write_text(json.dumps(told))
    link, thread = link_to(LaunchSettings.from_run_metadata(path))
    assert peer.registered.get(timeout=60) == "greeter:1"
    assert peer.run("greet", "ann").payload == b"ann at Org1MSP"
    link.stop()
    thread.join(60)
    peer.server.stop(None).wait()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"peer_address": "a:1"}'])
def test_what_no_peer_gives_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "chaincode.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="is not what a peer gives"):
        LaunchSettings.from_run_metadata(path)


@pytest.mark.parametrize("kind", ["FILE", "PATH"])
def test_mutual_tls_with_certificates_as_fabric_gives_them(tmp_path: Path, kind: str) -> None:
    certificate, key = make_certificate(tmp_path)
    credentials = grpc.ssl_server_credentials([(key, certificate)], certificate, require_client_auth=True)
    peer = ListeningPeer(credentials)
    ending = "pem" if kind == "FILE" else "b64"
    environment = {
        "CORE_PEER_ADDRESS": peer.address.replace("127.0.0.1", "localhost"),
        "CORE_CHAINCODE_ID_NAME": "greeter:1",
        "CORE_PEER_TLS_ENABLED": "true",
        "CORE_PEER_TLS_ROOTCERT_FILE": str(tmp_path / "cert.pem"),
        f"CORE_TLS_CLIENT_KEY_{kind}": str(tmp_path / f"key.{ending}"),
        f"CORE_TLS_CLIENT_CERT_{kind}": str(tmp_path / f"cert.{ending}"),
    }
    link, thread = link_to(LaunchSettings.from_environment(environment))
    assert peer.registered.get(timeout=60) == "greeter:1"
    assert peer.run("greet", "ann").status == 200
    link.stop()
    thread.join(60)
    peer.server.stop(None).wait()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CORE_PEER_ADDRESS": "a:1"}, "must be set"),
        ({"CORE_CHAINCODE_ID_NAME": "c"}, "must be set"),
        (
            {"CORE_PEER_ADDRESS": "a:1", "CORE_CHAINCODE_ID_NAME": "c", "CORE_PEER_TLS_ENABLED": "true"},
            "CORE_PEER_TLS_ROOTCERT_FILE must be set",
        ),
    ],
)
def test_what_is_missing_is_told(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        LaunchSettings.from_environment(environment)


def test_the_argument_goes_before_the_environment() -> None:
    environment = {"CORE_PEER_ADDRESS": "other:1", "CORE_CHAINCODE_ID_NAME": "c"}
    assert LaunchSettings.from_environment(environment, "given:2").address == "given:2"


def test_no_such_chaincode() -> None:
    environment = {"CORE_PEER_ADDRESS": "a:1", "CORE_CHAINCODE_ID_NAME": "c"}
    assert main(["absent_module:CHAINCODE"], environment) == 2


def test_the_process_ends_in_order_when_told_to(peer: ListeningPeer) -> None:
    environment = {
        **os.environ,
        "CORE_CHAINCODE_ID_NAME": "asset:1",
        "CORE_PEER_LOCALMSPID": "Org1MSP",
        "PYTHONPATH": str(ASSETS),
    }
    command = [sys.executable, "-m", "counterfoil_chaincode.launched", "-peer.address", peer.address]
    with subprocess.Popen([*command, "asset_chaincode:CHAINCODE"], env=environment) as process:
        try:
            assert peer.registered.get(timeout=60) == "asset:1"
            assert peer.run("org.hyperledger.fabric:GetMetadata").status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()


def test_a_peer_that_goes_away_ends_it_with_an_exit_code_of_its_own(peer: ListeningPeer) -> None:
    link = PeerLink(Chaincode([Greeter()]), LaunchSettings(peer.address, "greeter:1"))
    failed: SimpleQueue[Exception] = SimpleQueue()

    def serve() -> None:
        try:
            link.serve()
        except CallFailed as error:
            failed.put(error)

    Thread(target=serve, daemon=True).start()
    peer.registered.get(timeout=60)
    peer.server.stop(None)
    assert failed.get(timeout=60)


def test_no_peer_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ASSETS))
    with socket.socket() as unused:
        # Bound, so that nobody else listens there either.
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        environment = {"CORE_PEER_ADDRESS": address, "CORE_CHAINCODE_ID_NAME": "c"}
        assert main(["asset_chaincode:CHAINCODE"], environment) == 3
