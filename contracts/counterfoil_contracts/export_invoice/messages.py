"""Requests and answers of the contract `export_invoice`, in the order of a financing's life."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    DeclarationNumber,
    Fingerprint,
    LooseText,
    Message,
    RateId,
    RecordId,
    Text,
    Time,
    TradeMode,
    Uscc,
)

MOST_DOCUMENTS = 100
Position = Annotated[int, Meta(ge=0, lt=MOST_DOCUMENTS)]
Consent = Annotated[str, Meta(min_length=1, max_length=200_000)]
"""A compact JWS (`consent.operations.sign`)."""
OptionalId = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]
"""A record id, or empty."""
DeclarationStatus = Literal["ACCEPTED", "CLEARED", "CANCELLED"]
MarkState = Literal[
    "LOCKED",
    "APPROVED",
    "DISBURSED",
    "PARTIALLY_REPAID",
    "OVERDUE",
    "WRITTEN_OFF",
    "SETTLED",
    "CANCELLED",
    "EXPIRED",
    "TRANSFERRED",
]
Source = Literal["OWN_FUNDS", "REFINANCED", "GUARANTOR", "EXPORT_PROCEEDS", "INSURANCE_CLAIM"]
"""Where a repayment comes from. The last two mean that the receivable was paid: they free no room."""


class StatedLine(Message, frozen=True):
    """A line as customs states it in a declaration, with the invoice's facts."""

    invoice: Invoice
    invoice_amount: Amount
    declaration_amount: Amount


class Declaration(Message, frozen=True):
    """An export declaration as customs knows it. `total` is in minor units of `currency`."""

    number: DeclarationNumber
    declared_on: DateText
    status: DeclarationStatus
    consignor: Uscc
    consignee: Text
    trade_mode: TradeMode
    currency: CurrencyCode
    total: Amount
    lines: Annotated[tuple[StatedLine, ...], Meta(max_length=MOST_DOCUMENTS)] = ()


