"""The testing kit for many steps: one peer simulates for all endorsers, and outcomes are read from its state.

That endorsers answer alike is tested wherever `TradeLedger` is used as it is; here it is taken for granted.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from counterfoil_chaincode.contract_api.serializer import convert
from counterfoil_chaincode.testing import Caller, NotCommitted, Operations
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import Operation, organizations, outcome_collection, outcome_key

AnswerT = TypeVar("AnswerT")


class LeanOperations(Operations):
    """Runs declared operations at the regulator's peer alone."""

    def submit(
        self,
        caller: Caller,
        operation: Operation[Any, AnswerT],
        body: object,
        *,
        request_id: str = "",
        moment: datetime | None = None,
    ) -> AnswerT:
        request_id = request_id or self.new_request_id()
        endorsed = self.endorse(
            caller, operation, body, request_id=request_id, at=(REGULATOR,), moment=moment
        )
        endorsers = organizations(operation.endorsers, caller.msp_id)
        (committed,) = self.ledger.commit(replace(endorsed, endorsers=endorsers))
        if not committed.is_valid:
            raise NotCommitted(committed.transaction_id, committed.code)
        return self.outcome(caller, operation, request_id)

    def outcome(self, caller: Caller, operation: Operation[Any, AnswerT], request_id: str) -> AnswerT:
        collection = outcome_collection(operation, caller.msp_id)
        key = outcome_key(collection, caller.msp_id, request_id)
        stored = self.ledger.peer(REGULATOR).state.get_private(self.ledger.name, collection, key)
        assert stored is not None, "a submit leaves its outcome"
        found = canonical_json.decode(stored.value)
        assert isinstance(found, dict)
        return convert(found["result"], operation.answer)
