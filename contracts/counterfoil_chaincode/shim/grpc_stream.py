"""Streams over gRPC: the chaincode's side of `protos.Chaincode.Connect`, for peers that dial the chaincode.

Messages pass as bytes, so that each is parsed once, by the handler.
"""

import logging
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

import grpc

from ..errors import ProtocolViolation
from ..peer_environment import PeerEnvironment
from .handler import Handler, Invocable
from .worker_pool import WorkerPool

logger = logging.getLogger(__name__)

SERVICE = "protos.Chaincode"
METHOD = "Connect"


class ChaincodeService:
    """Serves peers, each with a stream and a handler of its own; they share the workers."""

    def __init__(
        self, invocable: Invocable, chaincode_id: str, peer: PeerEnvironment, workers: WorkerPool
    ) -> None:
        self._chaincode = invocable
        self._chaincode_id = chaincode_id
        self._peer = peer
        self._workers = workers

    def connect(self, incoming: Iterator[bytes], _: grpc.ServicerContext) -> Iterator[bytes]:
        """One peer's stream: the messages to it, while a thread reads those from it."""
        outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        handler = Handler(self._chaincode, self._peer, self._workers, outgoing.put)
        handler.register(self._chaincode_id)
        reader = Thread(target=_read, args=(incoming, handler, outgoing), name="peer-stream", daemon=True)
        reader.start()
        while (message := outgoing.get()) is not None:
            yield message
        handler.close()

    def handlers(self) -> grpc.GenericRpcHandler:
        """What `grpc.Server.add_generic_rpc_handlers` takes."""
        # The stubs leave the type of a handler for bytes open.
        method: Any = grpc.stream_stream_rpc_method_handler(self.connect)
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD: method})


def _read(incoming: Iterator[bytes], handler: Handler, outgoing: "SimpleQueue[bytes | None]") -> None:
    try:
        for message in incoming:
            handler.receive(message)
    except ProtocolViolation as error:
        logger.error("the peer broke the protocol: %s", error)
    except Exception as error:
        # gRPC raises a bare Exception from the iterator when the peer goes away.
        logger.info("a peer's stream ended: %s", type(error).__name__)
    finally:
        handler.close()
        outgoing.put(None)
