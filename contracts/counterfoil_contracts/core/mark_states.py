"""The state machine of a mark; `docs/contracts.md` is drawn from it."""

from collections.abc import Mapping
from typing import Literal

State = Literal[
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
ENDED = ("SETTLED", "CANCELLED", "EXPIRED", "TRANSFERRED")

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
        ("OVERDUE", "OVERDUE"),
        ("OVERDUE", "SETTLED"),
    ),
    "cancel": (
        ("LOCKED", "CANCELLED"),
        ("APPROVED", "CANCELLED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("PARTIALLY_REPAID", "SETTLED"),
        ("OVERDUE", "OVERDUE"),
        ("OVERDUE", "SETTLED"),
    ),
    "extend": (
        ("LOCKED", "LOCKED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("OVERDUE", "DISBURSED"),
        ("OVERDUE", "PARTIALLY_REPAID"),
    ),
    "correct": (
        ("LOCKED", "LOCKED"),
        ("APPROVED", "APPROVED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("OVERDUE", "OVERDUE"),
        ("WRITTEN_OFF", "WRITTEN_OFF"),
    ),
    "overdue": (("DISBURSED", "OVERDUE"), ("PARTIALLY_REPAID", "OVERDUE")),
    "write_off": (
        ("DISBURSED", "WRITTEN_OFF"),
        ("PARTIALLY_REPAID", "WRITTEN_OFF"),
        ("OVERDUE", "WRITTEN_OFF"),
    ),
    "recover": (("WRITTEN_OFF", "WRITTEN_OFF"), ("WRITTEN_OFF", "SETTLED")),
    "reverse": (
        ("DISBURSED", "APPROVED"),
        ("DISBURSED", "DISBURSED"),
        ("PARTIALLY_REPAID", "DISBURSED"),
        ("PARTIALLY_REPAID", "PARTIALLY_REPAID"),
        ("OVERDUE", "APPROVED"),
        ("OVERDUE", "DISBURSED"),
        ("OVERDUE", "PARTIALLY_REPAID"),
        ("OVERDUE", "OVERDUE"),
        ("WRITTEN_OFF", "DISBURSED"),
        ("WRITTEN_OFF", "PARTIALLY_REPAID"),
        ("WRITTEN_OFF", "OVERDUE"),
        ("WRITTEN_OFF", "WRITTEN_OFF"),
        ("SETTLED", "DISBURSED"),
        ("SETTLED", "PARTIALLY_REPAID"),
        ("SETTLED", "OVERDUE"),
        ("SETTLED", "WRITTEN_OFF"),
    ),
    "admit": ((None, "DISBURSED"), (None, "PARTIALLY_REPAID")),
    "transfer": (
        ("LOCKED", "TRANSFERRED"),
        ("APPROVED", "TRANSFERRED"),
        ("DISBURSED", "TRANSFERRED"),
        ("PARTIALLY_REPAID", "TRANSFERRED"),
        ("OVERDUE", "TRANSFERRED"),
        ("WRITTEN_OFF", "TRANSFERRED"),
    ),
}
"""The state before and after each step; a lock has none before."""
