"""What the story tests look at: a finished demo."""

import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Story:
    """A finished demo: its folder, exit code and what it printed."""

    folder: Path
    exit_code: int
    printed: str

    @property
    def export(self) -> Path:
        """The audit's export of the ledger."""
        return self.folder / "export"
