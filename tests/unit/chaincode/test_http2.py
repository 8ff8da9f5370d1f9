"""The chaincode's own gRPC on HTTP/2: against grpcio's client, and against callers that misbehave."""

import itertools
import socket
import time
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, ClassVar

import grpc
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit
from counterfoil_chaincode.errors import ProtocolViolation, StreamClosed
from counterfoil_chaincode.peer_environment import PeerEnvironment
from counterfoil_chaincode.service import CONNECTIONS_MAX, ChaincodeServer, ServiceSettings
from counterfoil_chaincode.shim import http2
from counterfoil_chaincode.shim.grpc_messages import MessageCutter, with_prefix
from counterfoil_chaincode.shim.http2 import Http2Connection
from counterfoil_chaincode.shim.http2_frames import DATA, PADDED, PREFACE, FrameCutter, frame, unpadded
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived
from hpack import Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.chaincode.scripted_peer import MESSAGE, DiallingPeer, ScriptedPeer

SECONDS = 60
HEADERS = Encoder().encode([(":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "b")])


class Echo(Contract):
    held: SimpleQueue[str] = SimpleQueue()
    computed: ClassVar[list[str]] = []

    @submit
    def echo(self, context: Context, text: str) -> str:
        return text

    @submit
    def store(self, context: Context, key: str, text: str) -> None:
        context.stub.put_state(key, text.encode())

    @submit
    def long(self, context: Context, length: int) -> str:
        return "x" * length

    @submit
    def compute(self, context: Context, milliseconds: int) -> None:
        time.sleep(milliseconds / 1000)
        self.computed.append(context.stub.transaction_id)

    @submit
    def hold(self, context: Context) -> str:
        return self.held.get(timeout=SECONDS)


@pytest.fixture
def server() -> Iterator[ChaincodeServer]:
    listening = ServiceSettings("127.0.0.1:0", "echo:1")
    found = ChaincodeServer(Chaincode([Echo()]), listening, PeerEnvironment("Org1MSP"))
    yield found
    found.stop(5)


@pytest.fixture
def channel(server: ChaincodeServer) -> Iterator[grpc.Channel]:
    options = [("grpc.max_receive_message_length", 100 << 20), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options) as found:
        yield found


def connected(channel: grpc.Channel) -> DiallingPeer:
    peer = DiallingPeer(channel)
    assert peer.registered.get(timeout=SECONDS) == "echo:1"
    return peer


def test_messages_beyond_every_window_pass_both_ways(channel: grpc.Channel) -> None:
    peer, text = connected(channel), "x" * (5 << 20)
    for number in range(3):
        peer.start(f"t{number}", "echo", text)
    assert {len(peer.finish(SECONDS)[1].payload) for _ in range(3)} == {len(text)}
    peer.start("t", "store", "k", text)
    assert peer.finish(SECONDS)[1].status == 200
    assert peer.state == {"k": text.encode()}
    peer.hang_up()


def test_a_method_that_is_not_there(channel: grpc.Channel) -> None:
    for _ in range(3):
        call: Any = channel.unary_unary("/protos.Chaincode/Other")
        with pytest.raises(grpc.RpcError) as refused:
            call(b"", timeout=SECONDS)
        assert isinstance(refused.value, grpc.Call)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_one_connection_bears_more_calls_than_may_be_open_at_once(channel: grpc.Channel) -> None:
    check: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
    assert {check(b"", timeout=SECONDS) for _ in range(250)} == {b"\x08\x01"}


def test_streams_of_one_connection_live_and_end_apart(channel: grpc.Channel) -> None:
    first, second = connected(channel), connected(channel)
    first.hang_up()
    assert first.ended.get(timeout=SECONDS) is grpc.StatusCode.OK
    assert second.run("echo", "still here").payload == b"still here"
    second.hang_up()


def test_a_contract_that_waits_holds_nobody_up(channel: grpc.Channel) -> None:
    peer = connected(channel)
    for round_number in range(3):
        # The first runs on the reading thread, which another thread relieves.
        peer.start(f"held-{round_number}", "hold")
        peer.start(f"next-{round_number}", "echo", "meanwhile")
        assert peer.finish(SECONDS)[1].payload == b"meanwhile"
        Echo.held.put("done")
        assert peer.finish(SECONDS)[1].payload == b"done"
    peer.hang_up()


class BareCaller(ScriptedPeer):
    """A caller on `h2`, which reads only when it is told to."""

    def __init__(self, port: int) -> None:
        super().__init__(self._send_message)
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.h2 = H2Connection(H2Configuration(client_side=True))
        self._cutter = MessageCutter()
        self.h2.initiate_connection()
        self.h2.send_headers(
            1,
            [
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/protos.Chaincode/Connect"),
                (":authority", "chaincode"),
                ("content-type", "application/grpc"),
                ("te", "trailers"),
            ],
        )
        self._flush()

    def read_once(self) -> bool:
        """Take what has come; False at the end."""
        data = self.socket.recv(1 << 16)
        for event in self.h2.receive_data(data) if data else []:
            if isinstance(event, DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, 1)
                for message in self._cutter.cut(event.data):
                    self.receive(message)
        if data:
            self._flush()
        return bool(data)

    def _send_message(self, message: bytes) -> None:
        self.h2.send_data(1, with_prefix(message))
        self._flush()

    def _flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())


def test_a_peer_that_does_not_read_delays_nobody_else(server: ChaincodeServer, channel: grpc.Channel) -> None:
    slow = BareCaller(server.port)
    while slow.registered.empty():
        slow.read_once()
    for number in range(30):
        # In all far more than its window has room for.
        slow.start(f"t{number}", "long", "200000")
    other = connected(channel)
    assert other.run("echo", "quick").payload == b"quick"
    other.hang_up()
    while slow.completed.qsize() < 30:
        assert slow.read_once()
    slow.socket.close()


def test_answers_do_not_wait_for_all_that_has_come_with_them(server: ChaincodeServer) -> None:
    peer = BareCaller(server.port)
    while peer.registered.empty():
        peer.read_once()
    Echo.computed.clear()
    for number in range(30):
        # The first takes long enough for the rest to come together behind it.
        peer.start(f"t{number}", "compute", "20")
    while peer.completed.qsize() < 3:
        assert peer.read_once()
    assert len(Echo.computed) < 30
    while peer.completed.qsize() < 30:
        assert peer.read_once()
    peer.socket.close()


def test_a_peer_that_takes_nothing_fills_no_memory(
    server: ChaincodeServer, channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http2, "_UNSENT_BYTES_MAX", 1_000_000)
    slow = BareCaller(server.port)
    while slow.registered.empty():
        slow.read_once()
    waiting: list[int] = []
    send = Http2Connection.send

    def counted(connection: Http2Connection, stream_id: int, data: bytes) -> None:
        try:
            send(connection, stream_id, data)
        finally:
            if len(data) > 100_000:
                waiting.append(len(connection._streams[stream_id].pending))

    monkeypatch.setattr(Http2Connection, "send", counted)
    for number in range(30):
        slow.start(f"t{number}", "long", "200000")
    other = connected(channel)
    while len(waiting) < 30:
        assert other.run("echo", "quick").payload == b"quick"
    assert 1_000_000 < max(waiting) < 1_300_000
    other.hang_up()
    slow.socket.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: chaincode\r\n\r\n",
        PREFACE + frame(0x4, 0, 0, b"") + b"\xff" * 64,
        PREFACE + frame(0x4, 0, 0, b"") + frame(0x8, 0, 0, b"\x00\x00\x00\x00"),
        PREFACE + frame(0x4, 0, 0, b"") + frame(0x8, 0, 0, b"\x7f\xff\xff\xff") * 2,
        PREFACE + frame(0x4, 0, 0, b"") + frame(0x1, 0x4, 1, b"\xff" * 40),
    ],
)
def test_what_is_no_http2_ends_its_connection_alone(
    server: ChaincodeServer, channel: grpc.Channel, sent: bytes
) -> None:
    peer = connected(channel)
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as caller:
        caller.sendall(sent)
        while caller.recv(1 << 16):
            pass
    assert peer.run("echo", "unharmed").payload == b"unharmed"
    peer.hang_up()


