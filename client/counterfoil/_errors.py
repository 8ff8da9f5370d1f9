"""What can go wrong, as a tree: which step failed, and whether anything can have reached the ledger.

    CounterfoilError
      GatewayError          a call failed: code, message, details (address, msp_id, message)
        EvaluateError       nothing was sent to the ledger
        EndorseError        nothing was sent to the ledger
        SubmitError         the ordering service did not take the transaction
        CommitStatusError   the transaction was submitted; its outcome could not be read
        EventsError         a stream of events broke or was refused
      CommitError           the ledger has the transaction and found it invalid: validation_code
      CommitUnknown         nobody knows yet whether it is committed; settle it, never endorse anew
      ContractRefusal       the contract said no: refusal code and text
      ForkedProcess         a connection used in a forked child

Arguments that cannot be right are TypeError or ValueError, before any network. All of these pickle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import grpc


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What one node said (gateway.ErrorDetail): its address, its MSP ID and the text."""

    address: str
    msp_id: str
    message: str


class CounterfoilError(Exception):
    """The root of all errors of this SDK."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions pickle by their constructor's arguments, which ``args`` does not hold here."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(
    kind: type[CounterfoilError], args: tuple[object, ...], state: dict[str, object]
) -> CounterfoilError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class GatewayError(CounterfoilError):
    """A gRPC call to the gateway failed.

    Attributes:
        code: the gRPC status code.
        message: the gateway's text.
        details: one entry for each node that said why, in the gateway's order.
        transaction_id: of the transaction concerned, empty if there is none.
    """

    step = "call"

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        details: Iterable[ErrorDetail] = (),
        transaction_id: str = "",
    ) -> None:
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.transaction_id = transaction_id
        said = "; ".join(f"{detail.msp_id} at {detail.address}: {detail.message}" for detail in self.details)
        super().__init__(f"{self.step} failed: {code.name}: {message}" + (f" [{said}]" if said else ""))


class EvaluateError(GatewayError):
    """A proposal could not be evaluated."""

    step = "evaluate"


class EndorseError(GatewayError):
    """A proposal was not endorsed as its policies need; nothing went to the ordering service."""

    step = "endorse"


class SubmitError(GatewayError):
    """The ordering service did not accept the transaction."""

    step = "submit"

    @property
    def may_have_arrived(self) -> bool:
        """Whether an orderer may have the envelope all the same, because only its answer was lost.

        By internal/pkg/gateway/submit.go ABORTED is an orderer's refusal; UNAVAILABLE means that none
        answered, or that it had trouble of its own. Of several orderers the gateway tells the last one's
        refusal alone, not whether an earlier one hung with the envelope: an orderer that has not joined the
        channel yet, but stands in its configuration, so refuses what another may have taken.
        """
        return self.code in _ANSWER_LOST


_ANSWER_LOST = frozenset(
    {
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.UNKNOWN,
    }
)


class CommitStatusError(GatewayError):
    """The outcome of a submitted transaction could not be read."""

    step = "commit status"


class EventsError(GatewayError):
    """A stream of events could not be opened, was refused or broke off."""

    step = "events"


class CommitError(CounterfoilError):
    """The transaction is in a block and invalid.

    Attributes:
        transaction_id: of the transaction.
        validation_code: Fabric's TxValidationCode, for instance 11.
        name: the code's name, for instance ``MVCC_READ_CONFLICT``.
        block_number: the block it is in.
    """

    def __init__(self, transaction_id: str, validation_code: int, name: str, block_number: int) -> None:
        self.transaction_id = transaction_id
        self.validation_code = validation_code
        self.name = name
        self.block_number = block_number
        super().__init__(
            f"transaction {transaction_id} failed to commit with status code {validation_code} ({name})"
        )


class CommitUnknown(CounterfoilError):  # noqa: N818 - a state of knowledge, not a failure
    """The transaction was handed over and nobody knows yet whether it is committed.

    ``Gateway.settle`` finds out by sending the same envelope again; a new endorsement could act twice.
    The cause (``__cause__``) is the SubmitError or CommitStatusError.

    Attributes:
        transaction_id: of the transaction.
        prepared: the signed envelope (as gateway.PreparedTransaction) for ``Gateway.settle``.
    """

    def __init__(self, transaction_id: str, prepared: bytes, reason: str) -> None:
        self.transaction_id = transaction_id
        self.prepared = prepared
        super().__init__(
            f"transaction {transaction_id}: outcome unknown, settle it with Gateway.settle ({reason})"
        )


class ContractRefusal(CounterfoilError):  # noqa: N818 - the trade's word
    """The contract refused: ``code`` is stable and made for programs, ``text`` for people.

    Attributes:
        code: the contract's refusal code, for instance ``OVER_FINANCING``.
        text: the contract's own words.
        transaction_id: of the refused proposal.
    """

    def __init__(self, code: str, text: str, transaction_id: str = "") -> None:
        self.code = code
        self.text = text
        self.transaction_id = transaction_id
        super().__init__(f"{code}: {text}")


class ForkedProcess(CounterfoilError, RuntimeError):  # noqa: N818 - the state that is refused
    """A connection was used in a process forked after it was made; gRPC cannot work there."""

    def __init__(self) -> None:
        super().__init__(
            "this Gateway was connected before the process forked: connect in the child, "
            "or start workers with multiprocessing's 'spawn' method"
        )
