"""Requests and answers of lists. `next` is what to give as `after` for the next page, empty on the last."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Balance,
    DeclarationNumber,
    Message,
    RecordId,
    StaffId,
    Time,
    Uscc,
)

from .answers import ActRecord, PageSize, PoolAnswer, StartAfter
from .messages import Consent, Declaration

KeyAfter = Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
"""Where the last page ended, as its answer said; it tells nothing of a document."""


class ReadPage(Message, frozen=True):
    """Asks for a page in the order of ids; `limit` records are looked at."""

    after: StartAfter = ""
    limit: PageSize = 100


class ReadKeys(Message, frozen=True):
    """Asks for a page in an order that means nothing; `limit` records are looked at."""

    after: KeyAfter = ""
    limit: PageSize = 100


class ReadEnterpriseDocuments(Message, frozen=True):
    """Asks for an enterprise's documents, page by page; `limit` records of all are looked at."""

    enterprise: Uscc
    after: KeyAfter = ""
    limit: PageSize = 100


class PendingActs(Message, frozen=True):
    """Acts that wait for a second person."""

    acts: tuple[ActRecord, ...]
    next: str


class Declarations(Message, frozen=True):
    """Declarations as customs knows them now."""

    declarations: tuple[Declaration, ...]
    next: str


class Pools(Message, frozen=True):
    """Documents with everything the ledger holds of them."""

    pools: tuple[PoolAnswer, ...]
    next: str


class ReadOwn(Message, frozen=True):
    """Carries an enterprise's signed request to read (`consent.operations.TradeReading`)."""

    reading: Consent
    after: KeyAfter = ""
    limit: PageSize = 100


class OwnConsent(Message, frozen=True):
    """A consent as its enterprise sees it: what locks took of `maximum`, in minor units of `currency`."""

    audience: str
    nonce: RecordId
    used: Balance
    maximum: Balance
    currency: str
    expiry: Time
    withdrawn: Time


class OwnConsents(Message, frozen=True):
    """A page of an enterprise's consents that were shown or withdrawn."""

    consents: tuple[OwnConsent, ...]
    next: str


class LiveElsewhere(Message, frozen=True):
    """An invoice that was in another bank's live financing when a bank looked at it."""

    invoice: Invoice
    bank: str
    mark: RecordId


class SeenView(Message, frozen=True):
    """Who looked at which documents of whom, when, what for, and under which consent.

    `live_elsewhere` is the regulator's alone.
    """

    bank: str
    staff: StaffId
    purpose: str
    viewed_at: Time
    enterprise: Uscc
    nonce: RecordId
    declarations: tuple[DeclarationNumber, ...]
    invoices: tuple[Invoice, ...]
    live_elsewhere: tuple[LiveElsewhere, ...] = ()


class SeenViews(Message, frozen=True):
    """A page of views."""

    views: tuple[SeenView, ...]
    next: str
