"""A file's bytes to an invoice, or a refusal that names the field.

Reading is one check: what the document states, in whatever country. Whether a bank can lend on it as a
Chinese export invoice is another (`fitness`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_documents import cii, ubl
from counterfoil_documents.errors import DocumentCode, UnreadableDocument
from counterfoil_documents.totals import check_totals
from counterfoil_documents.xml_source import parse_xml, read_limited

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_documents.invoice import Invoice


def read_invoice(content: bytes) -> Invoice:
    """The invoice in `content` (UBL 2.1 or CII D16B). Raises DocumentError."""
    root = parse_xml(content)
    if root.tag in ubl.ROOTS:
        invoice = ubl.read_ubl(root)
    elif root.tag == cii.ROOT:
        invoice = cii.read_cii(root)
    else:
        raise UnreadableDocument(DocumentCode.NOT_AN_INVOICE, str(root.tag))
    check_totals(invoice)
    return invoice


def read_invoice_file(path: Path) -> Invoice:
    """The invoice in a file of at most `xml_source.MAX_BYTES`. Raises DocumentError and OSError."""
    return read_invoice(read_limited(path))
