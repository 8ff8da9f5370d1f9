"""What real Fabric answered, as `make record-fabric` wrote it: a file an area, and a manifest over all.

Only a recording run writes here. The manifest has the digest of every file, so an edit by hand is noticed;
the embedded engine never opens any of it.
"""

import hashlib
import json
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterfoil_protocol.block import parse_block
from counterfoil_protocol.messages import common

FOLDER = Path(__file__).parent / "recorded"
MANIFEST = "manifest.json"
CHAIN = "chain.xz"
_LENGTH_BYTES = 4

Transcript = list[dict[str, Any]]


@dataclass(slots=True)
class Recording:
    """What is being recorded."""

    transcripts: dict[str, Transcript] = field(default_factory=dict)
    blocks: list[common.Block] = field(default_factory=list)

    def write(self, fabric: Mapping[str, Any], folder: Path = FOLDER) -> None:
        """Write everything anew; `fabric` says which programs answered."""
        for old in folder.glob("*"):
            old.unlink()
        folder.mkdir(exist_ok=True)
        areas: dict[str, dict[str, Transcript]] = {}
        for name, transcript in self.transcripts.items():
            areas.setdefault(name.partition("/")[0], {})[name] = transcript
        for area, cases in areas.items():
            text = json.dumps(cases, indent=1, ensure_ascii=False, sort_keys=True)
            (folder / f"{area}.json").write_text(text + "\n", encoding="utf-8")
        (folder / CHAIN).write_bytes(lzma.compress(_framed(self.blocks), preset=9 | lzma.PRESET_EXTREME))
        manifest = {"fabric": fabric, "cases": sorted(self.transcripts), "files": digests(folder)}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def digests(folder: Path = FOLDER) -> dict[str, str]:
    """SHA-256 of every file but the manifest."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }


def manifest(folder: Path = FOLDER) -> Any:
    """Fabric's version, the digests of its programs and of the records."""
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def transcripts(folder: Path = FOLDER) -> dict[str, Transcript]:
    """Every recorded case."""
    found: dict[str, Transcript] = {}
    for path in sorted(folder.glob("*.json")):
        if path.name != MANIFEST:
            found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def chain(folder: Path = FOLDER) -> list[common.Block]:
    """Every block of the recording's channel, from the Regulator's peer."""
    framed = lzma.decompress((folder / CHAIN).read_bytes())
    blocks, start = [], 0
    while start < len(framed):
        size = int.from_bytes(framed[start : start + _LENGTH_BYTES], "big")
        start += _LENGTH_BYTES
        blocks.append(parse_block(framed[start : start + size]))
        start += size
    return blocks


def differences(seen: Any, recorded: Any, path: str = "") -> list[str]:
    """Where two transcripts differ: paths such as `2/saw/error/message`, each with both values."""
    if isinstance(seen, dict) and isinstance(recorded, dict):
        keys = sorted(seen.keys() | recorded.keys())
        return [found for key in keys for found in _entry(seen, recorded, key, f"{path}/{key}")]
    if isinstance(seen, list) and isinstance(recorded, list):
        longest = range(max(len(seen), len(recorded)))
        one, other = dict(enumerate(seen)), dict(enumerate(recorded))
        return [found for number in longest for found in _entry(one, other, number, f"{path}/{number}")]
    if seen == recorded and type(seen) is type(recorded):
        return []
    texts = [json.dumps(each, ensure_ascii=False) for each in (seen, recorded)]
    return [f"{path}: {texts[0]} is recorded as {texts[1]}"]


def _entry(seen: Mapping[Any, Any], recorded: Mapping[Any, Any], key: Any, path: str) -> list[str]:
    if key not in seen or key not in recorded:
        found, where = (seen, "only seen") if key in seen else (recorded, "only recorded")
        return [f"{path}: {where}: {json.dumps(found[key], ensure_ascii=False)}"]
    return differences(seen[key], recorded[key], path)


def _framed(blocks: Iterable[common.Block]) -> bytes:
    parts = []
    for block in blocks:
        content = block.SerializeToString()
        parts += [len(content).to_bytes(_LENGTH_BYTES, "big"), content]
    return b"".join(parts)
