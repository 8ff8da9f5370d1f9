"""A bank's look at the documents of a consent, what it is told, and how a consent is withdrawn."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Balance,
    DeclarationNumber,
    Fingerprint,
    Message,
    RecordId,
    Text,
    Time,
    Uscc,
)

from .common import MOST_DOCUMENTS, Consent


class View(Message, frozen=True):
    """A bank looks at the documents of a consent; the purpose is the consent's."""

    consent: Consent
    purpose: Text


class Viewed(Message, frozen=True):
    """The id of the view, and until when it can be acted on, in seconds since 1970 UTC."""

    view: RecordId
    expires: Time


class ReadViews(Message, frozen=True):
    """Asks what the documents of committed views are worth now."""

    views: Annotated[tuple[RecordId, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]


class FlagSeen(Message, frozen=True):
    """A flag on a document: what it is, since when, what it blocks and what ends it."""

    code: str
    since: Time
    blocks: str
    ends: str


class ViewedDeclaration(Message, frozen=True):
    """A declaration as the viewing bank may see it. Where it is not authentic or not the enterprise's, no
    figure is told.

    `available` is in minor units of `currency`; `frozen` says that it takes nothing new, never why.
    """

    number: DeclarationNumber
    authentic: bool
    parties_match: bool
    status: str = ""
    declared_on: str = ""
    trade_mode: str = ""
    financeable: bool = False
    currency: str = ""
    total: Balance = 0
    available: Balance = 0
    flags: tuple[FlagSeen, ...] = ()
    frozen: bool = False


class ViewedInvoice(Message, frozen=True):
    """An invoice as the viewing bank may see it: whether it is in a live financing, never whose.

    `replaced` says that the seller has issued it anew.
    """

    invoice: Invoice
    fingerprint: Fingerprint
    vouched: Literal["CUSTOMS", "ENTERPRISE", "NOBODY"]
    parties_match: bool
    duplicate: bool = False
    near_duplicate: bool = False
    available: Balance = 0
    flags: tuple[FlagSeen, ...] = ()
    replaced: bool = False
    frozen: bool = False


class ViewAnswer(Message, frozen=True):
    """The documents of one view, in the order of the consent."""

    view: RecordId
    expires: Time
    enterprise: Uscc
    declarations: tuple[ViewedDeclaration, ...]
    invoices: tuple[ViewedInvoice, ...]


class ViewAnswers(Message, frozen=True):
    """One answer a view, in the order asked."""

    views: tuple[ViewAnswer, ...]


class Withdraw(Message, frozen=True):
    """Carries an enterprise's signed withdrawal of a consent."""

    withdrawal: Consent


class Withdrawn(Message, frozen=True):
    """When the withdrawal counted, in seconds since 1970 UTC."""

    at: Time
