"""A handler on a stream in memory, which a thread of its own reads, as on a connection."""

import time
from queue import SimpleQueue
from threading import Thread

from counterfoil_chaincode.peer_environment import PeerEnvironment
from counterfoil_chaincode.shim.admission import Admission
from counterfoil_chaincode.shim.handler import Handler, Invocable, State
from counterfoil_chaincode.shim.reading import Delivery, Reading

from tests.unit.chaincode.scripted_peer import ScriptedPeer

PEER = PeerEnvironment("Org1MSP", lambda: 0.0)
SECONDS = 60


class Wired:
    """A handler and a scripted peer on a stream in memory, which a thread reads."""

    def __init__(self, admission: Admission, invocable: Invocable) -> None:
        self._stream: SimpleQueue[Delivery | None] = SimpleQueue()
        self.peer = ScriptedPeer(lambda data: self._stream.put((self.handler.receive, data)))
        self.reading = Reading(self._stream.get, self._end, admission)
        self.handler = Handler(invocable, PEER, self.reading, self.peer.receive)
        self._thread = Thread(target=self.reading.run, daemon=True)

    def start(self) -> None:
        self.handler.register("probe:abc")
        self._thread.start()
        assert self.peer.registered.get(timeout=SECONDS) == "probe:abc"
        while self.handler.state is not State.READY:
            time.sleep(0.001)

    def _end(self) -> None:
        self.handler.close()

    def end(self) -> None:
        """The stream ends."""
        self._stream.put(None)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
