"""TLS endpoints: one gRPC server a node, with the node's own certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import grpc.aio

if TYPE_CHECKING:
    from counterfoil_network.embedded.node import Node

MAX_MESSAGE_BYTES = 100 * 1024 * 1024
"""Largest message either way, as Fabric's (comm.DefaultMaxRecvMsgSize)."""
_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # A second engine on the same port must fail, not share it.
    ("grpc.so_reuseport", 0),
    # Clients may keep idle connections alive as Fabric's peers let them (interval 2 h, least 60 s).
    ("grpc.http2.min_ping_interval_without_data_ms", 60_000),
    ("grpc.keepalive_permit_without_calls", 1),
)


class PortTaken(OSError):  # noqa: N818 - reads as what happened
    """The address is in use or cannot be listened on."""


def tls_server(node: Node) -> grpc.aio.Server:
    """Make a server that listens at the node's address; services are added before it starts.

    Raises:
        PortTaken: nobody can listen there.

    """
    server = grpc.aio.server(options=_OPTIONS)
    credentials = grpc.ssl_server_credentials([(node.tls_key, node.tls_certificate)])
    try:
        bound = server.add_secure_port(node.address, credentials)
    except RuntimeError as error:
        raise PortTaken(f"{node.organisation} cannot listen on {node.address}") from error
    if bound == 0:
        raise PortTaken(f"{node.organisation} cannot listen on {node.address}")
    return server
