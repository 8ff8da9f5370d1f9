"""One request on its way to its outcome: endorse, write down, submit, wait, and again where that is safe."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from counterfoil_protocol import canonical_json
from counterfoil_protocol.canonical_json import JsonValue
from counterfoil_protocol.confidential import (
    TRANSACT,
    Operation,
    build_outcome_request,
    build_request,
    organizations,
    outcome_peers,
)

from .._contract import Contract
from .._errors import (
    CommitError,
    CommitStatusError,
    CommitUnknown,
    ContractRefusal,
    CounterfoilError,
    EndorseError,
    EvaluateError,
    SubmitError,
)
from .._proposal import Transaction
from .._steps import Status
from ..heights import ANSWER_SECONDS, await_height, height
from ._journal import Entry, Journal, State
from ._patience import Patience
from ._refusals import Meaning, read_failure

AnswerT = TypeVar("AnswerT")
ENDORSE_SECONDS_MIN = 30.0
_CONFLICTS = frozenset({"MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT"})
_NOT_FOUND = "NOT_FOUND"
_IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"


@dataclass(frozen=True, slots=True)
class Shown:
    """An outcome as peers show it: the result, and the MSP IDs of the peers that showed it."""

    result: JsonValue
    at: tuple[str, ...]


class Submission(Generic[AnswerT]):
    """The work of one ``TradeClient.submit`` or of resuming it."""

    def __init__(
        self,
        contract: Contract,
        operation: Operation[Any, AnswerT],
        journal: Journal,
        entry: Entry,
        patience: Patience,
    ) -> None:
        self._contract = contract
        self._gateway = contract.network.gateway
        self._operation = operation
        self._journal = journal
        self._entry = entry
        self._patience = patience
        self._endorsers = organizations(operation.endorsers, entry.caller)
        self._peers = outcome_peers(operation, entry.caller)

    @property
    def entry(self) -> Entry:
        """The request as the journal has it now."""
        return self._entry

    def run(self, *, fresh: bool) -> Shown:
        """Bring the request to its end.

        Args:
            fresh: the request id was drawn just now, so that no peer need be asked for an outcome first.

        Raises:
            ContractRefusal, EndorseError, SubmitError, CommitError: it is not done and will not be.
            CommitUnknown: nobody knows; the journal keeps it open.
            EvaluateError: it is committed, and no peer shows the answer.
        """
        if self._entry.state is State.PREPARED:
            self._conclude(self._settle(), last=False)
        elif not fresh and self._entry.state is State.BEGUN:
            self._look_before()
        began = time.monotonic()
        attempt = divided = 0
        while not self._is_committed:
            last = attempt + 1 >= self._patience.attempts or time.monotonic() - began > self._patience.seconds
            try:
                transaction = self._endorse()
            except EndorseError as error:
                verdict = read_failure(error, self._endorsers)
                divided += verdict.meaning is Meaning.DIVIDED
                if last or self._is_final(verdict.meaning, divided):
                    raise self._closed(verdict.refusal or error) from error
                if verdict.meaning is Meaning.DIVIDED:
                    self._await_level()
            else:
                self._submit(transaction, last=last)
            if not self._is_committed:
                time.sleep(self._patience.pause(attempt))
                attempt += 1
        return self._await_shown()

    @property
    def _is_committed(self) -> bool:
        return self._entry.state is State.COMMITTED

    def _is_final(self, meaning: Meaning, divided: int) -> bool:
        return meaning in (Meaning.REFUSED, Meaning.FINAL) or divided >= self._patience.divided_attempts

    def _await_level(self) -> None:
        """Wait until the gateway's peer and the endorsers have what the one of them has that has most."""
        network = self._contract.network
        until = time.monotonic() + self._patience.visible_seconds
        found: dict[str, int] = {}
        for msp_id in dict.fromkeys((self._gateway.peer_msp_id, *self._endorsers)):
            with suppress(EvaluateError):
                found[msp_id] = height(network, msp_id, timeout=ANSWER_SECONDS)
        most = max(found.values(), default=0)
        for msp_id, blocks in found.items():
            if blocks < most:
                await_height(network, msp_id, most, until - time.monotonic())

    def _endorse(self) -> Transaction:
        entry = self._entry
        salt = bytes.fromhex(entry.salt) or None
        proposal = self._contract.propose(
            TRANSACT,
            entry.request_id,
            transient=build_request(self._operation.name, entry.body, salt),
            endorsing_organizations=self._endorsers,
        )
        seconds = max(ENDORSE_SECONDS_MIN, self._gateway.deadlines.endorse)
        return proposal.endorse(timeout=seconds).sign()

    def _submit(self, transaction: Transaction, *, last: bool) -> None:
        """Submit once; the journal has the envelope before the ordering service can."""
        self._advance(
            State.PREPARED, transaction_id=transaction.transaction_id, envelope=transaction.serialize()
        )
        try:
            status = transaction.submit().status()
        except SubmitError as error:
            if not error.may_have_arrived:
                raise self._closed(error) from error.__cause__
            status = self._settle()
        except CommitStatusError:
            status = self._settle()
        self._conclude(status, last=last)

    def _settle(self) -> Status:
        """Find out about the envelope in the journal; from its first submit on, no other may be sent.

        Raises:
            CommitUnknown: not within all attempts, or a copy was refused, which says nothing of the original.
        """
        for attempt in range(self._patience.attempts):
            try:
                return self._gateway.settle(self._entry.envelope)
            except CommitUnknown as unknown:
                cause = unknown.__cause__
                is_refused = isinstance(cause, SubmitError) and not cause.may_have_arrived
                if is_refused or attempt + 1 == self._patience.attempts:
                    raise
                time.sleep(self._patience.pause(attempt))
        raise AssertionError("the loop returns or raises")

    def _conclude(self, status: Status, *, last: bool) -> None:
        if status.successful:
            self._advance(State.COMMITTED, block=status.block_number)
            return
        self._advance(State.BEGUN, envelope=b"")
        if status.name not in _CONFLICTS or last:
            # It may be invalid because another client of ours has done it under the same request id.
            self._look_before()
            if not self._is_committed:
                raise self._closed(
                    CommitError(status.transaction_id, status.code, status.name, status.block_number)
                )

    def _look_before(self) -> None:
        """Read what the ledger has of this request, so that what was done is not submitted again.

        Raises:
            ContractRefusal: the request id was used for another request.
        """
        for peer in self._peers:
            try:
                found = self._read_outcome(peer)
            except (EvaluateError, ContractRefusal):
                # Away, or not answering this client: the contract looks for the outcome when it endorses.
                continue
            if found is None:
                continue
            if found["digest"] != self._entry.digest:
                raise self._closed(ContractRefusal(_IDEMPOTENCY_CONFLICT, "the id of another request"))
            self._advance(State.COMMITTED)
            return

    def _await_shown(self) -> Shown:
        """Wait until every peer that keeps the outcome shows it; the answer of any one counts."""
        result: JsonValue = None
        shown: list[str] = []
        failure: CounterfoilError | None = None
        until = time.monotonic() + self._patience.visible_seconds
        for peer in self._peers:
            try:
                found = self._wait_for(peer, until)
            except (EvaluateError, ContractRefusal) as error:
                failure = error
            else:
                result = found["result"]
                shown.append(peer)
        if not shown:
            assert failure is not None, "each peer shows the outcome or fails"
            raise failure
        return Shown(result, tuple(shown))

    def _wait_for(self, peer: str, until: float) -> dict[str, JsonValue]:
        """The outcome at one organisation's peer, once it has caught up.

        Raises:
            ContractRefusal, EvaluateError: not by ``until``, or not for this client.
        """
        attempt = 0
        while True:
            try:
                return self._ask_outcome(peer)
            except ContractRefusal as refusal:
                if refusal.code != _NOT_FOUND or time.monotonic() > until:
                    raise
            except EvaluateError:
                if time.monotonic() > until:
                    raise
            time.sleep(self._patience.pause(attempt))
            attempt += 1

    def _read_outcome(self, peer: str) -> dict[str, JsonValue] | None:
        """The outcome that one organisation's peer shows, None where it shows none.

        Raises:
            ContractRefusal, EvaluateError: the peer does not answer this client, or not at all.
        """
        try:
            return self._ask_outcome(peer)
        except ContractRefusal as refusal:
            if refusal.code == _NOT_FOUND:
                return None
            raise

    def _ask_outcome(self, peer: str) -> dict[str, JsonValue]:
        return read_outcome(self._contract, self._operation, self._entry.request_id, (peer,))

    def _closed(self, error: CounterfoilError) -> CounterfoilError:
        reason = error.code if isinstance(error, ContractRefusal) else type(error).__name__
        self._advance(State.CLOSED, reason=reason, envelope=b"")
        return error

    def _advance(self, state: State, **changes: Any) -> None:
        self._entry = self._journal.advance(self._entry, state, **changes)


