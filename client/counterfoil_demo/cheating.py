"""Cheat: the audit passes on the ledger, and fails by name on a copy in which one byte was changed.

The audit runs as `counterfoil audit`, a process of its own that reads exported files and nothing else.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_demo.engine import counterfoil
from counterfoil_demo.narration import Check

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_demo.stage import Stage

_AUDITOR: Final = "counterfoil audit"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `counterfoil audit verify` said: its exit code, what it named, seconds."""

    passed: bool
    findings: tuple[dict[str, object], ...]
    said: str
    seconds: float


def audit_and_cheat(stage: Stage, folder: Path) -> None:
    """Export, verify, change a byte of a block, change a byte of a private value."""
    stage.narration.chapter("Cheat", "an auditor's own process, on exported files only")
    export = folder / "export"
    began = time.monotonic()
    with stage.narration.doing("exporting"):
        done = counterfoil(["audit", "export", str(export), "--dir", str(stage.folder.root)])
    checks = [Check(_AUDITOR, "export's exit code", done.returncode, 0)]
    stage.narration.looked(_AUDITOR, "exports blocks and private data", time.monotonic() - began, checks)
    if done.returncode:
        stage.narration.remark(done.stderr.strip()[-300:])
        return
    _tell(stage, "verifies the ledger", verify(export), [])
    for text, change in (
        ("after a byte was changed in a block", change_block),
        ("after a byte was changed in a private value", change_private_value),
    ):
        copy = folder / f"cheat-{change.__name__}"
        shutil.copytree(export, copy)
        _tell(stage, text, verify(copy), change(copy))


def verify(export: Path) -> Verdict:
    """Run the audit on an export."""
    began = time.monotonic()
    done = counterfoil(["audit", "verify", str(export), "--json"])
    seconds = time.monotonic() - began
    try:
        findings = tuple(json.loads(done.stdout)["findings"])
    except (ValueError, KeyError):
        findings = ()
    return Verdict(done.returncode == 0, findings, (done.stdout + done.stderr).strip(), seconds)


def change_block(copy: Path) -> list[str]:
    """Change one byte of a transaction in a copied block; gives what the verdict must name."""
    raise NotImplementedError


def change_private_value(copy: Path) -> list[str]:
    """Change one byte of a copied private value; gives what the verdict must name."""
    raise NotImplementedError


def _tell(stage: Stage, text: str, verdict: Verdict, expected: list[str]) -> None:
    raise NotImplementedError
