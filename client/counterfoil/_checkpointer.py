"""Checkpoints: where a reader of events goes on after a restart."""

import json
import os
from pathlib import Path
from typing import Protocol


class Checkpoint(Protocol):
    """The block to begin with, and in it the transaction already seen; None when nothing was seen yet."""

    @property
    def block_number(self) -> int | None:
        """The block to begin with."""

    @property
    def transaction_id(self) -> str:
        """The last transaction seen in that block, empty for none."""


class Checkpointer:
    """A checkpoint in memory; mark it after each event that was dealt with."""

    def __init__(self) -> None:
        self._block_number: int | None = None
        self._transaction_id = ""

    @property
    def block_number(self) -> int | None:
        """The block to begin with."""
        return self._block_number

    @property
    def transaction_id(self) -> str:
        """The last transaction seen in that block, empty for none."""
        return self._transaction_id

    def block(self, number: int) -> None:
        """The whole block was dealt with: begin with the next one."""
        self._set(number + 1, "")

    def transaction(self, block_number: int, transaction_id: str) -> None:
        """The block was dealt with up to and including this transaction."""
        self._set(block_number, transaction_id)

    def _set(self, block_number: int, transaction_id: str) -> None:
        self._block_number, self._transaction_id = block_number, transaction_id


class FileCheckpointer(Checkpointer):
    """A checkpoint in a file, in the official clients' format; each mark is on disk when the call returns.

    Raises:
        ValueError: the file is there and is no checkpoint.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self._path = Path(path)
        if self._path.exists():
            try:
                saved = json.loads(self._path.read_text(encoding="utf-8"))
                number = saved.get("blockNumber")
                self._block_number = None if number is None else int(number)
                self._transaction_id = str(saved.get("transactionId") or "")
            except (ValueError, AttributeError, TypeError):
                raise ValueError(f"{self._path} is no checkpoint file") from None

    def _set(self, block_number: int, transaction_id: str) -> None:
        saved = {"blockNumber": str(block_number), "transactionId": transaction_id}
        temporary = self._path.with_name(self._path.name + ".new")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(saved, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        super()._set(block_number, transaction_id)
