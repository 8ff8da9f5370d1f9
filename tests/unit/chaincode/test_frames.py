"""Messages on a socket: cut anywhere, written by many threads, ended in the middle."""

import socket
import struct
from collections.abc import Iterator
from threading import Thread

import pytest
from counterfoil_chaincode.errors import ProtocolViolation, StreamClosed
from counterfoil_chaincode.shim.frames import FRAME_LENGTH_MAX, FrameReader, FrameWriter

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_messages_come_back_however_they_are_cut(pair: Pair) -> None:
    messages = [b"", b"a", b"bb" * 300, b"\x00" * 5]
    sent = b"".join(struct.pack(">I", len(message)) + message for message in messages)
    reader = FrameReader(pair[1])
    for size in (1, 3, 7, len(sent)):
        writer = Thread(target=_send_in_pieces, args=(pair[0], sent, size))
        writer.start()
        assert [reader.read() for _ in messages] == messages
        writer.join()
    pair[0].close()
    assert reader.read() is None


def _send_in_pieces(connection: socket.socket, data: bytes, size: int) -> None:
    for start in range(0, len(data), size):
        connection.sendall(data[start : start + size])


def test_many_threads_write_whole_messages(pair: Pair) -> None:
    writer, reader = FrameWriter(pair[0]), FrameReader(pair[1])
    messages = [bytes([number]) * (400_000 + number) for number in range(16)]
    threads = [Thread(target=writer.write, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    received = sorted(message for _ in messages if (message := reader.read()) is not None)
    for thread in threads:
        thread.join(10)
    assert received == messages


@pytest.mark.parametrize("sent", [b"\x00", b"\x00\x00\x00\x05abcd"])
def test_an_end_within_a_message_is_told(pair: Pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    pair[0].close()
    with pytest.raises(StreamClosed):
        FrameReader(pair[1]).read()


def test_a_length_beyond_any_message_is_refused(pair: Pair) -> None:
    pair[0].sendall(struct.pack(">I", FRAME_LENGTH_MAX + 1))
    with pytest.raises(ProtocolViolation, match="longer than any message"):
        FrameReader(pair[1]).read()


def test_writing_to_a_closed_stream_is_told(pair: Pair) -> None:
    pair[1].close()
    with pytest.raises(StreamClosed):
        FrameWriter(pair[0]).write(b"x")
