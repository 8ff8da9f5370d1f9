"""`protos.Chaincode/Connect`: the chaincode's side, for peers that dial the chaincode."""

from ..peer_environment import PeerEnvironment
from .grpc_server import Answering, Outlet, Status
from .handler import Handler, Invocable, Runner

SERVICE = "protos.Chaincode"
PATH = b"/protos.Chaincode/Connect"


class ChaincodeService:
    """Serves peers, each with a stream and a handler of its own."""

    def __init__(self, invocable: Invocable, chaincode_id: str, peer: PeerEnvironment) -> None:
        self._chaincode = invocable
        self._chaincode_id = chaincode_id
        self._peer = peer

    def begin(self, outlet: Outlet, runner: Runner) -> Answering:
        """A peer has connected: register with it."""
        handler = Handler(self._chaincode, self._peer, runner, outlet.send)
        handler.register(self._chaincode_id)
        return _Stream(handler, outlet)


class _Stream:
    def __init__(self, handler: Handler, outlet: Outlet) -> None:
        self._outlet = outlet
        self.receive = handler.receive
        self.close = handler.close

    def finish(self) -> None:
        self._outlet.end(Status.OK)
