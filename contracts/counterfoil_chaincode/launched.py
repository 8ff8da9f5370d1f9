"""Runs a chaincode that its peer launches: `python -m counterfoil_chaincode.launched MODULE:ATTRIBUTE`.

The chaincode dials its peer (`protos.ChaincodeSupport/Register`), as one that Fabric's external builders run,
or one in the peer's development mode. Environment, as fabric-chaincode-go shim/internal/config.go:
`CORE_CHAINCODE_ID_NAME` (package ID, or `name:version` in development mode), `CORE_PEER_ADDRESS` (host:port;
the argument `-peer.address` or `--peer.address` goes before it), `CORE_PEER_LOCALMSPID`,
`CORE_PEER_TLS_ENABLED`, `CORE_PEER_TLS_ROOTCERT_FILE`, and for its own certificate `CORE_TLS_CLIENT_KEY_FILE`
and `CORE_TLS_CLIENT_CERT_FILE` (PEM), or `CORE_TLS_CLIENT_KEY_PATH` and `CORE_TLS_CLIENT_CERT_PATH` (base64
of PEM). In their place `--run-metadata FILE` takes the chaincode.json that a peer gives an external builder's
`run` (fabric core/container/externalbuilder/externalbuilder.go runConfig). `COUNTERFOIL_TRANSACTIONS_MAX` is
as for a service.
"""

import argparse
import base64
import json
import logging
import os
import signal
import ssl
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

from .entry_point import EntryPointError, load_chaincode
from .errors import ProtocolViolation
from .peer_environment import LOCAL_MSP_VARIABLE, PeerEnvironment
from .service import DRAIN_SECONDS
from .settings import SettingsError, checked_address, start_log, switched_on, transactions_max
from .shim.admission import DEFAULT_LIMIT, Admission
from .shim.grpc_client import CallFailed, OpenCall
from .shim.handler import Handler, Invocable

logger = logging.getLogger("counterfoil_chaincode.launched")

PATH = "/protos.ChaincodeSupport/Register"
_EXIT_BAD_SETTINGS = 2
_EXIT_NO_PEER = 3
_EXIT_ABANDONED = 4
_GOOD_BYE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """The peer to dial (host:port), its MSP ID, as which chaincode, and with TLS or without."""

    address: str
    chaincode_id: str
    tls: ssl.SSLContext | None = None
    msp_id: str = ""
    transactions_max: int = DEFAULT_LIMIT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], address: str = "") -> "LaunchSettings":
        """Read the variables named above.

        Raises:
            SettingsError: one that is needed is missing, or a file cannot be read.
        """
        address = address or environment.get("CORE_PEER_ADDRESS", "")
        chaincode_id = environment.get("CORE_CHAINCODE_ID_NAME", "")
        msp_id = environment.get(LOCAL_MSP_VARIABLE, "")
        if not address or not chaincode_id:
            raise SettingsError("CORE_PEER_ADDRESS and CORE_CHAINCODE_ID_NAME must be set")
        checked_address("CORE_PEER_ADDRESS", address)
        if not switched_on(environment, "CORE_PEER_TLS_ENABLED", default=False):
            return cls(address, chaincode_id, msp_id=msp_id)
        root = _read(environment, "CORE_PEER_TLS_ROOTCERT_FILE")
        key, certificate = (_own(environment, part) for part in ("KEY", "CERT"))
        return cls(address, chaincode_id, _tls(root, key, certificate), msp_id)

    @classmethod
    def from_run_metadata(cls, path: Path) -> "LaunchSettings":
        """Read what a peer gives an external builder's `run`.

        Raises:
            SettingsError: there is no such file, or it is none of these.
        """
        try:
            told = {name: str(text) for name, text in json.loads(path.read_text(encoding="utf-8")).items()}
            address, chaincode_id, msp_id = told["peer_address"], told["chaincode_id"], told["mspid"]
        except OSError as error:
            raise SettingsError(f"cannot read {path}: {error.strerror}") from None
        except (ValueError, AttributeError, KeyError):
            raise SettingsError(f"{path} is not what a peer gives an external builder's run") from None
        checked_address(f"peer_address in {path}", address)
        pems = [told.get(name, "").encode() for name in ("root_cert", "client_key", "client_cert")]
        return cls(address, chaincode_id, _tls(*pems) if all(pems) else None, msp_id)


