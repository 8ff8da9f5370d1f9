"""A smart contract: evaluate and submit its transaction functions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from . import _flows
from ._checkpointer import Checkpoint
from ._events import ChaincodeEvent, EventStream
from ._proposal import Commit, Proposal
from ._session import Deadlines
from ._steps import Argument, contract_function, propose

if TYPE_CHECKING:
    from ._network import Network


class Contract:
    """A smart contract: a chaincode, or one namespace of it."""

    def __init__(self, network: "Network", chaincode: str, contract: str) -> None:
        self.network = network
        self.chaincode = chaincode
        self.name = contract

    def evaluate(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        target_organizations: Sequence[str] = (),
        timeout: float | None = None,
    ) -> bytes:
        """Run a transaction function on one peer and give its response; nothing goes to the ledger.

        Args:
            function: name of the transaction function.
            arguments: text (as UTF-8) or bytes.
            transient: values for the endorsing peer alone.
            target_organizations: MSP IDs of which one's peer is to answer; the gateway chooses when empty.
            timeout: seconds, in place of the default deadline.

        Raises:
            EvaluateError: refused or failed.
            TypeError, ValueError: an argument that cannot be right, before any network.
        """
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=target_organizations
        )
        return proposal.evaluate(timeout=timeout)

    def submit(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
        deadlines: Deadlines | None = None,
    ) -> bytes:
        """Endorse, submit, wait for the commit, and give the transaction function's response.

        Args:
            function: name of the transaction function.
            arguments: text (as UTF-8) or bytes.
            transient: values for the endorsing peers alone, in no block.
            endorsing_organizations: MSP IDs whose peers are to endorse; with transient data always name them.
            deadlines: in place of the default ones.

        Raises:
            EndorseError, SubmitError: nothing was ordered.
            CommitUnknown: it may have been ordered; ``Gateway.settle`` finds out.
            CommitError: it is in a block and invalid.
            TypeError, ValueError: an argument that cannot be right, before any network.
        """
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=endorsing_organizations
        )
        gateway = self.network.gateway
        return gateway.run(
            _flows.submit_and_wait(gateway.session, proposal.data, deadlines or gateway.deadlines)
        )

    def submit_nowait(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
        deadlines: Deadlines | None = None,
    ) -> Commit:
        """As ``submit``, without waiting: the Commit has the response, and the status later.

        Raises:
            EndorseError, SubmitError: nothing was ordered.
            CommitUnknown: it may have been ordered; ``Gateway.settle`` finds out.
            TypeError, ValueError: an argument that cannot be right, before any network.
        """
        proposal = self.propose(
            function, *arguments, transient=transient, endorsing_organizations=endorsing_organizations
        )
        gateway = self.network.gateway
        flow = _flows.submit_nowait(gateway.session, proposal.data, deadlines or gateway.deadlines)
        return Commit(gateway, gateway.run(flow))

    def propose(
        self,
        function: str,
        *arguments: Argument,
        transient: Mapping[str, Argument] | None = None,
        endorsing_organizations: Sequence[str] = (),
    ) -> Proposal:
        """The first step alone: a proposal to evaluate or to endorse.

        Raises:
            TypeError, ValueError: an argument that cannot be right.
        """
        return Proposal(
            self.network.gateway,
            propose(
                self.network.gateway.session,
                self.network.name,
                self.chaincode,
                contract_function(self.name, function),
                arguments,
                transient,
                endorsing_organizations,
            ),
        )

    def events(
        self,
        *,
        start_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[ChaincodeEvent]:
        """The chaincode's events, as ``Network.chaincode_events``."""
        return self.network.chaincode_events(
            self.chaincode, start_block=start_block, checkpoint=checkpoint, timeout=timeout
        )
