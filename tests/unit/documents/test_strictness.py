"""Nothing in a file goes unnoticed: every element of the samples is renamed, doubled and removed in turn."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_documents import DocumentError, Invoice, read_invoice
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
FILES = ("invoice-1.ubl.xml", "invoice-1.cii.xml")
# Of what the samples hold, this says nothing that the model keeps.
IGNORED = {
    "CustomizationID", "TaxExemptionReason", "CityName", "GuidelineSpecifiedDocumentContextParameter",
    "ID of GuidelineSpecifiedDocumentContextParameter", "ExemptionReason", "ApplicableHeaderTradeDelivery",
}  # fmt: skip


def trees(file: str) -> Iterator[tuple[str, etree._Element, etree._Element]]:
    """For every element but the root: its name, a fresh copy of the tree, and the element in it."""
    content = (SAMPLES / file).read_bytes()
    count = len(list(etree.fromstring(content).iter()))
    for at in range(1, count):
        root = etree.fromstring(content)
        element = list(root.iter())[at]
        name = etree.QName(element).localname
        parent = element.getparent()
        assert parent is not None
        if f"{name} of {etree.QName(parent).localname}" in IGNORED or name in IGNORED:
            continue
        yield name, root, element


def outcome(root: etree._Element) -> Invoice | None:
    try:
        return read_invoice(etree.tostring(root))
    except DocumentError:
        return None


@pytest.mark.parametrize("file", FILES)
def test_an_unknown_element_is_refused_wherever_it_stands(file: str) -> None:
    for name, root, element in trees(file):
        element.tag = f"{{{etree.QName(element).namespace}}}Unknown"
        assert outcome(root) is None, name


@pytest.mark.parametrize("file", FILES)
def test_an_element_of_another_namespace_is_refused_wherever_it_stands(file: str) -> None:
    for name, root, element in trees(file):
        element.tag = f"{{urn:example:other}}{name}"
        assert outcome(root) is None, name


@pytest.mark.parametrize("file", FILES)
def test_a_doubled_element_is_refused_wherever_it_stands(file: str) -> None:
    for name, root, element in trees(file):
        parent = element.getparent()
        assert parent is not None
        parent.append(etree.fromstring(etree.tostring(element)))
        assert outcome(root) is None, name


@pytest.mark.parametrize("file", FILES)
def test_a_removed_element_is_missed_or_changes_the_model(file: str) -> None:
    whole = read_invoice((SAMPLES / file).read_bytes())
    for name, root, element in trees(file):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
        # BT-110 may be left out where there is no tax.
        assert (outcome(root) == whole) is (name == "TaxTotalAmount"), name


@pytest.mark.parametrize("file", FILES)
def test_an_unknown_attribute_is_refused_wherever_it_stands(file: str) -> None:
    for name, root, element in trees(file):
        element.set("unknown", "x")
        assert outcome(root) is None, name


@pytest.mark.parametrize("file", FILES)
def test_another_digit_in_an_amount_never_goes_unnoticed(file: str) -> None:
    for name, root, element in trees(file):
        text = (element.text or "").strip()
        if name.endswith("Amount") and text:
            element.text = text[:-1] + str((int(text[-1]) + 1) % 10)
            found = outcome(root)
            # The price of a line is not a sum: the model holds another one, and `fitness` refuses it.
            price = name in {"PriceAmount", "ChargeAmount"}
            assert (found is not None) is price, name


@given(st.binary(max_size=200))
@example(b"<?xml version='1.0' encoding='EBCDIC-CP-BE'?><a/>")
@example(b"\xff\xfe<\x00")
def test_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(DocumentError):
        read_invoice(content)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray((SAMPLES / data.draw(st.sampled_from(FILES))).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_invoice(bytes(content))
    except DocumentError:
        return
    assert found == replace(found)
