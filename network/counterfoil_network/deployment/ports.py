"""Find TCP ports that nobody listens on."""

import secrets
import socket
from collections.abc import Sequence
from contextlib import ExitStack

HOST = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections, which come and go at any moment.
_PORTS = range(20_000, 32_000)
_TRIES_MAX = 100


def free_ports(count: int, wanted: Sequence[int] = ()) -> list[int]:
    """`count` different free ports of the loopback interface: those `wanted` if free, else others.

    All are bound at once while choosing, so they differ; they are free again on return, so another program
    could take one before its server does.

    Raises:
        OSError: no port is free.
    """
    with ExitStack() as stack:
        chosen: list[int] = []
        for index in range(count):
            held = stack.enter_context(socket.socket())
            # As servers bind: what lingers of a killed engine's connections for a minute is no server.
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            chosen.append(_bind(held, wanted[index] if index < len(wanted) else 0, chosen))
        return chosen


def _bind(held: socket.socket, wanted: int, others: Sequence[int]) -> int:
    for attempt in range(_TRIES_MAX):
        port = wanted if wanted and attempt == 0 else _PORTS[secrets.randbelow(len(_PORTS))]
        if port in others:
            continue  # with that option, two sockets that do not listen could have it
        try:
            held.bind((HOST, port))
        except OSError:
            continue
        return port
    raise OSError(f"no free port among {_TRIES_MAX} of {_PORTS.start} to {_PORTS.stop}")
