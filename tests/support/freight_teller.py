"""A typed client on the testing kit that can be killed: it keeps its journal, and loses all else."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from counterfoil import ContractRefusal
from counterfoil.trade import Outcome
from counterfoil_chaincode.contract_api.serializer import plain
from counterfoil_chaincode.testing import Caller, Refused
from counterfoil_protocol.confidential import Operation, request_digest
from freight_ledger import FreightLedger

AnswerT = TypeVar("AnswerT")


class Killed(Exception):  # noqa: N818 - what happens to a process
    """The process ends here."""


@dataclass
class KitTeller:
    """As `TradeClient`: a step is one request id, written down before it is sent."""

    trade: FreightLedger
    person: Caller
    journal: dict[str, tuple[str, str]]
    lives: int = 10**9
    """How many more times it may send or be answered before it is killed."""
    sent: list[str] = field(default_factory=list)

    def submit(self, operation: Operation[Any, AnswerT], body: Any, *, step: str = "") -> Outcome[AnswerT]:
        digest = request_digest(operation.name, plain(body))
        known = self.journal.get(step)
        if known is None:
            known = self.journal[step] = (self.trade.operations.new_request_id(), digest)
        assert known[1] == digest, "a step is one request"
        self._live()
        self.sent.append(step)
        try:
            answer = self.trade.submit(self.person, operation, body, known[0])
        except Refused as refused:
            raise ContractRefusal(refused.code, refused.text) from None
        self._live()
        return Outcome(answer, known[0], "tx", 1, ())

    def inquire(self, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        self._live()
        return self.trade.ask(self.person, operation, body)

    def _live(self) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise Killed
