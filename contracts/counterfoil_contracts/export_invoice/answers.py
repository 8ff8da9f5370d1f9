"""Answers of the queries of `export_invoice`: a bank's own financings, its flags, and the regulator's
whole view."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.mark_states import State
from counterfoil_contracts.core.message import (
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

from .messages import Act, DeclarationVersions, FlagSeen, PutTerms

PageSize = Annotated[int, Meta(ge=1, le=100)]
StartAfter = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]


class ReadFinancing(Message, frozen=True):
    """Asks for a financing by the id of its mark."""

    mark: RecordId


class PledgeState(Message, frozen=True):
    """A pledge as it stands: locked, outstanding and released are in the documents' currencies, loan
    figures in the loan's."""

    invoice: Fingerprint
    declaration: DeclarationNumber
    invoice_amount: Balance
    invoice_locked: Balance
    invoice_outstanding: Balance
    declaration_amount: Balance
    declaration_locked: Balance
    declaration_outstanding: Balance
    loan: Balance
    drawn: Balance
    repaid: Balance


class ActRecord(Message, frozen=True):
    """An act of two people; `confirmed_at` is 0 while it waits."""

    act: RecordId
    body: Act
    prepared_by: StaffId
    prepared_at: Time
    expires: Time
    confirmed_by: str = ""
    confirmed_at: Time = 0
    reversed_by: str = ""


class EarlierTerms(Message, frozen=True):
    """Terms that a financing had before others replaced them."""

    terms: RecordId
    terms_hash: str
    until: Time


class Financing(Message, frozen=True):
    """One financing: who did what, where it stands, and what it holds of which document.

    `origin` is `LATE` or `LEGACY` for a loan that existed before it was registered; `successor` the bank that
    has taken it over.
    """

    mark: RecordId
    bank: str
    state: State
    enterprise: Uscc
    terms: RecordId
    terms_hash: str
    currency: CurrencyCode
    locked_amount: Balance
    approved: Balance
    drawn: Balance
    repaid: Balance
    invoices: tuple[Invoice, ...]
    pledges: tuple[PledgeState, ...]
    acts: tuple[ActRecord, ...]
    locked_by: StaffId
    locked_at: Time
    expires: Time
    approved_by: str
    changed_at: Time
    near_duplicate: bool
    earlier_terms: tuple[EarlierTerms, ...] = ()
    origin: str = ""
    successor: str = ""


class ReadChanges(Message, frozen=True):
    """Asks for the caller's financings changed at or after a time, page by page from the last mark seen."""

    since: Time = 0
    after: StartAfter = ""
    limit: PageSize = 100


class Changes(Message, frozen=True):
    """A page of financings in the order of their ids, and of acts that wait for a second person in the same
    order; `next` is empty on the last page, else the next `after`."""

    financings: tuple[Financing, ...]
    next: str
    pending: tuple[ActRecord, ...] = ()


class ReadFlags(Message, frozen=True):
    """Asks for the flags on documents of the caller's live financings."""


class DocumentFlags(Message, frozen=True):
    """Open flags of one document that the bank itself holds."""

    document: Fingerprint
    kind: str
    marks: tuple[RecordId, ...]
    flags: tuple[FlagSeen, ...]


class Flags(Message, frozen=True):
    """Flagged documents, in the order of their fingerprints."""

    documents: tuple[DocumentFlags, ...]


class Supervise(Message, frozen=True):
    """Asks for everything about one document: a declaration by number, or an invoice by its fields.
    Exactly one."""

    declaration: str = ""
    invoice: Invoice | None = None


class PoolLine(Message, frozen=True):
    """A line of a pool: the other document, both full amounts, what is pledged on it in this pool's
    currency."""

    document: Fingerprint
    own_amount: Balance
    other_amount: Balance
    pledged: Balance
    collected: Balance


class PoolMark(Message, frozen=True):
    """What a bank holds of a document, in the document's currency."""

    bank: str
    mark: RecordId
    locked: Balance
    outstanding: Balance
    live: bool


class Flag(Message, frozen=True):
    """A flag with its history; `ended` is 0 while it is open."""

    code: str
    since: Time
    cause: RecordId
    ended: Time


class PoolAnswer(Message, frozen=True):
    """A pool as it stands, with what it can still carry. `label` is a declaration's number, `invoice` an
    invoice's fields."""

    document: Fingerprint
    kind: str
    currency: CurrencyCode
    total: Balance
    collected: Balance
    locked: Balance
    outstanding: Balance
    available: Balance
    vouched: str
    frozen: bool
    lines: tuple[PoolLine, ...]
    marks: tuple[PoolMark, ...]
    flags: tuple[Flag, ...]
    label: str = ""
    invoice: Invoice | None = None


class SupervisedFinancing(Message, frozen=True):
    """A bank's financing with its terms, as the regulator sees both."""

    financing: Financing
    terms: PutTerms


class Supervised(Message, frozen=True):
    """Everything the ledger holds about one document."""

    pool: PoolAnswer
    declaration: DeclarationVersions | None
    financings: tuple[SupervisedFinancing, ...]


class SuperviseBank(Message, frozen=True):
    """Asks for all financings of one bank (its MSP ID), page by page."""

    bank: Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]
    after: StartAfter = ""
    limit: PageSize = 100


class SupervisedBank(Message, frozen=True):
    """A page of one bank's financings with their terms."""

    financings: tuple[SupervisedFinancing, ...]
    next: str
