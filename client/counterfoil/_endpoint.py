"""Where a peer is and how its connection is secured."""

from dataclasses import dataclass, field

import grpc

_OPTIONS = (
    # As fabric's own default for its clients and servers (comm.MaxRecvMsgSize): a block may be large.
    ("grpc.max_receive_message_length", 100 * 1024 * 1024),
    ("grpc.max_send_message_length", 100 * 1024 * 1024),
    # A peer hangs up on clients that ping more often than core.yaml's peer.keepalive.minInterval, 60 s.
    ("grpc.keepalive_time_ms", 120_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # gRPC's own limit is two minutes: a client would stay away long after its peer is back.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 3_000),
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to connect.

    Attributes:
        address: ``host:port``.
        tls_root: PEM of the CAs that may vouch for the server; None for a connection without TLS.
        tls_identity: PEM (private key, certificate) shown to the server, for mutual TLS.
        server_name: the name expected in the server's certificate, where it is not the host of the address.
    """

    address: str
    tls_root: bytes | None = field(repr=False)
    tls_identity: tuple[bytes, bytes] | None = field(repr=False)
    server_name: str | None

    @property
    def options(self) -> tuple[tuple[str, int | str], ...]:
        """gRPC channel arguments."""
        named = (("grpc.ssl_target_name_override", self.server_name),) if self.server_name else ()
        return (*_OPTIONS, *named)

    @property
    def credentials(self) -> grpc.ChannelCredentials:
        """TLS credentials; only where there is a ``tls_root``."""
        key, certificate = self.tls_identity or (None, None)
        return grpc.ssl_channel_credentials(self.tls_root, key, certificate)
