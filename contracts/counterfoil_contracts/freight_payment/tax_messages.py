"""Requests and answers about tax invoices: what the tax authority states, and what a bank may ask of it."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    Fingerprint,
    Message,
    RecordId,
    Time,
    Uscc,
)

MOST_INVOICES = 500
InvoiceNumber = Annotated[str, Meta(pattern=r"\A([0-9]{20}|[0-9]{8})\Z")]
"""20 digits of a digital invoice, or the 8 of an older one, which has a code besides."""
InvoiceCode = Annotated[str, Meta(pattern=r"\A([0-9]{10}|[0-9]{12})?\Z")]
"""Code of an older invoice, 10 or 12 digits; empty for a digital one."""
KeyAfter = Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
"""Where the last page ended, as its answer said; it tells nothing of a document."""
PageSize = Annotated[int, Meta(ge=1, le=100)]
InvoiceStatus = Literal["NORMAL", "PARTLY_REVERSED", "REVERSED", "VOID"]


class InvoiceTuple(Message, frozen=True):
    """A tax invoice as whoever has it in hand knows it: all of this, or nothing is told.

    `amount` is with tax, in minor units of the invoice's currency.
    """

    number: InvoiceNumber
    issued_on: DateText
    seller: Uscc
    buyer: Uscc
    amount: Amount
    code: InvoiceCode = ""


class TaxInvoice(Message, frozen=True):
    """A VAT invoice as the tax authority knows it. `tax_class` is what was sold: transport or agency."""

    facts: InvoiceTuple
    tax_class: Literal["TRANSPORT", "AGENCY", "OTHER"]
    currency: CurrencyCode = "CNY"


class PutInvoices(Message, frozen=True):
    """Tax invoices that are new to the ledger, at most 500, all or none."""

    invoices: Annotated[tuple[TaxInvoice, ...], Meta(min_length=1, max_length=MOST_INVOICES)]


class InvoicesPut(Message, frozen=True):
    """How many tax invoices were recorded."""

    invoices: int


class ReverseInvoice(Message, frozen=True):
    """A red invoice takes `amount` of an invoice back, the whole or a part; `red` is its own number."""

    number: InvoiceNumber
    red: InvoiceNumber
    amount: Amount
    code: InvoiceCode = ""


class VoidInvoice(Message, frozen=True):
    """The invoice was never to be issued."""

    number: InvoiceNumber
    code: InvoiceCode = ""


class InvoiceRestated(Message, frozen=True):
    """What the tax authority says of the invoice now, and what is left of it."""

    status: InvoiceStatus
    left: Balance


class ReadInvoice(Message, frozen=True):
    """Asks what the tax authority has stated about an invoice."""

    number: InvoiceNumber
    code: InvoiceCode = ""


class Red(Message, frozen=True):
    """A red invoice, and when the ledger learnt of it, in seconds since 1970 UTC."""

    number: InvoiceNumber
    amount: Amount
    at: Time


class StatedInvoice(Message, frozen=True):
    """All that the tax authority has stated about one invoice, never what uses it."""

    invoice: TaxInvoice
    put_at: Time
    reds: tuple[Red, ...] = ()
    void_at: Time = 0


class ReadKeys(Message, frozen=True):
    """Asks for a page in an order that means nothing; `limit` records are looked at."""

    after: KeyAfter = ""
    limit: PageSize = 100


class StatedInvoices(Message, frozen=True):
    """A page of invoices; `next` is what to give as `after` for the next, empty on the last."""

    invoices: tuple[StatedInvoice, ...]
    next: str


class VerifiedInvoice(Message, frozen=True):
    """What a bank learns of an invoice that it asked for.

    Where any field is another than the tax authority's, nothing but that: `verified` is false, and all
    else empty. `remaining` is in minor units of `currency`; who used the rest is never told. `frozen` says
    that it takes nothing new, never why.
    """

    verified: bool = False
    document: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    status: str = ""
    currency: str = ""
    remaining: Balance = 0
    frozen: bool = False


class InvoiceProbe(Message, frozen=True):
    """An invoice that a bank asked for and nobody had stated so; `known`: another of its number was."""

    asked: InvoiceTuple
    known: bool


class Probes(Message, frozen=True):
    """One look of a bank with invoices in it that could not be verified; `asked` is how many it named."""

    verification: RecordId
    bank: str
    staff: str
    asked_at: Time
    asked: int
    probes: tuple[InvoiceProbe, ...]


class ProbePage(Message, frozen=True):
    """A page of such looks. `looks` and `asked` count all of the page, also those without a probe."""

    looks: int
    asked: int
    probes: tuple[Probes, ...]
    next: str


class InvoiceFlag(Message, frozen=True):
    """An open flag on an invoice that the bank's own payments use."""

    document: Fingerprint
    code: str
    since: Time
    blocks: str
    ends: str
