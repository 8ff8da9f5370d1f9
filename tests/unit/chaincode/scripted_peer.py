"""A peer's side of the chaincode stream, for tests: keeps public state, and can be told to misbehave."""

import contextlib
import socket
import struct
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import Any

import grpc
from counterfoil_chaincode.testing import Caller
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal, proposal_response
from counterfoil_protocol.proposal import build_proposal, sign_proposal

MESSAGE = chaincode_shim.ChaincodeMessage
CHANNEL = "trade"

Answer = Callable[[MESSAGE], MESSAGE | None]


class ScriptedPeer:
    """Talks to one chaincode through `send`; the chaincode's messages come to `receive`.

    `answers` replaces the answer to a message type; None as the answer means silence.
    """

    def __init__(self, send: Callable[[bytes], None], ready: bytes = b"") -> None:
        self._send = send
        self._ready = ready
        self.state: dict[str, bytes] = {}
        self.answers: dict[int, Answer] = {}
        self.requests: list[int] = []
        self.registered: SimpleQueue[str] = SimpleQueue()
        self.completed: SimpleQueue[MESSAGE] = SimpleQueue()

    def send(self, message: MESSAGE) -> None:
        self._send(message.SerializeToString())

    def receive(self, data: bytes) -> None:
        message = MESSAGE.FromString(data)
        if message.type == MESSAGE.REGISTER:
            self.send(MESSAGE(type=MESSAGE.REGISTERED))
            self.send(MESSAGE(type=MESSAGE.READY, payload=self._ready))
            self.registered.put(chaincode.ChaincodeID.FromString(message.payload).name)
        elif message.type in (MESSAGE.COMPLETED, MESSAGE.KEEPALIVE, MESSAGE.ERROR):
            self.completed.put(message)
        else:
            self.requests.append(message.type)
            answer = self.answers.get(message.type, self._answer)(message)
            if answer is not None:
                self.send(answer)

    def start(self, transaction_id: str, *args: str, proposed: proposal.SignedProposal | None = None) -> None:
        payload = chaincode.ChaincodeInput(args=[arg.encode() for arg in args]).SerializeToString()
        self.send(
            MESSAGE(
                type=MESSAGE.TRANSACTION,
                txid=transaction_id,
                channel_id=CHANNEL,
                payload=payload,
                proposal=proposed,
            )
        )

    def finish(self, timeout: float = 60) -> tuple[MESSAGE, proposal_response.Response]:
        message = self.completed.get(timeout=timeout)
        assert message.type == MESSAGE.COMPLETED, message
        return message, proposal_response.Response.FromString(message.payload)

    def run(
        self, *args: str, proposed: proposal.SignedProposal | None = None, transaction_id: str = "t"
    ) -> proposal_response.Response:
        self.start(transaction_id, *args, proposed=proposed)
        return self.finish()[1]

    def _answer(self, message: MESSAGE) -> MESSAGE:
        payload = b""
        if message.type == MESSAGE.GET_STATE:
            payload = self.state.get(chaincode_shim.GetState.FromString(message.payload).key, b"")
        elif message.type == MESSAGE.PUT_STATE:
            put = chaincode_shim.PutState.FromString(message.payload)
            self.state[put.key] = put.value
        return response(message, payload)


def response(to: MESSAGE, payload: bytes = b"") -> MESSAGE:
    return MESSAGE(type=MESSAGE.RESPONSE, txid=to.txid, channel_id=to.channel_id, payload=payload)


def error(to: MESSAGE, text: str) -> MESSAGE:
    return MESSAGE(type=MESSAGE.ERROR, txid=to.txid, channel_id=to.channel_id, payload=text.encode())


def signed_proposal(
    caller: Caller, *args: str, transient: Mapping[str, bytes] | None = None
) -> proposal.SignedProposal:
    call = [arg.encode() for arg in args]
    built = build_proposal(CHANNEL, "asset", call, caller.creator, transient, timestamp=(1_767_578_400, 5000))
    return sign_proposal(built, lambda _: b"unchecked")


class SocketPeer(ScriptedPeer):
    """A scripted peer at one end of a socket pair, with a thread that reads."""

    def __init__(self, connection: socket.socket, ready: bytes = b"") -> None:
        super().__init__(self._write, ready)
        self.connection = connection
        self.ended: SimpleQueue[str] = SimpleQueue()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        self.connection.close()

    def _write(self, data: bytes) -> None:
        self.connection.sendall(struct.pack(">I", len(data)) + data)

    def _read(self) -> None:
        with self.connection.makefile("rb") as stream, contextlib.suppress(OSError):
            while header := stream.read(4):
                self.receive(stream.read(struct.unpack(">I", header)[0]))
        self.ended.put("closed")


class DiallingPeer(ScriptedPeer):
    """A scripted peer that dials a chaincode server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        super().__init__(self._outgoing.put)
        self.channel = channel
        self.ended: SimpleQueue[grpc.StatusCode] = SimpleQueue()
        # The stubs cannot say that without serializers the messages are bytes.
        connect: Any = channel.stream_stream(
            "/protos.Chaincode/Connect", request_serializer=None, response_deserializer=None
        )
        self._call = connect(iter(self._outgoing.get, None))
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for data in self._call:
                self.receive(data)
            self.ended.put(grpc.StatusCode.OK)
        except grpc.RpcError as failure:
            self.ended.put(failure.code())

    def hang_up(self) -> None:
        self._outgoing.put(None)