def _tls(root: bytes, key: bytes, certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    try:
        context.load_verify_locations(cadata=root.decode("ascii"))
        # The library takes its own key from a file alone, and Fabric may have it in base64.
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(certificate + b"\n" + key)
            pair.flush()
            context.load_cert_chain(pair.name)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(f"the peer's certificates, or our own, are not PEM: {error}") from None
    return context


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
    """The stream to the peer that launched the chaincode.

    Raises:
        OSError: the peer cannot be reached.
    """

    def __init__(
        self, invocable: Invocable, settings: LaunchSettings, abandoned: Callable[[], None] = lambda: None
    ) -> None:
        self._chaincode_id = settings.chaincode_id
        self._abandoned = abandoned
        self._stopping = False
        self._ended = Event()
        self._admission = Admission(settings.transactions_max)
        self._call = OpenCall(settings.address, PATH, settings.tls)
        self._reading = self._call.reading(self._receive, self._end, self._admission)
        peer = PeerEnvironment(settings.msp_id)
        self._handler = Handler(invocable, peer, self._reading, self._call.send)

    def serve(self) -> None:
        """Register, and serve until the peer ends the stream or `stop` was called.

        Raises:
            ProtocolViolation: the peer sent what the protocol does not allow.
            CallFailed: the peer has gone, or would not have us.
        """
        try:
            self._handler.register(self._chaincode_id)
            self._reading.run()
            self._call.check()
        except CallFailed:
            # Fabric's peer answers our end with its own end of file, which is no status OK.
            if not self._stopping:
                raise
        finally:
            self._call.release()

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Refuse new transactions, let the running ones finish, then end the stream."""
        if not self._admission.close(drain_seconds):
            logger.warning("some transactions were still running when the chaincode ended")
        self._stopping = True
        self._call.finish()
        self._ended.wait(_GOOD_BYE_SECONDS)
        self._call.close()

    def _receive(self, message: bytes) -> None:
        self._handler.receive(message)

    def _end(self) -> None:
        self._handler.close()
        self._ended.set()
        if self._reading.left_behind:
            # A thread is in a contract that does not end; only the process's end stops it.
            self._abandoned()


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the chaincode that the command line names; the process's exit code."""
    start_log()
    parser = argparse.ArgumentParser(prog="python -m counterfoil_chaincode.launched")
    parser.add_argument("entry_point", metavar="MODULE:ATTRIBUTE")
    parser.add_argument("-peer.address", "--peer.address", dest="address", default="")
    parser.add_argument("--run-metadata", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    try:
        if given.run_metadata:
            settings = LaunchSettings.from_run_metadata(given.run_metadata)
        else:
            settings = LaunchSettings.from_environment(environment, given.address)
        settings = replace(settings, transactions_max=transactions_max(environment))
        invocable = load_chaincode(given.entry_point)
    except (EntryPointError, SettingsError) as error:
        logger.error("%s", error)
        return _EXIT_BAD_SETTINGS
    try:
        link = PeerLink(invocable, settings, lambda: os._exit(_EXIT_ABANDONED))
        # On a thread of its own, because this one reads what running transactions wait for.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Thread(target=link.stop, name="stop", daemon=True).start())
        link.serve()
    except ProtocolViolation as error:
        logger.error("the peer broke the protocol: %s", error)
        return _EXIT_NO_PEER
    except (CallFailed, OSError) as error:
        logger.error("the peer's stream ended: %s", error)
        return _EXIT_NO_PEER
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
