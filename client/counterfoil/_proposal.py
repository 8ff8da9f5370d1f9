"""The steps one by one: Proposal, Transaction, Commit."""

from typing import TYPE_CHECKING

from . import _flows
from ._session import optional_seconds
from ._steps import ProposalData, Status, TransactionData

if TYPE_CHECKING:
    from ._gateway import Gateway


class Proposal:
    """A transaction as its client proposes it."""

    def __init__(self, gateway: "Gateway", data: ProposalData) -> None:
        self._gateway = gateway
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
        """The proposal for ``Gateway.proposal_from_bytes`` (gateway.ProposedTransaction)."""
        return self.data.serialize()

    def evaluate(self, *, timeout: float | None = None) -> bytes:
        """Run it on one peer of the organisations named, and give the response.

        Raises:
            EvaluateError: refused or failed.
        """
        return self._gateway.run(_flows.evaluate(self._gateway.session, self.data, optional_seconds(timeout)))

    def endorse(self, *, timeout: float | None = None) -> "Transaction":
        """Collect the endorsements.

        Raises:
            EndorseError: refused or failed.
        """
        return Transaction(
            self._gateway,
            self._gateway.run(_flows.endorse(self._gateway.session, self.data, optional_seconds(timeout))),
        )


class Transaction:
    """An endorsed transaction, ready for the ordering service."""

    def __init__(self, gateway: "Gateway", data: TransactionData) -> None:
        self._gateway = gateway
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
        """The same transaction signed, to be written down before the submit: ``settle`` needs it."""
        return Transaction(self._gateway, self.data.signed(self._gateway.session))

    def serialize(self) -> bytes:
        """The transaction for ``Gateway.transaction_from_bytes`` (gateway.PreparedTransaction)."""
        return self.data.serialize()

    def submit(self, *, timeout: float | None = None) -> "Commit":
        """Hand it to the ordering service.

        Raises:
            SubmitError: refused or failed; where it ``may_have_arrived``, ``Gateway.settle`` finds out.
        """
        flow = _flows.submit(self._gateway.session, self.data, optional_seconds(timeout))
        return Commit(self._gateway, self._gateway.run(flow))


class Commit:
    """A submitted transaction, on its way into a block."""

    def __init__(self, gateway: "Gateway", data: TransactionData) -> None:
        self._gateway = gateway
        self.transaction = Transaction(gateway, data)

    @property
    def transaction_id(self) -> str:
        """The transaction's ID."""
        return self.transaction.transaction_id

    @property
    def result(self) -> bytes:
        """The transaction function's response; it counts only once the status is successful."""
        return self.transaction.result

    def status(self, *, timeout: float | None = None) -> Status:
        """Wait for the commit at the gateway's own peer.

        Raises:
            CommitStatusError: not known within the deadline, or refused.
        """
        session = self._gateway.session
        data = self.transaction.data
        request = _flows.sign_status_request(session, data.channel, data.transaction_id)
        return self._gateway.run(
            _flows.commit_status(session, data.transaction_id, request, optional_seconds(timeout))
        )
