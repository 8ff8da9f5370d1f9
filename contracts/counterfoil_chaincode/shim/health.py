"""The health service that probes ask: `grpc.health.v1.Health/Check`, at the chaincode's own address.

Its package needs another protobuf than Fabric's bindings do. Its two messages have one field each, so the
well-known wrappers of the same wire form stand in for them.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError
from google.protobuf.wrappers_pb2 import Int32Value, StringValue

HEALTH_SERVICE = "grpc.health.v1.Health"
SERVING, NOT_SERVING = 1, 2


class Health:
    """Answers for the server as a whole ("") and for the services named."""

    def __init__(self, is_serving: Callable[[], bool], *services: str) -> None:
        self._is_serving = is_serving
        self._services = frozenset({"", *services})

    def check(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """SERVING until the service begins to stop; NOT_FOUND for a service that is not here."""
        try:
            service = StringValue.FromString(request).value
        except DecodeError:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "not a HealthCheckRequest")
        if service not in self._services:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "no such service")
        return Int32Value(value=SERVING if self._is_serving() else NOT_SERVING).SerializeToString()

    def handlers(self) -> grpc.GenericRpcHandler:
        """What `grpc.Server.add_generic_rpc_handlers` takes. `Watch` is left out: a probe asks again."""
        # The stubs leave the type of a handler for bytes open.
        method: Any = grpc.unary_unary_rpc_method_handler(self.check)
        return grpc.method_handlers_generic_handler(HEALTH_SERVICE, {"Check": method})


def _refuse(context: grpc.ServicerContext, code: grpc.StatusCode, text: str) -> NoReturn:
    context.abort(code, text)
    raise AssertionError("abort raises")
