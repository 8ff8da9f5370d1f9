"""Contract and the steps Proposal, Transaction, Commit, awaited; what they do: see the blocking ones."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .. import _flows
from .._calls import Flow, ResultT
from .._checkpointer import Checkpoint
from .._session import Deadlines, Session, optional_seconds
from .._steps import Argument, ProposalData, Status, TransactionData, contract_function, propose

if TYPE_CHECKING:
    from .._events import ChaincodeEvent
    from ._gateway import EventStream, Gateway, Network


class _Stage:
    """What every step needs: the gateway to go on with."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway

    @property
    def _session(self) -> Session:
        return self._gateway.session

    async def _run(self, flow: Flow[ResultT]) -> ResultT:
        return await self._gateway.run(flow)


class Contract(_Stage):
    """As ``counterfoil.Contract``."""

    def __init__(self, network: "Network", chaincode: str, contract: str) -> None:
        super().__init__(network.gateway)
        self.network = network
        self.chaincode = chaincode
        self.name = contract

    async def evaluate(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        target_organizations: Sequence[str] = (),
        timeout: float | None = None,
    ) -> bytes:
        """As ``counterfoil.Contract.evaluate``."""
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=target_organizations
        )
        return await proposal.evaluate(timeout=timeout)

    async def submit(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
        deadlines: Deadlines | None = None,
    ) -> bytes:
        """As ``counterfoil.Contract.submit``."""
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=endorsing_organizations
        )
        chosen = deadlines or self._session.deadlines
        return await self._run(_flows.submit_and_wait(self._session, proposal.data, chosen))

    async def submit_nowait(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
        deadlines: Deadlines | None = None,
    ) -> "Commit":
        """As ``counterfoil.Contract.submit_nowait``."""
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=endorsing_organizations
        )
        chosen = deadlines or self._session.deadlines
        data = await self._run(_flows.submit_nowait(self._session, proposal.data, chosen))
        return Commit(self._gateway, data)

    def propose(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
    ) -> "Proposal":
        """As ``counterfoil.Contract.propose``; needs no awaiting."""
        data = propose(
            self._session,
            self.network.name,
            self.chaincode,
            contract_function(self.name, function),
            arguments,
            transient,
            endorsing_organizations,
        )
        return Proposal(self._gateway, data)

    def events(
        self,
        *,
        start_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> "EventStream[ChaincodeEvent]":
        """As ``counterfoil.Contract.events``."""
        return self.network.chaincode_events(
            self.chaincode, start_block=start_block, checkpoint=checkpoint, timeout=timeout
        )


class Proposal(_Stage):
    """As ``counterfoil.Proposal``."""

    def __init__(self, gateway: "Gateway", data: ProposalData) -> None:
        super().__init__(gateway)
        self.data = data

    @property
    def transaction_id(self) -> str:
        """The ID the transaction has from here on."""
        return self.data.transaction_id

    @property
    def to_sign(self) -> bytes:
        """The bytes that the creator signs."""
        return self.data.proposal_bytes

    def serialize(self) -> bytes:
        """As ``counterfoil.Proposal.serialize``."""
        return self.data.serialize()

    async def evaluate(self, *, timeout: float | None = None) -> bytes:
        """As ``counterfoil.Proposal.evaluate``."""
        return await self._run(_flows.evaluate(self._session, self.data, optional_seconds(timeout)))

    async def endorse(self, *, timeout: float | None = None) -> "Transaction":
        """As ``counterfoil.Proposal.endorse``."""
        data = await self._run(_flows.endorse(self._session, self.data, optional_seconds(timeout)))
        return Transaction(self._gateway, data)


class Transaction(_Stage):
    """As ``counterfoil.Transaction``."""

    def __init__(self, gateway: "Gateway", data: TransactionData) -> None:
        super().__init__(gateway)
        self.data = data

    @property
    def transaction_id(self) -> str:
        """The transaction's ID."""
        return self.data.transaction_id

    @property
    def result(self) -> bytes:
        """The transaction function's response, as endorsed."""
        return self.data.result

    @property
    def to_sign(self) -> bytes:
        """The bytes that the creator signs."""
        return self.data.payload

    def sign(self) -> "Transaction":
        """As ``counterfoil.Transaction.sign``."""
        return Transaction(self._gateway, self.data.signed(self._session))

    def serialize(self) -> bytes:
        """As ``counterfoil.Transaction.serialize``."""
        return self.data.serialize()

    async def submit(self, *, timeout: float | None = None) -> "Commit":
        """As ``counterfoil.Transaction.submit``."""
        data = await self._run(_flows.submit(self._session, self.data, optional_seconds(timeout)))
        return Commit(self._gateway, data)


class Commit(_Stage):
    """As ``counterfoil.Commit``."""

    def __init__(self, gateway: "Gateway", data: TransactionData) -> None:
        super().__init__(gateway)
        self.transaction = Transaction(gateway, data)

    @property
    def transaction_id(self) -> str:
        """The transaction's ID."""
        return self.transaction.transaction_id

    @property
    def result(self) -> bytes:
        """The transaction function's response; it counts only once the status is successful."""
        return self.transaction.result

    async def status(self, *, timeout: float | None = None) -> Status:
        """As ``counterfoil.Commit.status``."""
        data = self.transaction.data
        request = _flows.sign_status_request(self._session, data.channel, data.transaction_id)
        flow = _flows.commit_status(self._session, data.transaction_id, request, optional_seconds(timeout))
        return await self._run(flow)
