"""A twin's process: runs the transactions that the testing kit sends, under its own PYTHONHASHSEED.

`python -m counterfoil_chaincode.testing.twin_child module:attribute`, with the socket's number in
`COUNTERFOIL_CHAINCODE_FD`. First READY goes out, or ERROR with what could not be loaded. For each
transaction comes a REGISTER with the peer's MSP ID and time, then the TRANSACTION; its requests go out as to
a peer, COMPLETED ends it. One transaction at a time.
"""

import contextlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Mapping

from counterfoil_protocol.messages import chaincode_shim

from ..chaincode import Chaincode
from ..child import FD_VARIABLE
from ..entry_point import EntryPointError, load_chaincode
from ..errors import StreamClosed, peer_error
from ..peer_environment import PeerEnvironment
from ..shim.frames import FrameReader, FrameWriter
from ..shim.invocation import parse_invocation
from ..shim.peer_features import PeerFeatures
from ..shim.stub import ChaincodeStub

MESSAGE = chaincode_shim.ChaincodeMessage


class _Twin:
    def __init__(self, connection: socket.socket, chaincode: Chaincode) -> None:
        self._reader = FrameReader(connection)
        self._writer = FrameWriter(connection)
        self._chaincode = chaincode

    def serve(self) -> None:
        """Run transactions until the kit closes the socket."""
        while (data := self._reader.read()) is not None:
            told = json.loads(MESSAGE.FromString(data).payload)
            transaction = self._reader.read()
            if transaction is None:
                return
            self._run(MESSAGE.FromString(transaction), told)

    def _run(self, message: MESSAGE, told: Mapping[str, object]) -> None:
        seconds = float(str(told["clock"]))
        peer = PeerEnvironment(str(told["msp_id"]), lambda: seconds)
        invocation = parse_invocation(message.channel_id, message.txid, message.payload, message.proposal)
        features = PeerFeatures(int(str(told["write_batch"])), int(str(told["multiple_keys"])))
        stub = ChaincodeStub(invocation, self._call, features)
        response = self._chaincode.invoke(stub, peer)
        answer = MESSAGE(
            type=MESSAGE.COMPLETED, payload=response.SerializeToString(), chaincode_event=stub.event
        )
        self._writer.write(answer.SerializeToString())

    def _call(self, message_type: MESSAGE.Type.ValueType, payload: bytes) -> bytes:
        self._writer.write(MESSAGE(type=message_type, payload=payload).SerializeToString())
        data = self._reader.read()
        if data is None:
            raise StreamClosed("the testing kit has ended")
        answer = MESSAGE.FromString(data)
        if answer.type == MESSAGE.ERROR:
            raise peer_error(answer.payload.decode())
        return answer.payload


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Load the chaincode and serve; the process's exit code."""
    connection = socket.socket(fileno=int(environment[FD_VARIABLE]))
    chaincode, failure = _load(arguments[0])
    answer = MESSAGE(type=MESSAGE.ERROR if failure else MESSAGE.READY, payload=failure.encode())
    # The kit hangs up when it has ended, or when another twin could not load the chaincode.
    with contextlib.suppress(StreamClosed):
        FrameWriter(connection).write(answer.SerializeToString())
        if chaincode is not None:
            _Twin(connection, chaincode).serve()
    return 0


def _load(entry_point: str) -> tuple[Chaincode | None, str]:
    """The chaincode, or why it cannot be loaded."""
    try:
        return load_chaincode(entry_point), ""
    except EntryPointError as error:
        return None, str(error)
    except Exception:
        return None, traceback.format_exc()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
