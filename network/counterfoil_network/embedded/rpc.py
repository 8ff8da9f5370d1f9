"""gRPC errors with details, raised anywhere and turned into a status in one place.

Details travel as Fabric sends them: a google.rpc.Status in the trailer `grpc-status-details-bin`.
"""

from __future__ import annotations

import asyncio
import functools
import traceback
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no stubs

from counterfoil_network.embedded.calls import Calls

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from google.protobuf.message import Message

P = ParamSpec("P")
T = TypeVar("T")
_ENDING = "the node is ending"


class RpcError(Exception):
    """A call ends with this gRPC code, message and details; the message holds no payload."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Sequence[Message] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = tuple(details)


def too_many_requests(service: str, limit: int) -> RpcError:
    """Return Fabric's refusal beyond the concurrency limit (internal/peer/node/grpc_limiters.go)."""
    text = f"too many requests for {service}, exceeding concurrency limit ({limit})"
    return RpcError(grpc.StatusCode.UNKNOWN, text)


class ConcurrencyLimit:
    """Counts the calls of one service that are under way."""

    def __init__(self, service: str, limit: int) -> None:
        self._service = service
        self._limit = limit
        self._running = 0

    def __enter__(self) -> None:
        if self._running >= self._limit:
            raise too_many_requests(self._service, self._limit)
        self._running += 1

    def __exit__(self, *_: object) -> None:
        self._running -= 1


class Service:
    """Base of our servicers: every call runs within `limit`, errors become statuses, bugs are logged."""

    def __init__(self, limit: ConcurrencyLimit, log: logging.Logger) -> None:
        self.limit = limit
        self.log = log
        self.calls = Calls()


async def _abort(service: Service, context: grpc.aio.ServicerContext[Any, Any], error: Exception) -> NoReturn:
    if isinstance(error, RpcError):
        trailer: tuple[tuple[str, str | bytes], ...] = ()
        if error.details:
            status = Status(code=error.code.value[0], message=error.message)
            for detail in error.details:
                packed = AnyMessage()
                packed.Pack(detail)
                status.details.append(packed)
            trailer = (("grpc-status-details-bin", status.SerializeToString()),)
        await context.abort(error.code, error.message, trailer)
    # A bug: its type is enough for the client, the log has the place; the text might quote a payload.
    places = "".join(traceback.format_tb(error.__traceback__))
    service.log.error("unexpected %s at\n%s", type(error).__name__, places.rstrip())
    await context.abort(grpc.StatusCode.INTERNAL, f"internal error: {type(error).__name__}")


async def _abort_ended(service: Service, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    """Tell the caller, if the call was cancelled because the node ends, and not by the caller."""
    if service.calls.ended:
        await _abort(service, context, RpcError(grpc.StatusCode.UNAVAILABLE, _ENDING))


def unary(
    method: Callable[[Any, Any, Any], Awaitable[T]],
) -> Callable[[Any, Any, Any], Awaitable[T]]:
    """Guard a unary call of a Service: limit, RpcError to status, anything else INTERNAL."""

    @functools.wraps(method)
    async def guarded(self: Service, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> T:
        try:
            with self.limit, self.calls.under_way():
                return await method(self, request, context)
        except asyncio.CancelledError:
            await _abort_ended(self, context)
            raise
        except Exception as error:
            await _abort(self, context, error)

    return guarded


def streaming(
    method: Callable[[Any, Any, Any], AsyncIterator[T]],
) -> Callable[[Any, Any, Any], AsyncIterator[T]]:
    """Guard a call of a Service that answers a stream, as `unary` does."""

    @functools.wraps(method)
    async def guarded(
        self: Service, request: Any, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[T]:
        try:
            with self.limit, self.calls.under_way():
                async for answer in method(self, request, context):
                    yield answer
        except asyncio.CancelledError:
            await _abort_ended(self, context)
            raise
        except Exception as error:
            await _abort(self, context, error)

    return guarded
