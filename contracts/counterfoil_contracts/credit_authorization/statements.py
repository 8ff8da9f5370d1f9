"""What an enterprise signs about its credit record: leave, its end, no, a dispute, and a look at its own log.

Compact JWS like trade consents (`consent.operations.sign`), but never by way of Port: a statement is carried
by the bank it names or by the regulator's relay.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from counterfoil_contracts.consent.operations import BankMsp, Nonce
from counterfoil_contracts.core.message import DateText, Message, RecordId, Text, Time, Uscc

CREDIT_GRANT: Final = "counterfoil/credit-grant/1"
CREDIT_REVOCATION: Final = "counterfoil/credit-revocation/1"
CREDIT_DECLINE: Final = "counterfoil/credit-decline/1"
CREDIT_DISPUTE: Final = "counterfoil/credit-dispute/1"
CREDIT_READING: Final = "counterfoil/credit-reading/1"

GRANT_DAYS_MAX = 365

Group = Literal["BASIC", "TRADE", "REGULATORY"]
"""What a report may hold: who the enterprise is, what it trades, how the regulator sees it."""
Purpose = Literal["CREDIT_REVIEW", "POST_LOAN_MONITOR", "ACCOUNT_OPENING"]
Scope = Annotated[tuple[Group, ...], Meta(min_length=1, max_length=3)]
"""Groups, each once, in alphabetical order."""
OptionalDate = Annotated[str, Meta(pattern=r"\A(20[0-9]{2}-[01][0-9]-[0-3][0-9])?\Z")]
OptionalId = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]


class CreditGrant(Message, frozen=True):
    """Leave for one bank to ask for reports: what about, what for, of which days, until when, how often.

    `expiry` lies at most 365 days after `not_before`, both seconds since 1970 UTC. Facts are of the days
    `data_from` to `data_until`; empty means until the report. `ask` is the bank's request that it answers,
    empty for a grant of the enterprise's own accord.
    """

    type: Literal["counterfoil/credit-grant/1"]
    enterprise: Uscc
    audience: BankMsp
    scope: Scope
    purpose: Purpose
    data_from: DateText
    data_until: OptionalDate
    maximum: Annotated[int, Meta(ge=1, le=1000)]
    ask: OptionalId
    nonce: Nonce
    not_before: Time
    expiry: Time


class CreditRevocation(Message, frozen=True):
    """Ends the leave of a bank and nonce: no report is asked for or delivered after it; what was delivered
    stays."""

    type: Literal["counterfoil/credit-revocation/1"]
    enterprise: Uscc
    audience: BankMsp
    nonce: Nonce
    not_before: Time
    expiry: Time


class CreditDecline(Message, frozen=True):
    """Says no to a bank's request for leave."""

    type: Literal["counterfoil/credit-decline/1"]
    enterprise: Uscc
    audience: BankMsp
    ask: RecordId
    not_before: Time
    expiry: Time


class CreditDispute(Message, frozen=True):
    """Says that a delivered report is wrong, and how."""

    type: Literal["counterfoil/credit-dispute/1"]
    enterprise: Uscc
    audience: BankMsp
    enquiry: RecordId
    statement: Text
    not_before: Time
    expiry: Time


class CreditReading(Message, frozen=True):
    """Asks for the enterprise's own log: its grants and who looked. It lives five minutes."""

    type: Literal["counterfoil/credit-reading/1"]
    enterprise: Uscc
    nonce: Nonce
    not_before: Time
    expiry: Time
