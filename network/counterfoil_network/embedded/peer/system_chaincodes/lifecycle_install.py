"""Functions of `_lifecycle` on the packages that one peer has installed; they need no channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import lifecycle

from counterfoil_network.embedded.peer.chaincode.package_store import NothingRunsIt, PackageNotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message

    from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore
    from counterfoil_network.embedded.peer.lifecycle.endorsement_info import LocalChaincodes

_GZIP = b"\x1f\x8b"
_GZIP_HEADER = 10


@dataclass(frozen=True, slots=True)
class InstalledPackages:
    """The packages of one peer, and which chaincodes of its channel run them."""

    channel_id: str
    packages: PackageStore
    local_chaincodes: LocalChaincodes


def _install(args: bytes, on: InstalledPackages) -> lifecycle.InstallChaincodeResult:
    request = lifecycle.InstallChaincodeArgs.FromString(args)
    try:
        installed = on.packages.install(request.chaincode_install_package)
    except NothingRunsIt:
        raise
    except MalformedMessage as error:
        reason = _gzip_refusal(request.chaincode_install_package) or str(error)
        raise MalformedMessage(f"could not parse as a chaincode install package: {reason}") from error
    return lifecycle.InstallChaincodeResult(package_id=installed.package_id, label=installed.label)


def _gzip_refusal(package: bytes) -> str:
    """What Go's gzip says of bytes that are no archive (chaincode_package.go), empty if they are."""
    if package[: len(_GZIP)] == _GZIP:
        return ""
    reason = (
        "EOF" if not package else "unexpected EOF" if len(package) < _GZIP_HEADER else "gzip: invalid header"
    )
    return f"error reading as gzip stream: {reason}"


def _query_installed(args: bytes, on: InstalledPackages) -> lifecycle.QueryInstalledChaincodeResult:
    request = lifecycle.QueryInstalledChaincodeArgs.FromString(args)
    for installed in on.packages.installed():
        if installed.package_id == request.package_id:
            result = lifecycle.QueryInstalledChaincodeResult(
                package_id=installed.package_id, label=installed.label
            )
            for name, version in on.local_chaincodes.names(installed.package_id):
                result.references[on.channel_id].chaincodes.add(name=name, version=version)
            return result
    raise PackageNotFound(f"could not find chaincode with package id '{request.package_id}'")


def _query_all_installed(_: bytes, on: InstalledPackages) -> lifecycle.QueryInstalledChaincodesResult:
    result = lifecycle.QueryInstalledChaincodesResult()
    for installed in on.packages.installed():
        entry = result.installed_chaincodes.add(package_id=installed.package_id, label=installed.label)
        for name, version in on.local_chaincodes.names(installed.package_id):
            entry.references[on.channel_id].chaincodes.add(name=name, version=version)
    return result


def _get_package(args: bytes, on: InstalledPackages) -> lifecycle.GetInstalledChaincodePackageResult:
    request = lifecycle.GetInstalledChaincodePackageArgs.FromString(args)
    try:
        package = on.packages.load(request.package_id)
    except PackageNotFound as error:
        raise PackageNotFound(f"could not load cc install package: {error}") from error
    return lifecycle.GetInstalledChaincodePackageResult(chaincode_install_package=package)


INSTALL_FUNCTIONS: dict[str, Callable[[bytes, InstalledPackages], Message]] = {
    "InstallChaincode": _install,
    "QueryInstalledChaincode": _query_installed,
    "QueryInstalledChaincodes": _query_all_installed,
    "GetInstalledChaincodePackage": _get_package,
}
"""Functions by name."""
