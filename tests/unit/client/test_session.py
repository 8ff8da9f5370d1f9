"""Deadlines, forks, threads, and mistaken arguments of connect."""

import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from counterfoil import Deadlines, EvaluateError, ForkedProcess, Gateway
from counterfoil_protocol.messages import common
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_deadlines_are_positive_and_finite(seconds: float) -> None:
    with pytest.raises(ValueError, match="positive, finite"):
        Deadlines(evaluate=seconds)


@pytest.mark.parametrize("seconds", ["5", None, True])
def test_deadlines_are_numbers(seconds: Any) -> None:
    with pytest.raises(TypeError):
        Deadlines(endorse=seconds)


def test_every_default_is_finite_and_leaves_time_for_private_data() -> None:
    assert Deadlines().endorse >= 30


def test_a_forked_child_is_refused_with_advice(
    peer: Any, connected: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = connected.network("trade").contract("asset")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(ForkedProcess, match="connect in the child"):
        contract.evaluate("read")
    with pytest.raises(ForkedProcess):
        contract.submit("create")
    with pytest.raises(ForkedProcess):
        contract.events()
    with pytest.raises(ForkedProcess):
        connected.network("trade").block_events()
    assert peer.handled == []


def test_threads_share_a_gateway(peer: Any, connected: Gateway) -> None:
    contract = connected.network("trade").contract("asset")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: contract.submit("create", str(number)), range(40)))
    assert answers == [b"create/%d" % number for number in range(40)]
    assert len({request.transaction_id for request in peer.calls("Submit")}) == 40


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"address": ""}, ValueError),
        ({"address": 7051}, TypeError),
        ({"identity": "BankAMSP"}, TypeError),
        ({"signer": b"key"}, TypeError),
        ({"deadlines": 5}, TypeError),
    ],
)
def test_mistaken_arguments_of_connect(
    connection: dict[str, Any], changed: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Gateway.connect(**{**connection, **changed})


def test_a_server_that_no_root_vouches_for_is_not_talked_to(
    peer: Any, connection: dict[str, Any], user: Any
) -> None:
    with (
        Gateway.connect(**{**connection, "tls_root": user.certificate}) as connected,
        pytest.raises(EvaluateError),
    ):
        connected.network("trade").contract("asset").evaluate("read", timeout=2)
    assert peer.handled == []


def test_the_gateways_organisation_is_the_clients_unless_said(connection: dict[str, Any]) -> None:
    with (
        Gateway.connect(**connection) as own,
        Gateway.connect(**connection, peer_msp_id="PortMSP") as relayed,
    ):
        assert (own.peer_msp_id, relayed.peer_msp_id) == ("BankAMSP", "PortMSP")


def test_a_client_finds_its_peer_again(peer: Any, connected: Gateway) -> None:
    contract = connected.network("trade").contract("asset")
    assert contract.evaluate("read") == b"read"
    peer.stop()
    gone_at = time.monotonic()
    while time.monotonic() < gone_at + 1.5:
        with pytest.raises(EvaluateError) as caught:
            contract.evaluate("read")
        assert caught.value.code is grpc.StatusCode.UNAVAILABLE
        time.sleep(0.2)
    peer.stop = peer.start()
    back_at = time.monotonic()
    while True:
        try:
            assert contract.evaluate("read") == b"read"
            break
        except EvaluateError:
            assert time.monotonic() < back_at + 8
            time.sleep(0.1)


def test_mutual_tls_binds_streams_to_the_clients_certificate(
    peer: Any, connection: dict[str, Any], authority: Any, user: Any
) -> None:
    peer.stop()
    peer.stop = peer.start(client_root=authority.certificate)
    peer.scripts["Deliver"] = ["end"]
    pair = (user.key, user.certificate)
    with Gateway.connect(**connection, tls_identity=pair) as connected:
        assert connected.network("trade").contract("asset").evaluate("read") == b"read"
        list(connected.network("trade").block_events())
    (envelope,) = peer.calls("Deliver")
    payload = common.Payload.FromString(envelope.payload)
    header = common.ChannelHeader.FromString(payload.header.channel_header)
    der = x509.load_pem_x509_certificate(user.certificate).public_bytes(Encoding.DER)
    assert header.tls_cert_hash == hashlib.sha256(der).digest()
    with Gateway.connect(**connection) as without, pytest.raises(EvaluateError):
        without.network("trade").contract("asset").evaluate("read", timeout=2)


def test_the_gateway_alone_needs_no_extra() -> None:
    program = (
        "import sys, counterfoil, counterfoil.aio, counterfoil.lifecycle\n"
        "extras = {'msgspec', 'lxml', 'yaml', 'typer', 'counterfoil_contracts', 'counterfoil_network'}\n"
        "sys.exit(', '.join(extras & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
