"""A program in a contract's place: it speaks the chaincode protocol badly, as its first argument says."""

import os
import random
import socket
import struct
import time
from typing import Any

from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response

Message = chaincode_shim.ChaincodeMessage
KINDS = tuple(Message.Type.values())


class Wire:
    """The inherited socket, frame by frame."""

    def __init__(self) -> None:
        self.socket = socket.socket(fileno=os.dup(int(os.environ["COUNTERFOIL_CHAINCODE_FD"])))

    def send(self, message: Message) -> None:
        self.raw(message.SerializeToString())

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
                os._exit(0)
            found += part
        return found


def serve(wire: Wire) -> None:
    name = chaincode.ChaincodeID(name=os.environ["CHAINCODE_ID"]).SerializeToString()
    wire.send(Message(type=Message.REGISTER, payload=name))
    while True:
        message = wire.receive()
        if message.type in (Message.TRANSACTION, Message.INIT):
            args = chaincode.ChaincodeInput.FromString(message.payload).args
            ATTACKS.get(args[0].decode(), answer)(wire, message, list(args[1:]))


def answer(wire: Wire, message: Message, _: list[bytes]) -> None:
    """What a good chaincode would say."""
    response = proposal_response.Response(status=200, payload=b"pong").SerializeToString()
    wire.send(_of(message, Message.COMPLETED, response))


def flood(wire: Wire, message: Message, args: list[bytes]) -> None:
    """Ask for one key again and again and read no answer."""
    request = _of(
        message, Message.GET_STATE, chaincode_shim.GetState(key=args[0].decode()).SerializeToString()
    )
    content = request.SerializeToString()
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
                wire.send(Message(type=kind, txid=transaction_id, channel_id="trade", payload=b"\x0a\x01k"))
    answer(wire, message, [])


def random_requests(wire: Wire, message: Message, args: list[bytes]) -> None:
    """Every kind of request with random content, then a good answer."""
    draw = random.Random(int(args[0]))
    kinds = [kind for kind in KINDS if kind not in (Message.COMPLETED, Message.ERROR, Message.REGISTER)]
    for kind in kinds * 20:
        wire.send(_of(message, kind, draw.randbytes(draw.choice([0, 1, 2, 30, 300]))))
    answer(wire, message, [])


def strange_completion(wire: Wire, message: Message, _: list[bytes]) -> None:
    wire.send(_of(message, Message.COMPLETED, b"\xff\xff\xff"))


def twice(wire: Wire, message: Message, _: list[bytes]) -> None:
    answer(wire, message, [])
    answer(wire, message, [])
    wire.send(_of(message, Message.ERROR, b"too late"))


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

serve(Wire())
