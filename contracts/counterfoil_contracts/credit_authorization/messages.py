"""Requests and answers of `credit_authorization`."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.consent.operations import BankMsp
from counterfoil_contracts.core.message import (
    DateText,
    Fingerprint,
    LooseText,
    Message,
    RecordId,
    StaffId,
    Text,
    Time,
    Uscc,
)

from .report import Figure, Report
from .statements import OptionalDate, OptionalId, Purpose, Scope

Token = Annotated[str, Meta(min_length=1, max_length=200_000)]
"""A compact JWS of an enterprise."""
PageSize = Annotated[int, Meta(ge=1, le=100)]
Queries = Annotated[int, Meta(ge=1, le=1000)]


class Ask(Message, frozen=True):
    """A bank asks an enterprise for leave; `data_from` and the rest are what it proposes."""

    enterprise: Uscc
    scope: Scope
    purpose: Purpose
    data_from: DateText
    maximum: Queries
    days: Annotated[int, Meta(ge=1, le=365)]


class Asked(Message, frozen=True):
    """The id that the enterprise's grant or refusal names, and until when it may answer."""

    ask: RecordId
    expires: Time


class Statement(Message, frozen=True):
    """What an enterprise has signed, carried by the bank it names or by the regulator's relay."""

    token: Token


class Granted(Message, frozen=True):
    """A grant is on record; it is named by its nonce."""

    grant: RecordId


class Stated(Message, frozen=True):
    """A statement is on record, since this time."""

    at: Time


class Enquire(Message, frozen=True):
    """Asks for a report under a grant, or, with a figure, for nothing but whether the figure is right."""

    grant: RecordId
    purpose: Purpose
    scope: Annotated[tuple[Literal["BASIC", "TRADE", "REGULATORY"], ...], Meta(max_length=3)] = ()
    figure: Figure | None = None


class Enquired(Message, frozen=True):
    """On record, refused or not. `refused` is empty, or the code of the reason."""

    enquiry: RecordId
    refused: str = ""
    expires: Time = 0


class Acknowledge(Message, frozen=True):
    """The bank has the report of this digest."""

    enquiry: RecordId
    digest: Fingerprint


class Acknowledged(Message, frozen=True):
    """When it was acknowledged."""

    at: Time


class Deliver(Message, frozen=True):
    """The report that answers an enquiry of a bank; another one for an enquiry that has one corrects it.

    `reason` says why a report is corrected, and is empty for the first.
    """

    bank: BankMsp
    enquiry: RecordId
    report: Report
    reason: LooseText = ""


class Delivered(Message, frozen=True):
    """SHA-256, in hex, of the report's canonical JSON, and which version of it this is, from 1."""

    digest: Fingerprint
    version: int


class Refuse(Message, frozen=True):
    """Says why an enquiry gets no report; it does not count."""

    bank: BankMsp
    enquiry: RecordId
    code: Literal["GRANT_REVOKED", "GRANT_SUSPENDED", "FROZEN", "NO_DATA"]


class Refused(Message, frozen=True):
    """When it was refused."""

    at: Time


class Purge(Message, frozen=True):
    """Removes a report's body at the end of its retention; the record of it stays."""

    bank: BankMsp
    enquiry: RecordId


class Purged(Message, frozen=True):
    """How many versions were removed."""

    versions: int


class Suspend(Message, frozen=True, tag="SUSPEND"):
    """Nothing new is asked or delivered under a grant until it is resumed."""

    bank: BankMsp
    grant: RecordId
    reason: Text


class Resume(Message, frozen=True, tag="RESUME"):
    """A suspended grant stands again."""

    bank: BankMsp
    grant: RecordId
    reason: Text


class Hold(Message, frozen=True, tag="HOLD"):
    """A delivered report is kept beyond its retention, for a proceeding."""

    bank: BankMsp
    enquiry: RecordId
    reason: Text


class Lift(Message, frozen=True, tag="LIFT"):
    """The hold ends."""

    bank: BankMsp
    enquiry: RecordId
    reason: Text


class Resolve(Message, frozen=True, tag="RESOLVE"):
    """Decides a dispute. Where it is upheld, every bank with the wrong figure gets a corrected report."""

    bank: BankMsp
    enquiry: RecordId
    reason: Text
    upheld: bool = False


Act = Suspend | Resume | Hold | Lift | Resolve


class ProposeAct(Message, frozen=True):
    """First officer: a supervisory act."""

    body: Act


class Proposed(Message, frozen=True):
    """What to give the second officer."""

    proposal: RecordId


class ConfirmAct(Message, frozen=True):
    """Second officer: the proposal that takes effect."""

    proposal: RecordId


