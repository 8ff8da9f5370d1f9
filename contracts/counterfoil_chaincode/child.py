"""Runs a chaincode as a child process of the embedded peer: `python -m counterfoil_chaincode.child`.

The peer gives: `COUNTERFOIL_CHAINCODE_FD` (its end of a socket pair, inherited), `CHAINCODE_ID` (package ID),
`CORE_PEER_LOCALMSPID`, `COUNTERFOIL_CHAINCODE` (entry point `module:attribute`) and
`COUNTERFOIL_CHAINCODE_PATH` (folder of the package's sources, put first on the path).
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping

from .entry_point import EntryPointError, load_chaincode
from .errors import ProtocolViolation
from .peer_environment import PeerEnvironment
from .settings import start_log
from .shim.admission import Admission
from .shim.socket_transport import SocketStream

logger = logging.getLogger("counterfoil_chaincode.child")

FD_VARIABLE = "COUNTERFOIL_CHAINCODE_FD"
ID_VARIABLE = "CHAINCODE_ID"
PATH_VARIABLE = "COUNTERFOIL_CHAINCODE_PATH"
ENTRY_POINT_VARIABLE = "COUNTERFOIL_CHAINCODE"

_EXIT_BAD_PACKAGE = 2
_EXIT_BAD_PEER = 3
_EXIT_ABANDONED = 4


def main(environment: Mapping[str, str]) -> int:
    """Serve until the peer closes the socket; the process's exit code."""
    start_log()
    # The peer ends its children itself; an interrupt at the terminal is meant for the peer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    path = environment.get(PATH_VARIABLE)
    if path:
        sys.path.insert(0, path)
    connection = socket.socket(fileno=int(environment[FD_VARIABLE]))
    connection.set_inheritable(False)
    try:
        chaincode = load_chaincode(environment[ENTRY_POINT_VARIABLE])
    except EntryPointError as error:
        logger.error("%s", error)
        return _EXIT_BAD_PACKAGE
    peer = PeerEnvironment.from_environment(environment)
    try:
        stream = SocketStream(connection, chaincode, peer, Admission(), lambda: os._exit(_EXIT_ABANDONED))
        stream.serve(environment[ID_VARIABLE])
    except ProtocolViolation as error:
        logger.error("the peer broke the protocol: %s", error)
        return _EXIT_BAD_PEER
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
