"""The typed client of the trade contracts: one call for each operation that the contracts declare."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import msgspec
from counterfoil_protocol import canonical_json
from counterfoil_protocol.canonical_json import JsonValue
from counterfoil_protocol.confidential import (
    INQUIRE,
    Operation,
    build_request,
    is_request_id,
    new_request_id,
    new_salt,
    organizations,
    request_digest,
)

from .._contract import Contract
from .._errors import CounterfoilError, EvaluateError
from .._network import Network
from ._journal import Entry, Journal, State
from ._patience import Patience
from ._refusals import Meaning, read_failure
from ._submission import Submission, evaluate

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[AnswerT]):
    """What a submitted operation came to.

    Attributes:
        answer: the contract's answer, as the operation declares it.
        request_id: of the request.
        transaction_id: of the transaction that did it; empty where another client's transaction did.
        block: the block that holds it, None likewise.
        shown_at: MSP IDs of the organisations whose peers show the outcome by now.
    """

    answer: AnswerT = field(repr=False)
    request_id: str
    transaction_id: str
    block: int | None
    shown_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """A request that was left open and what became of it: an outcome or the error that ended it."""

    request_id: str
    operation: str
    step: str
    outcome: Outcome[Any] | None
    error: CounterfoilError | None


class TradeClient:
    """Submits and inquires as one client identity, with a journal of its own requests. Threads may share it.

    Args:
        network: the channel, from a Gateway.
        journal: where requests are written down before they are submitted; one client identity, one journal.
        chaincode: name of the chaincode.
        patience: how often to try again.
    """

    def __init__(
        self,
        network: Network,
        journal: Journal,
        *,
        chaincode: str = "trade",
        patience: Patience = Patience(),  # noqa: B008 - frozen
    ) -> None:
        self._network = network
        self._journal = journal
        self._chaincode = chaincode
        self._patience = patience

    @property
    def msp_id(self) -> str:
        """The MSP ID of the client identity."""
        return self._network.gateway.identity.msp_id

    def submit(
        self,
        operation: Operation[RequestT, AnswerT],
        body: RequestT,
        *,
        step: str = "",
        request_id: str | None = None,
    ) -> Outcome[AnswerT]:
        """Do it, once, and give the outcome when the peers that matter show it.

        Args:
            operation: what the contract declares, ``counterfoil_contracts.export_invoice.operations.LOCK``.
            body: the operation's request.
            step: the caller's own name for this request, ``loan-4711/lock``: called again with the same name
                and content, also after a crash, nothing is done twice and the same outcome is given.
            request_id: 32 hex digits, to fix the request id instead of drawing one.

        Raises:
            ContractRefusal: the contract refuses; nothing was written.
            EndorseError, SubmitError: no endorsement or no ordering, after all attempts; nothing was written.
            CommitError: invalid for another reason than a conflict, or conflicts to the last attempt.
            CommitUnknown: nobody knows; ``resume`` settles it.
            TypeError, ValueError: an argument that cannot be right, before any network.
        """
        if not operation.is_submit:
            raise ValueError(f"{operation.full_name} is an evaluate: use inquire")
        self._check_carrier(operation)
        entry, fresh = self._entry(operation, _to_json(operation, body), step, request_id)
        return self._run(operation, entry, fresh=fresh)

    def inquire(
        self, operation: Operation[RequestT, AnswerT], body: RequestT, *, at: str | None = None
    ) -> AnswerT:
        """Ask; nothing goes to the ledger.

        Args:
            operation: an evaluate that the contract declares.
            body: the operation's request.
            at: MSP ID of the organisation whose peer is to answer, one of those the operation allows.

        Raises:
            ContractRefusal: the contract refuses.
            EvaluateError: no peer answers, after all attempts.
            TypeError, ValueError: an argument that cannot be right, before any network.
        """
        if operation.is_submit:
            raise ValueError(f"{operation.full_name} is a submit: use submit")
        self._check_carrier(operation)
        allowed = organizations(operation.evaluate_at, self.msp_id)
        if at is not None and at not in allowed:
            raise ValueError(f"{operation.full_name} may not run at {at}; it may at {', '.join(allowed)}")
        request = build_request(operation.name, _to_json(operation, body))
        payload = self._inquire(operation, request, (at,) if at else allowed)
        return msgspec.convert(canonical_json.decode(payload), type=operation.answer)

    def resume(self, operations: Iterable[Operation[Any, Any]]) -> tuple[Resumed, ...]:
        """Bring every request that the journal left open to its end, oldest first; nothing is done twice.

        Args:
            operations: the declarations of what may be in the journal.

        Raises:
            ValueError: the journal has a request of an operation that is not among them, or of another
                organisation's client; nothing was sent.
        """
        known = {operation.full_name: operation for operation in operations}
        entries = self._journal.open_entries
        for entry in entries:
            if entry.operation not in known:
                raise ValueError(f"the journal has a request of {entry.operation}: give its declaration too")
            self._check_caller(entry)
        return tuple(self._resumed(known[entry.operation], entry) for entry in entries)

    def _resumed(self, operation: Operation[Any, Any], entry: Entry) -> Resumed:
        try:
            outcome = self._run(operation, entry, fresh=False)
        except CounterfoilError as error:
            return Resumed(entry.request_id, entry.operation, entry.step, None, error)
        return Resumed(entry.request_id, entry.operation, entry.step, outcome, None)

    def _run(self, operation: Operation[Any, AnswerT], entry: Entry, *, fresh: bool) -> Outcome[AnswerT]:
        submission = Submission(self._contract(operation), operation, self._journal, entry, self._patience)
        shown = submission.run(fresh=fresh)
        done = submission.entry
        answer = msgspec.convert(shown.result, type=operation.answer)
        return Outcome(answer, done.request_id, done.transaction_id, done.block, shown.at)

    def _entry(
        self, operation: Operation[Any, Any], body: JsonValue, step: str, request_id: str | None
    ) -> tuple[Entry, bool]:
        """The journal's entry for a request, and whether it is new."""
        if request_id is not None and not is_request_id(request_id):
            raise ValueError("a request id is 32 lower-case hex digits")
        digest = request_digest(operation.name, body)
        known = self._journal.step(step) if step else None
        if known is None and request_id is not None:
            known = self._journal.entry(request_id)
        if known is None:
            salt = new_salt().hex() if operation.takes_salt else ""
            fields = (
                request_id or new_request_id(),
                operation.full_name,
                digest,
                body,
                salt,
                self.msp_id,
                step,
            )
            return self._journal.begin(Entry(*fields)), request_id is None
        self._check_caller(known)
        if (known.operation, known.digest) != (operation.full_name, digest) or request_id not in (
            None,
            known.request_id,
        ):
            raise ValueError("the journal has another request under this step or request id")
        if known.state is State.CLOSED:
            known = self._journal.advance(known, State.BEGUN, reason="")
        return known, False

    def _inquire(
        self, operation: Operation[Any, Any], request: dict[str, bytes], peers: tuple[str, ...]
    ) -> bytes:
        attempt = 0
        while True:
            try:
                return evaluate(self._contract(operation), INQUIRE, request, peers)
            except EvaluateError as error:
                passing = read_failure(error, peers).meaning is Meaning.PASSING
                if not passing or attempt + 1 >= self._patience.attempts:
                    raise
                time.sleep(self._patience.pause(attempt))
                attempt += 1

    def _contract(self, operation: Operation[Any, Any]) -> Contract:
        return self._network.contract(self._chaincode, operation.contract)

    def _check_carrier(self, operation: Operation[Any, Any]) -> None:
        """A gateway peer sees all transient data it relays, so the operation says whose may.

        Raises:
            ValueError: this gateway's organisation may not carry it.
        """
        carriers = organizations(operation.carriers, self.msp_id) or (self.msp_id,)
        carrier = self._network.gateway.peer_msp_id
        if carrier not in carriers:
            raise ValueError(f"{operation.full_name} may not travel through {carrier}'s gateway")

    def _check_caller(self, entry: Entry) -> None:
        if entry.caller != self.msp_id:
            raise ValueError(f"the journal is of a client of {entry.caller}, this one is of {self.msp_id}")


def _to_json(operation: Operation[RequestT, Any], body: RequestT) -> JsonValue:
    if not isinstance(body, operation.request):
        raise TypeError(
            f"{operation.full_name} takes a {operation.request.__name__}, not a {type(body).__name__}"
        )
    value = cast("JsonValue", msgspec.to_builtins(body))
    try:
        # A Struct does not check its fields when it is made; the contract does, but only after a journey.
        msgspec.convert(value, type=operation.request)
    except msgspec.ValidationError as error:
        raise ValueError(f"{operation.full_name}: {error}") from None
    canonical_json.encode(value)
    return value
