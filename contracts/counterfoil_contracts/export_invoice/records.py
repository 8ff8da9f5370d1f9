"""What `export_invoice` keeps on the ledger beside pools and marks."""

from counterfoil_contracts.consent.operations import ConsentLine
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.entries import Entry
from counterfoil_contracts.core.marks import BoundTerms
from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DeclarationNumber,
    Fingerprint,
    Message,
    RecordId,
    StaffId,
    Time,
    Uscc,
)

from .handover_messages import OfferedMark
from .messages import Act, PutSlip, PutTerms

# Kinds of records in `authority`, found by number.
DECLARATION = "declaration"
NEAR = "near"
CONSENT = "consent"
VIEW = "view"
TRANSFER = "transfer"
# Kinds of records in a bank's collections, found by id.
MARK = "mark"
ACT = "act"
TERMS = "terms"
SLIP = "slip"


class ConsentRecord(Message, frozen=True):
    """A consent by audience and nonce, from its first use on. `used` is what locks took of `maximum`.

    The token is kept, so that anyone entitled can prove later what was signed; `digest` is its SHA-256 in
    hex. Withdrawn before it was ever shown, it has neither.
    """

    enterprise: Uscc
    digest: str = ""
    token: str = ""
    used: Balance = 0
    maximum: Balance = 0
    currency: str = ""
    expiry: Time = 0
    withdrawn: Time = 0
    audience: str = ""
    nonce: str = ""


class ViewRecord(Message, frozen=True):
    """Who looked at which documents of a consent, what for, and until when that can be acted on."""

    bank: str
    staff: StaffId
    purpose: str
    viewed_at: Time
    expires: Time
    enterprise: Uscc
    nonce: RecordId
    declarations: tuple[DeclarationNumber, ...]
    invoices: tuple[Invoice, ...]
    lines: tuple[ConsentLine, ...]
    maximum: Amount
    currency: CurrencyCode


class NearEntry(Message, frozen=True):
    """An invoice among those of one seller and number, and whether it is in a live financing."""

    invoice: Fingerprint
    live: bool


class NearRecord(Message, frozen=True):
    """Invoices that share seller and number."""

    entries: tuple[NearEntry, ...] = ()


class StoredAct(Message, frozen=True):
    """An act of two people; `confirmed_at` is 0 while it waits for the second. `mark` is empty for a
    receipt.

    `terms` are those that the act binds, or that the mark had when the act was prepared; `entries` is what
    the act moved, by pledge; `reversed_by` the act that moved it back;
    `admitted_by` the regulator's officer who admitted a registered loan; `document` the invoice, by its own
    fingerprint, that a credit note lowered.
    """

    id: RecordId
    mark: str
    body: Act
    prepared_by: StaffId
    prepared_at: Time
    expires: Time
    slip: str = ""
    slip_hash: str = ""
    confirmed_by: str = ""
    confirmed_at: Time = 0
    terms: str = ""
    terms_hash: str = ""
    entries: tuple[Entry, ...] = ()
    reversed_by: str = ""
    admitted_by: str = ""
    document: str = ""


class StoredTerms(Message, frozen=True):
    """A loan's terms with who put them and when."""

    id: RecordId
    terms: PutTerms
    put_by: StaffId
    put_at: Time


class StoredSlip(Message, frozen=True):
    """References and reasons with who put them and when."""

    id: RecordId
    slip: PutSlip
    put_by: StaffId
    put_at: Time


class Transfer(Message, frozen=True):
    """Financings that go from a leaving bank to its successor; `terms` are the successor's, once accepted."""

    leaving: str
    successor: str
    marks: tuple[OfferedMark, ...]
    proposed_by: StaffId
    accepted_by: str = ""
    terms: tuple[BoundTerms, ...] = ()
    executed_by: str = ""
    executed_at: Time = 0
