"""A chaincode as a child process over a socket pair: load, crashes, loops, the end of its peer."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_protocol.messages import chaincode_shim

from tests.unit.chaincode.scripted_peer import SocketPeer, error

MESSAGE = chaincode_shim.ChaincodeMessage
ASSETS = Path(__file__).parents[2] / "engine" / "chaincodes" / "asset"


class Child:
    """A child process and the scripted peer that started it."""

    def __init__(self, **settings: str) -> None:
        ours, theirs = socket.socketpair()
        variables = {
            "COUNTERFOIL_CHAINCODE_FD": str(theirs.fileno()),
            "CHAINCODE_ID": "asset:1234",
            "CORE_PEER_LOCALMSPID": "Org1MSP",
            "COUNTERFOIL_CHAINCODE_PATH": str(ASSETS),
            "COUNTERFOIL_CHAINCODE": "asset_chaincode:CHAINCODE",
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "counterfoil_chaincode.child"],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **variables},
            stderr=subprocess.PIPE,
        )
        theirs.close()
        self.peer = SocketPeer(ours)

        self._log: str | None = None

    def end(self) -> str:
        """Kill it if it still runs; what it wrote to its log."""
        if self._log is None:
            self.process.kill()
            self._log = self.process.communicate(timeout=60)[1].decode()
            self.peer.close()
        return self._log


@pytest.fixture
def child() -> Iterator[Child]:
    found = Child()
    assert found.peer.registered.get(timeout=60) == "asset:1234"
    yield found
    found.end()


def test_256_in_flight_lose_nothing(child: Child) -> None:
    started = 2000
    for number in range(256):
        child.peer.start(f"t{number}", "create", f"a{number}", "ann", str(number))
    answers = {}
    for number in range(256, 256 + started):
        message, answer = child.peer.finish()
        answers[message.txid] = answer.payload
        if number < started:
            child.peer.start(f"t{number}", "create", f"a{number}", "ann", str(number))
    assert len(answers) == started
    for number in range(started):
        assert answers[f"t{number}"] == b'{"id":"a%d","owner":"ann","value":%d}' % (number, number)
    assert len(child.peer.state) == started


def test_an_error_of_the_peer_reaches_the_contract(child: Child) -> None:
    child.peer.answers[MESSAGE.PUT_STATE] = lambda asked: error(asked, "PUT_STATE failed: no")
    assert child.peer.run("create", "a", "ann", "1").message == "PEER_ERROR: PUT_STATE failed: no"


def test_events_are_delivered(child: Child) -> None:
    child.peer.start("t", "create", "a", "ann", "1")
    event = child.peer.finish()[0].chaincode_event
    assert (event.event_name, event.payload) == ("created", b"a")


def test_an_exception_answers_at_once_and_is_logged_without_content(child: Child) -> None:
    assert child.peer.run("crash", "SECRET-4711").message.startswith("INTERNAL_ERROR: ")
    assert child.peer.run("crash", "SECRET-4711").status == 500
    log = child.end()
    assert "RuntimeError" in log
    assert "in crash" in log
    assert "SECRET" not in log


def test_a_contract_that_loops_holds_up_nobody_else(child: Child) -> None:
    child.peer.start("loops", "loop")
    for number in range(20):
        answer = child.peer.run("create", f"a{number}", "ann", "1", transaction_id=f"t{number}")
        assert answer.status == 200


def test_a_looping_child_ends_with_its_peer(child: Child) -> None:
    child.peer.start("loops", "loop")
    assert child.peer.run("create", "a", "ann", "1").status == 200
    child.peer.connection.shutdown(socket.SHUT_RDWR)
    assert child.process.wait(10) == 4


def test_an_idle_child_ends_with_its_peer(child: Child) -> None:
    child.peer.connection.shutdown(socket.SHUT_RDWR)
    assert child.process.wait(10) == 0


def test_a_child_ends_with_its_peer_amid_a_transaction(child: Child) -> None:
    child.peer.answers[MESSAGE.GET_STATE] = lambda _: None
    child.peer.start("t1", "create", "a", "ann", "1")
    child.peer.start("t2", "create", "b", "ann", "1")
    child.peer.connection.shutdown(socket.SHUT_RDWR)
    assert child.process.wait(10) == 0


def test_a_killed_child_closes_the_stream(child: Child) -> None:
    child.peer.answers[MESSAGE.GET_STATE] = lambda _: os.kill(child.process.pid, signal.SIGKILL)
    child.peer.start("t", "create", "a", "ann", "1")
    assert child.peer.ended.get(timeout=60) == "closed"
    assert child.process.wait(10) == -signal.SIGKILL


def test_an_interrupt_is_left_to_the_peer(child: Child) -> None:
    child.process.send_signal(signal.SIGINT)
    assert child.peer.run("create", "a", "ann", "1").status == 200


@pytest.mark.parametrize(
    ("entry_point", "told"),
    [
        ("asset_chaincode", "an entry point has the form module:attribute"),
        ("absent_module:X", "there is no module absent_module"),
        ("asset_chaincode:ABSENT", "the module has no ABSENT"),
        ("asset_chaincode:Asset", "is a type, not a Chaincode"),
    ],
)
def test_a_bad_entry_point_is_told_in_the_log(entry_point: str, told: str) -> None:
    child = Child(COUNTERFOIL_CHAINCODE=entry_point)
    assert child.process.wait(20) == 2
    assert told in child.end()


def test_a_peer_that_breaks_the_protocol_is_left(child: Child) -> None:
    child.peer.send(MESSAGE(type=MESSAGE.REGISTERED))
    assert child.process.wait(10) == 3
