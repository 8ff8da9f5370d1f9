"""A ledger of outcomes behind the scripted peer: as much of the runtime as the typed client meets."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from counterfoil import Gateway
from counterfoil.trade import Journal, Patience, TradeClient
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import BANK, Operation, Request, Role, parse_request
from counterfoil_protocol.envelope import parse_actions, read_payload
from counterfoil_protocol.messages import common_ledger, gateway, proposal_response, transaction
from counterfoil_protocol.proposal import parse_signed_proposal

REGULATOR, PORT, OWN = "RegulatorMSP", "PortMSP", "BankAMSP"
NOT_FOUND = "chaincode response 404, NOT_FOUND: no such request"


class Lock(msgspec.Struct, frozen=True):
    document: str
    amount: int


class Locked(msgspec.Struct, frozen=True):
    available: int


OFFICER = Role(BANK, "bank.officer")
LOCK = Operation(
    "export_invoice", "lock", Lock, Locked, (OFFICER,), endorsers=(REGULATOR, PORT), outcome="marks_{bank}"
)
TERMS = Operation(
    "export_invoice",
    "terms.put",
    Lock,
    Locked,
    (OFFICER,),
    endorsers=(REGULATOR, BANK),
    outcome="terms_{bank}",
)
LOOK = Operation("export_invoice", "look", Lock, Locked, (OFFICER,), evaluate_at=(REGULATOR, PORT))
RELAYED = Operation(
    "export_invoice", "carry", Lock, Locked, (OFFICER,), evaluate_at=(REGULATOR,), carriers=(PORT, BANK)
)


@dataclass
class Ledger:
    """Outcomes by request id; applied when a transaction is ordered and valid."""

    peer: Any
    failing: Any
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    endorsed: dict[str, tuple[str, Request]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    behind: Counter[str] = field(default_factory=Counter)
    """How many more times an organisation's peer does not show what is committed."""
    heights: Counter[str] = field(default_factory=Counter)
    """How many blocks an organisation's peer has; it gets one more whenever it is asked."""
    heights_asked: list[str] = field(default_factory=list)

    def install(self) -> None:
        self.peer._evaluate = self.evaluate
        self.peer._endorse = self.endorse
        self.peer._submit = self.submit

    def evaluate(self, request: gateway.EvaluateRequest) -> Any:
        parsed = parse_signed_proposal(request.proposed_transaction)
        if parsed.args[0] == b"GetChainInfo":
            (target,) = request.target_organizations
            self.heights_asked.append(target)
            info = common_ledger.BlockchainInfo(height=self.heights[target])
            self.heights[target] += 1
            payload = info.SerializeToString()
            return gateway.EvaluateResponse(result=proposal_response.Response(status=200, payload=payload))
        asked = parse_request(parsed.transient)
        assert isinstance(asked.body, dict)
        if parsed.args[0] == b"export_invoice:inquire":
            return answer({"available": asked.body["amount"]})
        assert parsed.args == (b"export_invoice:outcome",)
        (target,) = request.target_organizations
        found = self.outcomes.get(str(asked.body["request_id"]))
        if found is None or self.behind[target] > 0:
            self.behind[target] -= 1
            text = f"evaluate call to endorser returned error: {NOT_FOUND}"
            return self.failing(grpc.StatusCode.UNKNOWN, text, ((target, target, NOT_FOUND),))
        return answer(found)

    def endorse(self, request: gateway.EndorseRequest) -> gateway.EndorseResponse:
        parsed = parse_signed_proposal(request.proposed_transaction)
        assert parsed.args[0] == b"export_invoice:transact"
        request_id = parsed.args[1].decode()
        self.endorsed[request.transaction_id] = (request_id, parse_request(parsed.transient))
        prepared = self.peer.prepare(request.proposed_transaction, request_id.encode())
        return gateway.EndorseResponse(prepared_transaction=prepared)

    def submit(self, request: gateway.SubmitRequest) -> gateway.SubmitResponse:
        """Order it; a copy changes nothing, as a peer flags it DUPLICATE_TXID."""
        envelope = request.prepared_transaction
        assert envelope.signature
        parsed = read_payload(envelope)
        if parsed.transaction_id in self.peer.statuses:
            return gateway.SubmitResponse()
        if self.conflicts > 0:
            self.conflicts -= 1
            self.peer.statuses[parsed.transaction_id] = transaction.MVCC_READ_CONFLICT
            return gateway.SubmitResponse()
        request_id, asked = self.endorsed[parsed.transaction_id]
        assert parse_actions(parsed.data)[0].payload.response == request_id.encode()
        self.peer.statuses[parsed.transaction_id] = transaction.VALID
        self.done[request_id] += request_id not in self.outcomes
        body: Any = asked.body
        result = {"available": body["amount"] - 1}
        self.outcomes[request_id] = {"digest": asked.digest, "result": result}
        return gateway.SubmitResponse()


def answer(value: Any) -> gateway.EvaluateResponse:
    response = proposal_response.Response(status=200, payload=canonical_json.encode(value))
    return gateway.EvaluateResponse(result=response)


@pytest.fixture
def ledger(peer: Any, failing: Any) -> Ledger:
    made = Ledger(peer, failing)
    made.install()
    return made


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    return tmp_path / "bank.journal"


@pytest.fixture
def journal(journal_path: Path) -> Any:
    with Journal(journal_path) as opened:
        yield opened


@pytest.fixture
def patience() -> Patience:
    return Patience(attempts=5, divided_attempts=3, pause_seconds=0.001, visible_seconds=1.0)


@pytest.fixture
def client(ledger: Ledger, connected: Gateway, journal: Journal, patience: Patience) -> TradeClient:
    return TradeClient(connected.network("trade"), journal, patience=patience)


@pytest.fixture
def operations() -> Any:
    """The declarations and types above, for test modules."""
    from types import SimpleNamespace

    return SimpleNamespace(LOCK=LOCK, TERMS=TERMS, LOOK=LOOK, RELAYED=RELAYED, Lock=Lock, Locked=Locked)
