"""Files from elsewhere are read as they are meant, or refused by name: here with the figures read by eye."""

from contextlib import suppress
from pathlib import Path

import pytest
from counterfoil_documents import DocumentError, read_invoice_file
from counterfoil_documents.invoice import Kind

# number, currency, total with tax, payable (minor units), lines
FIGURES = {
    "cii/CII-BR-CO-10-RoundingIssue.xml": ("0", "EUR", 0, 0, 4),
    "cii/CII_business_example_02.xml": ("INV000013", "EUR", 1190, 1190, 3),
    "cii/CII_example1.xml": ("12115118", "EUR", 25033, 25033, 20),
    "cii/CII_example2.xml": ("TOSL108", "NOK", 180178, 80178, 5),
    "cii/CII_example3.xml": ("TOSL108", "DKK", 112500, 112500, 1),
    "cii/CII_example4.xml": ("TOSL110", "DKK", 467500, 467500, 3),
    "cii/CII_example6.xml": ("TOSL110", "DKK", 467500, 467500, 3),
    "cii/CII_example9.xml": ("20150483", "EUR", 17787, 17787, 1),
    "ubl/BIS3_Invoice_negativ.XML": ("12345", "DKK", -78217943, -78217943, 1),
    "ubl/guide-example1.xml": ("12115118", "EUR", 25033, 25033, 20),
    "ubl/guide-example2.xml": ("TOSL108", "NOK", 180178, 80178, 5),
    "ubl/sample-discount-price.xml": ("test decimal 1", "EUR", 1515, 1515, 1),
    "ubl/ubl-tc434-creditnote1.xml": ("018304 / 28865", "EUR", 10011, 10011, 1),
    "ubl/ubl-tc434-example1.xml": ("12115118", "EUR", 25033, 25033, 20),
    "ubl/ubl-tc434-example10.xml": ("12115118", "EUR", 25033, 25033, 20),
    "ubl/ubl-tc434-example2.xml": ("TOSL108", "NOK", 180178, 80178, 5),
    "ubl/ubl-tc434-example3.xml": ("TOSL108", "DKK", 200500, 200500, 2),
    "ubl/ubl-tc434-example4.xml": ("TOSL110", "DKK", 467500, 467500, 3),
    "ubl/ubl-tc434-example6.xml": ("TOSL110", "DKK", 467500, 467500, 3),
    "ubl/ubl-tc434-example9.xml": ("20150483", "EUR", 17787, 17787, 1),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_real_file_is_read_as_it_is_meant(shared_invoices: Path, name: str) -> None:
    invoice = read_invoice_file(shared_invoices / name)
    totals = invoice.totals
    read = (invoice.number, invoice.currency, totals.with_tax, totals.payable, len(invoice.lines))
    assert read == FIGURES[name]
    assert invoice.kind is (Kind.CREDIT_NOTE if "creditnote" in name else Kind.INVOICE)


def test_every_file_is_read_or_refused(shared_invoices: Path) -> None:
    """A file that is new to this test must at least not break the reader."""
    for path in shared_invoices.glob("*/*"):
        with suppress(DocumentError):
            read_invoice_file(path)
