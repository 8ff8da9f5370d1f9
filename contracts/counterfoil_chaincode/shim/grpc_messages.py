"""gRPC's messages inside HTTP/2 data: a flag, four bytes of length, the message (PROTOCOL-HTTP2.md)."""

import struct

from ..errors import ProtocolViolation

MESSAGE_BYTES_MAX = 100 * 1024 * 1024
"""As the peer's largest message (fabric core/comm MaxRecvMsgSize)."""
_PREFIX = struct.Struct(">BI")


def with_prefix(message: bytes) -> bytes:
    """A message as it is sent, uncompressed."""
    return _PREFIX.pack(0, len(message)) + message


class MessageCutter:
    """Cuts one call's data, in pieces of any size, into messages."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = bytearray()

    def cut(self, data: bytes) -> list[bytes]:
        """The messages that are complete now.

        Raises:
            ProtocolViolation: one is compressed, which nobody asked for, or longer than any message.
        """
        if not self._rest and len(data) >= _PREFIX.size and _length(data) == len(data) - _PREFIX.size:
            # Nearly always: one frame, one message.
            return [data[_PREFIX.size :]]
        rest = self._rest
        rest += data
        messages = []
        while len(rest) >= _PREFIX.size:
            end = _PREFIX.size + _length(rest)
            if len(rest) < end:
                break
            messages.append(bytes(rest[_PREFIX.size : end]))
            del rest[:end]
        return messages


def _length(data: bytes | bytearray) -> int:
    compressed, length = _PREFIX.unpack_from(data)
    if compressed:
        raise ProtocolViolation("a message is compressed")
    if length > MESSAGE_BYTES_MAX:
        raise ProtocolViolation(f"a message of {length} bytes is longer than any")
    return int(length)
