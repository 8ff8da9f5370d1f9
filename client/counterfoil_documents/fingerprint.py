"""The fingerprint of an invoice that was read, equal in whatever syntax it came.

The rule is the contracts' own: the ledger computes it again from the fields and never takes it from a client.
Here it serves to recognise a document before it is presented anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_contracts.export_invoice import operations

from counterfoil_documents.social_credit_code import is_social_credit_code

if TYPE_CHECKING:
    from counterfoil_documents.invoice import Invoice, Party


def statement(invoice: Invoice) -> operations.Invoice:
    """The invoice as the contract `export_invoice` takes it; `amount` is the total with tax (BT-112)."""
    return operations.Invoice(
        seller=seller_key(invoice.seller),
        buyer=buyer_key(invoice.buyer.country, invoice.buyer.name),
        number=invoice.number,
        issue_date=invoice.issue_date.isoformat(),
        currency=invoice.currency,
        amount=invoice.totals.with_tax,
    )


def fingerprint(invoice: Invoice) -> str:
    """SHA-256 in hex over seller, buyer, number, day, currency and total. Raises ValueError (see `norm`)."""
    return operations.invoice_fingerprint(statement(invoice))


def seller_key(seller: Party) -> str:
    """What identifies a seller: its social credit code, else its first registration, else its name."""
    values = [identifier.value for identifier in seller.identifiers()]
    codes = [value for value in values if is_social_credit_code(value)]
    return (codes or values or [seller.name])[0]


def buyer_key(country: str, name: str) -> str:
    """What identifies a buyer, who has no number that both sides know: country and name."""
    return f"{country}-{name}" if country else name
