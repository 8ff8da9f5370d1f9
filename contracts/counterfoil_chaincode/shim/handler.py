"""The chaincode's side of one stream to a peer: many transactions at once, which take turns.

States and messages as fabric-chaincode-go shim/handler.go: REGISTER goes out, REGISTERED and READY come in,
then TRANSACTION (or INIT) from the peer, requests of running transactions to it, RESPONSE or ERROR back.
The handler does no input or output of its own: a transport calls `receive`, and gives it `send`.
"""

import logging
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from threading import Lock
from typing import Protocol

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode, chaincode_shim, proposal_response
from google.protobuf.message import DecodeError

from ..errors import PeerError, ProtocolViolation, StreamClosed
from ..peer_environment import PeerEnvironment
from ..refusal import error_response
from .exchange import Exchange
from .hub import Job, Place
from .invocation import parse_invocation
from .peer_features import PeerFeatures
from .stub import ChaincodeStub

logger = logging.getLogger(__name__)

MESSAGE = chaincode_shim.ChaincodeMessage
_FAILED = 500
_TRY_AGAIN = 503


class Invocable(Protocol):
    """What a handler calls: a chaincode."""

    def invoke(self, stub: ChaincodeStub, peer: PeerEnvironment) -> proposal_response.Response:
        """Run one transaction; every exception becomes an error response."""
        ...


class Runner(Protocol):
    """Runs transactions."""

    @property
    def limit(self) -> int:
        """How many transactions may run."""
        ...

    @property
    def closed(self) -> bool:
        """Whether it takes no more because the chaincode is about to end."""
        ...

    def start(self, job: Job) -> bool:
        """Run `job` until it waits for the peer, or to its end; False if it cannot be taken."""
        ...


class State(Enum):
    """How far a stream has come."""

    CREATED = auto()
    ESTABLISHED = auto()
    READY = auto()
    CLOSED = auto()


class Handler:
    """One stream's state machine."""

    def __init__(
        self,
        invocable: Invocable,
        peer: PeerEnvironment,
        runner: Runner,
        send: Callable[[bytes], None],
    ) -> None:
        self._chaincode = invocable
        self._peer = peer
        self._runner = runner
        self._send = send
        self._state = State.CREATED
        self._features = PeerFeatures()
        self._exchanges: dict[tuple[str, str], Exchange] = {}
        self._lock = Lock()

    @property
    def state(self) -> State:
        """How far the stream has come."""
        return self._state

    def register(self, chaincode_id: str) -> None:
        """Open the conversation: the package ID this chaincode was installed under."""
        payload = chaincode.ChaincodeID(name=chaincode_id).SerializeToString()
        self._send(MESSAGE(type=MESSAGE.REGISTER, payload=payload).SerializeToString())

    def receive(self, data: bytes) -> None:
        """Take one message from the peer; whom it concerns runs until it waits for the peer again.

        Raises:
            ProtocolViolation: the message cannot be read, or its type does not belong here; end the stream.
        """
        try:
            message = MESSAGE.FromString(data)
        except DecodeError:
            raise ProtocolViolation("not a ChaincodeMessage") from None
        kind = message.type
        if self._state is State.READY and kind in (MESSAGE.RESPONSE, MESSAGE.ERROR):
            self._answer(message)
        elif self._state is State.READY and kind in (MESSAGE.TRANSACTION, MESSAGE.INIT):
            self._start(message)
        elif kind == MESSAGE.KEEPALIVE:
            self._send(data)
        elif self._state is State.CREATED and kind == MESSAGE.REGISTERED:
            self._state = State.ESTABLISHED
        elif self._state is State.ESTABLISHED and kind == MESSAGE.READY:
            self._features = PeerFeatures.parse(message.payload)
            self._state = State.READY
        else:
            name = MESSAGE.Type.Name(kind) if kind in MESSAGE.Type.values() else f"of type {kind}"
            raise ProtocolViolation(f"message {name} does not belong in state {self._state.name}")

    def close(self) -> None:
        """The stream has ended: every transaction that waits for the peer gets StreamClosed."""
        with self._lock:
            self._state = State.CLOSED
            waiting = list(self._exchanges.values())
        for exchange in waiting:
            exchange.close()

    def _answer(self, message: MESSAGE) -> None:
        exchange = self._exchanges.get((message.channel_id, message.txid))
        if exchange is None or not exchange.answer(message):
            # The transaction has ended meanwhile, or has asked nothing; the peer's answer is nobody's.
            logger.warning("an answer came for transaction %s, which waits for none", message.txid)

    def _start(self, message: MESSAGE) -> None:
        exchange = Exchange(message.channel_id, message.txid, self._send)
        with self._lock:
            running = self._exchanges.setdefault(exchange.key, exchange)
        if running is not exchange:
            self._send_error(message, "the transaction is running already")
            return
        if not self._runner.start(partial(self._run, message, exchange)):
            self._finished(exchange)
            refusal = f"TOO_MANY_TRANSACTIONS: more than {self._runner.limit} at once; try again later"
            if self._runner.closed:
                refusal = "SHUTTING_DOWN: the chaincode is about to end; try again later"
            self._send_completed(exchange, error_response(refusal, _TRY_AGAIN), None)

    def _run(self, message: MESSAGE, exchange: Exchange, place: Place) -> None:
        try:
            exchange.enter(place)
            self._run_transaction(message, exchange)
        except StreamClosed:
            logger.warning("the stream to the peer ended during transaction %s", message.txid)
        except BaseException as error:
            # A contract may raise what ends threads; here that would end the transactions of all.
            logger.error("transaction %s failed in the runtime: %s", message.txid, type(error).__name__)
            self._send_error(message, "the chaincode runtime failed")
        finally:
            self._finished(exchange)

    def _run_transaction(self, message: MESSAGE, exchange: Exchange) -> None:
        signed = message.proposal if message.HasField("proposal") else None
        try:
            invocation = parse_invocation(
                exchange.channel_id, exchange.transaction_id, message.payload, signed
            )
        except MalformedMessage as error:
            self._send_error(message, str(error))
            return
        stub = ChaincodeStub(invocation, exchange.call, self._features)
        response = self._chaincode.invoke(stub, self._peer)
        # It leads to the stub again, and would keep all of the transaction until the collector comes.
        stub.failure = None
        # Forget the exchange first: the peer may send the same transaction ID again right after COMPLETED.
        self._finished(exchange)
        if message.type == MESSAGE.INIT and response.status >= 400:
            self._send_error(message, response.message)
            return
        self._send_completed(exchange, response, stub)

    def _finished(self, exchange: Exchange) -> None:
        if exchange.forgotten:
            return
        exchange.forgotten = True
        with self._lock:
            del self._exchanges[exchange.key]

    def _send_completed(
        self, exchange: Exchange, response: proposal_response.Response, stub: ChaincodeStub | None
    ) -> None:
        event = stub.event if stub else None
        try:
            exchange.send(MESSAGE.COMPLETED, response.SerializeToString(), event)
        except PeerError as error:
            refusal = error_response(f"RESPONSE_TOO_LONG: {error}", _FAILED)
            exchange.send(MESSAGE.COMPLETED, refusal.SerializeToString())

    def _send_error(self, message: MESSAGE, text: str) -> None:
        answer = MESSAGE(
            type=MESSAGE.ERROR, payload=text.encode(), txid=message.txid, channel_id=message.channel_id
        )
        self._send(answer.SerializeToString())
