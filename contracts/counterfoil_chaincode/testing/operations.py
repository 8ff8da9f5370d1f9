"""Confidential operations on the test ledger, the way the typed client runs them on a network."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import (
    Operation,
    build_outcome_request,
    build_request,
    organizations,
    outcome_peers,
)

from ..contract_api.serializer import convert, plain
from .callers import Caller
from .ledger import Ledger
from .outcome import Endorsed
from .refused import NotCommitted

AnswerT = TypeVar("AnswerT")
_SALT = bytes(32)


class Operations:
    """Runs declared operations: names the endorsers, builds the request, reads the outcome back."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def new_request_id(self) -> str:
        """A request id that this ledger has not given before, the same in every run."""
        return f"{self.ledger.next_number():032x}"

    def endorse(  # noqa: PLR0913 - what a client decides, each by name
        self,
        caller: Caller,
        operation: Operation[Any, AnswerT],
        body: object,
        *,
        request_id: str = "",
        at: Sequence[str] = (),
        moment: datetime | None = None,
    ) -> Endorsed:
        """Endorse a submit, at the declared endorsers if `at` names no others.

        Raises:
            Refused, EndorsementMismatch: as `Ledger.endorse`.
        """
        salt = _SALT if operation.takes_salt else None
        return self.ledger.endorse(
            caller,
            operation.function,
            request_id or self.new_request_id(),
            at=at or organizations(operation.endorsers, caller.msp_id),
            transient=build_request(operation.name, plain(body), salt),
            moment=moment,
        )

    def submit(
        self,
        caller: Caller,
        operation: Operation[Any, AnswerT],
        body: object,
        *,
        request_id: str = "",
        moment: datetime | None = None,
    ) -> AnswerT:
        """Run a submit to its end and give its answer, read from the outcome.

        Raises:
            Refused, EndorsementMismatch: as `Ledger.endorse`.
            NotCommitted: validation refused it.
        """
        request_id = request_id or self.new_request_id()
        endorsed = self.endorse(caller, operation, body, request_id=request_id, moment=moment)
        (committed,) = self.ledger.commit(endorsed)
        if not committed.is_valid:
            raise NotCommitted(committed.transaction_id, committed.code)
        return self.outcome(caller, operation, request_id)

    def outcome(self, caller: Caller, operation: Operation[Any, AnswerT], request_id: str) -> AnswerT:
        """The answer of an earlier submit.

        Raises:
            Refused: NOT_FOUND among others.
        """
        answer = self.ledger.evaluate(
            caller,
            operation.outcome_function,
            at=outcome_peers(operation, caller.msp_id)[0],
            transient=build_outcome_request(operation.name, request_id),
        )
        found = canonical_json.decode(answer)
        assert isinstance(found, dict)
        return convert(found["result"], operation.answer)

    def evaluate(
        self,
        caller: Caller,
        operation: Operation[Any, AnswerT],
        body: object,
        *,
        at: str = "",
        moment: datetime | None = None,
    ) -> AnswerT:
        """Answer an evaluate, at the first declared target if `at` names no other.

        Raises:
            Refused: as `Ledger.evaluate`.
        """
        answer = self.ledger.evaluate(
            caller,
            operation.function,
            at=at or organizations(operation.evaluate_at, caller.msp_id)[0],
            transient=build_request(operation.name, plain(body)),
            moment=moment,
        )
        return convert(canonical_json.decode(answer), operation.answer)
