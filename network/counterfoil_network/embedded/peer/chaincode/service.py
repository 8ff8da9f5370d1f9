"""Connect to chaincode that runs as a service: the peer is the client of `protos.Chaincode.Connect`.

Source: core/chaincode/extcc/extcc_handler.go and Fabric's ccaas builder (connection.json).
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import grpc
import grpc.aio
from counterfoil_protocol.channel_config import parse_duration
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.services import ChaincodeStub

from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.handler import ChaincodeHandler
from counterfoil_network.embedded.peer.chaincode.stream import MAX_MESSAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from counterfoil_protocol.messages import chaincode_shim

    from counterfoil_network.embedded.peer.chaincode.handler import Invoker

_DIAL_TIMEOUT = 3.0
"""Seconds, where connection.json says nothing (externalbuilder/instance.go DialTimeout)."""
_REASON_TIMEOUT = 1.0
_UNREAD_MAX = 64
"""Answers that may wait for a chaincode which does not read; then nothing more is read of it."""
_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
)


class ServiceStream:
    """A gRPC stream to a chaincode service; one task writes, so that messages never interleave."""

    def __init__(self, channel: grpc.aio.Channel, handler: ChaincodeHandler) -> None:
        self._channel = channel
        self._handler = handler
        self._outgoing: asyncio.Queue[chaincode_shim.ChaincodeMessage | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def send(self, message: chaincode_shim.ChaincodeMessage) -> None:
        """Queue a message."""
        self._outgoing.put_nowait(message)

    def close(self) -> None:
        """End the stream; the task closes the channel."""
        self._outgoing.put_nowait(None)
        self._task.cancel()

    async def _messages(self) -> AsyncIterator[chaincode_shim.ChaincodeMessage]:
        while (message := await self._outgoing.get()) is not None:
            self._room.set()
            yield message

    async def _run(self) -> None:
        try:
            async for message in ChaincodeStub(self._channel).Connect(self._messages()):
                self._handler.received(message)
                while self._outgoing.qsize() > _UNREAD_MAX:
                    self._room.clear()
                    await self._room.wait()
        except grpc.aio.AioRpcError:
            pass  # the handler tells its callers that the stream ended
        finally:
            self._handler.stream_ended()
            await self._channel.close()


async def connect_service(package_id: str, connection: bytes, invoker: Invoker) -> ChaincodeHandler:
    """Dial the address in a connection.json and open the stream.

    Raises:
        ChaincodeFailure: nobody answers at the address, or TLS is asked for without its material.
        ValueError: connection.json cannot be read.

    """
    description = json.loads(connection)
    address = str(description["address"])
    channel = _channel(address, description)
    try:
        async with asyncio.timeout(_dial_timeout(description)):
            await channel.channel_ready()
    except TimeoutError:
        await channel.close()
        raise ChaincodeFailure(
            f"connection to {package_id} failed: error cannot create connection for {package_id}: error "
            f"creating grpc connection to {address}: failed to create new connection: "
            f"{await _reason(address)}"
        ) from None
    handler = ChaincodeHandler(invoker)
    handler.attach(ServiceStream(channel, handler))
    return handler


def _dial_timeout(description: dict[str, object]) -> float:
    try:
        return parse_duration(str(description.get("dial_timeout") or f"{_DIAL_TIMEOUT}s"))
    except MalformedMessage as error:
        raise ValueError(str(error)) from error


async def _reason(address: str) -> str:
    """Return what Go's client would say: that nobody listens, or that it took too long."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(_REASON_TIMEOUT):
            _, writer = await asyncio.open_connection(host, int(port))
    except ConnectionRefusedError:
        return (
            f'connection error: desc = "transport: error while dialing: dial tcp {address}: connect: '
            'connection refused"'
        )
    except (OSError, TimeoutError, ValueError):
        return "context deadline exceeded"
    writer.close()
    return "context deadline exceeded"


def _channel(address: str, description: dict[str, object]) -> grpc.aio.Channel:
    if not description.get("tls_required"):
        return grpc.aio.insecure_channel(address, options=_OPTIONS)
    root = str(description.get("root_cert", "")).encode()
    certificate, key = None, None
    if description.get("client_auth_required"):
        certificate = str(description.get("client_cert", "")).encode()
        key = str(description.get("client_key", "")).encode()
    credentials = grpc.ssl_channel_credentials(root, key, certificate)
    return grpc.aio.secure_channel(address, credentials, options=_OPTIONS)
