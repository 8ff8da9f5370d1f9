"""docs/chaincode.md says what is so."""

import re
from pathlib import Path

from counterfoil_chaincode.check import CONTRACT_RULES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "chaincode.md").read_text()


def test_the_first_contract_is_the_sample() -> None:
    first = re.search(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert first is not None
    assert first[1] == (ROOT / "samples" / "asset.py").read_text()


def test_the_first_contract_has_fifteen_lines_of_code() -> None:
    lines = (ROOT / "samples" / "asset.py").read_text().splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith('"""')]
    assert len(code) <= 15


def test_the_pages_table_has_the_rules_in_their_order() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGE, flags=re.MULTILINE)
    assert listed == [rule.id for rule in CONTRACT_RULES]
