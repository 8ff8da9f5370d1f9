"""Terms, locks and approvals: a loan before anything is paid out."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.mark_states import State
from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    DeclarationNumber,
    LooseText,
    Message,
    RateId,
    RecordId,
    Text,
    Time,
)

from .common import MOST_DOCUMENTS, OptionalBank, OptionalId, Position


class PutTerms(Message, frozen=True):
    """A loan's terms, which the authority of the port never sees. `rate` is in 1/10,000 a year."""

    product: Text
    branch: Text
    currency: CurrencyCode
    amount: Amount
    rate: Annotated[int, Meta(ge=0, le=100_000)]
    maturity: DateText
    payer: LooseText = ""
    reference: LooseText = ""


class TermsPut(Message, frozen=True):
    """The id of the terms, for the lock."""

    terms: RecordId


class ReadTerms(Message, frozen=True):
    """Asks for terms by their id."""

    terms: RecordId


class TermsAnswer(Message, frozen=True):
    """Terms as they lie on the ledger."""

    terms: PutTerms
    put_at: Time


class PutSlip(Message, frozen=True):
    """References and reasons of an act, which the authority of the port never sees."""

    reference: LooseText = ""
    reason: LooseText = ""


class SlipPut(Message, frozen=True):
    """The id of the slip, for the act or the approval."""

    slip: RecordId


class Pledge(Message, frozen=True):
    """What part of a loan rests on a line, in three currencies: invoice's, declaration's, loan's.

    `invoice` is the position in the view's invoices. A rate id names the rate from the document's
    currency to the loan's in the public table; it is empty where both are the same.
    """

    invoice: Position
    declaration: DeclarationNumber
    invoice_amount: Amount
    declaration_amount: Amount
    loan_amount: Amount
    invoice_rate: RateId = ""
    declaration_rate: RateId = ""


class Lock(Message, frozen=True):
    """Holds documents of a view for a loan of `amount` minor units of `currency`, all pledges or none.

    `review` refers to the enhanced review that class B needs. `accept_near_duplicates` leaves the
    judgement of a near-duplicate to the approver, who must give a reason.
    """

    view: RecordId
    terms: RecordId
    currency: CurrencyCode
    amount: Amount
    pledges: Annotated[tuple[Pledge, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]
    review: LooseText = ""
    accept_near_duplicates: bool = False


class Locked(Message, frozen=True):
    """The id of the mark, and until when it must be approved, in seconds since 1970 UTC."""

    mark: RecordId
    expires: Time


class Approve(Message, frozen=True):
    """A second person approves at most what is locked; the rest is freed.

    `amounts` states the loan amount of each pledge; empty, `amount` is spread by pledge. `slip` holds the
    reason that overrides a near-duplicate.
    """

    mark: RecordId
    amount: Amount
    amounts: Annotated[tuple[Balance, ...], Meta(max_length=MOST_DOCUMENTS)] = ()
    slip: OptionalId = ""


class MarkMoved(Message, frozen=True):
    """A mark after a step: its state, and what of the loan is approved, drawn and repaid, in minor units."""

    mark: RecordId
    state: State
    approved: Balance
    drawn: Balance
    repaid: Balance


class Expire(Message, frozen=True):
    """Frees a mark that nobody approved in time. The regulator names the bank (its MSP ID), a bank none."""

    mark: RecordId
    bank: OptionalBank = ""