def test_more_connections_than_are_admitted_are_closed(server: ChaincodeServer) -> None:
    callers = [socket.create_connection(("127.0.0.1", server.port), SECONDS) for _ in range(CONNECTIONS_MAX)]
    for caller in callers:
        assert caller.recv(9), "it was admitted: the settings come first"
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as one_more:
        assert one_more.recv(9) == b""
    for caller in callers:
        caller.close()
    deadline = time.monotonic() + SECONDS
    while True:
        with socket.create_connection(("127.0.0.1", server.port), SECONDS) as later:
            if later.recv(9):
                break
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_end_of_a_connection_ends_its_transactions(server: ChaincodeServer) -> None:
    caller = BareCaller(server.port)
    while caller.registered.empty():
        caller.read_once()
    caller.answers[MESSAGE.PUT_STATE] = lambda _: None
    caller.start("t", "store", "k", "v")
    while not caller.requests:
        caller.read_once()
    caller.socket.close()
    # Stopping waits for running transactions; this one waits for a peer that has gone.
    began = time.monotonic()
    server.stop(SECONDS)
    assert time.monotonic() - began < SECONDS / 2


@settings(deadline=None, max_examples=150)  # the machine may be busy
@given(
    frames=st.lists(
        st.tuples(
            st.integers(0, 10),
            st.sampled_from([0, 1, 4, 5, 8, 0x20, 0x25, 0xFF]),
            st.integers(0, 5),
            st.one_of(
                st.binary(max_size=40),
                st.just(HEADERS),
                st.integers(0, 1 << 32).map(lambda n: n.to_bytes(5)[1:]),
            ),
        ),
        max_size=12,
    )
)
def test_whatever_a_caller_sends_breaks_the_protocol_at_most(
    frames: list[tuple[int, int, int, bytes]],
) -> None:
    ours, theirs = socket.socketpair()
    connection = Http2Connection(ours, server=True)
    with theirs:
        theirs.sendall(PREFACE + frame(0x4, 0, 0, b"") + b"".join(frame(*each) for each in frames))
        theirs.shutdown(socket.SHUT_WR)
        try:
            while (events := connection.read()) is not None:
                for event in events:
                    if isinstance(event, RequestReceived):
                        connection.answer(event.stream_id, [(b":status", b"200")])
                        connection.send(event.stream_id, b"answer")
                        connection.finish(event.stream_id, [(b"grpc-status", b"0")])
        except (ProtocolViolation, StreamClosed):
            pass
        connection.release()


