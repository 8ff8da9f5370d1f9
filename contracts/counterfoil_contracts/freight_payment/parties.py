"""Who may pay whom for an invoice: its buyer its seller, or an agent whom one of them has mandated."""

from collections.abc import Sequence

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk

from .tax_messages import InvoiceTuple


def check_parties(desk: Desk, payer: str, payee: str, invoices: Sequence[InvoiceTuple]) -> None:
    """Every invoice is from the payee to the payer.

    Raises:
        Refusal: `PARTY_MISMATCH`.
    """
    for invoice in invoices:
        if invoice.buyer != payer or invoice.seller != payee:
            raise refusal(RefusalCode.PARTY_MISMATCH, "an invoice between others than payer and payee")
