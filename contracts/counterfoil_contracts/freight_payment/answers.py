"""Answers of the queries of `freight_payment`: a bank's own payments, and the regulator's whole view."""

from counterfoil_contracts.core.message import (
    Balance,
    CurrencyCode,
    Fingerprint,
    Message,
    RecordId,
    StaffId,
    Time,
    Uscc,
)

from .payment_messages import PaymentState, PutSlip
from .tax_messages import InvoiceCode, InvoiceNumber, InvoiceTuple, StatedInvoice
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
    slip: RecordId
    slip_hash: str
    marked_by: StaffId
    marked_at: Time
    paid_by: str
    changed_at: Time
    origin: str


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
