"""What `credit_authorization` keeps on the ledger.

In `credit_<Bank>`, by the regulator and the bank: asks, grants, enquiries, receipts. In `notices_<Bank>`, by
the regulator alone, so that no bank can hold it up: what the enterprise says, what the regulator decides,
what is delivered. Grants and what concerns them are found by the enterprise's nonce, the rest by ids that
nobody can tell from a request's public id.
"""

from typing import Literal

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

from .messages import Act, Ask
from .report import Figure
from .statements import OptionalDate, OptionalId, Purpose, Scope

ASK = "ask"
GRANT = "grant"
ENQUIRY = "enquiry"
RECEIPT = "receipt"

REVOCATION = "revocation"
STANDING = "standing"
OFFER = "offer"
DECLINE = "decline"
ANSWER = "answer"
BODY = "body"
DISPUTE = "dispute"

PROPOSAL = "creditproposal"


class AskRecord(Message, frozen=True):
    """A bank's request for leave; `grant` is the one that answers it."""

    id: RecordId
    body: Ask
    asked_by: StaffId
    asked_at: Time
    expires: Time
    grant: OptionalId = ""


class PendingEnquiry(Message, frozen=True):
    """An enquiry that counts against its grant until it is answered or `expires`."""

    enquiry: RecordId
    expires: Time


class GrantRecord(Message, frozen=True):
    """An enterprise's leave, from its first showing on. `token` is what was signed, `digest` its SHA-256.

    `delivered` counts enquiries known to be delivered, `pending` those that may still be.
    """

    nonce: RecordId
    digest: Fingerprint
    token: str
    enterprise: Uscc
    scope: Scope
    purpose: Purpose
    data_from: DateText
    data_until: OptionalDate
    maximum: int
    ask: OptionalId
    not_before: Time
    expiry: Time
    taken_by: StaffId
    taken_at: Time
    delivered: int = 0
    pending: tuple[PendingEnquiry, ...] = ()


class EnquiryRecord(Message, frozen=True):
    """One attempt to look; `refused` is empty where it was let through."""

    id: RecordId
    grant: RecordId
    enterprise: Uscc
    purpose: Purpose
    scope: tuple[str, ...]
    figure: Figure | None
    asked_by: StaffId
    asked_at: Time
    expires: Time
    refused: str = ""


class Receipt(Message, frozen=True):
    """The bank has what was delivered."""

    enquiry: RecordId
    digest: Fingerprint
    staff: StaffId
    at: Time


class SignedNotice(Message, frozen=True):
    """A statement of an enterprise with its signature: a revocation, or a refusal to grant."""

    enterprise: Uscc
    token: str
    at: Time


class OfferedGrant(Message, frozen=True):
    """A grant that an enterprise gave of its own accord, as the regulator's relay brought it."""

    nonce: RecordId
    enterprise: Uscc
    token: str
    at: Time


class Standing(Message, frozen=True):
    """Whether a grant is suspended, now and before; each with its time and reason."""

    suspended: tuple[bool, ...]
    since: tuple[Time, ...]
    reasons: tuple[Text, ...]


class Answer(Message, frozen=True):
    """How an enquiry was answered. A delivered one has a digest and a height for each version."""

    enquiry: RecordId
    enterprise: Uscc
    kind: Literal["DELIVERED", "REFUSED"]
    at: Time
    by: StaffId
    code: str = ""
    digests: tuple[Fingerprint, ...] = ()
    heights: tuple[int, ...] = ()
    reasons: tuple[LooseText, ...] = ()
    retain_until: Time = 0
    held: bool = False
    purged_at: Time = 0


class Dispute(Message, frozen=True):
    """What an enterprise says against a report, and how it was decided."""

    enquiry: RecordId
    enterprise: Uscc
    statement: Text
    token: str
    at: Time
    state: Literal["OPEN", "UPHELD", "REJECTED"] = "OPEN"
    reason: str = ""


class Proposal(Message, frozen=True):
    """A supervisory act that waits for a second officer."""

    body: Act
    put_by: StaffId
    confirmed_by: str = ""
