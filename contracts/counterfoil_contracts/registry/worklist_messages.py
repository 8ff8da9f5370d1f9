"""The regulator's worklist: flags that somebody must look at, and what banks are asked about them."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    DateText,
    Fingerprint,
    LooseText,
    Message,
    RecordId,
    StaffId,
    Text,
    Time,
)

BankMsp = Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]
FlagCode = Annotated[str, Meta(pattern=r"\A[A-Z][A-Z_]{1,39}\Z")]
PageSize = Annotated[int, Meta(ge=1, le=100)]
Status = Literal["OPEN", "ASSIGNED", "INQUIRED", "EXPLAINED", "CLOSED", "ESCALATED"]


class Matter(Message, frozen=True):
    """What an entry of the worklist is about: a flag of a document, by the request that raised it.

    A flag raised again later is another matter.
    """

    document: Fingerprint
    code: FlagCode
    cause: RecordId


class AssignMatter(Message, frozen=True):
    """An officer takes a matter, or gives it to a colleague of an office."""

    matter: Matter
    officer: StaffId
    office: Annotated[str, Meta(pattern=r"\A([0-9A-Z]{2,12})?\Z")] = ""
    note: LooseText = ""


class InquireMatter(Message, frozen=True):
    """Asks a bank (its MSP ID) to explain, by a day. The bank sees document, question and day alone."""

    matter: Matter
    bank: BankMsp
    question: Text
    due: DateText


class CloseMatter(Message, frozen=True):
    """Ends a matter with a reason, or escalates it to the head office."""

    matter: Matter
    reason: Text
    escalated: bool = False


class MatterMoved(Message, frozen=True):
    """Where the matter stands now."""

    status: Status


class ReadWorklist(Message, frozen=True):
    """Asks for a page of the worklist; `limit` documents are looked at. `ended` asks for closed ones too."""

    after: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    limit: PageSize = 100
    ended: bool = False


class WorkStep(Message, frozen=True):
    """What an officer did with a matter."""

    at: Time
    staff: StaffId
    status: Status
    text: LooseText = ""


class Work(Message, frozen=True):
    """A matter with who must act on it: an MSP ID, empty where nobody must any more.

    `office` is the regulator's office that has it; `due` is the day of the last inquiry, `overdue` whether
    the bank has let it pass. `label` is a declaration's number, `invoice` an invoice's fields.
    """

    matter: Matter
    since: Time
    kind: str
    status: Status
    must_act: str
    blocks: str
    ends: str
    label: str = ""
    invoice: Invoice | None = None
    officer: str = ""
    office: str = ""
    due: str = ""
    overdue: bool = False
    answer: str = ""
    steps: tuple[WorkStep, ...] = ()


class Worklist(Message, frozen=True):
    """A page of the worklist; `next` is empty on the last page, else the next `after`."""

    matters: tuple[Work, ...]
    next: str


class ReadInquiries(Message, frozen=True):
    """Asks what the regulator wants to know of the caller's bank, page by page from the last id seen."""

    after: Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")] = ""
    limit: PageSize = 100


class Inquiry(Message, frozen=True):
    """A question of the regulator to one bank; `answered_at` is 0 while it waits."""

    inquiry: RecordId
    document: Fingerprint
    question: Text
    due: DateText
    asked_at: Time
    answer: str = ""
    answered_by: str = ""
    answered_at: Time = 0


class Inquiries(Message, frozen=True):
    """A page of inquiries in the order of their ids; `next` is empty on the last page."""

    inquiries: tuple[Inquiry, ...]
    next: str


class AnswerInquiry(Message, frozen=True):
    """The bank's answer to an inquiry, once."""

    inquiry: RecordId
    answer: Text


class InquiryAnswered(Message, frozen=True):
    """When the answer was given, in seconds since 1970 UTC."""

    at: Time
