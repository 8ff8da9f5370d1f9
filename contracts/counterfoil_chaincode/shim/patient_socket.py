"""A socket whose sending never waits: what it does not take at once is kept until there is room."""

import contextlib
import select
import socket
import time
from threading import Lock

LINGER_SECONDS = 2.0
"""How long the other side may take to end a connection that we have ended."""
_CHUNK_BYTES = 64 * 1024
_KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3))
"""A peer that has gone without a word is noticed after two minutes (the kernel's own default: two hours)."""


def keep_alive(connection: socket.socket) -> None:
    """Have the system ask now and then whether the other side is still there."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class PatientSocket:
    """One thread receives; any thread sends, in two steps: `put` keeps the order, `flush` asks the socket.

    No lock is held while the socket is asked: a thread that waits for a lock whose holder waits for the
    interpreter would cost more than the message.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lock = Lock()
        self._unsent = bytearray()
        self._is_flushing = False
        self._is_shut = False
        connection.settimeout(0)
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Wakes the receiving thread when it must also wait for room, or is to end.
        self._alarm, self._bell = socket.socketpair()
        # Rung already, it need not be rung again; who rings must not wait for who listens.
        self._alarm.settimeout(0)
        self._bell.settimeout(0)
        self._poll = select.poll()
        self._poll.register(self._alarm, select.POLLIN)
        self._waits_for = 0
        self._chunk = memoryview(bytearray(_CHUNK_BYTES))

    @property
    def unsent(self) -> int:
        """Bytes that wait for room."""
        return len(self._unsent)

    def put(self, data: bytes) -> None:
        """Have these bytes sent with the next `flush`, after those that were put before."""
        with self._lock:
            self._unsent += data

    def flush(self) -> None:
        """Give the socket what was put; what another thread is about to give it, that thread gives."""
        with self._lock:
            if self._is_flushing or not self._unsent:
                return
            self._is_flushing = True
            data, self._unsent = self._unsent, bytearray()
        while True:
            sent = self._send(data)
            with self._lock:
                if sent == len(data) and self._unsent:
                    data, self._unsent = self._unsent, bytearray()
                    continue
                del data[:sent]
                data += self._unsent
                self._unsent, self._is_flushing = data, False
            if data:
                with contextlib.suppress(OSError):
                    self._bell.send(b"\0")
            return

    def receive(self, timeout_seconds: float | None = None) -> bytes | None:
        """What has come: nothing at the end, None when the time is over."""
        while not self._is_shut:
            self.flush()
            try:
                # Into the same memory: so much anew is got from the system, and given back, each time.
                length = self._socket.recv_into(self._chunk)
                return bytes(self._chunk[:length])
            except BlockingIOError:
                if not self._wait(timeout_seconds):
                    return None
            except OSError:
                break
        return b""

    def shut(self) -> None:
        """Receive nothing more: the receiving thread comes to its end."""
        self._is_shut = True
        self.flush()
        with contextlib.suppress(OSError):
            self._bell.send(b"\0")

    def release(self) -> None:
        """See to it that the other side gets what was sent, when nobody receives any more, and close.

        To close while something unread has come would throw away, there too, what is on its way.
        """
        with contextlib.suppress(OSError):
            self._linger(time.monotonic() + LINGER_SECONDS)
        for each in (self._socket, self._alarm, self._bell):
            each.close()

    def _linger(self, deadline: float) -> None:
        has_ended = False
        while (left := deadline - time.monotonic()) > 0:
            self.flush()
            if not (has_ended or self._unsent):
                self._socket.shutdown(socket.SHUT_WR)
                has_ended = True
            try:
                if not self._socket.recv(_CHUNK_BYTES):
                    return
            except BlockingIOError:
                self._wait(left)

    def _send(self, data: bytearray) -> int:
        """How much of it the socket took."""
        sent = 0
        with memoryview(data) as view:
            try:
                while sent < len(data):
                    sent += self._socket.send(view[sent:])
            except BlockingIOError:
                return sent
            except OSError:
                # The receiving thread finds out by itself.
                return len(data)
        return sent

    def _wait(self, timeout_seconds: float | None) -> bool:
        waits_for = select.POLLIN | (select.POLLOUT if self._unsent else 0)
        try:
            if waits_for != self._waits_for:
                self._waits_for = waits_for
                self._poll.register(self._socket, waits_for)
            ready = self._poll.poll(None if timeout_seconds is None else timeout_seconds * 1000)
            for descriptor, _ in ready:
                if descriptor == self._alarm.fileno():
                    self._alarm.recv(16)
        except (OSError, ValueError):
            # Closed meanwhile.
            return True
        return bool(ready)
