"""One node's gRPC server, with the services that it offers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from counterfoil_network.embedded.rpc import Service
from counterfoil_network.embedded.tls import tls_server

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc.aio

    from counterfoil_network.embedded.node import Node

ServiceT = TypeVar("ServiceT", bound=Service)


class NodeServer:
    """Listens at a node's address; services are added before it starts.

    Raises:
        PortTaken: nobody can listen there.

    """

    def __init__(self, node: Node) -> None:
        self._server = tls_server(node)
        self._services: list[Service] = []

    def add(self, service: ServiceT, register: Callable[[ServiceT, grpc.aio.Server], Any]) -> None:
        """Offer a service; `register` is the function that gRPC generates for it."""
        register(service, self._server)
        self._services.append(service)

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def stop(self, grace: float) -> None:
        """Take nothing new and wait so many seconds for the calls under way."""
        await self._server.stop(grace)

    async def halt(self) -> None:
        """Stop at once. Who is in a call is told UNAVAILABLE, as a Fabric peer's end tells its clients.

        Left to gRPC it would be UNAVAILABLE or CANCELLED, whichever frame leaves first.
        """
        await asyncio.gather(*(service.calls.end() for service in self._services))
        await self._server.stop(None)
