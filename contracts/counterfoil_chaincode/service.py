"""Runs a chaincode as a service: `python -m counterfoil_chaincode.service MODULE:ATTRIBUTE`.

Environment, with the names of Fabric's samples: `CHAINCODE_SERVER_ADDRESS` (host:port to listen at),
`CHAINCODE_ID` (package ID), `CORE_PEER_LOCALMSPID` (MSP of the peer served: one service a peer), and for TLS
`CHAINCODE_TLS_DISABLED` (`false` turns it on), `CHAINCODE_TLS_KEY`, `CHAINCODE_TLS_CERT` and, to admit only
peers with a certificate of these CAs, `CHAINCODE_CLIENT_CA_CERT` (paths of PEM files).

The same address answers `grpc.health.v1.Health/Check`: SERVING, and NOT_SERVING once it is told to end.
"""

import logging
import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import grpc

from .entry_point import EntryPointError, load_chaincode
from .peer_environment import PeerEnvironment
from .shim.grpc_stream import SERVICE, ChaincodeService
from .shim.handler import Invocable
from .shim.health import Health
from .shim.worker_pool import WorkerPool

logger = logging.getLogger("counterfoil_chaincode.service")

STREAMS_MAX = 32
"""Peers that may be connected at once; each takes a thread."""
MESSAGE_BYTES_MAX = 100 * 1024 * 1024
DRAIN_SECONDS = 30.0
"""How long running transactions may take when the service stops: the peer's own limit."""

_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # Peers ping an idle stream; Fabric's own chaincode server admits one a minute.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 60_000),
    # Two services must not share a port in silence.
    ("grpc.so_reuseport", 0),
)
_EXIT_BAD_SETTINGS = 2


class SettingsError(ValueError):
    """The environment does not say how to run the service."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files; with `client_authorities` only peers they vouch for may connect (mutual TLS)."""

    key: Path
    certificate: Path
    client_authorities: Path | None = None

    def credentials(self) -> grpc.ServerCredentials:
        """Read the files.

        Raises:
            SettingsError: one of them cannot be read.
        """
        try:
            pair = (self.key.read_bytes(), self.certificate.read_bytes())
            roots = self.client_authorities.read_bytes() if self.client_authorities else None
        except OSError as error:
            raise SettingsError(f"cannot read {error.filename}: {error.strerror}") from None
        return grpc.ssl_server_credentials([pair], roots, require_client_auth=roots is not None)


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Where to listen (host:port), as which package, and with TLS or without."""

    address: str
    chaincode_id: str
    tls: TlsFiles | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ServiceSettings":
        """Read the variables named above.

        Raises:
            SettingsError: one that is needed is missing.
        """
        address, chaincode_id = environment.get("CHAINCODE_SERVER_ADDRESS"), environment.get("CHAINCODE_ID")
        if not address or not chaincode_id:
            raise SettingsError("CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID must be set")
        if environment.get("CHAINCODE_TLS_DISABLED", "true").lower() != "false":
            return cls(address, chaincode_id)
        key, certificate = environment.get("CHAINCODE_TLS_KEY"), environment.get("CHAINCODE_TLS_CERT")
        if not key or not certificate:
            raise SettingsError("CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT must be set for TLS")
        authorities = environment.get("CHAINCODE_CLIENT_CA_CERT")
        tls = TlsFiles(Path(key), Path(certificate), Path(authorities) if authorities else None)
        return cls(address, chaincode_id, tls)


class ChaincodeServer:
    """A listening service.

    Raises:
        SettingsError: the address is not free, or a TLS file cannot be read.
    """

    def __init__(self, invocable: Invocable, settings: ServiceSettings, peer: PeerEnvironment) -> None:
        self._workers = WorkerPool()
        # One more than the streams of peers, for a probe.
        self._server = grpc.server(ThreadPoolExecutor(STREAMS_MAX + 1, "peer"), options=_OPTIONS)
        service = ChaincodeService(invocable, settings.chaincode_id, peer, self._workers)
        health = Health(lambda: not self._workers.closed, SERVICE)
        self._server.add_generic_rpc_handlers((service.handlers(), health.handlers()))
        try:
            self.port = self._listen(settings)
        except RuntimeError:
            raise SettingsError(f"cannot listen at {settings.address}") from None
        self._server.start()

    def _listen(self, settings: ServiceSettings) -> int:
        if settings.tls is None:
            return self._server.add_insecure_port(settings.address)
        return self._server.add_secure_port(settings.address, settings.tls.credentials())

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Refuse new transactions, let the running ones finish, then close the streams."""
        if not self._workers.close(drain_seconds):
            logger.warning("some transactions were still running when the service ended")
        self._server.stop(grace=None).wait()


def serve(invocable: Invocable, environment: Mapping[str, str]) -> None:
    """Serve until the process is told to end (SIGTERM, SIGINT).

    Raises:
        SettingsError: the environment does not say how.
    """
    settings = ServiceSettings.from_environment(environment)
    server = ChaincodeServer(invocable, settings, PeerEnvironment.from_environment(environment))
    ending = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    logger.info("chaincode %s listens at %s", settings.chaincode_id, settings.address)
    ending.wait()
    server.stop()


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Run the service that the command line names; the process's exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        if len(arguments) != 1:
            raise SettingsError("say which chaincode: MODULE:ATTRIBUTE")
        serve(load_chaincode(arguments[0]), environment)
    except (EntryPointError, SettingsError) as error:
        logger.error("%s", error)
        return _EXIT_BAD_SETTINGS
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
