"""docs/fabric-compatibility.md has a row for each trap of Fabric; the tests and cases that it names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## Traps of Fabric"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
CASE = re.compile(r"case `([^`]+)`")
TRAPS = 20


def rows() -> list[str]:
    page = (ROOT / "docs" / "fabric-compatibility.md").read_text(encoding="utf-8")
    section = page.split(f"{HEADING}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if re.match(r"\| \d+ \|", line)]


def test_every_trap_has_a_row_in_order() -> None:
    assert [int(row.split("|")[1]) for row in rows()] == list(range(1, TRAPS + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.split("|")[1].strip())
def test_what_a_row_names_exists(row: str) -> None:
    tests, cases = TEST.findall(row), CASE.findall(row)
    assert tests or cases
    for file, function in tests:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(|^    {function},$", source, re.MULTILINE), (file, function)
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/acceptance/cases").glob("*.py")]
    for case in cases:
        assert any(f'@case("{case}"' in source for source in sources), case
