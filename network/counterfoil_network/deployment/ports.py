"""Find TCP ports that nobody listens on."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack

HOST = "127.0.0.1"


def free_ports(count: int, wanted: Sequence[int] = ()) -> list[int]:
    """`count` different free ports of the loopback interface: those `wanted` if free, else others.

    All are bound at once while choosing, so they differ; they are free again on return, so another program
    could take one before its server does.
    """
    with ExitStack() as stack:
        chosen = []
        for index in range(count):
            held = stack.enter_context(socket.socket())
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                held.bind((HOST, wanted[index] if index < len(wanted) else 0))
            except OSError:
                held.bind((HOST, 0))
            chosen.append(int(held.getsockname()[1]))
        return chosen
