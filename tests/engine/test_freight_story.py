"""The freight story's own figures notice a changed rule: the contract altered in one place makes it fail."""

import io
import shutil
from pathlib import Path

import counterfoil_contracts
import pytest
from counterfoil_demo.narration import Narration
from counterfoil_demo.story import run_story
from rich.console import Console

CONTRACTS = Path(counterfoil_contracts.__file__).parent

# Name of the rule: file, what stands there, what stands there instead, where the story then fails.
ALTERED = {
    "no more than is left": (
        "worth.py",
        "if each.hold.amount > pools.available(books[document], ceilings[document]):",
        "if each.hold.amount < 0:",
        "on invoice 1",
    ),
    "all fields or nothing": (
        "tax_invoices.py",
        "return stated is not None and stated.invoice.facts == asked",
        "return stated is not None and stated.invoice.facts.number == asked.number",
        "one fen more",
    ),
    "a red invoice takes it back": (
        "tax_invoices.py",
        "return stated.invoice.facts.amount - sum(red.amount for red in stated.reds)",
        "return stated.invoice.facts.amount",
        "back",
    ),
    "a refund gives its share": (
        "payments.py",
        "released = max(use.hold.released, share_floor(use.hold.amount, back, use.amount))",
        "released = use.hold.released",
        "confirms it",
    ),
    "a day is added up over the banks": (
        "supervision.py",
        "undocumented = sum(each.usd for each in payments if not each.documented)",
        "undocumented = max(each.usd for each in payments if not each.documented)",
        "without any document",
    ),
}


def told(folder: Path, seed: int) -> tuple[bool, Narration]:
    """The story without its audit, up to the first failure."""
    console = Console(file=io.StringIO(), highlight=False, markup=False)
    narration = Narration(console, stops_at_failure=True)
    return run_story(folder, seed, narration, looks=False, story="freight"), narration


@pytest.mark.slow
@pytest.mark.parametrize("rule", ALTERED)
def test_an_altered_rule_fails_the_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    file, old, new, where = ALTERED[rule]
    copy = tmp_path / "altered" / "counterfoil_contracts"
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    altered = copy / "freight_payment" / file
    text = altered.read_text(encoding="utf-8")
    assert text.count(old) == 1, "the rule stands elsewhere now: alter it there"
    altered.write_text(text.replace(old, new), encoding="utf-8")
    # The network's process finds the altered contracts first, and deploys them.
    monkeypatch.setenv("PYTHONPATH", str(copy.parent))
    came_out, narration = told(tmp_path / "demo", 1)
    assert not came_out
    assert where in narration.failures[0]


@pytest.mark.slow
def test_other_figures_come_out_as_well(tmp_path: Path) -> None:
    came_out, narration = told(tmp_path / "demo", 20_261)
    assert came_out, narration.failures
