"""The health service that probes ask: `grpc.health.v1.Health/Check`, at the chaincode's own address.

Its package needs another protobuf than Fabric's bindings do. Its two messages have one field each, so the
well-known wrappers of the same wire form stand in for them.
"""

from collections.abc import Callable

from google.protobuf.message import DecodeError
from google.protobuf.wrappers_pb2 import Int32Value, StringValue

from .grpc_server import Answering, Outlet, Status
from .handler import Runner

PATH = b"/grpc.health.v1.Health/Check"
"""`Watch` is left out: a probe asks again."""
SERVING, NOT_SERVING = 1, 2


class Health:
    """Answers for the server as a whole ("") and for the services named."""

    def __init__(self, is_serving: Callable[[], bool], *services: str) -> None:
        self._is_serving = is_serving
        self._services = frozenset({"", *services})

    def begin(self, outlet: Outlet, _: Runner) -> Answering:
        """Somebody asks."""
        return _Question(self, outlet)

    def check(self, request: bytes) -> tuple[Status, bytes]:
        """SERVING until the service begins to stop; NOT_FOUND for a service that is not here."""
        try:
            service = StringValue.FromString(request).value
        except DecodeError:
            return Status.INVALID_ARGUMENT, b""
        if service not in self._services:
            return Status.NOT_FOUND, b""
        state = SERVING if self._is_serving() else NOT_SERVING
        return Status.OK, Int32Value(value=state).SerializeToString()


class _Question:
    def __init__(self, health: Health, outlet: Outlet) -> None:
        self._health = health
        self._outlet = outlet
        self._asked = False

    def receive(self, message: bytes) -> None:
        self._asked = True
        status, answer = self._health.check(message)
        if status is Status.OK:
            self._outlet.send(answer)
        self._outlet.end(status)

    def finish(self) -> None:
        if not self._asked:
            self._outlet.end(Status.INVALID_ARGUMENT, "a check takes one message")

    def close(self) -> None:
        pass
