"""What a client and the log are told of an error that nobody expected, and of a node that ends."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from counterfoil_network.embedded.rpc import ConcurrencyLimit, Service, streaming, unary

SECRET = b"\xff 7234567 minor units"


class Ended(Exception):  # noqa: N818 - reads as what happened
    """Stands for gRPC's end of a call."""


class Context:
    async def abort(self, code: grpc.StatusCode, details: str, _: Any = ()) -> None:
        raise Ended(code, details)


class Broken(Service):
    @unary
    async def decode(self, request: bytes, _: Any) -> str:
        return request.decode()

    @unary
    async def fail(self, request: bytes, _: Any) -> str:
        raise RuntimeError(request)


@pytest.mark.parametrize("method", ["decode", "fail"])
def test_an_unexpected_error_quotes_nothing(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """UnicodeDecodeError carries the bytes it failed on, and cannot be made without them."""
    service = Broken(ConcurrencyLimit("/x", 1), logging.getLogger("test"))
    with caplog.at_level(logging.ERROR), pytest.raises(Ended) as ended:
        asyncio.run(getattr(service, method)(SECRET, Context()))
    code, details = ended.value.args
    assert code is grpc.StatusCode.INTERNAL
    assert details.startswith("internal error: ")
    assert f"in {method}" in caplog.text
    assert "7234567" not in caplog.text + details


class Waiting(Service):
    """Its calls never end of themselves."""

    def __init__(self) -> None:
        super().__init__(ConcurrencyLimit("/x", 9), logging.getLogger("test"))

    @unary
    async def one(self, _: bytes, context: Any) -> None:
        await asyncio.Event().wait()

    @streaming
    async def many(self, _: bytes, context: Any) -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    async def all_of_many(self, request: bytes, context: Any) -> None:
        async for _ in self.many(request, context):
            pass


@pytest.mark.parametrize("method", ["one", "all_of_many"])
def test_calls_are_told_that_the_node_ends(method: str) -> None:
    async def run() -> list[object]:
        service = Waiting()
        before = asyncio.create_task(getattr(service, method)(b"", Context()))
        await asyncio.sleep(0.01)
        await service.calls.end()
        after = asyncio.create_task(getattr(service, method)(b"", Context()))
        return list(await asyncio.gather(before, after, return_exceptions=True))

    told = [(type(each), *getattr(each, "args", ())) for each in asyncio.run(run())]
    assert told == [(Ended, grpc.StatusCode.UNAVAILABLE, "the node is ending")] * 2


@pytest.mark.parametrize("method", ["one", "all_of_many"])
def test_a_caller_who_hangs_up_is_told_nothing(method: str) -> None:
    async def run() -> list[object]:
        task = asyncio.create_task(getattr(Waiting(), method)(b"", Context()))
        await asyncio.sleep(0.01)
        task.cancel()
        return list(await asyncio.gather(task, return_exceptions=True))

    [told] = asyncio.run(run())
    assert isinstance(told, asyncio.CancelledError)
