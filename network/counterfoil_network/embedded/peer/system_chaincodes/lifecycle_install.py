"""Functions of `_lifecycle` on the packages that one peer has installed; they need no channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_network.embedded.peer.chaincode.package_store import PackageNotFound
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message

    from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore


def _install(args: bytes, packages: PackageStore) -> lifecycle.InstallChaincodeResult:
    request = lifecycle.InstallChaincodeArgs.FromString(args)
    try:
        installed = packages.install(request.chaincode_install_package)
    except MalformedMessage as error:
        raise MalformedMessage(f"could not parse as a chaincode install package: {error}") from error
    return lifecycle.InstallChaincodeResult(package_id=installed.package_id, label=installed.label)


def _query_installed(args: bytes, packages: PackageStore) -> lifecycle.QueryInstalledChaincodeResult:
    request = lifecycle.QueryInstalledChaincodeArgs.FromString(args)
    for installed in packages.installed():
        if installed.package_id == request.package_id:
            return lifecycle.QueryInstalledChaincodeResult(
                package_id=installed.package_id, label=installed.label
            )
    raise PackageNotFound(f"could not find chaincode with package id '{request.package_id}'")


def _query_all_installed(_: bytes, packages: PackageStore) -> lifecycle.QueryInstalledChaincodesResult:
    result = lifecycle.QueryInstalledChaincodesResult()
    for installed in packages.installed():
        result.installed_chaincodes.add(package_id=installed.package_id, label=installed.label)
    return result


def _get_package(args: bytes, packages: PackageStore) -> lifecycle.GetInstalledChaincodePackageResult:
    request = lifecycle.GetInstalledChaincodePackageArgs.FromString(args)
    try:
        package = packages.load(request.package_id)
    except PackageNotFound as error:
        raise PackageNotFound(f"could not load cc install package: {error}") from error
    return lifecycle.GetInstalledChaincodePackageResult(chaincode_install_package=package)


INSTALL_FUNCTIONS: dict[str, Callable[[bytes, PackageStore], Message]] = {
    "InstallChaincode": _install,
    "QueryInstalledChaincode": _query_installed,
    "QueryInstalledChaincodes": _query_all_installed,
    "GetInstalledChaincodePackage": _get_package,
}
"""Functions by name."""
