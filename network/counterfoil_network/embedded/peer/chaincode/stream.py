"""Carriers of ChaincodeMessage between peer and chaincode: frames on a socket pair, or a gRPC stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from counterfoil_protocol.messages import chaincode_shim
from google.protobuf.message import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH_BYTES = 4
# Fabric's default for gRPC messages (comm.DefaultMaxRecvMsgSize); a frame beyond it is a broken stream.
MAX_MESSAGE_BYTES = 100 * 1024 * 1024


class ChaincodeStream(Protocol):
    """A connected chaincode, as its handler uses it."""

    def send(self, message: chaincode_shim.ChaincodeMessage) -> None:
        """Queue a message; never blocks, never raises."""
        ...

    def close(self) -> None:
        """End the stream."""
        ...


class FrameStream(asyncio.Protocol):
    """Frames of four bytes of big-endian length and a serialized ChaincodeMessage.

    Requests of a chaincode that does not read its answers wait unread, however many it sends: what is ready
    for it never takes more memory than one answer and the socket's buffers.
    """

    def __init__(
        self, received: Callable[[chaincode_shim.ChaincodeMessage], None], ended: Callable[[], None]
    ) -> None:
        self._received = received
        self._ended = ended
        self._buffer = bytearray()
        self._full = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is ready."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the other side went away."""
        self._transport = None
        self._ended()

    def data_received(self, data: bytes) -> None:
        """asyncio: hand over every complete frame."""
        self._buffer += data
        self._hand_over()

    def pause_writing(self) -> None:
        """asyncio: the other side does not read; until it does, nothing is read of it."""
        self._full = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """asyncio: the other side has read."""
        self._full = False
        if self._transport is not None:
            self._transport.resume_reading()
        self._hand_over()

    def _hand_over(self) -> None:
        buffer = self._buffer
        start = 0
        while not self._full and len(buffer) - start >= _LENGTH_BYTES:
            size = int.from_bytes(buffer[start : start + _LENGTH_BYTES], "big")
            if size > MAX_MESSAGE_BYTES:
                self.close()
                return
            end = start + _LENGTH_BYTES + size
            if len(buffer) < end:
                break
            frame = bytes(buffer[start + _LENGTH_BYTES : end])
            try:
                message = chaincode_shim.ChaincodeMessage.FromString(frame)
            except DecodeError:
                self.close()
                return
            start = end
            self._received(message)
        del buffer[:start]

    def send(self, message: chaincode_shim.ChaincodeMessage) -> None:
        """Queue a frame; dropped when the other side is gone, which `ended` told."""
        if self._transport is not None:
            encoded = message.SerializeToString()
            self._transport.write(len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
