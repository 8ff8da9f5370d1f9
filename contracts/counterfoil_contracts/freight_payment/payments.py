"""Payments: what each uses of its tax invoices, from the mark to the last refund. Pure steps.

`STEPS` is the state machine. A use lives in the invoice's currency, fixed at the mark, never converted again;
what comes back of a payment frees its share of the use, rounded down, and the last of it the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import (
    Balance,
    CurrencyCode,
    Message,
    RateId,
    RecordId,
    StaffId,
    Time,
    Uscc,
)
from counterfoil_contracts.core.money import share_floor
from counterfoil_contracts.core.pledges import Hold, spread
from counterfoil_contracts.core.pools import Movement
from counterfoil_contracts.core.refusals import refusal

from .payment_messages import PaymentState
from .tax_messages import InvoiceTuple
from .transport_messages import AskedTransport, PortCheck

STEPS: Mapping[str, tuple[tuple[PaymentState | None, PaymentState], ...]] = {
    "mark": ((None, "MARKED"),),
    "paid": (("MARKED", "PAID"),),
    "cancel": (("MARKED", "CANCELLED"),),
    "refund": (
        ("PAID", "PARTLY_REFUNDED"),
        ("PAID", "REFUNDED"),
        ("PARTLY_REFUNDED", "PARTLY_REFUNDED"),
        ("PARTLY_REFUNDED", "REFUNDED"),
    ),
    "reverse paid": (("PAID", "MARKED"),),
    "reverse refund": (
        ("PARTLY_REFUNDED", "PAID"),
        ("PARTLY_REFUNDED", "PARTLY_REFUNDED"),
        ("REFUNDED", "PAID"),
        ("REFUNDED", "PARTLY_REFUNDED"),
    ),
    "admit": ((None, "PAID"),),
}
"""The state before and after each step; a mark and a legacy payment have none before."""
ENDED = ("REFUNDED", "CANCELLED")


class Use(Message, frozen=True):
    """What a payment uses of one invoice.

    `hold` is in the invoice's currency: locked while the payment is marked, outstanding once it is paid.
    `amount` and `refunded` are in the payment's. `excess` is what `amount` was worth beyond the use, of which
    `returned` is back.
    """

    invoice: InvoiceTuple
    hold: Hold
    amount: Balance
    rate: RateId = ""
    refunded: Balance = 0
    excess: Balance = 0
    returned: Balance = 0


class Entry(Message, frozen=True):
    """What a step moved on one use; kept with the act, so that its reversal moves back exactly that."""

    drawn: int = 0
    released: int = 0
    refunded: int = 0
    returned: int = 0


class Payment(Message, frozen=True):
    """A payment and what it uses. `usd` is what it was worth in US cents, `day` its business day.

    `slip_hash` is SHA-256, in hex, of the slip as it lies in the bank's own collection.
    """

    id: RecordId
    bank: str
    state: PaymentState
    payer: Uscc
    payee: Uscc
    currency: CurrencyCode
    amount: Balance
    usd: Balance
    usd_rate: RateId
    day: str
    slip: str
    slip_hash: str
    uses: tuple[Use, ...]
    marked_by: StaffId
    marked_at: Time
    changed_at: Time
    transports: tuple[AskedTransport, ...] = ()
    port_checks: tuple[PortCheck, ...] = ()
    refunded: Balance = 0
    paid_by: str = ""
    acts: tuple[RecordId, ...] = ()
    origin: Literal["", "LEGACY"] = ""

    @property
    def is_live(self) -> bool:
        """Whether it may still move something."""
        return self.state not in ENDED

    @property
    def is_documented(self) -> bool:
        """Whether an invoice, or a transport document that the port knows, stands behind it."""
        return bool(self.uses) or any(each.bill == "MATCH" for each in self.port_checks)


def paid(payment: Payment, staff: str) -> Payment:
    """The money has gone.

    Raises:
        Refusal: `BAD_STATE`.
    """
    require_step(payment, "paid")
    uses = tuple(replace(each, hold=replace(each.hold, drawn=each.hold.amount)) for each in payment.uses)
    return _after(payment, "paid", replace(payment, state="PAID", uses=uses, paid_by=staff))


def cancelled(payment: Payment) -> Payment:
    """The payment does not take place, and uses nothing.

    Raises:
        Refusal: `BAD_STATE`, it was paid.
    """
    require_step(payment, "cancel")
    uses = tuple(
        replace(each, hold=replace(each.hold, amount=0), returned=each.excess) for each in payment.uses
    )
    return _after(payment, "cancel", replace(payment, state="CANCELLED", uses=uses))


def refunded(payment: Payment, amount: int, stated: Sequence[int]) -> Payment:
    """So much of the payment came back.

    Raises:
        Refusal: `BAD_STATE`; `BAD_INPUT`, `OVER_AMOUNT`, as `pledges.spread`.
    """
    require_step(payment, "refund")
    if payment.refunded + amount > payment.amount:
        raise refusal(RefusalCode.OVER_AMOUNT, "more than the payment has left")
    uses = payment.uses
    if uses:
        parts = spread(amount, [each.amount - each.refunded for each in uses], stated)
        uses = tuple(_given_back(each, part) for each, part in zip(uses, parts, strict=True))
    after = replace(payment, uses=uses, refunded=payment.refunded + amount)
    state: PaymentState = "REFUNDED" if after.refunded == payment.amount else "PARTLY_REFUNDED"
    return _after(payment, "refund", replace(after, state=state))


def reversed_paid(payment: Payment, moved: Sequence[Entry]) -> Payment:
    """The money has not gone after all: the payment is marked again.

    Raises:
        Refusal: `BAD_STATE`, something came back of it: reverse that first.
    """
    require_step(payment, "reverse paid")
    uses = tuple(_moved_back(each, entry) for each, entry in zip(payment.uses, moved, strict=True))
    return _after(payment, "reverse paid", replace(payment, state="MARKED", uses=uses, paid_by=""))


def reversed_refund(payment: Payment, amount: int, moved: Sequence[Entry]) -> Payment:
    """A refund of `amount` that did not happen.

    Raises:
        Refusal: `BAD_STATE`.
    """
    require_step(payment, "reverse refund")
    uses = tuple(_moved_back(each, entry) for each, entry in zip(payment.uses, moved, strict=True))
    left = payment.refunded - amount
    state: PaymentState = "PARTLY_REFUNDED" if left else "PAID"
    return _after(payment, "reverse refund", replace(payment, state=state, uses=uses, refunded=left))


def entries(before: Payment, after: Payment) -> tuple[Entry, ...]:
    """What a step moved, one entry a use."""
    return tuple(
        Entry(
            drawn=new.hold.drawn - old.hold.drawn,
            released=new.hold.released - old.hold.released,
            refunded=new.refunded - old.refunded,
            returned=new.returned - old.returned,
        )
        for old, new in zip(before.uses, after.uses, strict=True)
    )


def movements(before: Sequence[Use], after: Sequence[Use]) -> tuple[Movement, ...]:
    """What a step moved on the invoices, one movement a use."""
    return tuple(
        Movement(
            new.hold.document,
            new.hold.document,
            new.hold.locked - old.hold.locked,
            new.hold.outstanding - old.hold.outstanding,
        )
        for old, new in zip(before, after, strict=True)
    )


def tolerance_taken(before: Sequence[Use], after: Sequence[Use]) -> Mapping[str, int]:
    """How much of the invoices' tolerance a step took, by document; negative where it gave back."""
    taken: dict[str, int] = {}
    for old, new in zip(before, after, strict=True):
        document = new.hold.document
        taken[document] = taken.get(document, 0) + old.returned - new.returned
    return taken


