"""Package Python sources as a chaincode of type `python` for the embedded engine.

The package holds the sources themselves, so its id changes with every change of a rule, and two organisations
that run different sources are seen to do so. Layout of its code archive: chaincode.json names the entry
point, src/ goes first on the child process's path.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from counterfoil_protocol.chaincode_package import build_package, parse_package
from counterfoil_protocol.chaincode_sources import source_files
from counterfoil_protocol.errors import MalformedMessage

PACKAGE_TYPE = "python"
SERVICE_TYPE = "ccaas"
_CONNECTION = {
    "address": "{{.address}}",
    "dial_timeout": "10s",
    "tls_required": True,
    "client_auth_required": True,
    "root_cert": "{{.root_cert}}",
    "client_cert": "{{.client_cert}}",
    "client_key": "{{.client_key}}",
}
# A PEM block that has begun (RFC 7468), in a file of its own or as a text in a source. A source that only
# looks for the first line of one is none.
_PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:\s|\\[rn])+[A-Za-z0-9+/]")
_KEY_FILE_ENDING = "_sk"
"""How cryptogen and the Fabric CA client name private keys in keystore/."""
_GZIP = b"\x1f\x8b"
_OURS = "counterfoil"
_TRADE = "counterfoil_contracts"
"""The one package of ours that is a chaincode's sources."""


class SourcesRefused(ValueError):  # noqa: N818 - reads as the fact it states
    """Sources that are not packaged. The text begins with `code`, which stays the same.

    Codes: ENTRY_POINT_MISSING, NO_SOURCES, NOT_PYTHON, NAME_TAKEN, PRIVATE_KEY.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def package_sources(label: str, entry_point: str, packages: Mapping[str, Path]) -> bytes:
    """Package import packages and modules (name -> folder or file); `entry_point` is `module:attribute`.

    The same sources give the same bytes, whatever their times, owners and order on disk.

    Of a folder its `source_files` are packaged, but no chaincode package that an earlier call wrote there.

    Raises:
        SourcesRefused: the entry point's module is in none of the packages, a folder holds no sources, a file
            is no Python file, a name is taken, or a file holds a private key.
        ValueError: the label has not the form it must have.
        OSError: a file cannot be read.
    """
    module, separator, attribute = entry_point.partition(":")
    if not separator or not attribute or module.partition(".")[0] not in packages:
        raise SourcesRefused(
            "ENTRY_POINT_MISSING",
            f"the entry point {entry_point} is not module:attribute of a packaged module",
        )
    files = {"chaincode.json": json.dumps({"entry_point": entry_point}, separators=(",", ":")).encode()}
    for name, path in packages.items():
        _check_name(name, path)
        files |= _module(name, path) if path.is_file() else _package(name, path)
    return build_package(label, PACKAGE_TYPE, files)


def service_package(package: bytes) -> bytes:
    """The same chaincode for Fabric's own peer: type `ccaas`, with a connection.json that each peer's builder
    fills from its own configuration (Fabric's own ccaas builder knows the same fields).

    Raises:
        MalformedMessage: it is no package.
    """
    parsed = parse_package(package)
    if parsed.type == SERVICE_TYPE:
        return package
    connection = json.dumps(_CONNECTION, separators=(",", ":")).encode()
    return build_package(parsed.label, SERVICE_TYPE, {**parsed.files(), "connection.json": connection})


def _check_name(name: str, path: Path) -> None:
    """A chaincode's process has modules of these names already, or needs them to be the right ones."""
    if name in sys.stdlib_module_names:
        owner = "a module of Python's standard library"
    elif (name == _OURS or name.startswith(f"{_OURS}_")) and name != _TRADE:
        owner = "Counterfoil's own package"
    else:
        return
    raise SourcesRefused("NAME_TAKEN", f"{path}: {name} is the name of {owner}; rename {path.name}")


def _module(name: str, path: Path) -> dict[str, bytes]:
    if path.suffix != ".py":
        raise SourcesRefused(
            "NOT_PYTHON", f"{path} is no Python file; name one that ends in .py, or a folder"
        )
    return {f"src/{name}.py": _content(path)}


def _package(name: str, folder: Path) -> dict[str, bytes]:
    paths = list(source_files(folder)) if folder.is_dir() else []
    contents = {path.relative_to(folder).as_posix(): _content(path) for path in paths}
    sources = {f"src/{name}/{path}": each for path, each in contents.items() if not _is_package(each)}
    if not any(path.endswith(".py") for path in sources):
        raise SourcesRefused(
            "NO_SOURCES", f"{folder} holds no sources of {name}; name a folder with .py files"
        )
    return sources


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    # Every peer's host gets the package, and keeps it.
    if path.name.endswith(_KEY_FILE_ENDING) or _PRIVATE_KEY.search(content):
        raise SourcesRefused(
            "PRIVATE_KEY",
            f"{path} looks like a private key that every organisation would get; move it out of the sources",
        )
    return content


def _is_package(content: bytes) -> bool:
    """Whether it is a chaincode package: packaging the same folder again would hold the one before."""
    if not content.startswith(_GZIP):
        return False
    try:
        parse_package(content)
    except MalformedMessage:
        return False
    return True
