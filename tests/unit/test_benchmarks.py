"""The benchmarks are not run by the tests; that they start, and how they tell figures, is looked at."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
REPORT = """
import sys; sys.path.insert(0, sys.argv[1])
from measures import spread, spreads
from report import _cell
print(_cell(spread([1.0, 3.0, 2.0])), _cell(spread([20.0])), spreads([{"a": 1.0}, {"b": 2.0}])["b"])
"""


def output(*arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_the_engines_benchmark_tells_its_options() -> None:
    assert "--quick" in output(FOLDER / "engines.py", "--help")


def test_figures_are_told_with_their_spread() -> None:
    told = output("-c", REPORT, FOLDER)
    assert told.strip() == "2.00 (1.00 to 3.00) 20 {'median': 1.0, 'min': 0.0, 'max': 2.0}"
