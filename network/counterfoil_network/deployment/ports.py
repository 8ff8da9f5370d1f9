"""Find TCP ports that nobody listens on, and keep other networks of this machine from taking them."""

import fcntl
import os
import secrets
import socket
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections, which come and go at any moment.
_PORTS = range(20_000, 32_000)
_TRIES_MAX = 100
_RESERVED: dict[int, int] = {}
"""Port to the descriptor whose lock reserves it, as long as this process lives."""


def free_ports(count: int, wanted: Sequence[int] = ()) -> list[int]:
    """`count` different free ports of the loopback interface: those `wanted` if free, else others.

    They are free again on return, so that their servers can listen there; until this process ends, other
    processes of the same user that ask here do not get them.

    Raises:
        OSError: no port is free.
    """
    with ExitStack() as stack:
        chosen: list[int] = []
        for index in range(count):
            chosen.append(_take(stack, wanted[index] if index < len(wanted) else 0, chosen))
        return chosen


def _take(stack: ExitStack, wanted: int, others: Sequence[int]) -> int:
    """Choose a port that is none of the others and bind it until the stack ends."""
    for attempt in range(_TRIES_MAX):
        port = wanted if wanted and attempt == 0 else _PORTS[secrets.randbelow(len(_PORTS))]
        if port in others:
            continue  # with the option below, two sockets that do not listen could have it
        held = stack.enter_context(socket.socket())
        # As servers bind: what lingers of a killed engine's connections for a minute is no server.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((HOST, port))
        except OSError:
            continue
        if _reserve(port):
            return port
        held.close()
    raise OSError(f"no free port among {_TRIES_MAX} of {_PORTS.start} to {_PORTS.stop}")


def _reserve(port: int) -> bool:
    """Whether no other process has it reserved; the lock ends with this process, however that ends."""
    if port in _RESERVED:
        return True
    folder = Path(tempfile.gettempdir()) / f"counterfoil-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _RESERVED[port] = descriptor
    return True