@settings(deadline=None, max_examples=50)  # the machine may be busy
@given(
    contents=st.lists(st.binary(max_size=300), max_size=8),
    cuts=st.lists(st.integers(0, 2500), max_size=12),
    preface=st.sampled_from([b"", PREFACE]),
)
def test_frames_come_out_as_they_went_in(contents: list[bytes], cuts: list[int], preface: bytes) -> None:
    sent = preface + b"".join(frame(DATA, 1, place, each) for place, each in enumerate(contents))
    cutter, found = FrameCutter(preface), []
    places = sorted({0, len(sent), *(min(cut, len(sent)) for cut in cuts)})
    for begin, end in itertools.pairwise(places):
        found += [each for each in cutter.cut(sent[begin:end]) if each[0] == DATA]
    assert found == [(DATA, 1, place, each) for place, each in enumerate(contents)]


@settings(deadline=None, max_examples=50)  # the machine may be busy
@given(messages=st.lists(st.binary(max_size=300), max_size=8), size=st.integers(1, 400))
def test_messages_come_out_as_they_went_in(messages: list[bytes], size: int) -> None:
    sent = b"".join(with_prefix(each) for each in messages)
    cutter = MessageCutter()
    found = [each for begin in range(0, len(sent), size) for each in cutter.cut(sent[begin : begin + size])]
    assert found == messages


def test_messages_that_are_refused() -> None:
    for prefix in (b"\x01\x00\x00\x00\x01", b"\x00\xff\x00\x00\x00"):
        with pytest.raises(ProtocolViolation):
            MessageCutter().cut(prefix + b"x")


def test_padding() -> None:
    assert unpadded(0, b"data") == b"data"
    assert unpadded(PADDED, b"\x02data..") == b"data"
    for wrong in (b"", b"\x04data"[:4]):
        with pytest.raises(ProtocolViolation):
            unpadded(PADDED, wrong)
