"""Rules changed in one line each: the command `counterfoil demo` ends with exit code 1 and names the step.

`tests/engine/test_demo.py` does this in short, with other rules, up to the first step that fails.
"""

import os
import shutil
import subprocess
from pathlib import Path

import counterfoil_contracts
import pytest
from story_told import BIN

CONTRACTS = Path(counterfoil_contracts.__file__).parent

# Name of the rule: seed, file, what stands there, what stands there instead, a step that comes out otherwise.
PLANTED = {
    "what is approved in part is kept rounded up": (
        1,
        "core/pledges.py",
        "amount=share_ceiling(hold.amount, part, whole)",
        "amount=share_floor(hold.amount, part, whole)",
        "Regulator auditor looks again",
    ),
    "what is given back is rounded down": (
        7,
        "core/pledges.py",
        "share_floor(hold.drawn, part, whole)",
        "share_ceiling(hold.drawn, part, whole)",
        "from own funds",
    ),
    "an amendment below use is flagged": (
        1,
        "export_invoice/declarations.py",
        "Cause(desk.request_id, desk.now, flags.OVER_PLEDGED)",
        "Cause(desk.request_id, desk.now)",
        "Port customs amends",
    ),
    "a view tells of a live financing": (
        1,
        "export_invoice/views.py",
        "duplicate=bool(pools.live_marks(worth))",
        "duplicate=False",
        "BankB officer1 looks at invoices 1 and 2",
    ),
    "a financing that ends frees its documents": (
        1,
        "core/marks.py",
        "after = replace(mark, pledges=tuple(pledges.freed(each) for each in mark.pledges))",
        "after = replace(mark, pledges=mark.pledges)",
        "free invoice 2 again",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_rule_ends_the_demo_with_exit_code_1(tmp_path: Path, rule: str) -> None:
    seed, file, old, new, step = PLANTED[rule]
    copy = tmp_path / "altered" / CONTRACTS.name
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    source = (copy / file).read_text(encoding="utf-8")
    assert source.count(old) == 1, "the rule stands elsewhere now: plant it there"
    (copy / file).write_text(source.replace(old, new), encoding="utf-8")
    command = [str(BIN / "counterfoil"), "demo", "--seed", str(seed), "--dir", str(tmp_path / "demo")]
    # The altered contracts come first on the path of the demo and of the network that it starts.
    environment = os.environ | {"PYTHONPATH": str(copy.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith("  ✗ ")]
    assert any(step in line for line in failed), failed
