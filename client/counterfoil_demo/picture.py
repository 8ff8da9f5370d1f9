"""The whole picture: all that the ledger holds of the enterprise, drawn by the auditor's own process."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from counterfoil_demo.engine import counterfoil
from counterfoil_demo.narration import Check, Money, StoryBroken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from counterfoil_demo.stage import Stage

_DRAWN: Final = "counterfoil audit picture"
_TOLD: Final = ("loan_outstanding", "reports_delivered", "enquiries_refused")
"""Figures that are told with each of their transactions; the command prints them all."""


def draw(stage: Stage, export: Path, enterprise: str) -> None:
    """Draw the picture of an enterprise, and hold it against the sums of the story.

    Raises:
        StoryBroken: it was not drawn.
    """
    stage.narration.chapter(
        "The whole picture", "each figure with the transactions that moved it; a bank's files do not give it"
    )
    began = time.monotonic()
    with stage.narration.doing("drawing"):
        done = counterfoil(["audit", "picture", str(export), enterprise, "--json"])
    if done.returncode:
        raise StoryBroken(f"no picture: {done.stderr.strip()[-300:]}")
    figures = [each for section in json.loads(done.stdout)["sections"] for each in section["figures"]]
    unexplained = [
        each["name"]
        for each in figures
        if each["amount"] != sum(move["change"] for move in each["movements"])
    ]
    checks = [*_documents(stage, figures), Check(_DRAWN, "figures not explained", unexplained, [])]
    text = f"reconstructs {enterprise}: {len(figures)} figures"
    stage.narration.looked(_DRAWN, text, time.monotonic() - began, checks)
    stage.narration.table(("figure", "of", "moved by", "block", "tx"), list(_rows(figures)))
    stage.narration.remark(f"all of it: counterfoil audit picture {export} {enterprise}")


def _documents(stage: Stage, figures: list[Any]) -> Iterator[Check]:
    """What declarations carry, what buyers paid on them, what banks hold of them, by currency."""
    due: dict[tuple[str, str], int] = {}
    for sample in stage.samples.declarations:
        book = stage.declarations[sample.place]
        sums = {"total": book.total, "collected": book.collected, "used": book.used}
        for name, amount in sums.items():
            key = f"document_{name}", sample.currency
            due[key] = due.get(key, 0) + amount
    seen = {
        (each["name"], each["currency"]): each["amount"]
        for each in figures
        if each["of"] == {"kind": "DECLARATION"}
    }
    for (name, currency), amount in due.items():
        found = seen.get((name, currency), 0)
        if found or amount:
            what = f"declarations' {name.removeprefix('document_')}"
            yield Check(_DRAWN, what, Money(found, currency), Money(amount, currency))


def _rows(figures: list[Any]) -> Iterator[tuple[str, ...]]:
    for each in figures:
        if each["name"] in _TOLD:
            for at, move in enumerate(each["movements"]):
                head = (
                    (each["name"].replace("_", " "), ", ".join(each["of"].values())) if not at else ("", "")
                )
                yield (*head, _change(each, move), str(move["block"]), move["transaction"][:12])


def _change(figure: Mapping[str, Any], move: Mapping[str, Any]) -> str:
    change = move["change"]
    if not figure["currency"]:
        return f"{change:+}"
    sign = "+" if change > 0 else "-"
    return f"{sign}{Money(abs(change), figure['currency'])}"
