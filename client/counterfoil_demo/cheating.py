"""Cheat: the audit passes on the ledger, and fails by name on a copy in which one byte was changed.

The audit runs as `counterfoil audit`, a process of its own that reads exported files and nothing else.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_contracts.export_invoice import operations as trade

from counterfoil_demo.engine import counterfoil
from counterfoil_demo.narration import Check, StoryBroken

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_demo.desk import Loan
    from counterfoil_demo.stage import Stage

_AUDITOR: Final = "counterfoil audit"
_FINDINGS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the audit named."""

    verdict: str
    block: int | None
    transaction: str | None
    field: str | None

    def __str__(self) -> str:
        transaction = f", transaction {self.transaction[:12]}" if self.transaction else ""
        return f"{self.verdict}: block {self.block}{transaction}, field {self.field}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `counterfoil audit verify` said: PASS or FAIL, what it named, seconds."""

    word: str
    findings: tuple[Finding, ...]
    seconds: float

    def told(self) -> list[str]:
        """The first findings in words."""
        return [str(finding) for finding in self.findings[:3]]


def audit_and_cheat(stage: Stage, folder: Path, loan: Loan) -> Path:
    """Export, verify, change a byte of the lock's block, a byte of the loan's terms; gives the export."""
    stage.narration.chapter("Cheat", "an auditor's own process, on exported files only")
    export = export_and_verify(stage, folder)
    _cheat(stage, export, "block", loan.locked_by, trade.LOCK.function)
    _cheat(stage, export, "private value", loan.terms_by, loan.papers.loan_reference)
    return export


def export_and_verify(stage: Stage, folder: Path) -> Path:
    """Export what the peers hold, and prove it; gives the export's folder.

    Raises:
        StoryBroken: nothing was exported.
    """
    export = folder / "export"
    began = time.monotonic()
    with stage.narration.doing("exporting"):
        done = counterfoil(["audit", "export", str(export), "--dir", str(stage.folder.root)])
    checks = [Check(_AUDITOR, "exit code", done.returncode, 0)]
    stage.narration.looked(_AUDITOR, "exports blocks and private data", time.monotonic() - began, checks)
    if done.returncode:
        raise StoryBroken(f"the export failed: {done.stderr.strip()[-300:]}")
    with stage.narration.doing("verifying"):
        verdict = verify(export)
    checks = [
        Check(_AUDITOR, "verdict", verdict.word, "PASS"),
        Check(_AUDITOR, "findings", verdict.told(), []),
    ]
    stage.narration.looked(_AUDITOR, "verifies what was exported", verdict.seconds, checks)
    return export


def verify(export: Path) -> Verdict:
    """Run the audit on an export."""
    began = time.monotonic()
    done = counterfoil(["audit", "verify", str(export), "--json"])
    seconds = time.monotonic() - began
    try:
        said = json.loads(done.stdout)
        findings = tuple(
            Finding(found["verdict"], found["block"], found["transaction"], found["field"])
            for found in said["findings"]
        )
        return Verdict(said["verdict"], findings, seconds)
    except (ValueError, KeyError):
        return Verdict(f"exit code {done.returncode}", (), seconds)


def _cheat(stage: Stage, export: Path, what: str, transaction: tuple[str, int | None], fact: str) -> None:
    """Change one byte of a copy; the verdict must name that block, that transaction and a field."""
    transaction_id, block = transaction
    copy = export.with_name(f"export-with-changed-{what.replace(' ', '-')}")
    shutil.copytree(export, copy)
    pattern = f"blocks/RegulatorMSP/{block:012d}.block" if what == "block" else f"private/{block:012d}.*"
    changed = change_byte(copy, pattern, fact.encode())
    with stage.narration.doing("verifying"):
        verdict = verify(copy)
    about = [f for f in verdict.findings if f.block == block and f.transaction == transaction_id]
    checks = [
        Check(_AUDITOR, "verdict", verdict.word, "FAIL"),
        Check(_AUDITOR, f"names block {block} and its transaction", bool(about), expected=True),
        Check(_AUDITOR, "names a field", any(f.field for f in about), expected=True),
    ]
    text = f"verifies a copy with one byte changed in a {what}"
    stage.narration.looked(_AUDITOR, text, verdict.seconds, checks)
    stage.narration.remark(f"changed: {changed}")
    for finding in [f for f in verdict.findings if f.block == block][:_FINDINGS_TOLD]:
        stage.narration.remark(str(finding))


def change_byte(copy: Path, pattern: str, fact: bytes) -> str:
    """Change the last byte of `fact` where it first stands in the files of `pattern`; gives the place.

    Raises:
        StoryBroken: it stands in none of them.
    """
    for path in sorted(copy.glob(pattern)):
        content = bytearray(path.read_bytes())
        place = content.find(fact)
        if place >= 0:
            last = place + len(fact) - 1
            content[last] = ord("1") if content[last] == ord("0") else ord("0")
            path.write_bytes(content)
            return f"byte {last} of {path.relative_to(copy)}"
    raise StoryBroken(f"nothing to change in {pattern}")
