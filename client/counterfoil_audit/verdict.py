"""What an audit can say: verdicts in the order in which the proofs build on each other, and findings."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Why an export fails. A later proof is only worth something where the earlier ones hold."""

    EXPORT = "EXPORT"
    """The export itself is incomplete or unreadable: a file is missing or is not what its name says."""
    TRUST = "TRUST"
    """The ledger's own member roots are not those that the auditor was given."""
    HEADER = "HEADER"
    """A block's number or previous hash does not continue the chain."""
    DATA_HASH = "DATA_HASH"
    """A block's transactions are not those that its header states."""
    ORDERER_SIGNATURE = "ORDERER_SIGNATURE"
    """No orderer of the channel signed this header."""
    ENDORSEMENT = "ENDORSEMENT"
    """A transaction stands as VALID whose endorsements, signature or policy do not hold."""
    VALIDATION_FLAG = "VALIDATION_FLAG"
    """A transaction's validation code is not what replaying the ledger gives, or peers differ."""
    PRIVATE_VALUE = "PRIVATE_VALUE"
    """A private value is missing or is not the one whose hash a VALID transaction wrote."""
    BALANCE = "BALANCE"
    """A pool does not carry what its marks add up to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where.

    `block` is its number, `transaction` its id, `field` the header field, collection and key, or figure; each
    is None where the finding is about something wider.
    """

    verdict: Verdict
    text: str
    block: int | None = None
    transaction: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        where = [
            f"{name} {value}"
            for name, value in (
                ("block", self.block),
                ("transaction", self.transaction),
                ("field", self.field),
            )
            if value is not None
        ]
        return f"{self.verdict}: {', '.join([*where, self.text])}"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit: what was looked at and what was found."""

    channel: str
    blocks: int
    transactions: int
    valid_transactions: int
    private_values: int
    pools: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
