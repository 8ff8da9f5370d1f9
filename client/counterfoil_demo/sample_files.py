"""The sample documents as files: invoices in XML, declarations in JSON, as `samples/` holds those of seed 1.

`invoice-1` lies there in both syntaxes, because two banks are shown it in one each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from counterfoil_demo.cii_writer import write_cii
from counterfoil_demo.ubl_writer import write_ubl

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil_demo.samples import SampleDeclaration, SampleInvoice, Samples

_SYNTAXES: Final = {
    1: ("ubl", "cii"),
    2: ("cii",),
    3: ("ubl",),
    4: ("cii",),
    5: ("ubl",),
    6: ("cii",),
}
_WRITERS: Final = {"ubl": write_ubl, "cii": write_cii}


def invoice_file(place: int, syntax: str) -> str:
    """The name of an invoice's file in a syntax, `ubl` or `cii`."""
    return f"invoice-{place}.{syntax}.xml"


def declaration_file(place: int) -> str:
    """The name of a declaration's file."""
    return f"declaration-{place}.json"


def sample_files(samples: Samples) -> dict[str, bytes]:
    """Every file of the samples by its name."""
    files = {}
    for invoice in samples.invoices:
        for syntax in _SYNTAXES[invoice.place]:
            files[invoice_file(invoice.place, syntax)] = _WRITERS[syntax](invoice)
    for declaration in samples.declarations:
        text = json.dumps(_declaration(declaration), ensure_ascii=False, indent=2)
        files[declaration_file(declaration.place)] = f"{text}\n".encode()
    return files


def write_samples(samples: Samples, folder: Path) -> None:
    """Write the files into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sample_files(samples).items():
        (folder / name).write_bytes(content)


def _declaration(declaration: SampleDeclaration) -> dict[str, object]:
    """The declaration as customs states it, in the contract's own field names."""
    return {
        "number": declaration.number,
        "declared_on": declaration.declared_on.isoformat(),
        "status": "CLEARED",
        "consignor": declaration.seller.code,
        "consignee": declaration.invoices[0].buyer.name,
        "trade_mode": "0110",
        "currency": declaration.currency,
        "total": declaration.total,
        "lines": [_line(invoice) for invoice in declaration.invoices],
    }


def _line(invoice: SampleInvoice) -> dict[str, object]:
    """A line joins the invoice to its declaration; both are in one currency here."""
    return {
        "invoice": {
            "seller": invoice.seller.code,
            "buyer": f"{invoice.buyer.country}-{invoice.buyer.name}",
            "number": invoice.number,
            "issue_date": invoice.issue_date.isoformat(),
            "currency": invoice.currency,
            "amount": invoice.total,
        },
        "invoice_amount": invoice.line,
        "declaration_amount": invoice.line,
    }
