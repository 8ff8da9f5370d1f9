"""The demo's own figures notice a changed rule: each contract altered in one place makes the story fail."""

import io
import shutil
from pathlib import Path

import pytest
from counterfoil_demo.narration import Narration
from counterfoil_demo.story import run_story
from rich.console import Console

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts" / "counterfoil_contracts"

# Name of the rule: file, what stands there, what stands there instead, where the story then fails.
ALTERED = {
    "two people": (
        "export_invoice/locks.py",
        "if desk.staff == mark.locked_by:",
        "if not desk.staff:",
        "tries to approve",
    ),
    "one live financing": (
        "export_invoice/model.py",
        "if any(pools.live_marks(pool) for pool in found):",
        "if not found:",
        "on invoice 1",
    ),
    "no more than is left": (
        "export_invoice/model.py",
        "if amount > pools.available(books[document], ceilings[document]):",
        "if amount < 0:",
        "on invoice 2",
    ),
    "a repayment frees its share": (
        "core/pledges.py",
        "return self.drawn - self.released",
        "return self.drawn",
        "from own funds",
    ),
    "the buyer's payment is gone for good": (
        "core/pools.py",
        "(pool.total - pool.collected) * basis_points",
        "pool.total * basis_points",
        "from export proceeds",
    ),
}


def told(folder: Path, seed: int) -> tuple[bool, Narration]:
    """The story without its looks, up to the first failure."""
    console = Console(file=io.StringIO(), highlight=False, markup=False)
    narration = Narration(console, stops_at_failure=True)
    return run_story(folder, seed, narration, looks=False), narration


# The two that money is lost by at once stay in the ordinary run; the others are long.
ORDINARY = {"no more than is left", "the buyer's payment is gone for good"}


@pytest.mark.parametrize(
    "rule", [rule if rule in ORDINARY else pytest.param(rule, marks=pytest.mark.slow) for rule in ALTERED]
)
def test_an_altered_rule_fails_the_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    file, old, new, where = ALTERED[rule]
    copy = tmp_path / "altered" / "counterfoil_contracts"
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, "the rule stands elsewhere now: alter it there"
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    # The network's process finds the altered contracts first, and deploys them.
    monkeypatch.setenv("PYTHONPATH", str(copy.parent))
    came_out, narration = told(tmp_path / "demo", 1)
    assert not came_out
    assert where in narration.failures[0]


@pytest.mark.slow
def test_other_figures_come_out_as_well(tmp_path: Path) -> None:
    came_out, narration = told(tmp_path / "demo", 20_260)
    assert came_out, narration.failures
