"""The journal: what the client is about to do, on disk before it is done, so that nothing is done twice.

One JSON object a line, appended and synced. The file belongs to the bank: it holds requests and signed
envelopes, so its owner alone may read it, and one process at a time may use it. A line cut short by a
crash can only be the last one; it is dropped, because what it announces was not begun.
"""

import fcntl
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from counterfoil_protocol.canonical_json import JsonValue
from counterfoil_protocol.confidential import request_digest


class State(StrEnum):
    """How far a request got."""

    BEGUN = "begun"
    """Written down; nothing was submitted."""
    PREPARED = "prepared"
    """Endorsed and signed; it may have been submitted."""
    COMMITTED = "committed"
    """Valid in a block."""
    CLOSED = "closed"
    """Nothing was written to the ledger and nothing will be: refused, failed, or given up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of this client.

    Attributes:
        request_id: 32 hex digits.
        operation: full name, ``export_invoice:lock``.
        digest: SHA-256 of operation and body, in hex.
        body: the request as JSON; the client's own business.
        salt: 32 bytes in hex where a bank endorses, else empty.
        caller: MSP ID of the client.
        step: the caller's own name for this request, empty for none.
        state: how far it got.
        transaction_id: of the transaction prepared last.
        envelope: that transaction, signed (gateway.PreparedTransaction).
        block: the block that holds it, once committed.
        reason: why it was closed.
    """

    request_id: str
    operation: str
    digest: str
    body: JsonValue = field(repr=False)
    salt: str = field(repr=False)
    caller: str
    step: str
    state: State = State.BEGUN
    transaction_id: str = ""
    envelope: bytes = field(default=b"", repr=False)
    block: int | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it was neither committed nor closed, so that ``TradeClient.resume`` has to settle it."""
        return self.state in (State.BEGUN, State.PREPARED)


class Journal:
    """An append-only file of requests. Threads may share it; processes may not.

    Raises:
        ValueError: the file is no journal, or a line of it is damaged.
        BlockingIOError: another process uses it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._steps: dict[str, str] = {}
        new = not self.path.exists()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if new:
                _sync_folder(self.path.parent)
            self._load()
        except BaseException:
            os.close(self._file)
            raise

    def begin(self, entry: Entry) -> Entry:
        """Write a new request down, before anything is submitted.

        Raises:
            ValueError: the request id or the step is in use.
        """
        with self._lock:
            if entry.request_id in self._entries or (entry.step and entry.step in self._steps):
                raise ValueError("the request id or the step is in the journal already")
            self._append(entry)
            return entry

    def advance(self, entry: Entry, state: State, **changes: Any) -> Entry:
        """Write down how far a request got."""
        with self._lock:
            advanced = replace(entry, state=state, **changes)
            self._append(advanced)
            return advanced

    def entry(self, request_id: str) -> Entry | None:
        """The request of that id."""
        return self._entries.get(request_id)

    def step(self, name: str) -> Entry | None:
        """The request that the caller gave this name."""
        return self._entries.get(self._steps.get(name, ""))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All requests, oldest first."""
        with self._lock:
            return tuple(self._entries.values())

    @property
    def open_entries(self) -> tuple[Entry, ...]:
        """The requests whose end is not known, oldest first."""
        return tuple(entry for entry in self.entries if entry.is_open)

    def close(self) -> None:
        """Let other processes use it."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, entry: Entry) -> None:
        line = json.dumps(_to_json(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        written = os.write(self._file, line)
        if written != len(line):
            raise OSError(f"{self.path}: the disk took only a part of a journal line")
        os.fsync(self._file)
        self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        self._entries[entry.request_id] = entry
        if entry.step:
            self._steps[entry.step] = entry.request_id

    def _load(self) -> None:
        data = self.path.read_bytes()
        whole, newline, cut = data.rpartition(b"\n")
        if cut:
            os.ftruncate(self._file, len(whole) + len(newline))
            os.fsync(self._file)
        for number, line in enumerate(whole.split(b"\n") if newline else (), start=1):
            try:
                self._remember(_from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                # The line itself is confidential and stays out of the message.
                raise ValueError(f"{self.path}: line {number} is no journal entry") from None


def _to_json(entry: Entry) -> dict[str, Any]:
    return {
        "request_id": entry.request_id,
        "operation": entry.operation,
        "body": entry.body,
        "salt": entry.salt,
        "caller": entry.caller,
        "step": entry.step,
        "state": entry.state.value,
        "transaction_id": entry.transaction_id,
        "envelope": entry.envelope.hex(),
        "block": entry.block,
        "reason": entry.reason,
        "digest": entry.digest,
    }


def _from_json(found: Mapping[str, Any]) -> Entry:
    name = found["operation"].partition(":")[2]
    if found["digest"] != request_digest(name, found["body"]):
        raise ValueError("the digest is not that of the body")
    fields = dict(found, state=State(found["state"]), envelope=bytes.fromhex(found["envelope"]))
    return Entry(**fields)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