class PutDeclarations(Message, frozen=True):
    """Declarations that are new to the ledger, at most 100, all or none."""

    declarations: Annotated[tuple[Declaration, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]


class DeclarationsPut(Message, frozen=True):
    """How many declarations were recorded."""

    declarations: int


class AmendDeclaration(Message, frozen=True):
    """Another total or status of a declaration whose version the caller has read; its lines stay."""

    number: DeclarationNumber
    version: Annotated[int, Meta(ge=1)]
    total: Amount
    status: Literal["ACCEPTED", "CLEARED"] = "CLEARED"


class CancelDeclaration(Message, frozen=True):
    """Customs takes a declaration back; it carries nothing more."""

    number: DeclarationNumber
    version: Annotated[int, Meta(ge=1)]


class DeclarationAmended(Message, frozen=True):
    """The version that the declaration has now."""

    version: int


class ReadDeclaration(Message, frozen=True):
    """Asks for a declaration by its number."""

    number: DeclarationNumber


class DeclarationVersions(Message, frozen=True):
    """What customs has stated about one declaration, the newest version last; `times` are seconds since
    1970 UTC."""

    versions: tuple[Declaration, ...]
    times: tuple[Time, ...]


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
    state: MarkState
    approved: Balance
    drawn: Balance
    repaid: Balance


class Disburse(Message, frozen=True, tag="DISBURSE"):
    """Pays out `amount` minor units of the loan's currency. Amounts of pledges as in `Approve`."""

    mark: RecordId
    amount: Amount
    value_date: DateText
    amounts: Annotated[tuple[Balance, ...], Meta(max_length=MOST_DOCUMENTS)] = ()


class Repay(Message, frozen=True, tag="REPAY"):
    """Takes `principal` minor units of the loan's currency back.

    From `EXPORT_PROCEEDS` and `INSURANCE_CLAIM`, `received` says what came in for which invoice (its
    position in the mark), in minor units of the invoice's currency; from other sources it is 0.
    """

    mark: RecordId
    source: Source
    principal: Amount
    value_date: DateText
    received: Balance = 0
    invoice: Position = 0
    amounts: Annotated[tuple[Balance, ...], Meta(max_length=MOST_DOCUMENTS)] = ()


class Receipt(Message, frozen=True, tag="RECEIPT"):
    """The buyer's payment of an invoice arrived at this bank, with a loan of its own or without.

    `received` is in minor units of the invoice's currency.
    """

    invoice: Invoice
    received: Amount
    value_date: DateText


class Cancel(Message, frozen=True, tag="CANCEL"):
    """Frees what of a mark is not drawn."""

    mark: RecordId


class Extend(Message, frozen=True, tag="EXTEND"):
    """More time. A lock is given more business days; a drawn loan other terms, with a later maturity.

    `terms` is empty for a lock.
    """

    mark: RecordId
    terms: OptionalId = ""


class Correct(Message, frozen=True, tag="CORRECT"):
    """Binds a financing to corrected terms; the earlier ones stay on record."""

    mark: RecordId
    terms: RecordId


class Overdue(Message, frozen=True, tag="OVERDUE"):
    """The loan was not repaid at its maturity. It goes on holding all it holds."""

    mark: RecordId


class WriteOff(Message, frozen=True, tag="WRITE_OFF"):
    """The bank no longer counts on the money. The loan goes on holding all it holds."""

    mark: RecordId
    value_date: DateText


class Recover(Message, frozen=True, tag="RECOVER"):
    """Takes back a part of a loan that was written off; fields as in `Repay`."""

    mark: RecordId
    source: Source
    principal: Amount
    value_date: DateText
    received: Balance = 0
    invoice: Position = 0
    amounts: Annotated[tuple[Balance, ...], Meta(max_length=MOST_DOCUMENTS)] = ()


class Reverse(Message, frozen=True, tag="REVERSE"):
    """A counter-entry to an earlier act of this bank, which was a mistake; each act is reversed once.

    It moves back exactly what the act moved, even where the room is gone meanwhile: then it is flagged.
    """

    act: RecordId


class CreditNote(Message, frozen=True, tag="CREDIT_NOTE"):
    """The seller credits `amount`, in minor units of its currency, on an invoice of this financing.

    `invoice` is its position in the mark.
    """

    mark: RecordId
    invoice: Position
    amount: Amount
    value_date: DateText


class ReplaceInvoice(Message, frozen=True, tag="REPLACE_INVOICE"):
    """The seller issued an invoice of this financing anew: same seller and currency, other fields.

    `invoice` is the predecessor's position in the mark. Both are one document from then on.
    """

    mark: RecordId
    invoice: Position
    replacement: Invoice


class Register(Message, frozen=True, tag="REGISTER"):
    """A loan that exists already: paid out while the network was down (`LATE`), or before its first day.

    Documents, terms and pledges as in `Lock`; `amount` was paid out on `disbursed_on` and `repaid` of it came
    back, both in minor units of the loan's currency. It counts once the regulator admits it.
    """

    origin: Literal["LATE", "LEGACY"]
    view: RecordId
    terms: RecordId
    currency: CurrencyCode
    amount: Amount
    pledges: Annotated[tuple[Pledge, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]
    disbursed_on: DateText
    repaid: Balance = 0


Act = (
    Disburse
    | Repay
    | Receipt
    | Cancel
    | Extend
    | Correct
    | Overdue
    | WriteOff
    | Recover
    | Reverse
    | CreditNote
    | ReplaceInvoice
    | Register
)


class Prepare(Message, frozen=True):
    """First person: an act that waits for a second one. `slip` holds references and reasons."""

    act: Act
    slip: OptionalId = ""


class Prepared(Message, frozen=True):
    """The id of the act, and until when it must be confirmed, in seconds since 1970 UTC."""

    act: RecordId
    expires: Time


class ConfirmAct(Message, frozen=True):
    """Second person: the act that takes effect."""

    act: RecordId


class ReadAct(Message, frozen=True):
    """Asks for an act by its id."""

    act: RecordId


class Confirmed(Message, frozen=True):
    """The mark after the act; none where the act was a receipt without a loan."""

    mark: MarkMoved | None = None


class Expire(Message, frozen=True):
    """Frees a mark that nobody approved in time."""

    mark: RecordId


class Withdraw(Message, frozen=True):
    """Carries an enterprise's signed withdrawal of a consent."""

    withdrawal: Consent


class Withdrawn(Message, frozen=True):
    """When the withdrawal counted, in seconds since 1970 UTC."""

    at: Time
