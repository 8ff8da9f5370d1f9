"""The people of the story: each one a client identity with a connection and a journal of its own."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from counterfoil import ConnectionProfile, ContractRefusal, EvaluateError, Gateway
from counterfoil.heights import await_height
from counterfoil.trade import Journal, TradeClient
from counterfoil_network.identities import load_identity, renew
from counterfoil_protocol.confidential import organizations
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.signing import private_key_signer

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from counterfoil import Network
    from counterfoil_network.deployment import NetworkFolder
    from counterfoil_network.identities import OrganisationFolder
    from counterfoil_protocol.confidential import Operation

    from counterfoil_demo.knowledge import Knowledge

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
CHANNEL: Final = "trade"
_CATCH_UP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Done(Generic[AnswerT]):
    """A step on the ledger: the answer, the transaction, its block, and how long it took in seconds."""

    answer: AnswerT = field(repr=False)
    transaction_id: str
    block: int | None
    seconds: float

    @property
    def told(self) -> tuple[str, int | None, float]:
        """What a line of the story says of it."""
        return self.transaction_id, self.block, self.seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that the contract refused: its code, the proposal's transaction id, seconds."""

    code: str
    transaction_id: str
    seconds: float

    @property
    def told(self) -> tuple[str, str, float]:
        """What a line of the story says of it."""
        return self.transaction_id, self.code, self.seconds


@dataclass(slots=True)
class Progress:
    """How many blocks the story has come to, and how many an organisation's peer was seen to have."""

    told: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def await_told(self, network: Network, msp_id: str) -> None:
        """Wait until a peer has all that the story has told: others commit when they come to it."""
        told = self.told
        if self.seen.get(msp_id, 0) < told and await_height(network, msp_id, told, _CATCH_UP_SECONDS):
            self.seen[msp_id] = told


class Actor:
    """One person's client. What it is told goes into its organisation's facts."""

    def __init__(
        self,
        names: tuple[str, str],
        network: Network,
        client: TradeClient,
        knowledge: Knowledge,
        progress: Progress,
    ) -> None:
        self.organisation, user = names
        self.name = f"{self.organisation} {user}"
        self.msp_id = client.msp_id
        self._network = network
        self._client = client
        self._knowledge = knowledge
        self._progress = progress

    def submit(self, operation: Operation[RequestT, AnswerT], body: RequestT) -> Done[AnswerT]:
        """Do it. Raises CounterfoilError."""
        self._knowledge.told(self.organisation, body)
        began = time.monotonic()
        outcome = self._client.submit(operation, body)
        seconds = time.monotonic() - began
        self._knowledge.submitted(self.organisation, operation.name, body)
        self._knowledge.told(self.organisation, outcome.answer)
        self._progress.told = max(self._progress.told, (outcome.block or 0) + 1)
        return Done(outcome.answer, outcome.transaction_id, outcome.block, seconds)

    def attempt(self, operation: Operation[RequestT, AnswerT], body: RequestT) -> Done[AnswerT] | Refused:
        """Do it, or give the contract's refusal. Raises any other CounterfoilError."""
        began = time.monotonic()
        try:
            return self.submit(operation, body)
        except ContractRefusal as refusal:
            return Refused(refusal.code, refusal.transaction_id, time.monotonic() - began)

    def validation_code(self, transaction_id: str) -> str:
        """What this person's own peer has of a transaction: its validation code's name (qscc)."""
        contract = self._network.contract("qscc")
        until = time.monotonic() + _CATCH_UP_SECONDS
        while True:
            try:
                found = contract.evaluate(
                    "GetTransactionByID", CHANNEL, transaction_id, target_organizations=[self.msp_id]
                )
            except EvaluateError:
                # The peer may be a block behind the others.
                if time.monotonic() > until:
                    raise
                time.sleep(_POLL_SECONDS)
                continue
            code = transaction.ProcessedTransaction.FromString(found).validationCode
            return transaction.TxValidationCode.Name(transaction.TxValidationCode.ValueType(code))

    def ask(self, operation: Operation[RequestT, AnswerT], body: RequestT) -> AnswerT:
        """Ask, once the peers that may answer have come as far as the story. Raises CounterfoilError."""
        for msp_id in organizations(operation.evaluate_at, self.msp_id):
            self._progress.await_told(self._network, msp_id)
        self._knowledge.told(self.organisation, body)
        answer = self._client.inquire(operation, body)
        self._knowledge.told(self.organisation, answer)
        return answer

    def ask_or_code(self, operation: Operation[RequestT, AnswerT], body: RequestT) -> AnswerT | str:
        """Ask, or give the code of the contract's refusal."""
        try:
            return self.ask(operation, body)
        except ContractRefusal as refusal:
            return refusal.code


class Cast:
    """Connects people when they first appear; all connections end with it."""

    def __init__(self, folder: NetworkFolder, journals: Path, knowledge: Knowledge) -> None:
        self._folder = folder
        self._journals = journals
        self._knowledge = knowledge
        self._actors: dict[tuple[str, str], Actor] = {}
        self._progress = Progress()
        self._stack = ExitStack()
        journals.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __call__(self, organisation: str, user: str) -> Actor:
        """A person by organisation and user name, as crypto-config.yaml names them."""
        key = (organisation, user)
        if key not in self._actors:
            profile = ConnectionProfile.read(self._folder.connection_profile(organisation))
            self._actors[key] = self._connect(key, Gateway.from_profile(profile, user))
        return self._actors[key]

    def renewed(self, organisation: OrganisationFolder, user: str, role: str) -> Actor:
        """The same person with a renewed certificate that carries another role."""
        name = f"{user}-renewed"
        msp = renew(organisation, user, changed_attributes={"role": role}, new_name=name)
        found = load_identity(msp)
        profile = ConnectionProfile.read(self._folder.connection_profile(organisation.name))
        endpoint = profile.endpoint()
        gateway = Gateway.connect(
            endpoint.address,
            identity=Identity(profile.msp_id, found.certificate),
            signer=private_key_signer(found.key),
            tls_root=endpoint.tls_root,
            server_name=endpoint.server_name,
        )
        return self._connect((organisation.name, name), gateway)

    def _connect(self, key: tuple[str, str], gateway: Gateway) -> Actor:
        organisation, user = key
        self._stack.enter_context(gateway)
        journal = self._stack.enter_context(Journal(self._journals / f"{organisation}-{user}.journal"))
        network = gateway.network(CHANNEL)
        self._actors[key] = Actor(
            key, network, TradeClient(network, journal), self._knowledge, self._progress
        )
        return self._actors[key]
