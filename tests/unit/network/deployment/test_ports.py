"""Ports: those of an earlier run are kept, whatever is left of its connections; a server's are not taken."""

import secrets
import socket
import subprocess
import sys
from contextlib import closing

import pytest
from counterfoil_network.deployment.ports import HOST, free_ports


def test_a_port_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter((7, 7, 7, 8, 8, 9))
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    assert free_ports(3) == [20_007, 20_008, 20_009]


def test_a_port_that_somebody_listens_on_is_not_given() -> None:
    (port,) = free_ports(1)
    with socket.create_server((HOST, port)):
        assert free_ports(1, [port]) != [port]


def test_what_is_left_of_connections_does_not_take_a_port() -> None:
    """The side that closes first keeps the port in TIME_WAIT, as an engine that was killed does."""
    (port,) = free_ports(1)
    with (
        socket.create_server((HOST, port)) as server,
        closing(socket.create_connection((HOST, port))) as client,
    ):
        accepted, _ = server.accept()
        accepted.close()
        assert client.recv(1) == b""
    assert free_ports(1, [port]) == [port]


def test_a_port_that_another_process_was_given_is_not_given_until_that_ends() -> None:
    (port,) = free_ports(1)
    script = f"from counterfoil_network.deployment.ports import free_ports; print(free_ports(1, [{port}])[0])"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(other.stdout) != port
    assert free_ports(1, [int(other.stdout)]) == [int(other.stdout)]
