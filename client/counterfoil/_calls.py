"""What a flow yields: calls to make and pauses to take. Flows know no gRPC channel, drivers know no flow."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar, cast

from google.protobuf.message import Message

from ._errors import GatewayError

ReplyT = TypeVar("ReplyT", bound=Message)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Call(Generic[ReplyT]):
    """One unary gRPC call.

    Attributes:
        method: full gRPC method name, ``/gateway.Gateway/Endorse``.
        request: the message to send; never shown.
        reply: the type of the answer.
        timeout: seconds until the deadline, always finite.
        failure: which error a failed call becomes.
        transaction_id: of the transaction concerned.
    """

    method: str
    request: Message = field(repr=False)
    reply: type[ReplyT]
    timeout: float
    failure: type[GatewayError]
    transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for some seconds before going on."""

    seconds: float


Step: TypeAlias = "Call[Any] | Pause"
Flow: TypeAlias = Generator[Step, Any, ResultT]
"""A flow yields steps, is sent each call's reply or thrown its GatewayError, and returns its result."""


@dataclass(frozen=True, slots=True)
class StreamCall(Generic[ReplyT, ResultT]):
    """One stream of messages from a peer.

    Attributes:
        method: full gRPC method name.
        request: the one message to send; never shown.
        reply: the type of each answer.
        read: turns an answer into any number of events; raises EventsError when refused.
        timeout: seconds until the stream ends, None while the connection lives (keepalive ends a dead one).
        client_streams: whether the method takes a stream of requests (the Deliver service) or one request.
    """

    method: str
    request: Message = field(repr=False)
    reply: type[ReplyT]
    read: Callable[[ReplyT], Iterable[ResultT]]
    timeout: float | None
    client_streams: bool


def ask(call: Call[ReplyT]) -> Generator[Step, Any, ReplyT]:
    """Make ``call`` and give its reply, typed: ``reply = yield from ask(call)``."""
    reply = yield call
    return cast("ReplyT", reply)
