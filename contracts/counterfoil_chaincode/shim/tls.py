"""A TLS session on memory: the socket is asked by whoever has it, and never while a lock is held."""

import contextlib
import socket
import ssl
import time

_CHUNK_BYTES = 16 * 1024
"""A record's most (RFC 8446, 5.1); a session reads one at a time."""
_LEAST_SECONDS = 0.001
"""A timeout of nothing would mean another thing to a socket."""


class TlsSession:
    """Does the handshake on a blocking socket; after it, turns bytes into bytes. One thread at a time.

    Raises:
        OSError: the handshake failed (ssl.SSLError), or took longer than the socket's timeout in all.
    """

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, server_name: str = "") -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=not server_name,
            server_hostname=server_name or None,
        )
        seconds = connection.gettimeout()
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                self._session.do_handshake()
            except ssl.SSLWantReadError:
                self._send_waiting(connection)
                if deadline is not None:
                    # Each byte that trickles in would else begin the time anew.
                    connection.settimeout(max(deadline - time.monotonic(), _LEAST_SECONDS))
                data = connection.recv(_CHUNK_BYTES)
                if not data:
                    raise ConnectionError("the connection ended during the handshake") from None
                self._incoming.write(data)
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    # The alert that says why.
                    self._send_waiting(connection)
                raise
            else:
                self._send_waiting(connection)
                return

    def encrypt(self, data: bytes) -> bytes:
        """What the socket is given for this data, and for what TLS has to say itself."""
        if data:
            self._session.write(data)
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> bytes:
        """The data that is complete now.

        Raises:
            ssl.SSLError: it was altered.
        """
        if data:
            self._incoming.write(data)
        parts = []
        with contextlib.suppress(ssl.SSLWantReadError):
            # Nothing is read at the other side's good-bye; the connection's end, which follows, tells it.
            while part := self._session.read(_CHUNK_BYTES):
                parts.append(part)
                if not (self._incoming.pending or self._session.pending()):
                    # To be told so by an exception takes longer than to read.
                    break
        return b"".join(parts)

    def _send_waiting(self, connection: socket.socket) -> None:
        connection.sendall(self._outgoing.read())
