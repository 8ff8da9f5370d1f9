"""Requests and answers of a payment's life: look, mark, paid, and the acts of two people."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    LooseText,
    Message,
    RateId,
    RecordId,
    Time,
    Uscc,
)

from .tax_messages import MOST_INVOICES, InvoiceTuple, VerifiedInvoice
from .transport_messages import MOST_TRANSPORTS, AskedTransport, PortCheck

MOST_USES = 100
Position = Annotated[int, Meta(ge=0, lt=MOST_INVOICES)]
OptionalId = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]
"""A record id, or empty."""
BopCode = Annotated[str, Meta(pattern=r"\A([0-9]{6})?\Z")]
"""Reason code of a cross-border payment, six digits, or empty."""
PaymentState = Literal["MARKED", "PAID", "PARTLY_REFUNDED", "REFUNDED", "CANCELLED"]


class Verify(Message, frozen=True):
    """A bank asks for up to 500 tax invoices, and up to 100 transport documents, that a customer showed."""

    invoices: Annotated[tuple[InvoiceTuple, ...], Meta(max_length=MOST_INVOICES)] = ()
    transports: Annotated[tuple[AskedTransport, ...], Meta(max_length=MOST_TRANSPORTS)] = ()


class Asked(Message, frozen=True):
    """The id of the look, and until when it can be acted on, in seconds since 1970 UTC."""

    verification: RecordId
    expires: Time


class ReadVerification(Message, frozen=True):
    """Asks what a committed look comes to now."""

    verification: RecordId


class Verified(Message, frozen=True):
    """One answer for each document, in the order asked."""

    verification: RecordId
    expires: Time
    invoices: tuple[VerifiedInvoice, ...]
    transports: tuple[PortCheck, ...]


class PutSlip(Message, frozen=True):
    """References and reasons of a payment or an act, which the authority of the port never sees."""

    branch: LooseText = ""
    reference: LooseText = ""
    bop_code: BopCode = ""
    reason: LooseText = ""


class SlipPut(Message, frozen=True):
    """The id of the slip, for the payment or the act."""

    slip: RecordId


class ReadSlip(Message, frozen=True):
    """Asks for a slip by its id."""

    slip: RecordId


class SlipAnswer(Message, frozen=True):
    """A slip as it lies on the ledger."""

    slip: PutSlip
    put_at: Time


class StatedUse(Message, frozen=True):
    """How much of a payment is for which invoice of the look (`invoice` is its position there).

    `amount` is in minor units of the payment's currency, `use` in the invoice's. A rate id names the rate
    from the payment's currency to the invoice's in the public table; it is empty where both are the same.
    """

    invoice: Position
    amount: Amount
    use: Amount
    rate: RateId = ""


class Mark(Message, frozen=True):
    """Marks invoices of a look as used by a payment of `amount` minor units of `currency`, all or none.

    `transports` are positions of the look's transport documents that belong to it. `usd_rate` names the
    rate from the payment's currency to USD, empty where that is USD. Without a look there is no document:
    that is for small payments.
    """

    payer: Uscc
    payee: Uscc
    currency: CurrencyCode
    amount: Amount
    slip: RecordId
    verification: OptionalId = ""
    uses: Annotated[tuple[StatedUse, ...], Meta(max_length=MOST_USES)] = ()
    transports: Annotated[tuple[Position, ...], Meta(max_length=MOST_TRANSPORTS)] = ()
    usd_rate: RateId = ""


class PaymentMoved(Message, frozen=True):
    """A payment after a step: its state, and what came back of it, in minor units of its currency."""

    payment: RecordId
    state: PaymentState
    amount: Balance
    refunded: Balance


class Paid(Message, frozen=True, tag="PAID"):
    """Second person: the money has gone."""

    payment: RecordId
    value_date: DateText


class Cancel(Message, frozen=True, tag="CANCEL"):
    """The payment does not take place; it frees all that it marked. Only before it is paid."""

    payment: RecordId


class Refund(Message, frozen=True, tag="REFUND"):
    """`amount` minor units of the payment came back; its invoices have that much more left, in proportion.

    `amounts` states how it falls on the uses; empty, it is spread over what they have not got back.
    """

    payment: RecordId
    amount: Amount
    value_date: DateText
    amounts: Annotated[tuple[Balance, ...], Meta(max_length=MOST_USES)] = ()


class Reverse(Message, frozen=True, tag="REVERSE"):
    """A counter-entry to an act of this bank that was a mistake: paid or refund. Each is reversed once.

    It moves back exactly what the act moved, even where the room is gone meanwhile: then it is flagged.
    """

    act: RecordId


class LegacyUse(Message, frozen=True, tag="LEGACY_USE"):
    """A payment that was made before this ledger's first day. It counts once the regulator admits it."""

    payer: Uscc
    payee: Uscc
    currency: CurrencyCode
    amount: Amount
    verification: RecordId
    uses: Annotated[tuple[StatedUse, ...], Meta(min_length=1, max_length=MOST_USES)]
    paid_on: DateText
    usd_rate: RateId = ""


Act = Cancel | Refund | Reverse | LegacyUse
"""Acts that one person prepares and another confirms. `Paid` is itself a second person's."""


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


class Confirmed(Message, frozen=True):
    """The payment after the act; none where the act waits for the regulator."""

    payment: PaymentMoved | None = None


class Admit(Message, frozen=True):
    """The regulator lets a payment of before the ledger's first day count; `bank` is an MSP ID."""

    bank: Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]
    act: RecordId
