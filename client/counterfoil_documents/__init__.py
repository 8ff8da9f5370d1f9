"""Trade documents read into one model: UBL 2.1 and UN/CEFACT CII invoices, DCSA transport documents.

    from counterfoil_documents import DocumentError, read_invoice_file
    invoice = read_invoice_file(Path("invoice.xml"))

`fitness` asks whether an invoice is an export invoice to lend on, `fingerprint` (which needs the contracts'
operations) recognises one invoice in both syntaxes.
"""

from counterfoil_documents.errors import (
    DisagreeingTotals,
    DocumentCode,
    DocumentError,
    FitnessCode,
    RefusedField,
    UnfitInvoice,
    UnreadableDocument,
)
from counterfoil_documents.fitness import ExportInvoice, export_invoice
from counterfoil_documents.invoice import Identifier, Invoice, Kind, Line, Party, Syntax, Totals
from counterfoil_documents.reading import read_invoice, read_invoice_file
from counterfoil_documents.transport import TransportDocument, read_transports, read_transports_file

__all__ = [
    "DisagreeingTotals",
    "DocumentCode",
    "DocumentError",
    "ExportInvoice",
    "FitnessCode",
    "Identifier",
    "Invoice",
    "Kind",
    "Line",
    "Party",
    "RefusedField",
    "Syntax",
    "Totals",
    "TransportDocument",
    "UnfitInvoice",
    "UnreadableDocument",
    "export_invoice",
    "read_invoice",
    "read_invoice_file",
    "read_transports",
    "read_transports_file",
]
