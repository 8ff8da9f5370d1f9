"""The ledger of an audit export, cut at a height."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
from counterfoil_audit import Examined, ExportError, Finding, Progress, examine
from counterfoil_protocol import canonical_json
from counterfoil_protocol.envelope import parse_envelope
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import transaction

ValueT = TypeVar("ValueT")


class NotProved(Exception):  # noqa: N818 - reads as what happened
    """The export does not pass the audit: what it says of the ledger's state counts for nothing.

    `findings` say what is wrong.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"the export does not pass the audit: {len(findings)} findings, first {findings[0]}")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class LedgerAt:
    """State of a chaincode when the ledger had `height` blocks, as the regulator's peer held it.

    `time` is the newest time, in seconds since 1970 UTC, of a transaction in them; `private` is by collection
    and key.
    """

    chaincode: str
    channel: str
    height: int
    time: int
    collections: tuple[str, ...]
    public: Mapping[str, bytes] = field(repr=False)
    private: Mapping[tuple[str, str], bytes] = field(repr=False)

    def records(self, collection: str, kind: str, of: type[ValueT]) -> Iterator[tuple[str, ValueT]]:
        """The contract's records of a kind in a collection, with their keys, in order of key."""
        for name, key in sorted(self.private):
            if name == collection and key.startswith(f"{kind}/"):
                yield key, record_value(self.private[name, key], of)

    def record(self, collection: str, key: str, of: type[ValueT]) -> ValueT | None:
        """The record under a key, None if there is none."""
        stored = self.private.get((collection, key))
        return None if stored is None else record_value(stored, of)


def record_value(stored: bytes, of: type[ValueT]) -> ValueT:
    """The value of a private record, which is `{"salt", "value"}`."""
    record = canonical_json.decode(stored)
    assert isinstance(record, dict), "a record is salt and value"
    return msgspec.convert(record["value"], of)


def read_ledger(folder: Path, height: int = 0, progress: Progress = lambda step: None) -> LedgerAt:
    """The ledger of an export at a height, its whole length if that is 0, after the audit has passed.

    Args:
        folder: made by `counterfoil audit export`.
        height: number of blocks: block `height - 1` is the last that counts.
        progress: is told of each step.

    Raises:
        ExportError: the folder is no complete export, or has fewer blocks.
        NotProved: the audit found something.
    """
    return cut(*proved(folder, height, progress))


def proved(folder: Path, height: int, progress: Progress) -> tuple[Examined, int]:
    """An export that passes the audit, and how many of its blocks count.

    Arguments and errors are those of `read_ledger`.
    """
    found = examine(folder, progress)
    if found.report.findings:
        raise NotProved(found.report.findings)
    if not 0 <= height <= found.report.blocks:
        raise ExportError(f"height {height}: the export has {found.report.blocks} blocks")
    return found, height or found.report.blocks


def cut(found: Examined, height: int) -> LedgerAt:
    """The state of a proved export when it had so many blocks."""
    manifest = found.manifest
    public: dict[str, bytes] = {}
    for block in found.replayed[:height]:
        for each in block.transactions:
            if each.code != transaction.VALID or each.rwset is None:
                continue
            for namespace in each.rwset.namespaces:
                for write in namespace.writes if namespace.namespace == manifest.chaincode else ():
                    _apply(public, write.key, None if write.deletes else write.value)
    private: dict[tuple[str, str], bytes] = {}
    for value in found.writes:
        if value.block < height:
            _apply(private, (value.collection, value.key), value.value)
    time = max((_time(raw) for block in found.blocks[:height] for raw in block.data.data), default=0)
    return LedgerAt(
        manifest.chaincode, manifest.channel, height, time, tuple(manifest.collections), public, private
    )


KeyT = TypeVar("KeyT")


def _apply(state: dict[KeyT, bytes], key: KeyT, value: bytes | None) -> None:
    if value is None:
        state.pop(key, None)
    else:
        state[key] = value


def _time(envelope: bytes) -> int:
    try:
        return parse_envelope(envelope).timestamp[0]
    except MalformedMessage:
        return 0
