"""Runs a chaincode as a service: `python -m counterfoil_chaincode.service MODULE:ATTRIBUTE`.

Environment, with the names of Fabric's samples: `CHAINCODE_SERVER_ADDRESS` (host:port to listen at),
`CHAINCODE_ID` (package ID), `CORE_PEER_LOCALMSPID` (MSP of the peer served: one service a peer), and for TLS
`CHAINCODE_TLS_DISABLED` (`false` turns it on; a word that Go's ParseBool does not know is refused),
`CHAINCODE_TLS_KEY`, `CHAINCODE_TLS_CERT` and, to admit only peers with a certificate of these CAs,
`CHAINCODE_CLIENT_CA_CERT` (paths of PEM files). Ours besides:
`COUNTERFOIL_TRANSACTIONS_MAX`, how many transactions may be under way at once (1,024).

The same address answers `grpc.health.v1.Health/Check`: SERVING, and NOT_SERVING once it is told to end.
"""

import logging
import os
import signal
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from .entry_point import EntryPointError, load_chaincode
from .peer_environment import PeerEnvironment
from .settings import SettingsError, checked_address, start_log, switched_on, transactions_max
from .shim import connect, health
from .shim.admission import DEFAULT_LIMIT, Admission
from .shim.grpc_server import ServedBy
from .shim.handler import Invocable
from .shim.listener import Listener

logger = logging.getLogger("counterfoil_chaincode.service")

CONNECTIONS_MAX = 64
"""Peers and probes that may be connected at once; each takes a thread."""
DRAIN_SECONDS = 30.0
"""How long running transactions may take when the service stops: the peer's own limit."""

_EXIT_BAD_SETTINGS = 2


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files; with `client_authorities` only peers they vouch for may connect (mutual TLS)."""

    key: Path
    certificate: Path
    client_authorities: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Read the files.

        Raises:
            SettingsError: one of them cannot be read.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        paths = [path for path in (self.certificate, self.key, self.client_authorities) if path]
        try:
            for path in paths:
                path.read_bytes()
            context.load_cert_chain(self.certificate, self.key)
            if self.client_authorities:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.client_authorities)
        except ssl.SSLError as error:
            raise SettingsError(f"cannot use {', '.join(map(str, paths))}: {error.reason}") from None
        except OSError as error:
            raise SettingsError(f"cannot read {error.filename}: {error.strerror}") from None
        return context


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Where to listen (host:port), as which package, with TLS or without, how many at once."""

    address: str
    chaincode_id: str
    tls: TlsFiles | None = None
    transactions_max: int = DEFAULT_LIMIT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ServiceSettings":
        """Read the variables named above.

        Raises:
            SettingsError: one that is needed is missing, or is not what it should be.
        """
        most = transactions_max(environment)
        address, chaincode_id = environment.get("CHAINCODE_SERVER_ADDRESS"), environment.get("CHAINCODE_ID")
        if not address or not chaincode_id:
            raise SettingsError("CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID must be set")
        checked_address("CHAINCODE_SERVER_ADDRESS", address)
        if switched_on(environment, "CHAINCODE_TLS_DISABLED", default=True):
            return cls(address, chaincode_id, transactions_max=most)
        key, certificate = environment.get("CHAINCODE_TLS_KEY"), environment.get("CHAINCODE_TLS_CERT")
        if not key or not certificate:
            raise SettingsError("CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT must be set for TLS")
        authorities = environment.get("CHAINCODE_CLIENT_CA_CERT")
        tls = TlsFiles(Path(key), Path(certificate), Path(authorities) if authorities else None)
        return cls(address, chaincode_id, tls, most)


class ChaincodeServer:
    """A listening service.

    Raises:
        SettingsError: the address is not free, or a TLS file cannot be read.
    """

    def __init__(self, invocable: Invocable, settings: ServiceSettings, peer: PeerEnvironment) -> None:
        self._admission = Admission(settings.transactions_max)
        chaincode = connect.ChaincodeService(invocable, settings.chaincode_id, peer)
        probed = health.Health(lambda: not self._admission.closed, connect.SERVICE)
        methods = {connect.PATH: ServedBy(chaincode.begin), health.PATH: ServedBy(probed.begin)}
        tls = settings.tls.context() if settings.tls else None
        try:
            self._listener = Listener(settings.address, tls, methods, self._admission, CONNECTIONS_MAX)
        except OSError:
            raise SettingsError(f"cannot listen at {settings.address}") from None
        self.port = self._listener.port

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Refuse new transactions, let the running ones finish, then close the streams."""
        if not self._admission.close(drain_seconds):
            logger.warning("some transactions were still running when the service ended")
        self._listener.stop()


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
    start_log()
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
