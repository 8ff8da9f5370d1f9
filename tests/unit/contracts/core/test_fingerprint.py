import hashlib
import unicodedata

import pytest
from counterfoil_contracts.core import fingerprint
from counterfoil_contracts.core.unicode_age import ADDED, is_younger_than_unicode_14

SELLER = "91310000MA1FL0007C"
UNICODE_15_0_AND_15_1 = 4489 + 627
OF_TWO_PLANES = "0e52c452b6568918a6a4574d0ceef7c51242c93064da3678bf36c1a723509548"


def test_published_vectors() -> None:
    invoice = fingerprint.invoice(SELLER, "US-ACME INC", "inv-2026/0001", "2026-03-02", "USD", 10_000_000)
    assert invoice == "ab652889e82c3a54382a1962d0caf33a4e4168ab3b05bf9de14919f6a9e2ce9d"
    near = "763c4236f4e92d70821efbba10cd869c9d2f16a3572e666e5e6e66197e4b056b"
    for number in ("inv-2026/0001", "INV 2026 0001", "ＩＮＶ 2026-0001"):
        assert fingerprint.near_invoice(SELLER, number) == near
    declaration = fingerprint.declaration("224820260123456789")
    assert declaration == "4d0c053c95dacfc725993ce6b706ecbe651c0ab2f3a77b373c34bcb25326db35"
    tax_invoice = fingerprint.tax_invoice("26310000000123456789")
    assert tax_invoice == "9172d940ec6d3c0e50af8ad068cd7b46a4b513ed0b34e6cfd85d0b1a02b94706"
    bill = fingerprint.bill_of_lading("COSU", "6281234560")
    assert bill == "92a00ef1b2ed21409eeba4e4c7eb0aba144a78176ecd64ea38e64be372a85840"


@pytest.mark.parametrize(
    ("one", "other"),
    [("上海贸易公司", "深圳贸易公司"), ("ООО Ромашка", "ООО Василек"), ("Straße 1", "Strasse 2")],
)
def test_names_of_every_script_stay_apart(one: str, other: str) -> None:
    assert fingerprint.norm(one) != fingerprint.norm(other)


def test_plain_letters_take_the_short_way_to_the_same_end() -> None:
    text = "".join(chr(point) for point in range(128))
    # One letter of another script makes the whole text go the long way; it stands at the end.
    assert fingerprint.norm(text) + "中" == fingerprint.norm(f"{text}中")


def test_spelling_does_not_matter() -> None:
    assert fingerprint.norm("Acmé, Inc.") == fingerprint.norm("ACME\u0301 inc")
    assert fingerprint.norm("ﬁne №5") == fingerprint.norm("FINE NO5")


@pytest.mark.parametrize("text", ["", " -/.", "…", "\u0378", "\ud800"])
def test_nothing_left_or_unassigned_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="text has"):
        fingerprint.norm(text)


def test_younger_than_unicode_14_is_refused_on_every_python() -> None:
    assert sum(last - first + 1 for first, last in ADDED) == UNICODE_15_0_AND_15_1
    points = [point for first, last in ADDED for point in range(first, last + 1)]
    if unicodedata.unidata_version == "14.0.0":
        assert all(unicodedata.category(chr(point)) == "Cn" for point in points)
    for point in (ADDED[0][0], ADDED[-1][1]):
        with pytest.raises(ValueError, match=r"Unicode 14\.0"):
            fingerprint.norm(f"A{chr(point)}")
    assert not is_younger_than_unicode_14(chr(ADDED[-1][1] + 1))
    assert not is_younger_than_unicode_14(chr(ADDED[0][0] - 1))


def test_code_points_are_treated_alike_by_every_python() -> None:
    """The digest was made by Python 3.11, 3.12 and 3.13 alike, over the planes that hold cased letters."""
    found = hashlib.sha256()
    for point in range(0x20000):
        character = chr(point)
        if unicodedata.category(character) in {"Cn", "Cs", "Co"} or is_younger_than_unicode_14(character):
            continue
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).upper())
        found.update((folded + "".join(unicodedata.category(each)[0] for each in folded)).encode())
    assert found.hexdigest() == OF_TWO_PLANES


@pytest.mark.parametrize(
    ("day", "currency"), [("2026-02-30", "USD"), ("20260302", "USD"), ("2026-03-02", "XXX")]
)
def test_an_invoice_of_no_day_or_currency_has_no_fingerprint(day: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        fingerprint.invoice(SELLER, "B", "1", day, currency, 1)
