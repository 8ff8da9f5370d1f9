"""Chaincode packages: the tar.gz that `peer lifecycle chaincode install` takes.

Sources: core/chaincode/persistence/chaincode_package.go (reading, label's form), core/chaincode/persistence/
persistence.go PackageID (the id), internal/peer/lifecycle/chaincode/package.go (writing).
"""

import gzip
import hashlib
import io
import json
import re
import struct
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .errors import MalformedMessage

METADATA_FILE = "metadata.json"
CODE_FILE = "code.tar.gz"

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+\-]*")
_UNPACKED_BYTES_MAX = 256 << 20
"""What a package may unpack to; a small archive must not fill the disk."""
_STORED_BLOCK_BYTES = 0xFFFF


@dataclass(frozen=True, slots=True)
class ChaincodePackage:
    """A package read: what its metadata says, and its code archive still packed."""

    label: str
    type: str
    path: str
    package_id: str
    code: bytes = field(repr=False)

    def files(self) -> dict[str, bytes]:
        """The files of the code archive by relative POSIX path.

        Raises:
            MalformedMessage: no tar.gz, a path that leaves the folder, a link or device, or too large.
        """
        return read_archive(self.code)


def package_id(label: str, package: bytes) -> str:
    """``label:`` and the lower-case hex SHA-256 of the package's bytes."""
    return f"{label}:{hashlib.sha256(package).hexdigest()}"


def build_package(label: str, chaincode_type: str, files: Mapping[str, bytes], *, path: str = "") -> bytes:
    """A package whose bytes depend on nothing but the arguments, so that its id is the same everywhere.

    Args:
        label: letters, digits and ``. + - _``, a letter or digit first.
        chaincode_type: such as ``python`` or ``ccaas``.
        files: the code archive's files by relative POSIX path.
        path: what the metadata says about where the code came from; Fabric does not use it for these types.

    Raises:
        ValueError: the label or a path has not the form it must have.
    """
    if not _LABEL.fullmatch(label):
        raise ValueError(
            f"invalid label '{label}'. Label must be non-empty, can only consist of alphanumerics, "
            "symbols from '.+-_', and can only begin with alphanumerics"
        )
    metadata = json.dumps({"path": path, "type": chaincode_type, "label": label}, separators=(",", ":"))
    return build_archive({METADATA_FILE: metadata.encode(), CODE_FILE: build_archive(files)})


def parse_package(data: bytes) -> ChaincodePackage:
    """Read a package's metadata and find its code.

    Raises:
        MalformedMessage: no tar.gz, metadata or code missing, or a label of another form.
    """
    files = read_archive(data)
    code = files.get(CODE_FILE)
    if code is None:
        raise MalformedMessage("did not find a code package inside the package")
    if METADATA_FILE not in files:
        raise MalformedMessage(f"did not find any package metadata (missing {METADATA_FILE})")
    try:
        metadata = json.loads(files[METADATA_FILE])
    except (ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise MalformedMessage(f"could not unmarshal {METADATA_FILE} as json")
    label, kind, path = (metadata.get(name, "") for name in ("label", "type", "path"))
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        raise MalformedMessage("invalid label in the chaincode package")
    if not isinstance(kind, str) or not isinstance(path, str):
        raise MalformedMessage(f"{METADATA_FILE} has a field that is no text")
    return ChaincodePackage(label, kind, path, package_id(label, data), code)


def build_archive(files: Mapping[str, bytes]) -> bytes:
    """A tar.gz in order of path with no times, owners or modes of the machine it was made on.

    Raises:
        ValueError: a path is absolute, empty or climbs out.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            if not _is_inside(name):
                raise ValueError(f"'{name}' is no relative path inside the package")
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            entry.mode = 0o100644
            archive.addfile(entry, io.BytesIO(files[name]))
    return _gzip_stored(packed.getvalue())


def read_archive(data: bytes) -> dict[str, bytes]:
    """The regular files of a tar.gz by path.

    Raises:
        MalformedMessage: no tar.gz, a path that climbs out, a link or device, a file twice, or too large.
    """
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_unzip(data)), mode="r:") as archive:
            for entry in archive:
                if entry.isdir():
                    continue
                if not entry.isreg() or not _is_inside(entry.name) or entry.name in files:
                    raise MalformedMessage("the archive holds a link, a device, a bad path or a file twice")
                content = archive.extractfile(entry)
                assert content is not None
                files[entry.name] = content.read()
    except (tarfile.TarError, ValueError, OSError, OverflowError) as error:
        if isinstance(error, MalformedMessage):
            raise
        raise MalformedMessage("not a tar.gz archive") from None
    return files


def _gzip_stored(data: bytes) -> bytes:
    """gzip (RFC 1952) of stored blocks (RFC 1951 3.2.4).

    Not compressed, because compressors differ between zlib versions, and with them the package id.
    """
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    for start in range(0, len(data) or 1, _STORED_BLOCK_BYTES):
        block = data[start : start + _STORED_BLOCK_BYTES]
        is_last = start + _STORED_BLOCK_BYTES >= len(data)
        parts += [struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block]
    parts.append(struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF))
    return b"".join(parts)


def _unzip(data: bytes) -> bytes:
    unzipped = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(1 << 20):
                unzipped += chunk
                if len(unzipped) > _UNPACKED_BYTES_MAX:
                    raise MalformedMessage("the archive unpacks to more than a package may hold")
    except (OSError, EOFError, zlib.error):
        raise MalformedMessage("not a tar.gz archive") from None
    return bytes(unzipped)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name
