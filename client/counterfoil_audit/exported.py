"""The files of an export: `audit export` writes them, the audit reads nothing else.

manifest.json               format, channel, chaincode, height, and whose blocks are here
trust/<MSP>/<n>.pem         root certificates, as the auditor knows them from outside the ledger
blocks/<MSP>/<number>.block the blocks of one organisation's peer, as `common.Block` messages
private/<number>.<tx>.rwset   the exporter's own private data, as `TxPvtReadWriteSet` messages
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FORMAT = "counterfoil-audit-1"


class ExportError(Exception):
    """The folder is not a complete export; the text names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself. `peers[0]` is the organisation whose private data is in it."""

    channel: str
    chaincode: str
    height: int
    peers: tuple[str, ...]
    collections: tuple[str, ...]
    """The collections of which the exporter is a member: only their private values can be asked for."""


def _block_path(folder: Path, msp_id: str, number: int) -> Path:
    return folder / "blocks" / msp_id / f"{number:012d}.block"


@dataclass(frozen=True, slots=True)
class ExportWriter:
    """Writes an export into an empty folder; the manifest comes last, so half an export is recognised."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()):
            raise ExportError(f"{self.folder} is not empty: give a new folder for the export")

    def block(self, msp_id: str, number: int, block: bytes) -> None:
        """Write one block of an organisation's peer."""
        path = _block_path(self.folder, msp_id, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(block)

    def private(self, number: int, transaction_number: int, rwset: bytes) -> None:
        """Write the private data of one transaction."""
        path = self.folder / "private" / f"{number:012d}.{transaction_number:05d}.rwset"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(rwset)

    def trust(self, msp_id: str, certificates: list[bytes]) -> None:
        """Write the root certificates (PEM) of a member."""
        path = self.folder / "trust" / msp_id
        path.mkdir(parents=True, exist_ok=True)
        for number, certificate in enumerate(certificates):
            (path / f"{number}.pem").write_bytes(certificate)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest: now the export is complete."""
        fields = {
            "format": FORMAT,
            "channel": manifest.channel,
            "chaincode": manifest.chaincode,
            "height": manifest.height,
            "peers": list(manifest.peers),
            "collections": list(manifest.collections),
        }
        (self.folder / "manifest.json").write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Export:
    """A complete export, opened for reading."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "Export":
        """Open the export in `folder`.

        Raises:
            ExportError: the manifest is missing, of another format, or lacks a field.
        """
        path = folder / "manifest.json"
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            if fields["format"] != FORMAT:
                raise ExportError(f"{path}: format {fields['format']!r} is not {FORMAT!r}")
            manifest = Manifest(
                channel=str(fields["channel"]),
                chaincode=str(fields["chaincode"]),
                height=int(fields["height"]),
                peers=tuple(map(str, fields["peers"])),
                collections=tuple(map(str, fields["collections"])),
            )
        except OSError as error:
            raise ExportError(f"{path}: {error.strerror}; is this a folder of `audit export`?") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ExportError(f"{path}: not a manifest of an export ({error!r})") from error
        if not manifest.peers or manifest.height < 1:
            raise ExportError(f"{path}: names no peer or no block")
        return cls(folder, manifest)

    def block(self, msp_id: str, number: int) -> bytes:
        """The block `number` of an organisation's peer, or ExportError where it is missing."""
        return self._read(_block_path(self.folder, msp_id, number))

    def private(self) -> Iterator[tuple[int, int, bytes]]:
        """Block number, transaction number and private read-write set, in order."""
        for path in sorted((self.folder / "private").glob("*.rwset")):
            number, transaction, _ = path.name.split(".")
            yield int(number), int(transaction), self._read(path)

    def trust(self) -> Mapping[str, tuple[bytes, ...]]:
        """The root certificates (PEM) given for each MSP."""
        folders = sorted((self.folder / "trust").glob("*"))
        return {path.name: tuple(self._read(pem) for pem in sorted(path.glob("*.pem"))) for path in folders}

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise ExportError(f"{path}: {error.strerror}") from error
