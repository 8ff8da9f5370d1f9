"""Transactions that take turns: whatever one of them does, the others go on, and nothing of it stays."""

import asyncio
import gc
import random
import socket
import time
import weakref
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Lock, current_thread

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.errors import ProtocolViolation
from counterfoil_chaincode.failure import describe_failure
from counterfoil_chaincode.shim import exchange, hub
from counterfoil_chaincode.shim.admission import Admission
from counterfoil_chaincode.shim.patient_socket import PatientSocket
from counterfoil_protocol.messages import chaincode_shim, query_result
from greenlet import GreenletExit

from tests.unit.chaincode.scripted_peer import response
from tests.unit.chaincode.wired import SECONDS, Wired

MESSAGE = chaincode_shim.ChaincodeMessage
_ENDS = (asyncio.CancelledError, GeneratorExit, GreenletExit, KeyboardInterrupt)
ENDS = {each.__name__: each for each in _ENDS}
"""Exceptions that are no `Exception`, and are meant to end a thread, a coroutine or a greenlet."""


class Rude(Contract):
    """Does what a contract should not."""

    held: SimpleQueue[str] = SimpleQueue()

    @submit
    def get(self, context: Context, key: str) -> bytes:
        return context.stub.get_state(key) or b"nothing"

    @submit
    def put(self, context: Context, size: int) -> None:
        context.stub.put_state("k", b"x" * size)

    @submit
    def answer(self, context: Context, size: int) -> bytes:
        return b"x" * size

    @submit
    def compute(self, context: Context, milliseconds: int) -> None:
        time.sleep(milliseconds / 1000)

    @submit
    def end(self, context: Context, name: str) -> None:
        raise ENDS[name]

    @submit
    def hold_then_end(self, context: Context, name: str) -> None:
        self.held.get(timeout=SECONDS)
        context.stub.get_state("k")
        raise ENDS[name]

    @submit
    def keep(self, context: Context, number: int) -> None:
        """Leaves open iterators to the collector of garbage, which closes them at any moment."""

        def rows() -> Iterator[bytes]:
            with context.stub.get_state_by_range("a", "z") as found:
                for row in found:
                    yield row.value

        drawn = random.Random(number)
        kept: list[list[None]] = []
        for at in range(6):
            each = rows()
            next(each)
            circle: list[object] = [each]
            circle.append(circle)
            del each, circle
            kept += [[] for _ in range(drawn.randrange(400))]
            context.stub.get_state(f"{number}-{at}")


@pytest.fixture
def admission() -> Admission:
    return Admission(64)


@pytest.fixture
def wired(admission: Admission) -> Iterator[Wired]:
    found = Wired(admission, Chaincode([Rude()]))
    found.start()
    yield found
    found.end()


def waiting(wired: Wired) -> tuple[MESSAGE, SimpleQueue[MESSAGE]]:
    """Start a transaction that waits: what it asks, and what others will ask."""
    unanswered: SimpleQueue[MESSAGE] = SimpleQueue()
    wired.peer.answers[MESSAGE.GET_STATE] = unanswered.put
    wired.peer.start("waits", "get", "k")
    return unanswered.get(timeout=SECONDS), unanswered


def goes_on(wired: Wired, asked: MESSAGE, admission: Admission) -> None:
    """The one that waits gets its answer, and all are counted off."""
    wired.peer.send(response(asked, b"1"))
    assert wired.peer.finish()[1].payload == b"1"
    assert admission.close(SECONDS)


@pytest.mark.parametrize("name", sorted(ENDS))
def test_what_ends_threads_ends_one_transaction_alone(wired: Wired, admission: Admission, name: str) -> None:
    asked, _ = waiting(wired)
    wired.peer.start("ends", "end", name)
    failed = wired.peer.completed.get(timeout=SECONDS)
    assert (failed.txid, failed.type in (MESSAGE.ERROR, MESSAGE.COMPLETED)) == ("ends", True)
    goes_on(wired, asked, admission)


@pytest.mark.parametrize("name", sorted(ENDS))
def test_it_strands_nobody_on_a_relieved_thread(wired: Wired, admission: Admission, name: str) -> None:
    asked, unanswered = waiting(wired)
    wired.peer.start("ends", "hold_then_end", name)
    wired.peer.start("relieves", "compute", "0")
    assert wired.peer.finish()[0].txid == "relieves"
    Rude.held.put("go")
    wired.peer.send(response(unanswered.get(timeout=SECONDS)))
    assert wired.peer.completed.get(timeout=SECONDS).txid == "ends"
    goes_on(wired, asked, admission)


