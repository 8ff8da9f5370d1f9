"""The state machine of one stream, with a scripted peer in the same thread or on the workers."""

import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from queue import SimpleQueue
from threading import Thread

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.errors import ProtocolViolation
from counterfoil_chaincode.shim.admission import Admission
from counterfoil_chaincode.shim.handler import State
from counterfoil_chaincode.shim.stub import ChaincodeStub
from counterfoil_chaincode.testing import make_caller
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response

from tests.unit.chaincode.scripted_peer import CHANNEL, error, response, signed_proposal
from tests.unit.chaincode.wired import Wired

MESSAGE = chaincode_shim.ChaincodeMessage
SECONDS = 60


class Probe(Contract):
    """Does what its argument says."""

    held: SimpleQueue[str] = SimpleQueue()

    @submit
    def get(self, context: Context, key: str) -> bytes:
        return context.stub.get_state(key) or b"nothing"

    @submit
    def put(self, context: Context, key: str, value: str) -> None:
        context.stub.put_state(key, value.encode())
        context.stub.set_event("first", b"1")
        context.stub.set_event("put", key.encode())

    @submit
    def fail(self, context: Context, text: str) -> None:
        raise KeyError(text)

    @submit
    def leave(self, context: Context) -> None:
        sys.exit(1)

    @submit
    def about(self, context: Context) -> str:
        stub = context.stub
        words = [stub.transaction_id, stub.channel_id, stub.timestamp.isoformat(), stub.binding.hex()]
        return " ".join([*words, stub.transient.get("field", b"").decode(), context.client_identity.msp_id])

    @submit
    def hold_then_get(self, context: Context, key: str) -> bytes:
        self.held.get(timeout=60)
        return context.stub.get_state(key) or b"nothing"

    @submit
    def get_many(self, context: Context, prefix: str, count: int) -> str:
        return "".join((context.stub.get_state(f"{prefix}{at}") or b"-").decode() for at in range(count))

    @submit
    def get_elsewhere(self, context: Context) -> str:
        found: SimpleQueue[str] = SimpleQueue()

        def read() -> None:
            try:
                context.stub.get_state("k")
            except ProtocolViolation as refused:
                found.put(str(refused))

        Thread(target=read).start()
        return found.get(timeout=SECONDS)

    @submit
    def get_in_two_steps(self, context: Context) -> bytes:
        first = context.stub.get_state("first") or b"-"
        return first + (context.stub.get_state("second") or b"-")

    @submit
    def hold(self, context: Context) -> str:
        return self.held.get(timeout=60)


class Keeper(Contract):
    """Keeps what it must not: a context variable's value, and the stub of its first transaction."""

    seen: ContextVar[str] = ContextVar("seen", default="nothing")
    first: ChaincodeStub | None = None

    @submit
    def see(self, context: Context, number: str) -> str:
        before = self.seen.get()
        self.seen.set(number)
        context.stub.get_state("k")
        assert self.seen.get() == number, "the waiting changes nothing"
        return before

    @submit
    def ask_by_the_first(self, context: Context) -> str:
        if Keeper.first is None:
            Keeper.first = context.stub
            return "kept"
        try:
            Keeper.first.get_state("k")
        except ProtocolViolation as refused:
            return str(refused)
        return "asked"


@pytest.fixture
def admission() -> Admission:
    return Admission(8)


@pytest.fixture
def wired(admission: Admission) -> Iterator[Wired]:
    found = Wired(admission, Chaincode([Probe()]))
    found.start()
    yield found
    found.end()


def test_registers_and_becomes_ready(wired: Wired) -> None:
    assert wired.handler.state is State.READY


def test_runs_a_transaction_and_delivers_the_last_event(wired: Wired) -> None:
    wired.peer.start("t1", "put", "k", "v")
    message, answer = wired.peer.finish()
    assert (answer.status, answer.payload, message.txid, message.channel_id) == (200, b"", "t1", CHANNEL)
    assert (message.chaincode_event.event_name, message.chaincode_event.payload) == ("put", b"k")
    assert wired.peer.state == {"k": b"v"}
    assert wired.peer.run("get", "k").payload == b"v"
    assert wired.peer.run("get", "absent").payload == b"nothing"


def test_an_error_of_the_peer_is_raised(wired: Wired) -> None:
    wired.peer.answers[MESSAGE.GET_STATE] = lambda asked: error(asked, "GET_STATE failed: ledger is closed")
    answer = wired.peer.run("get", "k")
    assert (answer.status, answer.message) == (500, "PEER_ERROR: GET_STATE failed: ledger is closed")


def test_missing_private_data_is_said_to_be_retryable(wired: Wired) -> None:
    text = "GET_STATE failed: private data matching public hash version is not available. Public hash"
    wired.peer.answers[MESSAGE.GET_STATE] = lambda asked: error(asked, text)
    answer = wired.peer.run("get", "k")
    assert answer.status == 503
    assert answer.message.startswith("PRIVATE_DATA_NOT_AVAILABLE: ")


