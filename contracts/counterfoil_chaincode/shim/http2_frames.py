"""HTTP/2's frames as bytes: three of length, one of type, one of flags, four of stream (RFC 9113, 4.1)."""

import struct
from collections.abc import Iterator

from ..errors import ProtocolViolation

DATA, PING, WINDOW_UPDATE = 0x0, 0x6, 0x8
START = -1
"""Stands for the type of the client's connection preface, which is no frame."""
END_STREAM, ACKNOWLEDGED, PADDED = 0x1, 0x1, 0x8
FRAME_BYTES_MAX = 16 * 1024
"""HTTP/2's default, which neither we nor Fabric's peers change: the most that a frame holds."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEADER = struct.Struct(">IBI")
"""The length and the type make the first four bytes."""
_STREAM_BITS = 0x7FFF_FFFF

Frame = tuple[int, int, int, bytes]
"""Type, flags, stream and content."""


def frame(kind: int, flags: int, stream_id: int, content: bytes) -> bytes:
    """A frame as it is sent."""
    return _HEADER.pack(len(content) << 8 | kind, flags, stream_id) + content


class FrameCutter:
    """Cuts a connection's bytes, in pieces of any size, into frames; `preface` comes before the first."""

    def __init__(self, preface: bytes) -> None:
        self._preface = preface
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now, each to be dealt with before the next is asked for.

        Raises:
            ProtocolViolation: not HTTP/2, or a frame longer than was agreed.
        """
        data = self._rest + data if self._rest else data
        place = 0
        if self._preface:
            if not self._preface.startswith(data[: len(self._preface)]):
                raise ProtocolViolation("not HTTP/2")
            if len(data) >= len(self._preface):
                place = len(self._preface)
                yield START, 0, 0, self._preface
                self._preface = b""
        end = len(data)
        while end - place >= _HEADER.size and not self._preface:
            first, flags, stream = _HEADER.unpack_from(data, place)
            length = first >> 8
            if length > FRAME_BYTES_MAX:
                raise ProtocolViolation(f"HTTP/2: a frame of {length} bytes")
            after = place + _HEADER.size + length
            if after > end:
                break
            yield first & 0xFF, flags, stream & _STREAM_BITS, data[place + _HEADER.size : after]
            place = after
        self._rest = data[place:]


def unpadded(flags: int, content: bytes) -> bytes:
    """A DATA frame's data.

    Raises:
        ProtocolViolation: there is more padding than frame.
    """
    if not flags & PADDED:
        return content
    if not content or content[0] >= len(content):
        raise ProtocolViolation("HTTP/2: more padding than frame")
    return content[1 : len(content) - content[0]]
