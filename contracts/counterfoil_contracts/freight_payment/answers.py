"""Answers of the queries of `freight_payment`: a bank's own payments, and the regulator's whole view."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.message import (
    Balance,
    CurrencyCode,
    DateText,
    Fingerprint,
    Message,
    RecordId,
    StaffId,
    Time,
    Uscc,
)

from .payment_messages import Act, OptionalId, Paid, PaymentState, PutSlip
from .tax_messages import (
    InvoiceCode,
    InvoiceFlag,
    InvoiceNumber,
    InvoiceTuple,
    KeyAfter,
    PageSize,
    StatedInvoice,
)
from .transport_messages import AskedTransport, PortCheck


class ReadPayment(Message, frozen=True):
    """Asks for a payment by its id."""

    payment: RecordId


class UseState(Message, frozen=True):
    """A use as it stands. `used`, `left` and `excess` are in the invoice's currency, the others in the
    payment's; `left` is what the payment still uses."""

    document: Fingerprint
    invoice: InvoiceTuple
    amount: Balance
    refunded: Balance
    used: Balance
    left: Balance
    excess: Balance
    rate: str


class PaymentAnswer(Message, frozen=True):
    """One payment: who did what, where it stands, and what it uses of which invoice.

    `usd` is what it was worth in US cents; `origin` is `LEGACY` for one from before the ledger's first day.
    """

    payment: RecordId
    bank: str
    state: PaymentState
    payer: Uscc
    payee: Uscc
    currency: CurrencyCode
    amount: Balance
    refunded: Balance
    usd: Balance
    usd_rate: str
    day: str
    documented: bool
    uses: tuple[UseState, ...]
    transports: tuple[AskedTransport, ...]
    port_checks: tuple[PortCheck, ...]
    acts: tuple[RecordId, ...]
    slip: OptionalId
    slip_hash: str
    marked_by: StaffId
    marked_at: Time
    paid_by: str
    changed_at: Time
    origin: str


class ReadChanges(Message, frozen=True):
    """Asks for the caller's payments changed at or after a time, page by page from the last one seen."""

    since: Time = 0
    after: OptionalId = ""
    limit: PageSize = 100


class Payments(Message, frozen=True):
    """A page of payments in the order of their ids; `next` is empty on the last, else the next `after`."""

    payments: tuple[PaymentAnswer, ...]
    next: str


class ReadAct(Message, frozen=True):
    """Asks for an act by its id."""

    act: RecordId


class ActRecord(Message, frozen=True):
    """An act of two people; `confirmed_at` is 0 while it waits."""

    act: RecordId
    payment: OptionalId
    body: Act | Paid
    prepared_by: StaffId
    prepared_at: Time
    expires: Time
    confirmed_by: str = ""
    confirmed_at: Time = 0
    reversed_by: str = ""
    admitted_by: str = ""


class ReadPage(Message, frozen=True):
    """Asks for a page in the order of ids; `limit` records are looked at."""

    after: OptionalId = ""
    limit: PageSize = 100


class PendingActs(Message, frozen=True):
    """Acts that wait for a second person."""

    acts: tuple[ActRecord, ...]
    next: str


class ReadFlags(Message, frozen=True):
    """Asks for the flags on invoices that the caller's live payments use."""


class Flags(Message, frozen=True):
    """Flagged invoices, in the order of their fingerprints."""

    flags: tuple[InvoiceFlag, ...]


class Supervise(Message, frozen=True):
    """Asks for everything about one tax invoice."""

    number: InvoiceNumber
    code: InvoiceCode = ""


class PoolMark(Message, frozen=True):
    """What one bank's payment, of whatever scenario, holds of an invoice, in the invoice's currency."""

    bank: str
    mark: RecordId
    locked: Balance
    outstanding: Balance
    live: bool


class PoolFlag(Message, frozen=True):
    """A flag with its history; `ended` is 0 while it is open."""

    code: str
    since: Time
    cause: RecordId
    ended: Time


class UsePool(Message, frozen=True):
    """The one registry of what is used of an invoice, by every scenario."""

    document: Fingerprint
    currency: CurrencyCode
    total: Balance
    marked: Balance
    paid: Balance
    remaining: Balance
    tolerated: Balance
    frozen: bool
    marks: tuple[PoolMark, ...]
    flags: tuple[PoolFlag, ...]


class SupervisedPayment(Message, frozen=True):
    """A bank's payment with its slip, as the regulator sees both."""

    payment: PaymentAnswer
    slip: PutSlip


class Supervised(Message, frozen=True):
    """Everything the ledger holds about one tax invoice."""

    stated: StatedInvoice
    pool: UsePool
    payments: tuple[SupervisedPayment, ...]


BankMsp = Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]


class SuperviseBank(Message, frozen=True):
    """Asks for all payments of one bank (its MSP ID), page by page."""

    bank: BankMsp
    after: OptionalId = ""
    limit: PageSize = 100


class SupervisedBank(Message, frozen=True):
    """A page of one bank's payments with their slips."""

    payments: tuple[SupervisedPayment, ...]
    next: str


class SuperviseEnterprise(Message, frozen=True):
    """Asks for an enterprise's tax invoices, bought or sold, page by page; `limit` of all are looked at."""

    enterprise: Uscc
    after: KeyAfter = ""
    limit: PageSize = 100


class SupervisedInvoice(Message, frozen=True):
    """A tax invoice and what everybody uses of it."""

    stated: StatedInvoice
    pool: UsePool


class SupervisedInvoices(Message, frozen=True):
    """A page of tax invoices."""

    invoices: tuple[SupervisedInvoice, ...]
    next: str


class SuperviseDays(Message, frozen=True):
    """Asks who paid whom more than may go without documents on one day, across these banks."""

    banks: Annotated[tuple[BankMsp, ...], Meta(min_length=1, max_length=100)]
    since: DateText
    until: DateText


class DayPayment(Message, frozen=True):
    """One of the payments of a day, in US cents."""

    bank: str
    payment: RecordId
    usd: Balance
    documented: bool


class PaymentDay(Message, frozen=True):
    """What one payer paid one payee on one day, in US cents: in all, and without any document.

    `split`: without documents more than one payment may be, in payments that each may be.
    """

    day: str
    payer: Uscc
    payee: Uscc
    usd: Balance
    undocumented_usd: Balance
    split: bool
    payments: tuple[DayPayment, ...]


class PaymentDays(Message, frozen=True):
    """Days above the limit, by day, payer and payee."""

    limit_usd: Balance
    days: tuple[PaymentDay, ...]
