"""Runs a chaincode that its peer launches: `python -m counterfoil_chaincode.launched MODULE:ATTRIBUTE`.

The chaincode dials its peer (`protos.ChaincodeSupport/Register`), as one that Fabric's external builders run,
or one in the peer's development mode. Environment, as fabric-chaincode-go shim/internal/config.go:
`CORE_CHAINCODE_ID_NAME` (package ID, or `name:version` in development mode), `CORE_PEER_ADDRESS` (host:port;
the argument `-peer.address` or `--peer.address` goes before it), `CORE_PEER_LOCALMSPID`,
`CORE_PEER_TLS_ENABLED`, `CORE_PEER_TLS_ROOTCERT_FILE`, and for its own certificate `CORE_TLS_CLIENT_KEY_FILE`
and `CORE_TLS_CLIENT_CERT_FILE` (PEM), or `CORE_TLS_CLIENT_KEY_PATH` and `CORE_TLS_CLIENT_CERT_PATH` (base64
of PEM).
"""

import argparse
import base64
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import grpc

from .entry_point import EntryPointError, load_chaincode
from .errors import ProtocolViolation
from .peer_environment import PeerEnvironment
from .service import DRAIN_SECONDS, MESSAGE_BYTES_MAX, SettingsError
from .shim.handler import Handler, Invocable
from .shim.worker_pool import WorkerPool

logger = logging.getLogger("counterfoil_chaincode.launched")

METHOD = "/protos.ChaincodeSupport/Register"
_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # A minute and 20 s, as Fabric's own chaincode pings an idle peer.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)
_EXIT_BAD_SETTINGS = 2
_EXIT_NO_PEER = 3


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """The peer to dial (host:port), as which chaincode, and TLS (root, key, certificate in PEM) or none."""

    address: str
    chaincode_id: str
    tls: tuple[bytes, bytes, bytes] | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], address: str = "") -> "LaunchSettings":
        """Read the variables named above.

        Raises:
            SettingsError: one that is needed is missing, or a file cannot be read.
        """
        address = address or environment.get("CORE_PEER_ADDRESS", "")
        chaincode_id = environment.get("CORE_CHAINCODE_ID_NAME", "")
        if not address or not chaincode_id:
            raise SettingsError("CORE_PEER_ADDRESS and CORE_CHAINCODE_ID_NAME must be set")
        if environment.get("CORE_PEER_TLS_ENABLED", "false").lower() != "true":
            return cls(address, chaincode_id)
        root = _read(environment, "CORE_PEER_TLS_ROOTCERT_FILE")
        key, certificate = (_own(environment, part) for part in ("KEY", "CERT"))
        return cls(address, chaincode_id, (root, key, certificate))


def _own(environment: Mapping[str, str], part: str) -> bytes:
    plain = f"CORE_TLS_CLIENT_{part}_FILE"
    if plain in environment:
        return _read(environment, plain)
    try:
        return base64.b64decode(_read(environment, f"CORE_TLS_CLIENT_{part}_PATH"), validate=False)
    except ValueError:
        raise SettingsError(f"the file of CORE_TLS_CLIENT_{part}_PATH is not base64") from None


def _read(environment: Mapping[str, str], variable: str) -> bytes:
    path = environment.get(variable)
    if not path:
        raise SettingsError(f"{variable} must be set for TLS")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None


class PeerLink:
    """The stream to the peer that launched the chaincode."""

    def __init__(self, invocable: Invocable, settings: LaunchSettings, peer: PeerEnvironment) -> None:
        self._settings = settings
        self._workers = WorkerPool()
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        self._handler = Handler(invocable, peer, self._workers, self._outgoing.put)

    def serve(self) -> None:
        """Register, and serve until the peer ends the stream or `stop` was called.

        Raises:
            ProtocolViolation: the peer sent what the protocol does not allow.
            grpc.RpcError: the peer cannot be reached, or has gone.
        """
        with self._channel() as channel:
            # The stubs cannot say that without serializers the messages are bytes.
            register: Any = channel.stream_stream(METHOD, request_serializer=None, response_deserializer=None)
            self._handler.register(self._settings.chaincode_id)
            try:
                for message in register(iter(self._outgoing.get, None)):
                    self._handler.receive(message)
            finally:
                self._handler.close()
                self._outgoing.put(None)

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Refuse new transactions, let the running ones finish, then end the stream."""
        if not self._workers.close(drain_seconds):
            logger.warning("some transactions were still running when the chaincode ended")
        self._outgoing.put(None)

    def _channel(self) -> grpc.Channel:
        if self._settings.tls is None:
            return grpc.insecure_channel(self._settings.address, _OPTIONS)
        credentials = grpc.ssl_channel_credentials(*self._settings.tls)
        return grpc.secure_channel(self._settings.address, credentials, _OPTIONS)


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the chaincode that the command line names; the process's exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(prog="python -m counterfoil_chaincode.launched")
    parser.add_argument("entry_point", metavar="MODULE:ATTRIBUTE")
    parser.add_argument("-peer.address", "--peer.address", dest="address", default="")
    given = parser.parse_args(arguments)
    try:
        settings = LaunchSettings.from_environment(environment, given.address)
        invocable = load_chaincode(given.entry_point)
    except (EntryPointError, SettingsError) as error:
        logger.error("%s", error)
        return _EXIT_BAD_SETTINGS
    link = PeerLink(invocable, settings, PeerEnvironment.from_environment(environment))
    # On a thread of its own, because this one reads what running transactions wait for.
    signal.signal(signal.SIGTERM, lambda *_: Thread(target=link.stop, name="stop", daemon=True).start())
    try:
        link.serve()
    except ProtocolViolation as error:
        logger.error("the peer broke the protocol: %s", error)
        return _EXIT_NO_PEER
    except grpc.RpcError as error:
        logger.error("the peer's stream ended: %s", error.code() if isinstance(error, grpc.Call) else "")
        return _EXIT_NO_PEER
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
