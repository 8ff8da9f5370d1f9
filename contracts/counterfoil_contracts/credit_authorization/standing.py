"""Whether a grant stands, and what counts against it. Pure, on records that were read."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode

from .ledger import CreditLedger
from .records import (
    ANSWER,
    REVOCATION,
    STANDING,
    Answer,
    GrantRecord,
    PendingEnquiry,
    SignedNotice,
    Standing,
)

GRANTED = "GRANTED"
STEPS: Mapping[str, Sequence[tuple[str | None, str]]] = {
    "grant": ((None, "GRANTED"),),
    "suspend": (("GRANTED", "SUSPENDED"),),
    "resume": (("SUSPENDED", "GRANTED"),),
    "revoke": ((None, "REVOKED"), ("GRANTED", "REVOKED"), ("SUSPENDED", "REVOKED"), ("EXHAUSTED", "REVOKED")),
    "enquire": (("GRANTED", "GRANTED"), ("GRANTED", "EXHAUSTED")),
    "refuse": (("EXHAUSTED", "GRANTED"),),
    "expiry": (("GRANTED", "EXPIRED"), ("SUSPENDED", "EXPIRED"), ("EXHAUSTED", "EXPIRED")),
}
"""The states of a grant, as `obstacle` tells them; `expiry` is no step of anybody's."""
ENDED = ("REVOKED", "EXPIRED")


def is_suspended(standing: Standing | None) -> bool:
    """Whether the regulator has suspended a grant and not resumed it."""
    return standing is not None and standing.suspended[-1]


def ended(ledger: CreditLedger, nonce: str) -> str:
    """`GRANT_REVOKED` or `GRANT_SUSPENDED`, empty where a grant was neither revoked nor is suspended."""
    revoked = ledger.find(REVOCATION, nonce, SignedNotice)
    suspended = ledger.find(STANDING, nonce, Standing)
    if revoked is not None:
        return RefusalCode.GRANT_REVOKED
    return RefusalCode.GRANT_SUSPENDED if is_suspended(suspended) else ""


def counted(
    grant: GrantRecord, now: int, answer_of: Callable[[str], Answer | None]
) -> tuple[int, tuple[PendingEnquiry, ...]]:
    """How many enquiries were delivered, and which ones still count, at `now`.

    What was refused, and what nobody answered in time, is given back.
    """
    delivered, pending = grant.delivered, []
    for each in grant.pending:
        answer = answer_of(each.enquiry)
        if answer is None and now < each.expires:
            pending.append(each)
        elif answer is not None and answer.kind == "DELIVERED":
            delivered += 1
    return delivered, tuple(pending)


def recounted(ledger: CreditLedger, grant: GrantRecord) -> GrantRecord:
    """The grant with its enquiries counted as they are now."""

    def answer_of(enquiry: str) -> Answer | None:
        return ledger.find(ANSWER, enquiry, Answer)

    delivered, pending = counted(grant, ledger.desk.now, answer_of)
    return replace(grant, delivered=delivered, pending=pending)


def obstacle(grant: GrantRecord, ending: str, now: int, purpose: str, scope: Sequence[str]) -> str:
    """Why an enquiry is refused, empty where it is not; `grant` is counted, `ending` as `ended` says.

    In order: revoked, suspended, not yet or no longer valid, another purpose, more than its scope, used up.
    """
    reasons = (
        (ending, bool(ending)),
        (RefusalCode.GRANT_EXPIRED, not grant.not_before <= now < grant.expiry),
        (RefusalCode.PURPOSE_MISMATCH, purpose != grant.purpose),
        (RefusalCode.SCOPE_EXCEEDED, not set(scope) <= set(grant.scope)),
        (RefusalCode.GRANT_EXHAUSTED, grant.delivered + len(grant.pending) >= grant.maximum),
    )
    return next((str(code) for code, holds in reasons if holds), "")
