"""Sample invoices as bytes, and a way to change one place of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "invoices"

Change = Callable[[str, str], bytes]


def changer(file: str) -> Change:
    text = (ROOT / "samples" / file).read_text(encoding="utf-8")

    def change(old: str, new: str) -> bytes:
        assert old in text, f"{old} is not in {file}"
        return text.replace(old, new).encode()

    return change


@pytest.fixture
def ubl() -> Change:
    """Invoice 1 of the samples in UBL, with a text replaced everywhere."""
    return changer("invoice-1.ubl.xml")


@pytest.fixture
def cii() -> Change:
    """Invoice 1 of the samples in CII, with a text replaced everywhere."""
    return changer("invoice-1.cii.xml")


@pytest.fixture(scope="session")
def shared_invoices() -> Path:
    """Real files from elsewhere, which are not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the shared invoice files are not there")
    return SHARED
