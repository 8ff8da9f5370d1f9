"""What `freight_payment` keeps on the ledger beside the pools of tax invoices."""

from counterfoil_contracts.core.message import Message, RecordId, StaffId, Time

from .payment_messages import Act as PreparedAct
from .payment_messages import Paid, PutSlip
from .payments import Entry
from .tax_messages import InvoiceTuple
from .transport_messages import AskedTransport

# Kinds of records in `authority`, found by number.
TAX_INVOICE = "taxinvoice"
TRANSPORT = "transport"
VERIFICATION = "verification"
MANDATE = "mandate"
# Kinds of records in a bank's collections, found by id; the names of other contracts are others.
PAYMENT = "payment"
ACT = "paymentact"
SLIP = "paymentslip"

Act = PreparedAct | Paid


class Verification(Message, frozen=True):
    """Who asked for which documents, and until when that can be acted on."""

    id: RecordId
    bank: str
    staff: StaffId
    asked_at: Time
    expires: Time
    invoices: tuple[InvoiceTuple, ...]
    transports: tuple[AskedTransport, ...]


class StoredSlip(Message, frozen=True):
    """References and reasons with who put them and when."""

    id: RecordId
    slip: PutSlip
    put_by: StaffId
    put_at: Time


class StoredAct(Message, frozen=True):
    """An act of two people; `confirmed_at` is 0 while it waits for the second.

    `before` is the payment's state before the act, `entries` what it moved by use; `reversed_by` the act that
    moved it back; `admitted_by` the regulator's officer who admitted a legacy payment.
    """

    id: RecordId
    payment: str
    body: Act
    prepared_by: StaffId
    prepared_at: Time
    expires: Time
    slip: str = ""
    slip_hash: str = ""
    confirmed_by: str = ""
    confirmed_at: Time = 0
    before: str = ""
    entries: tuple[Entry, ...] = ()
    reversed_by: str = ""
    admitted_by: str = ""
