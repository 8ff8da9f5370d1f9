"""The people of the trade network, with every call that the typed client makes heard."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from counterfoil import Contract, ContractRefusal, GatewayError, Network, Proposal, Transaction
from counterfoil.trade import Journal, TradeClient
from counterfoil_protocol.confidential import Operation
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.rwset import ReadWriteSet
from network_trade import NetworkTrade, Person
from running_network import RunningNetwork

from tests.acceptance import observed
from tests.acceptance.stage import Stage

AnswerT = TypeVar("AnswerT")
_CODE = re.compile(r"(chaincode response \d+, [A-Z_]+):.*", re.DOTALL)
"""A refusal's text may be worded anew; its code is what programs read."""
_DRAWN = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{64})\b")
_TIME = re.compile(r"\b1\d{9}\b|\b20\d\d-\d\d-\d\d\b")


@dataclass(slots=True)
class Ear:
    """What the last proposal came to."""

    failure: Any = None
    endorsed: Transaction | None = None


class HeardTrade(NetworkTrade):
    """As the typed client does it; each operation becomes an entry of the transcript."""

    def __init__(self, stage: Stage, journals: Path) -> None:
        self._stage = stage
        self._ear = Ear()
        surroundings = stage.surroundings
        network = RunningNetwork(surroundings.folder, surroundings.state, surroundings.network.engine.pid)
        super().__init__(network, journals)

    def submit(self, caller: Person, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Do it, and wait until every peer has it, so that the next step meets no peer that is behind."""
        what = f"{'/'.join(caller)} {operation.full_name}"
        try:
            outcome = self._client(caller).submit(operation, body)
        except ContractRefusal as refusal:
            self._stage.note(what, {"refused": refusal.code, "heard": self._ear.failure})
            raise
        assert self._ear.endorsed is not None
        self._stage.note(what, endorsement(self._ear.endorsed) | {"answer": plain(outcome.answer)})
        assert outcome.block is not None
        self._stage.surroundings.await_height(outcome.block + 1)
        return outcome.answer

    def ask(self, caller: Person, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Ask, and note the answer."""
        what = f"{'/'.join(caller)} {operation.full_name}"
        try:
            answer = super().ask(caller, operation, body)
        except ContractRefusal as refusal:
            self._stage.note(what, {"refused": refusal.code, "heard": self._ear.failure})
            raise
        self._stage.note(what, {"answer": plain(answer)})
        return answer

    def _client(self, person: Person) -> TradeClient:
        with self._lock:
            if person not in self._clients:
                organisation, user = person
                gateway = self._stack.enter_context(self.network.gateway(organisation, user))
                journal = self._stack.enter_context(
                    Journal(self._journals / f"{organisation}-{user}.journal")
                )
                channel = HeardNetwork(gateway, self.network.state.channel, self._ear)
                self._clients[person] = TradeClient(channel, journal, patience=self.patience)
            return self._clients[person]


class HeardNetwork(Network):
    """A channel whose proposals are heard."""

    def __init__(self, gateway: Any, channel: str, ear: Ear) -> None:
        super().__init__(gateway, channel)
        self.ear = ear

    def contract(self, chaincode: str, contract: str = "") -> Contract:
        return HeardContract(self, chaincode, contract)


class HeardContract(Contract):
    """A contract whose proposals are heard."""

    network: HeardNetwork

    def propose(self, function: str, *arguments: str | bytes, **said: Any) -> Proposal:
        proposed = super().propose(function, *arguments, **said)
        return HeardProposal(self.network.gateway, proposed.data, self.network.ear)


class HeardProposal(Proposal):
    """A proposal that tells what it came to."""

    def __init__(self, gateway: Any, data: Any, ear: Ear) -> None:
        super().__init__(gateway, data)
        self._ear = ear

    def endorse(self, *, timeout: float | None = None) -> Transaction:
        try:
            endorsed = super().endorse(timeout=timeout)
        except GatewayError as error:
            self._ear.failure = told(error)
            raise
        self._ear.endorsed = endorsed
        return endorsed

    def evaluate(self, *, timeout: float | None = None) -> bytes:
        try:
            return super().evaluate(timeout=timeout)
        except GatewayError as error:
            self._ear.failure = told(error)
            raise


def told(error: GatewayError) -> Any:
    """An error with the contract's words cut behind their code."""
    seen = observed.failure(error)["error"]
    seen["message"] = _CODE.sub(r"\1", seen["message"])
    seen["details"] = [
        [msp_id, address, _CODE.sub(r"\1", message)] for msp_id, address, message in seen.get("details", ())
    ]
    return seen


def endorsement(endorsed: Transaction) -> dict[str, Any]:
    """Who endorsed what kind of transaction: how much is touched where, without any content."""
    [action] = parse_transaction(endorsed.data.envelope.SerializeToString()).actions
    payload = action.payload
    [touched] = [each for each in ReadWriteSet.parse(payload.results).namespaces if each.namespace == "trade"]
    return {
        "endorsers": sorted(each.identity.msp_id for each in action.endorsements),
        "status": payload.status,
        "public": [len(touched.reads), len(touched.writes), len(touched.range_queries)],
        "collections": [
            [each.name, len(each.reads), len(each.writes), sum(write.deletes for write in each.writes)]
            for each in touched.collections
        ],
    }


def plain(answer: Any) -> Any:
    """An answer as JSON; what is drawn and what time it was are left out."""
    return _plain(msgspec.to_builtins(answer))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _TIME.sub("<time>", _DRAWN.sub("<drawn>", value))
    if isinstance(value, int) and not isinstance(value, bool) and _TIME.fullmatch(str(value)):
        return "<time>"
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    return value
