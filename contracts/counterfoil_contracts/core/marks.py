"""Marks: one bank's hold on the documents of one financing, from lock to the last repayment. Pure steps.

`STEPS` is the state machine; `docs/contracts.md` is drawn from it. A step gives the mark as it is afterwards;
what it moves on the documents is the difference of the pledges.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from . import pledges
from .codes import RefusalCode
from .documents import Invoice
from .message import Balance, CurrencyCode, DeclarationNumber, Message, RecordId, StaffId, Time, Uscc
from .pledges import Pledge
from .refusals import refusal

State = Literal["LOCKED", "APPROVED", "DISBURSED", "PARTIALLY_REPAID", "SETTLED", "CANCELLED", "EXPIRED"]
ENDED = ("SETTLED", "CANCELLED", "EXPIRED")


STEPS: Mapping[str, tuple[tuple[State | None, State], ...]] = {
    "lock": ((None, "LOCKED"),),
    "approve": (("LOCKED", "APPROVED"),),
    "expire": (("LOCKED", "EXPIRED"),),
    "disburse": (
        ("APPROVED", "DISBURSED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
    ),
    "repay": (
        ("DISBURSED", "PARTIALLY_REPAID"),
        ("DISBURSED", "SETTLED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("PARTIALLY_REPAID", "SETTLED"),
    ),
    "cancel": (
        ("LOCKED", "CANCELLED"),
        ("APPROVED", "CANCELLED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("PARTIALLY_REPAID", "SETTLED"),
    ),
}
"""The state before and after each step; a lock has none before."""


class Mark(Message, frozen=True):
    """One financing's hold. `amount` is what was locked of the loan, in minor units of `currency`.

    `terms_hash` is SHA-256, in hex, of the terms as they lie in the bank's own collection. `declarations`
    are the numbers by pledge, `invoices` the documents in the order of the lock.
    """

    id: RecordId
    bank: str
    state: State
    enterprise: Uscc
    terms: RecordId
    terms_hash: str
    currency: CurrencyCode
    amount: Balance
    invoices: tuple[Invoice, ...]
    declarations: tuple[DeclarationNumber, ...]
    pledges: tuple[Pledge, ...]
    locked_by: StaffId
    locked_at: Time
    expires: Time
    changed_at: Time
    review: str = ""
    near_duplicate: bool = False
    approved_by: str = ""
    slip: str = ""
    slip_hash: str = ""
    acts: tuple[RecordId, ...] = ()

    @property
    def approved(self) -> int:
        """What of the loan may be drawn in all."""
        return 0 if self.state in {"LOCKED", "EXPIRED"} else sum(pledge.loan for pledge in self.pledges)

    @property
    def drawn(self) -> int:
        """What of the loan was paid out."""
        return sum(pledge.drawn for pledge in self.pledges)

    @property
    def repaid(self) -> int:
        """What of the loan came back."""
        return sum(pledge.repaid for pledge in self.pledges)

    @property
    def is_live(self) -> bool:
        """Whether the financing has not ended; its invoices belong to no other one until then."""
        return self.state not in ENDED


def approve(mark: Mark, amount: int, stated: Sequence[int]) -> Mark:
    """Approve at most what is locked, and free the rest.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    require_step(mark, "approve")
    parts = pledges.spread(amount, [each.loan for each in mark.pledges], stated)
    return _after(
        mark, "approve", replace(mark, state="APPROVED", pledges=_each(pledges.approved, mark, parts))
    )


def disburse(mark: Mark, amount: int, stated: Sequence[int]) -> Mark:
    """Pay out at most what is approved and not drawn.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    require_step(mark, "disburse")
    parts = pledges.spread(amount, [each.undrawn for each in mark.pledges], stated)
    state: State = "PARTIALLY_REPAID" if mark.repaid else "DISBURSED"
    return _after(mark, "disburse", replace(mark, state=state, pledges=_each(pledges.drawn, mark, parts)))


def repay(mark: Mark, principal: int, stated: Sequence[int]) -> Mark:
    """Take back at most what is out; the mark is settled when nothing is out and nothing can be drawn.

    Raises:
        Refusal: `BAD_STATE`, `BAD_INPUT`, `OVER_AMOUNT`.
    """
    require_step(mark, "repay")
    parts = pledges.spread(principal, [each.principal for each in mark.pledges], stated)
    repaid = replace(mark, state="PARTIALLY_REPAID", pledges=_each(pledges.repaid, mark, parts))
    return _after(mark, "repay", _settled(repaid))


def cancel(mark: Mark) -> Mark:
    """Free what is not drawn; a mark of which nothing is drawn ends.

    Raises:
        Refusal: `BAD_STATE`, it has ended, or all is drawn.
    """
    require_step(mark, "cancel")
    if not sum(each.undrawn for each in mark.pledges):
        raise refusal(RefusalCode.BAD_STATE, "nothing is left that is not drawn")
    after = replace(mark, pledges=tuple(pledges.freed(each) for each in mark.pledges))
    return _after(mark, "cancel", _settled(after) if mark.drawn else replace(after, state="CANCELLED"))


def expire(mark: Mark, now: int) -> Mark:
    """Free a mark that was not approved in time.

    Raises:
        Refusal: `BAD_STATE`, it is no longer locked, or the time is not over.
    """
    require_step(mark, "expire")
    if now < mark.expires:
        raise refusal(RefusalCode.BAD_STATE, "the time to approve is not over")
    freed = tuple(pledges.freed(each) for each in mark.pledges)
    return _after(mark, "expire", replace(mark, state="EXPIRED", pledges=freed))


def require_step(mark: Mark, step: str) -> None:
    """Refuse a step that the mark's state does not allow.

    Raises:
        Refusal: `BAD_STATE`.
    """
    if all(mark.state != before for before, _ in STEPS[step]):
        raise refusal(RefusalCode.BAD_STATE, f"the financing is {mark.state}")


def _after(before: Mark, step: str, after: Mark) -> Mark:
    assert (before.state, after.state) in STEPS[step], "a step ends where it may"
    return after


def _each(step: pledges.Step, mark: Mark, parts: Sequence[int]) -> tuple[Pledge, ...]:
    return tuple(step(pledge, part) for pledge, part in zip(mark.pledges, parts, strict=True))


def _settled(mark: Mark) -> Mark:
    done = mark.drawn > 0 and all(not each.principal and not each.undrawn for each in mark.pledges)
    return replace(mark, state="SETTLED") if done else mark
