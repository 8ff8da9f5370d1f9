"""What the rules of freight payments come to, as plain sums over a list of events.

Written from the rules; imports nothing of the project. One US dollar is `RATE` yuan. An event that was
reversed counts no more, from then on.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

RATE = Fraction(71_234, 10_000)
TOLERANCE = Fraction(2, 100)
UNDOCUMENTED = 5_000_000
Part = tuple[str, int, int]
"""An invoice, US cents of the payment, minor units of the invoice."""


@dataclass
class Refund:
    """What came back of a payment: cents by part, and what each gave back of its invoice and tolerance."""

    cents: list[int]
    gave: list[int]
    returned: list[int]
    amount: int
    reversed: bool = False


@dataclass
class Payment:
    """A payment of any state."""

    bank: str
    amount: int
    parts: list[Part]
    paid: bool = False
    cancelled: bool = False
    refunds: dict[str, Refund] = field(default_factory=dict)

    @property
    def standing(self) -> list[Refund]:
        return [each for each in self.refunds.values() if not each.reversed]

    @property
    def refunded(self) -> int:
        return sum(each.amount for each in self.standing)

    @property
    def state(self) -> str:
        if self.cancelled:
            return "CANCELLED"
        if not self.paid:
            return "MARKED"
        if not self.refunded:
            return "PAID"
        return "REFUNDED" if self.refunded == self.amount else "PARTLY_REFUNDED"

    def cents_left(self, at: int) -> int:
        return self.parts[at][1] - sum(each.cents[at] for each in self.standing)

    def used(self, at: int) -> int:
        """What a part still uses of its invoice."""
        gone = self.parts[at][2] if self.cancelled else sum(each.gave[at] for each in self.standing)
        return self.parts[at][2] - gone

    def excess(self, at: int) -> int:
        return max(0, worth(self.parts[at]) - self.parts[at][2])

    def tolerated(self, at: int) -> int:
        gone = self.excess(at) if self.cancelled else sum(each.returned[at] for each in self.standing)
        return self.excess(at) - gone


def worth(part: Part) -> int:
    """In the invoice's currency, rounded up; invoices named $ are in dollars."""
    return part[1] if part[0].startswith("$") else ceil(part[1] * RATE)


class Reference:
    """Invoices, what the tax authority took back of them, and payments."""

    def __init__(self, invoices: dict[str, int]) -> None:
        self.invoices = invoices
        self.reds: dict[str, list[int]] = {invoice: [] for invoice in invoices}
        self.void: set[str] = set()
        self.payments: dict[str, Payment] = {}
        self.is_mandated = False

    # An invoice.

    def left(self, invoice: str) -> int:
        return 0 if invoice in self.void else self.invoices[invoice] - sum(self.reds[invoice])

    def status(self, invoice: str) -> str:
        if invoice in self.void:
            return "VOID"
        if not self.reds[invoice]:
            return "NORMAL"
        return "PARTLY_REVERSED" if self.left(invoice) else "REVERSED"

    def holding(self, invoice: str) -> dict[str, int]:
        """What each payment uses of an invoice."""
        return {
            name: payment.used(at)
            for name, payment in self.payments.items()
            for at, part in enumerate(payment.parts)
            if part[0] == invoice
        }

    def used(self, invoice: str) -> int:
        return sum(self.holding(invoice).values())

    def tolerated(self, invoice: str) -> int:
        return sum(
            payment.tolerated(at)
            for payment in self.payments.values()
            for at, part in enumerate(payment.parts)
            if part[0] == invoice
        )

    def remaining(self, invoice: str) -> int:
        return max(0, self.left(invoice) - self.used(invoice))

    def is_over(self, invoice: str) -> bool:
        return self.used(invoice) > self.left(invoice)

    # What the contract should answer.

    def mark_answer(self, parts: list[Part], amount: int, *, agent: bool) -> str:
        if parts and agent and not self.is_mandated:
            return "PARTY_MISMATCH"
        if any(self.left(part[0]) == 0 for part in parts):
            return "REVERSED"
        if not parts and amount > UNDOCUMENTED:
            return "DOCUMENTS_REQUIRED"
        if any(not self._is_tolerable(part) for part in parts):
            return "OVER_TOLERANCE"
        if any(part[2] > self.remaining(part[0]) for part in parts):
            return "OVER_USE"
        return "OK"

    def _is_tolerable(self, part: Part) -> bool:
        invoice, _, use = part
        over = max(0, worth(part) - use)
        if over == 0:
            return True
        if invoice.startswith("$"):
            return False
        return self.tolerated(invoice) + over <= floor((self.used(invoice) + use) * TOLERANCE)

    # What happens to a payment.

    def refund(self, name: str, act: str, amount: int) -> None:
        payment = self.payments[name]
        cents = spread(amount, [payment.cents_left(at) for at in range(len(payment.parts))])
        gave, returned = [], []
        for at, (_, whole, use) in enumerate(payment.parts):
            back = whole - payment.cents_left(at) + cents[at]
            gave.append(_share(use, back, whole, sum(each.gave[at] for each in payment.standing)))
            earlier = sum(each.returned[at] for each in payment.standing)
            returned.append(_share(payment.excess(at), back, whole, earlier))
        payment.refunds[act] = Refund(cents, gave, returned, amount)


def _share(held: int, back: int, whole: int, earlier: int) -> int:
    """What comes back of `held` when `back` of `whole` has: its share, rounded down; all at the last."""
    due = held if back == whole else floor(Fraction(held * back, whole))
    return max(0, due - earlier)


def spread(amount: int, rooms: list[int]) -> list[int]:
    """In proportion, rounded down; the last takes the rest, as far as it has room, then the one before."""
    if not rooms:
        return []
    parts = [floor(Fraction(amount * room, sum(rooms))) for room in rooms]
    for at in reversed(range(len(parts))):
        parts[at] += min(amount - sum(parts), rooms[at] - parts[at])
    return parts