def test_an_exception_answers_at_once_and_tells_no_content(
    wired: Wired, caplog: pytest.LogCaptureFixture
) -> None:
    answer = wired.peer.run("fail", "SECRET-4711")
    assert answer.status == 500
    assert answer.message == "INTERNAL_ERROR: the contract failed with KeyError; its log says where"
    assert "in fail" in caplog.text
    assert "test_handler.py" in caplog.text
    assert "SECRET" not in caplog.text + answer.message


def test_a_contract_cannot_end_the_process(wired: Wired) -> None:
    assert wired.peer.run("leave").message.startswith("INTERNAL_ERROR: the contract failed with SystemExit")
    assert wired.peer.run("get", "k").status == 200


def test_payloads_are_logged_only_when_a_developer_asks(
    wired: Wired, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_CHAINCODE_DEBUG", "payloads")
    wired.peer.run("fail", "SECRET-4711")
    assert "SECRET-4711" in caplog.text


def test_the_stub_tells_the_transaction(wired: Wired) -> None:
    caller = make_caller("BankAMSP", "bank.officer", "ann")
    proposed = signed_proposal(caller, "about", transient={"field": b"value"})
    words = wired.peer.run("about", proposed=proposed).payload.decode().split(" ")
    assert words[:3] == ["t", CHANNEL, "2026-01-05T02:00:00.000005+00:00"]
    assert len(bytes.fromhex(words[3])) == 32
    assert words[4:] == ["value", "BankAMSP"]


def test_a_call_without_proposal_has_no_creator(wired: Wired) -> None:
    assert wired.peer.run("about").message.startswith("BAD_CREATOR: ")


def test_a_proposal_that_cannot_be_read_is_answered_with_error(wired: Wired) -> None:
    proposed = signed_proposal(make_caller("BankAMSP"), "about")
    proposed.proposal_bytes = b"\xff\xff"
    wired.peer.start("t", "about", proposed=proposed)
    message = wired.peer.completed.get(timeout=SECONDS)
    assert (message.type, message.payload) == (MESSAGE.ERROR, b"not a protos.Proposal")


def test_keepalive_is_echoed(wired: Wired) -> None:
    wired.peer.send(MESSAGE(type=MESSAGE.KEEPALIVE))
    assert wired.peer.completed.get(timeout=SECONDS).type == MESSAGE.KEEPALIVE


def test_an_answer_that_nobody_waits_for_is_dropped(wired: Wired) -> None:
    wired.peer.send(response(MESSAGE(txid="gone", channel_id=CHANNEL)))
    assert wired.peer.run("get", "k").status == 200


def test_a_transaction_cannot_run_twice_at_once(wired: Wired) -> None:
    wired.peer.start("same", "hold")
    wired.peer.start("same", "hold")
    refused = wired.peer.completed.get(timeout=SECONDS)
    assert (refused.type, refused.payload) == (MESSAGE.ERROR, b"the transaction is running already")
    Probe.held.put("go")
    assert wired.peer.finish()[1].payload == b"go"
    Probe.held.put("again")
    assert wired.peer.run("hold", transaction_id="same").payload == b"again"


def test_a_transaction_id_may_be_used_again_as_soon_as_it_is_answered(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = wired.peer.receive

    def answered(data: bytes) -> None:
        if MESSAGE.FromString(data).type == MESSAGE.COMPLETED:
            # Still inside the first transaction's thread, which has not tidied up yet.
            monkeypatch.setattr(wired.handler, "_send", receive)
            wired.peer.start("same", "hold_then_get", "k")
        receive(data)

    monkeypatch.setattr(wired.handler, "_send", answered)
    assert wired.peer.run("get", "k", transaction_id="same").payload == b"nothing"
    wired.peer.run("get", "k", transaction_id="other")
    Probe.held.put("go")
    assert wired.peer.finish()[1].payload == b"nothing"


def test_transactions_take_turns_and_none_gets_anothers_answer(wired: Wired) -> None:
    unanswered: SimpleQueue[MESSAGE] = SimpleQueue()
    wired.peer.answers[MESSAGE.GET_STATE] = unanswered.put
    for number in range(8):
        wired.peer.start(f"t{number}", "get_many", f"t{number}.", "5")
    for _ in range(5):
        # All eight wait at once; the last to ask is answered first.
        for asked in reversed([unanswered.get(timeout=SECONDS) for _ in range(8)]):
            key = chaincode_shim.GetState.FromString(asked.payload).key
            wired.peer.send(response(asked, f"<{key}>".encode()))
    found = {
        message.txid: answer.payload.decode() for message, answer in (wired.peer.finish() for _ in range(8))
    }
    assert found == {f"t{n}": "".join(f"<t{n}.{at}>" for at in range(5)) for n in range(8)}


def test_who_waits_when_another_computes_goes_on_after_it(wired: Wired) -> None:
    unanswered: SimpleQueue[MESSAGE] = SimpleQueue()
    wired.peer.answers[MESSAGE.GET_STATE] = unanswered.put
    wired.peer.start("waits", "get_in_two_steps")
    first = unanswered.get(timeout=SECONDS)
    wired.peer.start("computes", "hold_then_get", "k")
    wired.peer.start("comes later", "about", proposed=signed_proposal(make_caller("BankAMSP"), "about"))
    assert wired.peer.finish()[0].txid == "comes later", "another thread reads by now"
    wired.peer.send(response(first, b"1"))
    Probe.held.put("go")
    second = {asked.txid: asked for asked in (unanswered.get(timeout=SECONDS) for _ in range(2))}
    wired.peer.send(response(second["waits"], b"2"))
    message, answer = wired.peer.finish()
    assert (message.txid, answer.payload) == ("waits", b"12")
    wired.peer.send(response(second["computes"], b"late"))
    assert wired.peer.finish()[1].payload == b"late"


def test_an_answer_to_no_question_is_not_the_next_ones(wired: Wired) -> None:
    unanswered: SimpleQueue[MESSAGE] = SimpleQueue()
    wired.peer.answers[MESSAGE.GET_STATE] = unanswered.put
    wired.peer.start("before", "hold_then_get", "k")
    wired.peer.send(response(MESSAGE(txid="before", channel_id=CHANNEL), b"asked by nobody yet"))
    assert wired.peer.run("put", "k", "v", transaction_id="other").status == 200, "the answer was read before"
    Probe.held.put("go")
    wired.peer.send(response(unanswered.get(timeout=SECONDS), b"1"))
    assert wired.peer.finish()[1].payload == b"1"


def test_another_thread_of_the_contract_cannot_ask(wired: Wired) -> None:
    assert "from its own thread" in wired.peer.run("get_elsewhere").payload.decode()


def test_nothing_of_a_transaction_reaches_the_next_that_runs_in_its_place(
    admission: Admission,
) -> None:
    wired = Wired(admission, Chaincode([Keeper()]))
    wired.start()
    assert {wired.peer.run("see", str(number)).payload for number in range(5)} == {b"nothing"}
    assert wired.peer.run("ask_by_the_first").payload == b"kept"
    assert "from its own thread" in wired.peer.run("ask_by_the_first").payload.decode()
    wired.end()


def test_too_many_transactions_are_refused_clearly(wired: Wired) -> None:
    for number in range(9):
        wired.peer.start(f"t{number}", "hold")
    message, answer = wired.peer.finish()
    assert (message.txid, answer.status) == ("t8", 503)
    assert answer.message == "TOO_MANY_TRANSACTIONS: more than 8 at once; try again later"
    for _ in range(8):
        Probe.held.put("go")
    assert {wired.peer.finish()[1].payload for _ in range(8)} == {b"go"}


def test_after_the_end_is_announced_nothing_starts(wired: Wired, admission: Admission) -> None:
    admission.close()
    assert wired.peer.run("get", "k").message.startswith("SHUTTING_DOWN: ")


def test_the_end_of_the_stream_ends_waiting_transactions(wired: Wired, admission: Admission) -> None:
    asked: SimpleQueue[MESSAGE] = SimpleQueue()

    def silent(message: MESSAGE) -> None:
        asked.put(message)

    wired.peer.answers[MESSAGE.GET_STATE] = silent
    wired.peer.start("t", "get", "k")
    asked.get(timeout=SECONDS)
    wired.end()
    assert admission.close(SECONDS), "the waiting transaction has ended"
    assert wired.peer.completed.empty()


def test_an_init_that_fails_answers_error(wired: Wired) -> None:
    call = chaincode.ChaincodeInput(args=[b"fail", b"x"]).SerializeToString()
    wired.peer.send(MESSAGE(type=MESSAGE.INIT, txid="i", channel_id=CHANNEL, payload=call))
    message = wired.peer.completed.get(timeout=SECONDS)
    assert message.type == MESSAGE.ERROR
    assert message.payload.startswith(b"INTERNAL_ERROR: ")


@pytest.mark.parametrize(
    "sent",
    [
        lambda: b"\xff\xff\xff",
        lambda: MESSAGE(type=MESSAGE.REGISTERED).SerializeToString(),
        lambda: MESSAGE(type=MESSAGE.GET_STATE).SerializeToString(),
    ],
)
def test_what_does_not_belong_ends_the_stream(wired: Wired, sent: Callable[[], bytes]) -> None:
    with pytest.raises(ProtocolViolation):
        wired.handler.receive(sent())


def test_a_transaction_before_ready_ends_the_stream(admission: Admission) -> None:
    handler = Wired(admission, Chaincode([Probe()])).handler
    with pytest.raises(ProtocolViolation, match="TRANSACTION does not belong in state CREATED"):
        handler.receive(MESSAGE(type=MESSAGE.TRANSACTION).SerializeToString())


def test_a_failure_of_the_runtime_itself_answers_error(admission: Admission) -> None:
    class Broken:
        def invoke(self, *_: object) -> proposal_response.Response:
            raise RuntimeError("SECRET")

    wired = Wired(admission, Broken())
    wired.start()
    wired.peer.start("t", "get")
    message = wired.peer.completed.get(timeout=SECONDS)
    wired.end()
    assert (message.type, message.payload) == (MESSAGE.ERROR, b"the chaincode runtime failed")
