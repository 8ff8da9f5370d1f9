"""What goes into a peer's ledger and what comes out: requests, outcomes, statuses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterfoil_protocol.messages import common

    from .view import LedgerView


class LedgerClosed(RuntimeError):  # noqa: N818 - named for the state, as the other refusals are
    """The ledger was closed (or its writer failed) before the request was on disk."""


class LedgerCorrupted(RuntimeError):  # noqa: N818 - as above
    """The file or the request contradicts the ledger: a bug or damage, never a transaction's fault."""


@dataclass(frozen=True, slots=True)
class PrivateWriteSet:
    """One transaction's private writes in one collection; `rwset` is a serialized kvrwset.KVRWSet."""

    namespace: str
    collection: str
    rwset: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MissingPrivateData:
    """Private writes of a committed transaction that are not here.

    `eligible`: this organisation is a member and should get them (Fabric ledger.MissingPvtData.IsEligible).
    """

    block: int
    transaction: int
    transaction_id: str
    namespace: str
    collection: str
    eligible: bool


@dataclass(frozen=True, slots=True)
class ReconciledPrivateData:
    """Private writes that arrived after their block was committed."""

    block: int
    transaction: int
    write_set: PrivateWriteSet


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """A block to commit: the next number, with one validation code for each envelope.

    `codes` are the codes of the transaction validator (signatures, policies), before MVCC; or a callable
    that computes them on the state just before this block, run in the writer thread.
    `private_data` maps a transaction's place in the block to the write sets that this organisation holds.
    """

    block: "common.Block"
    codes: "Sequence[int] | Callable[[LedgerView], Sequence[int]]"
    private_data: Mapping[int, Sequence[PrivateWriteSet]] = field(default_factory=dict, repr=False)
    missing: Sequence[MissingPrivateData] = ()


@dataclass(frozen=True, slots=True)
class ChaincodeEvent:
    """An event of a VALID transaction."""

    chaincode: str
    name: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CommittedTransaction:
    """One envelope's outcome. `type` is a common.HeaderType, -1 where the envelope cannot be read."""

    transaction_id: str
    type: int
    code: int
    event: ChaincodeEvent | None


@dataclass(frozen=True, slots=True)
class CommittedBlock:
    """A block that is on disk. `block` carries the transactions filter and the commit hash."""

    number: int
    block: "common.Block" = field(repr=False)
    transactions: tuple[CommittedTransaction, ...]
    is_config: bool

    @property
    def codes(self) -> tuple[int, ...]:
        """Validation codes in order."""
        return tuple(transaction.code for transaction in self.transactions)

    @property
    def transaction_ids(self) -> tuple[str, ...]:
        """Transaction IDs in order; empty text where the envelope has none."""
        return tuple(transaction.transaction_id for transaction in self.transactions)


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """Where a transaction ID first appeared, and its validation code there."""

    code: int
    block: int
    transaction: int
