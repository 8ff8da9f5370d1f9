"""Package Python sources as a chaincode of type `python` for the embedded engine.

The package holds the sources themselves, so its id changes with every change of a rule, and two organisations
that run different sources are seen to do so. Layout of its code archive: chaincode.json names the entry
point, src/ goes first on the child process's path.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from counterfoil_protocol.chaincode_package import build_package, parse_package

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
_LEFT_OUT = frozenset({"__pycache__"})


def package_sources(label: str, entry_point: str, packages: Mapping[str, Path]) -> bytes:
    """Package import packages and modules (name -> folder or file); `entry_point` is `module:attribute`.

    The same sources give the same bytes, whatever their times, owners and order on disk.

    Raises:
        ValueError: the entry point's module is in none of the packages, or a folder holds no sources.
    """
    module, separator, attribute = entry_point.partition(":")
    if not separator or not attribute or module.partition(".")[0] not in packages:
        raise ValueError(f"the entry point {entry_point} is not module:attribute of a packaged module")
    files = {"chaincode.json": json.dumps({"entry_point": entry_point}, separators=(",", ":")).encode()}
    for name, folder in packages.items():
        if folder.is_file():
            files[f"src/{name}.py"] = folder.read_bytes()
            continue
        sources = _sources(folder)
        if not sources:
            raise ValueError(f"{folder} holds no sources of {name}")
        files |= {f"src/{name}/{path}": content for path, content in sources.items()}
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


def _sources(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not _LEFT_OUT & set(path.parts) and path.suffix not in {".pyc", ".pyo"}
    }