def read_outcome(
    contract: Contract, operation: Operation[Any, Any], request_id: str, peers: tuple[str, ...]
) -> dict[str, JsonValue]:
    """The outcome record ``{"digest", "result"}`` of a request, as one of the organisations' peers shows it.

    Raises:
        ContractRefusal: NOT_FOUND where there is none.
        EvaluateError: no peer could be asked.
        ValueError: the peer's answer is no outcome.
    """
    payload = evaluate(
        contract,
        operation.outcome_function.partition(":")[2],
        build_outcome_request(operation.name, request_id),
        peers,
    )
    found = canonical_json.decode(payload)
    if not isinstance(found, dict) or set(found) != {"digest", "result"}:
        raise ValueError("the answer is no outcome of a request")
    return found


def evaluate(contract: Contract, function: str, transient: dict[str, bytes], peers: tuple[str, ...]) -> bytes:
    """Evaluate on one of the organisations' peers, with the contract's refusal as ContractRefusal.

    Raises:
        ContractRefusal, EvaluateError: refused; failed otherwise.
    """
    try:
        return contract.evaluate(function, transient=transient, target_organizations=peers)
    except EvaluateError as error:
        # One peer answers for all that may: its refusal is the answer.
        refusal = read_failure(error, ()).refusal
        if refusal is None:
            raise
        raise refusal from error
