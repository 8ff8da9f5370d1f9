"""Installed chaincode packages of one organisation: a file each, unpacked beside it at first launch.

Fabric's counterpart is core/chaincode/persistence; here `chaincodes/<package id>/` holds `package.tar.gz`
and the unpacked `code/`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_protocol.chaincode_package import ChaincodePackage, parse_package
from counterfoil_protocol.errors import MalformedMessage

if TYPE_CHECKING:
    from pathlib import Path

_TYPES = frozenset({"python", "ccaas"})


class NothingRunsIt(MalformedMessage):
    """A package of a type that this peer does not know; the text is Fabric's."""


class PackageNotFound(LookupError):  # noqa: N818 - reads as what happened, as Fabric's names do
    """No such package is installed; the text is Fabric's."""


@dataclass(frozen=True, slots=True)
class InstalledChaincode:
    """A package that is installed."""

    package_id: str
    label: str


class PackageStore:
    """Reads and writes the folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def install(self, source: bytes) -> InstalledChaincode:
        """Keep a package; durable when this returns.

        Raises:
            MalformedMessage: it cannot be parsed.
            NothingRunsIt: nothing here runs its type.
            FileExistsError: it is installed already (text as Fabric's).

        """
        parsed = parse_package(source)
        files = parsed.files()
        identifier = parsed.package_id
        target = self._path(identifier)
        if target.exists():
            raise FileExistsError(f"chaincode already successfully installed (package ID '{identifier}')")
        if parsed.type not in _TYPES:
            # As a peer without Docker says it, which no builder of its own helps.
            raise NothingRunsIt("could not build chaincode: docker build failed: docker build is disabled")
        staging = self._folder / f".{target.name}.new"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        for name, content in files.items():
            path = staging / "code" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with (staging / "package.tar.gz").open("wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        staging.rename(target)
        return InstalledChaincode(package_id=identifier, label=parsed.label)

    def load(self, identifier: str) -> bytes:
        """Return the installed bytes.

        Raises:
            PackageNotFound: nothing is installed under this id.

        """
        try:
            return (self._path(identifier) / "package.tar.gz").read_bytes()
        except OSError:
            raise PackageNotFound(f"chaincode install package '{identifier}' not found") from None

    def package(self, identifier: str) -> ChaincodePackage:
        """Parse an installed package; raises as `load`, MalformedMessage if the file was damaged."""
        return parse_package(self.load(identifier))

    def code_folder(self, identifier: str) -> Path:
        """Folder where the package's code lies."""
        return self._path(identifier) / "code"

    def installed(self) -> list[InstalledChaincode]:
        """All installed packages, by package id."""
        found = []
        for path in sorted(self._folder.iterdir()):
            label, _, digest = path.name.rpartition(".")
            if not path.name.startswith(".") and label and (path / "package.tar.gz").exists():
                found.append(InstalledChaincode(package_id=f"{label}:{digest}", label=label))
        return found

    def has(self, identifier: str) -> bool:
        """Whether a package with this id is installed."""
        try:
            return (self._path(identifier) / "package.tar.gz").exists()
        except PackageNotFound:
            return False

    def _path(self, identifier: str) -> Path:
        label, separator, digest = identifier.rpartition(":")
        # The colon is not a legal character of file names everywhere; Fabric replaces it by a full stop, too.
        if not separator or not digest.isalnum() or "/" in label or label.startswith("."):
            raise PackageNotFound(f"chaincode install package '{identifier}' not found")
        return self._folder / f"{label}.{digest}"
