"""What leave to look is worth, by the rules alone: a list of what happened, and sums over it. Imports nothing
of the contracts."""

from dataclasses import dataclass, field

ENQUIRY_SECONDS = 5 * 86_400
RETENTION_SECONDS = 730 * 86_400


@dataclass(frozen=True, slots=True)
class Leave:
    """What the enterprise signed."""

    bank: str
    enterprise: str
    scope: frozenset[str]
    purpose: str
    first: int
    last: int
    most: int


@dataclass(slots=True)
class Attempt:
    """One enquiry and what became of it."""

    leave: str
    at: int
    refused: str
    answered: str = ""
    digests: list[str] = field(default_factory=list)
    delivered_at: int = 0
    dispute: str = ""
    held: bool = False
    purged: bool = False


@dataclass(slots=True)
class CreditReference:
    """Everything that happened, in order of commit."""

    leaves: dict[str, Leave] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)

    def refusal(self, name: str, at: int, purpose: str, scope: frozenset[str]) -> str:
        """The first reason against an enquiry, empty if there is none."""
        leave = self.leaves[name]
        if name in self.revoked:
            return "GRANT_REVOKED"
        if name in self.suspended:
            return "GRANT_SUSPENDED"
        if at < leave.first or at >= leave.last:
            return "GRANT_EXPIRED"
        if purpose != leave.purpose:
            return "PURPOSE_MISMATCH"
        if scope - leave.scope:
            return "SCOPE_EXCEEDED"
        return "GRANT_EXHAUSTED" if self.counted(name, at) >= leave.most else ""

    def counted(self, name: str, at: int) -> int:
        """How many of a leave are taken: delivered, or still waiting."""
        own = [each for each in self.attempts.values() if each.leave == name]
        return sum(each.answered == "DELIVERED" or self.waits(each, at) for each in own)

    def waits(self, attempt: Attempt, at: int) -> bool:
        """Whether an enquiry may still be answered."""
        return not attempt.refused and not attempt.answered and at < attempt.at + ENQUIRY_SECONDS

    def may_deliver(self, attempt: Attempt, at: int) -> bool:
        """Whether its first report may be delivered."""
        ended = attempt.leave in self.revoked | self.suspended
        return self.waits(attempt, at) and not ended

    def state(self, attempt: Attempt, at: int) -> str:
        """As the enterprise sees it."""
        if attempt.answered:
            return attempt.answered
        if attempt.refused:
            return "REFUSED"
        return "PENDING" if self.waits(attempt, at) else "TIMED_OUT"
