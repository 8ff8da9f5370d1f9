"""One invoice has one fingerprint in both syntaxes; another seller, currency or amount makes another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_documents import read_invoice, read_invoice_file
from counterfoil_documents.fingerprint import fingerprint

Change = Callable[[str, str], bytes]


def print_of(content: bytes) -> str:
    return fingerprint(read_invoice(content))


def test_both_syntaxes_have_one_fingerprint(ubl: Change, cii: Change) -> None:
    assert print_of(ubl("", "")) == print_of(cii("", ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Written otherwise, the same facts: full width, case, punctuation, white space.
        ("EXP-2610-279267", "exp 2610/279267"),
        ("EXP-2610-279267", "ＥＸＰ２６１０２７９２６７"),
        ("Fictional Gulf General Trading LLC", "FICTIONAL  GULF\n General Trading, L.L.C."),
        ("2027-01-01", "2027-02-01"),
    ],
)
def test_what_is_written_otherwise_is_the_same(ubl: Change, old: str, new: str) -> None:
    assert print_of(ubl(old, new)) == print_of(ubl("", ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("91440300MA5GF2614U", "91440300MA5G00000R"),
        (">USD<", ">HKD<"),
        ("EXP-2610-279267", "EXP-2610-279268"),
        ("Fictional Gulf General Trading LLC", "Fictional Gulf Special Trading LLC"),
        ("2026-10-03", "2026-10-04"),
        ("<cbc:IdentificationCode>AE", "<cbc:IdentificationCode>QA"),
    ],
)
def test_another_fact_is_another_invoice(ubl: Change, old: str, new: str) -> None:
    content = ubl(old, new)
    if old == ">USD<":
        content = content.replace(b'"USD"', b'"HKD"')
    assert print_of(content) != print_of(ubl("", ""))


def test_another_amount_is_another_invoice(ubl: Change) -> None:
    content = ubl("41998.60", "41998.59").replace(b"70000.00", b"69999.99")
    assert print_of(content) != print_of(ubl("", ""))


PAIRS = ["1", "2", "4", "6", "9"]


@pytest.mark.parametrize("number", PAIRS)
def test_real_pairs_have_one_fingerprint(shared_invoices: Path, number: str) -> None:
    ubl = read_invoice_file(shared_invoices / f"ubl/ubl-tc434-example{number}.xml")
    cii = read_invoice_file(shared_invoices / f"cii/CII_example{number}.xml")
    assert fingerprint(ubl) == fingerprint(cii)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        # One number, other amounts.
        ("ubl/ubl-tc434-example3.xml", "cii/CII_example3.xml", False),
        # One number and total, other sellers.
        ("ubl/ubl-tc434-example4.xml", "ubl/ubl-tc434-example6.xml", False),
        ("cii/CII_example4.xml", "cii/CII_example6.xml", False),
        # The second states its tax in another currency too; seller, buyer, day and amount are the same.
        ("ubl/ubl-tc434-example1.xml", "ubl/ubl-tc434-example10.xml", True),
        ("ubl/ubl-tc434-example1.xml", "ubl/guide-example1.xml", True),
        ("ubl/ubl-tc434-example2.xml", "ubl/guide-example2.xml", True),
        ("ubl/ubl-tc434-example2.xml", "ubl/ubl-tc434-example3.xml", False),
    ],
)
def test_real_lookalikes(shared_invoices: Path, first: str, second: str, *, same: bool) -> None:
    one, other = (read_invoice_file(shared_invoices / name) for name in (first, second))
    assert one.number == other.number
    assert (fingerprint(one) == fingerprint(other)) is same
