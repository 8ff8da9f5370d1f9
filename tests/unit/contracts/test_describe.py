from pathlib import Path

from counterfoil_contracts import describe

PAGE = Path(__file__).resolve().parents[3] / "docs" / "contracts.md"


def test_the_page_is_the_code_s() -> None:
    assert PAGE.read_text(encoding="utf-8") == describe.page()