class Confirmed(Message, frozen=True):
    """Since when it is in effect."""

    at: Time


class ReadProposal(Message, frozen=True):
    """Asks for a proposal, before it is confirmed."""

    proposal: RecordId


class ProposalAnswer(Message, frozen=True):
    """A proposal; `confirmed_by` is empty while it waits."""

    body: Act
    put_by: StaffId
    confirmed_by: str


class ReadGrant(Message, frozen=True):
    """Asks whether a grant of one's own bank stands."""

    grant: RecordId


class ReadReport(Message, frozen=True):
    """Asks for a delivered report; version 0 is the newest."""

    enquiry: RecordId
    version: Annotated[int, Meta(ge=0, le=1000)] = 0


class ReadRecords(Message, frozen=True):
    """Asks for a page of one's own bank's records; `after` is the last id of the page before."""

    after: OptionalId = ""
    limit: PageSize = 100


class ReadOwnLog(Message, frozen=True):
    """An enterprise's signed reading request, for its records at one bank, page by page."""

    token: Token
    bank: BankMsp
    after: OptionalId = ""
    limit: PageSize = 100


class ReadOwnReport(Message, frozen=True):
    """An enterprise's signed reading request, for a report that a bank was given about it."""

    token: Token
    bank: BankMsp
    enquiry: RecordId
    version: Annotated[int, Meta(ge=0, le=1000)] = 0


class Supervise(Message, frozen=True):
    """The regulator asks for a page of a bank's records, of all enterprises or of one."""

    bank: BankMsp
    enterprise: Annotated[str, Meta(pattern=r"\A([0-9A-HJ-NP-RTUWXY]{18})?\Z")] = ""
    after: OptionalId = ""
    limit: PageSize = 100


class SuperviseReport(Message, frozen=True):
    """The regulator asks for a report that a bank was given."""

    bank: BankMsp
    enquiry: RecordId
    version: Annotated[int, Meta(ge=0, le=1000)] = 0


class GrantAnswer(Message, frozen=True):
    """A grant as it stands. `standing` is GRANTED, or the code for which an enquiry would be refused now.

    `delivered` and `pending` count against `maximum`; times are seconds since 1970 UTC.
    """

    grant: RecordId
    enterprise: Uscc
    scope: Scope
    purpose: Purpose
    data_from: DateText
    data_until: OptionalDate
    not_before: Time
    expiry: Time
    maximum: int
    delivered: int
    pending: int
    standing: str
    taken_at: Time


class AskAnswer(Message, frozen=True):
    """A bank's request for leave: WAITING, GRANTED, DECLINED or EXPIRED."""

    ask: RecordId
    body: Ask
    asked_at: Time
    expires: Time
    state: str


class DisputeAnswer(Message, frozen=True):
    """What the enterprise disputes: OPEN, UPHELD or REJECTED."""

    statement: str
    at: Time
    state: str
    reason: str


class EnquiryAnswer(Message, frozen=True):
    """One attempt to look: PENDING, DELIVERED, REFUSED or TIMED_OUT, by whom, when, what for.

    `code` is the reason of a refusal; `digests` are of the delivered versions, in order; `retain_until` is
    when the body may be purged, `held` whether it may not.
    """

    enquiry: RecordId
    grant: RecordId
    enterprise: Uscc
    purpose: Purpose
    scope: tuple[str, ...]
    figure: bool
    asked_by: StaffId
    asked_at: Time
    state: str
    code: str = ""
    answered_at: Time = 0
    height: int = 0
    digests: tuple[Fingerprint, ...] = ()
    acknowledged_at: Time = 0
    retain_until: Time = 0
    held: bool = False
    purged_at: Time = 0
    dispute: DisputeAnswer | None = None


class Grants(Message, frozen=True):
    """A page of grants; `next` is empty on the last."""

    grants: tuple[GrantAnswer, ...]
    next: str


class Asks(Message, frozen=True):
    """A page of requests for leave."""

    asks: tuple[AskAnswer, ...]
    next: str


class Offer(Message, frozen=True):
    """A grant that an enterprise gave of its own accord; its `token` is what the bank puts on record."""

    nonce: RecordId
    enterprise: Uscc
    token: Token
    at: Time


class Offers(Message, frozen=True):
    """A page of offered grants."""

    offers: tuple[Offer, ...]
    next: str


class Enquiries(Message, frozen=True):
    """A page of attempts to look."""

    enquiries: tuple[EnquiryAnswer, ...]
    next: str


class ReportAnswer(Message, frozen=True):
    """A delivered report with its digest; `report` is None once its body was purged."""

    digest: Fingerprint
    version: int
    versions: int
    report: Report | None
    dispute: DisputeAnswer | None = None
