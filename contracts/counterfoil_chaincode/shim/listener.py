"""Listens for callers and serves each connection on a thread of its own."""

import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from threading import Condition, Thread

from .admission import Admission
from .grpc_server import GrpcServerConnection, ServedBy
from .http2 import Http2Connection
from .patient_socket import LINGER_SECONDS, keep_alive
from .tls import TlsSession

logger = logging.getLogger(__name__)

_HANDSHAKE_SECONDS = 20.0
_BACKLOG = 64
_PAUSE_SECONDS = 0.1


class Listener:
    """A listening socket.

    Raises:
        OSError: the address is not free, or is none.
    """

    def __init__(
        self,
        address: str,
        tls: ssl.SSLContext | None,
        methods: Mapping[bytes, ServedBy],
        admission: Admission,
        connections_max: int,
    ) -> None:
        self._tls = tls
        self._methods = methods
        self._admission = admission
        self._connections_max = connections_max
        self._lock = Condition()
        self._open: set[GrpcServerConnection] = set()
        self._admitted = 0
        self._closed = False
        self._socket = _listen(address)
        self.port: int = self._socket.getsockname()[1]
        Thread(target=self._accept, name="listener", daemon=True).start()

    def stop(self) -> None:
        """Take no more callers, and end the calls of those that are there."""
        with self._lock:
            self._closed = True
            connections = list(self._open)
        with contextlib.suppress(OSError):
            # Wakes the thread in accept, which closing alone does not.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in connections:
            connection.stop()
        with self._lock:
            # The process may end after this, and what a connection has not sent then is lost.
            self._lock.wait_for(lambda: not self._open, 2 * LINGER_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if self._closed:
                    return
                # No descriptor is left, perhaps; others may give some back.
                time.sleep(_PAUSE_SECONDS)
                continue
            with self._lock:
                admitted = not self._closed and self._admitted < self._connections_max
                self._admitted += admitted
            if not admitted:
                connection.close()
                continue
            try:
                Thread(target=self._serve, args=(connection,), name="peer-stream", daemon=True).start()
            except RuntimeError:
                # No thread is left, perhaps; the next caller may find one.
                logger.error("a caller was turned away: no thread can be started")
                connection.close()
                with self._lock:
                    self._admitted -= 1

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._serve_admitted(connection)
        except OSError as error:
            logger.info("a connection ended: %s", type(error).__name__)
        finally:
            with self._lock:
                self._admitted -= 1

    def _serve_admitted(self, connection: socket.socket) -> None:
        keep_alive(connection)
        connection.settimeout(_HANDSHAKE_SECONDS)
        tls = None if self._tls is None else TlsSession(connection, self._tls)
        http2 = Http2Connection(connection, tls, server=True)
        served = GrpcServerConnection(http2, self._methods, self._admission)
        with self._lock:
            is_late = self._closed
            if not is_late:
                self._open.add(served)
        if is_late:
            http2.release()
            return
        try:
            served.serve()
        finally:
            with self._lock:
                self._open.discard(served)
                self._lock.notify_all()


def _listen(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        raise OSError(f"{address} has no port")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The option lets a restarted service listen at once; on Linux it lets nobody share a port.
    return socket.create_server((host, int(port)), family=family, backlog=_BACKLOG)
