"""A program in a contract's place: it speaks the chaincode protocol badly, as its first argument says.

To the embedded engine over the socket that it inherits, to Fabric's own peer as a gRPC service.
"""

import os
import queue
import random
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response

Message = chaincode_shim.ChaincodeMessage
KINDS = tuple(Message.Type.values())


class Gone(Exception):  # noqa: N818 - the fact it states
    """The peer ended the stream."""


class Wire(Protocol):
    """One stream to the peer."""

    def raw(self, content: bytes, length: int | None = None) -> None:
        """Send a message of any bytes."""

    def receive(self) -> Message:
        """The peer's next message."""


class SocketWire:
    """The inherited socket, frame by frame."""

    def __init__(self) -> None:
        self.socket = socket.socket(fileno=os.dup(int(os.environ["COUNTERFOIL_CHAINCODE_FD"])))

    def raw(self, content: bytes, length: int | None = None) -> None:
        size = len(content) if length is None else length
        self.socket.sendall(struct.pack(">I", size) + content)

    def receive(self) -> Message:
        (size,) = struct.unpack(">I", self._read(4))
        return Message.FromString(self._read(size))

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self.socket.recv(min(65536, size - len(found)))
            if not part:
                raise Gone
            found += part
        return found


class GrpcWire:
    """A stream of the service, which the peer opens."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._requests = requests

    def raw(self, content: bytes, length: int | None = None) -> None:
        self.outgoing.put(content)

    def receive(self) -> Message:
        try:
            return Message.FromString(next(self._requests))
        except Exception:
            raise Gone from None


def serve(wire: Wire) -> None:
    name = chaincode.ChaincodeID(name=os.environ["CHAINCODE_ID"]).SerializeToString()
    send(wire, Message(type=Message.REGISTER, payload=name))
    while True:
        message = wire.receive()
        if message.type in (Message.TRANSACTION, Message.INIT):
            args = chaincode.ChaincodeInput.FromString(message.payload).args
            ATTACKS.get(args[0].decode(), answer)(wire, message, list(args[1:]))


def send(wire: Wire, message: Message) -> None:
    wire.raw(message.SerializeToString())


def answer(wire: Wire, message: Message, _: list[bytes]) -> None:
    """What a good chaincode would say."""
    response = proposal_response.Response(status=200, payload=b"pong").SerializeToString()
    send(wire, _of(message, Message.COMPLETED, response))


def flood(wire: Wire, message: Message, args: list[bytes]) -> None:
    """Ask for one key again and again and read no answer."""
    request = _of(
        message, Message.GET_STATE, chaincode_shim.GetState(key=args[0].decode()).SerializeToString()
    )
    content = request.SerializeToString()
    assert isinstance(wire, SocketWire)
    wire.socket.settimeout(2.0)
    try:
        for _ in range(int(args[1])):
            wire.raw(content)
    except TimeoutError:
        pass
    time.sleep(1.0)
    os._exit(1)


def endless_frame(wire: Wire, _: Message, __: list[bytes]) -> None:
    wire.raw(b"x" * 1000, length=0xFFFFFFFF)


def garbage(wire: Wire, _: Message, __: list[bytes]) -> None:
    wire.raw(random.Random(5).randbytes(5000))


def of_others(wire: Wire, message: Message, _: list[bytes]) -> None:
    """Messages for transactions that are not its own, then a good answer."""
    for transaction_id in ("", "0" * 64, "\x00"):
        for kind in KINDS:
            if kind != Message.REGISTER:
                send(wire, Message(type=kind, txid=transaction_id, channel_id="trade", payload=b"\x0a\x01k"))
    answer(wire, message, [])


def random_requests(wire: Wire, message: Message, args: list[bytes]) -> None:
    """Every kind of request with random content, then a good answer."""
    draw = random.Random(int(args[0]))
    kinds = [kind for kind in KINDS if kind not in (Message.COMPLETED, Message.ERROR, Message.REGISTER)]
    for kind in kinds * 20:
        send(wire, _of(message, kind, draw.randbytes(draw.choice([0, 1, 2, 30, 300]))))
    answer(wire, message, [])


def strange_completion(wire: Wire, message: Message, _: list[bytes]) -> None:
    send(wire, _of(message, Message.COMPLETED, b"\xff\xff\xff"))


def twice(wire: Wire, message: Message, _: list[bytes]) -> None:
    answer(wire, message, [])
    answer(wire, message, [])
    send(wire, _of(message, Message.ERROR, b"too late"))


def leave(_: Wire, __: Message, ___: list[bytes]) -> None:
    os._exit(7)


def _of(message: Message, kind: Any, payload: bytes) -> Message:
    return Message(type=kind, payload=payload, txid=message.txid, channel_id=message.channel_id)


ATTACKS = {
    "flood": flood,
    "endless frame": endless_frame,
    "garbage": garbage,
    "of others": of_others,
    "random requests": random_requests,
    "strange completion": strange_completion,
    "twice": twice,
    "leave": leave,
}


def chat(requests: Iterator[bytes], _: Any) -> Iterator[bytes]:
    """One stream: the attacks send what the peer gets."""
    from threading import Thread

    wire = GrpcWire(requests)

    def run() -> None:
        try:
            serve(wire)
        except Gone:
            wire.outgoing.put(None)

    Thread(target=run, daemon=True).start()
    while (content := wire.outgoing.get()) is not None:
        yield content


def serve_over_grpc() -> None:
    """The service `protos.Chaincode`, without a look at what is sent (Fabric's chaincode as a service)."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    files = [
        Path(os.environ[name]).read_bytes()
        for name in ("CHAINCODE_TLS_KEY", "CHAINCODE_TLS_CERT", "CHAINCODE_CLIENT_CA_CERT")
    ]
    server = grpc.server(ThreadPoolExecutor(8))
    handlers: dict[str, Any] = {"Connect": grpc.stream_stream_rpc_method_handler(chat)}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("protos.Chaincode", handlers)])
    credentials = grpc.ssl_server_credentials([(files[0], files[1])], files[2], require_client_auth=True)
    server.add_secure_port(os.environ["CHAINCODE_SERVER_ADDRESS"], credentials)
    server.start()
    server.wait_for_termination()


if "COUNTERFOIL_CHAINCODE_FD" in os.environ:
    try:
        serve(SocketWire())
    except Gone:
        os._exit(0)
else:
    serve_over_grpc()
