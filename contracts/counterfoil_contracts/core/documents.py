"""The documents that trade contracts speak of, as they are stated by customs or by an enterprise."""

from . import fingerprint
from .message import Amount, CurrencyCode, DateText, DeclarationNumber, Fingerprint, Message, Text, Uscc


class Invoice(Message, frozen=True):
    """An export invoice: the fields that make its fingerprint. `amount` is in minor units of `currency`."""

    seller: Uscc
    buyer: Text
    number: Text
    issue_date: DateText
    currency: CurrencyCode
    amount: Amount


class Line(Message, frozen=True):
    """What joins an invoice to a declaration: how much of each it is, each in its own document's currency.

    `invoice` is the exact fingerprint of the invoice.
    """

    invoice: Fingerprint
    declaration: DeclarationNumber
    invoice_amount: Amount
    declaration_amount: Amount


def invoice_fingerprint(invoice: Invoice) -> str:
    """The exact fingerprint of an invoice, equal in whatever syntax the invoice came.

    Raises:
        ValueError: a name or number without letters, a day or a currency that does not exist.
    """
    return fingerprint.invoice(
        invoice.seller, invoice.buyer, invoice.number, invoice.issue_date, invoice.currency, invoice.amount
    )


def near_invoice_fingerprint(invoice: Invoice) -> str:
    """What invoices of the same seller and number share.

    Raises:
        ValueError: a name or number without letters.
    """
    return fingerprint.near_invoice(invoice.seller, invoice.number)