def unmarked(uses: Sequence[Use]) -> tuple[Use, ...]:
    """The uses before they are marked: what a mark's movements are counted from."""
    return tuple(replace(each, hold=Hold(each.hold.document, 0), returned=each.excess) for each in uses)


def require_step(payment: Payment, step: str) -> None:
    """Refuse a step that the payment's state does not allow.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if all(payment.state != before for before, _ in STEPS[step]):
        raise refusal(RefusalCode.BAD_STATE, f"the payment is {payment.state}")


def _given_back(use: Use, part: int) -> Use:
    back = use.refunded + part
    if back == use.amount:
        # Reversals may have left a unit: nothing may stay of what came back whole.
        return replace(
            use, refunded=back, returned=use.excess, hold=replace(use.hold, released=use.hold.amount)
        )
    released = max(use.hold.released, share_floor(use.hold.amount, back, use.amount))
    returned = max(use.returned, share_floor(use.excess, back, use.amount))
    return replace(use, refunded=back, returned=returned, hold=replace(use.hold, released=released))


def _moved_back(use: Use, entry: Entry) -> Use:
    hold = replace(use.hold, drawn=use.hold.drawn - entry.drawn, released=use.hold.released - entry.released)
    return replace(
        use, hold=hold, refunded=use.refunded - entry.refunded, returned=use.returned - entry.returned
    )


def _after(before: Payment, step: str, after: Payment) -> Payment:
    assert (before.state, after.state) in STEPS[step], "a step ends where it may"
    return after
