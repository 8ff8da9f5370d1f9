"""What a client and the log are told of an error that nobody expected."""

import asyncio
import logging
from typing import Any

import grpc
import pytest
from counterfoil_network.embedded.rpc import ConcurrencyLimit, Service, unary

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
