"""The two drivers: they run the same flows, one blocking, one on asyncio. All of the SDK's calls are here."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import grpc.aio
from counterfoil_protocol.messages import gateway
from google.rpc import status_pb2  # type: ignore[import-untyped]  # its package has no stubs

from ._calls import Call, Flow, Pause, ReplyT, ResultT, StreamCall
from ._endpoint import Endpoint
from ._errors import ErrorDetail, EventsError, GatewayError

_STATUS_DETAILS = "grpc-status-details-bin"


class BlockingDriver:
    """Runs flows in the calling thread; may be shared by threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.channel = (
            grpc.insecure_channel(endpoint.address, endpoint.options)
            if endpoint.tls_root is None
            else grpc.secure_channel(endpoint.address, endpoint.credentials, endpoint.options)
        )

    def run(self, flow: Flow[ResultT]) -> ResultT:
        """Run a flow to its result; an error of a call is thrown into the flow, which may handle it."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(flow)
                    continue
                try:
                    reply = _unary(self.channel, step)(step.request, timeout=step.timeout)
                except grpc.RpcError as error:
                    step = flow.throw(_failure(error, step.failure, step.transaction_id))
                else:
                    step = flow.send(reply)
        except StopIteration as stop:
            result: ResultT = stop.value
            return result

    def stream(self, call: StreamCall[ReplyT, ResultT]) -> tuple[Any, Iterator[ResultT]]:
        """Open a stream: the call, to cancel it, and what it reads."""
        running = _stream(self.channel, call)
        return running, self._read(running, call)

    @staticmethod
    def _read(running: Any, call: StreamCall[ReplyT, ResultT]) -> Iterator[ResultT]:
        try:
            for message in running:
                yield from call.read(message)
        except grpc.RpcError as error:
            raise _failure(error, EventsError, "") from error


class AsyncDriver:
    """Runs flows on asyncio."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.channel = (
            grpc.aio.insecure_channel(endpoint.address, endpoint.options)
            if endpoint.tls_root is None
            else grpc.aio.secure_channel(endpoint.address, endpoint.credentials, endpoint.options)
        )

    async def run(self, flow: Flow[ResultT]) -> ResultT:
        """Run a flow to its result; an error of a call is thrown into the flow, which may handle it."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(flow)
                    continue
                try:
                    reply = await _unary(self.channel, step)(step.request, timeout=step.timeout)
                except grpc.RpcError as error:
                    step = flow.throw(_failure(error, step.failure, step.transaction_id))
                else:
                    step = flow.send(reply)
        except StopIteration as stop:
            result: ResultT = stop.value
            return result

    def stream(self, call: StreamCall[ReplyT, ResultT]) -> tuple[Any, AsyncIterator[ResultT]]:
        """Open a stream: the call, to cancel it, and what it reads."""
        running = _stream(self.channel, call)
        return running, self._read(running, call)

    @staticmethod
    async def _read(running: Any, call: StreamCall[ReplyT, ResultT]) -> AsyncIterator[ResultT]:
        try:
            async for message in running:
                for event in call.read(message):
                    yield event
        except grpc.RpcError as error:
            raise _failure(error, EventsError, "") from error


def _unary(channel: Any, call: Call[Any]) -> Any:
    return channel.unary_unary(
        call.method,
        request_serializer=type(call.request).SerializeToString,
        response_deserializer=call.reply.FromString,
    )


def _stream(channel: Any, call: StreamCall[Any, Any]) -> Any:
    opened = channel.stream_stream if call.client_streams else channel.unary_stream
    method = opened(
        call.method,
        request_serializer=type(call.request).SerializeToString,
        response_deserializer=call.reply.FromString,
    )
    return method(iter([call.request]) if call.client_streams else call.request, timeout=call.timeout)


def _failure(error: Any, kind: type[GatewayError], transaction_id: str) -> GatewayError:
    """A gRPC error as ours; the details come from the trailer that grpcio-status would read."""
    failure = kind(error.code(), error.details() or "", _details(error), transaction_id)
    failure.__cause__ = error
    return failure


def _details(error: Any) -> Iterator[ErrorDetail]:
    for name, value in error.trailing_metadata() or ():
        if name != _STATUS_DETAILS:
            continue
        for packed in status_pb2.Status.FromString(value).details:
            detail = gateway.ErrorDetail()
            if packed.Unpack(detail):
                yield ErrorDetail(detail.address, detail.msp_id, detail.message)