class SlowLock:
    """A lock whose holder, if it is the watcher, comes to a stop right after it has got it."""

    def __init__(self) -> None:
        self._lock = Lock()

    def acquire(self, blocking: bool = True) -> bool:
        got = self._lock.acquire(blocking)
        if got and current_thread().name == "stream-watch":
            time.sleep(0.03)
        return got

    def release(self) -> None:
        self._lock.release()


def test_a_watcher_that_comes_too_late_ends_no_stream(admission: Admission) -> None:
    wired = Wired(admission, Chaincode([Rude()]))
    vars(wired.reading)["_reading"] = SlowLock()
    wired.start()
    for number in range(25):
        # About the watcher's patience, so that it looks while the transaction ends.
        wired.peer.start(f"t{number}", "compute", str(100 + 5 * number))
        assert wired.peer.finish(SECONDS)[0].txid == f"t{number}"
        time.sleep(0.02)
        assert not wired.reading._over.is_set(), number
    wired.end()


def test_nothing_stays_of_an_ended_stream(admission: Admission, monkeypatch: pytest.MonkeyPatch) -> None:
    hubs: list[weakref.ref[hub.Hub]] = []
    make = hub.Hub.__init__

    def noted(made: hub.Hub) -> None:
        make(made)
        hubs.append(weakref.ref(made))

    monkeypatch.setattr(hub.Hub, "__init__", noted)
    for _ in range(3):
        wired = Wired(admission, Chaincode([Rude()]))
        wired.start()
        assert wired.peer.run("get", "k").payload == b"nothing"
        assert wired.peer.run("end", "CancelledError").status == 500
        wired.end()
        del wired
    gc.collect()
    assert [each() for each in hubs] == [None, None, None]


def test_a_greenlet_that_waits_for_work_keeps_nothing_of_the_last(wired: Wired) -> None:
    assert wired.peer.run("get", "k", transaction_id="kept").payload == b"nothing"
    gc.collect()
    (stream,) = wired.reading._hubs.values()
    assert len(stream._idle) == 1
    frame = stream._idle[0].gr_frame
    assert frame is not None
    assert sorted(frame.f_locals) == ["self"]


def test_the_collector_of_garbage_asks_nothing(wired: Wired, admission: Admission) -> None:
    row = query_result.KV(key="a", value=b"1").SerializeToString()
    results = [chaincode_shim.QueryResultBytes(resultBytes=row)]
    rows = chaincode_shim.QueryResponse(results=results, has_more=True, id="q").SerializeToString()
    wired.peer.answers[MESSAGE.GET_STATE_BY_RANGE] = lambda message: response(message, rows)
    for number in range(150):
        wired.peer.start(f"t{number}", "keep", str(number))
        assert wired.peer.finish(SECONDS)[1].status == 200
    assert admission.close(SECONDS)


def test_what_is_too_long_for_a_peer_fails_alone(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MESSAGE_BYTES_MAX", 10_000)
    assert wired.peer.run("put", "20000").message.startswith("PEER_ERROR: a message of 20")
    assert wired.peer.run("answer", "20000").message.startswith("RESPONSE_TOO_LONG: a message of 20")
    assert (wired.peer.run("put", "9000").status, wired.peer.state["k"]) == (200, b"x" * 9000)


def test_an_exception_that_is_its_own_cause_is_described() -> None:
    def fail() -> None:
        try:
            int("x")
        except ValueError as error:
            raise error from error

    with pytest.raises(ValueError, match="invalid literal") as caught:
        fail()
    assert describe_failure(caught.value).count("ValueError at") == 1


def test_who_rings_does_not_wait_for_who_listens() -> None:
    ours, theirs = socket.socketpair()
    patient = PatientSocket(ours)
    for _ in range(1_000):
        # Each leaves something over, and rings; nobody listens.
        patient.put(b"x" * 70_000)
        patient.flush()
    assert patient.unsent > 0
    theirs.close()
    patient.release()


def test_an_unknown_type_of_message_is_told_by_its_number(wired: Wired) -> None:
    with pytest.raises(ProtocolViolation, match="of type 777 does not belong in state READY"):
        wired.handler.receive(b"\x08\x89\x06")
