"""Acts of two people on an approved loan, a receipt, or a loan that exists already."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    Message,
    RecordId,
    Time,
)

from .common import MOST_DOCUMENTS, OptionalId, Position
from .loans import MarkMoved, Pledge

Source = Literal["OWN_FUNDS", "REFINANCED", "GUARANTOR", "EXPORT_PROCEEDS", "INSURANCE_CLAIM"]
"""Where a repayment comes from. The last two mean that the receivable was paid: they free no room."""


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
