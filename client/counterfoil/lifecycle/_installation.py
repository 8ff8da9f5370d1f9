"""Packages on one organisation's peer; asked of the peer itself (protos.Endorser), on no channel."""

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from counterfoil_protocol.chaincode_package import build_package
from counterfoil_protocol.messages import common, lifecycle, proposal_response
from counterfoil_protocol.proposal import build_proposal, sign_proposal

from .._calls import Call, Flow, ask
from .._errors import EndorseError
from .._gateway import Gateway
from .._session import Session, check_seconds

LIFECYCLE = "_lifecycle"
_INSTALL_SECONDS = 120.0
_PEERS_OWN = ""


@dataclass(frozen=True, slots=True)
class InstalledChaincode:
    """A package on a peer: its id ``label:sha256`` and its label."""

    package_id: str
    label: str


def package(label: str, chaincode_type: str, files: Mapping[str, bytes]) -> bytes:
    """A chaincode package (tar.gz) whose bytes, and so whose id, depend on these arguments alone.

    Args:
        label: name for people, letters, digits and ``. + - _``.
        chaincode_type: ``python`` for the embedded engine, ``ccaas`` for both engines.
        files: the code archive's files by path: ``connection.json``, or ``chaincode.json`` and ``src/...``.

    Raises:
        ValueError: the label or a path has not the form it must have.
    """
    return build_package(label, chaincode_type, files)


def install(
    gateway: Gateway, package_bytes: bytes, *, timeout: float = _INSTALL_SECONDS
) -> InstalledChaincode:
    """Install a package on the gateway's peer.

    Raises:
        EndorseError: the peer refuses: no package, installed already, or the caller is no administrator.
        TypeError, ValueError: an argument that cannot be right.
    """
    if not isinstance(package_bytes, bytes):
        raise TypeError(f"a package is bytes, not {type(package_bytes).__name__}")
    arguments = lifecycle.InstallChaincodeArgs(chaincode_install_package=package_bytes).SerializeToString()
    payload = gateway.run(_process(gateway.session, "InstallChaincode", arguments, timeout))
    installed = lifecycle.InstallChaincodeResult.FromString(payload)
    return InstalledChaincode(installed.package_id, installed.label)


def query_installed(gateway: Gateway, *, timeout: float | None = None) -> tuple[InstalledChaincode, ...]:
    """The packages installed on the gateway's peer.

    Raises:
        EndorseError: the peer refuses, or the caller is no administrator.
    """
    arguments = lifecycle.QueryInstalledChaincodesArgs().SerializeToString()
    seconds = timeout or gateway.deadlines.evaluate
    payload = gateway.run(_process(gateway.session, "QueryInstalledChaincodes", arguments, seconds))
    found = lifecycle.QueryInstalledChaincodesResult.FromString(payload)
    return tuple(InstalledChaincode(each.package_id, each.label) for each in found.installed_chaincodes)


def _process(session: Session, function: str, arguments: bytes, timeout: float) -> Flow[bytes]:
    """Send a proposal to the peer's own Endorser service and give the response payload."""
    session.check_process()
    built = build_proposal(_PEERS_OWN, LIFECYCLE, [function.encode(), arguments], session.creator)
    reply = yield from ask(
        Call(
            "/protos.Endorser/ProcessProposal",
            sign_proposal(built, session.sign),
            proposal_response.ProposalResponse,
            check_seconds("timeout", timeout),
            EndorseError,
            built.transaction_id,
        )
    )
    if reply.response.status != common.SUCCESS:
        text = f"chaincode response {reply.response.status}, {reply.response.message}"
        raise EndorseError(grpc.StatusCode.ABORTED, text, (), built.transaction_id)
    return reply.response.payload
