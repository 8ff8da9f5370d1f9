"""What a case acts on: it calls, and everything seen goes into its transcript."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
from counterfoil import CommitError, Gateway, GatewayError, Proposal, Transaction
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.messages import transaction as transactions
from counterfoil_protocol.proposal import build_proposal, parse_proposal

from tests.acceptance import observed
from tests.acceptance.normalised import Names
from tests.acceptance.surroundings import CHAINCODE, Surroundings

Step = list[Any]
ENDORSERS = ("RegulatorMSP", "BankAMSP")
"""Two of four, as the chaincode's policy asks; named, so that no run depends on the gateway's choice."""
NOBODY_SAID: tuple[str, ...] = ()
"""The gateway chooses."""
_CUT_SECONDS = 0.02
_CODES: dict[int, str] = {int(number): name for name, number in transactions.TxValidationCode.items()}


class NotTogether(Exception):  # noqa: N818 - reads as the fact it states
    """What was to happen together did not: the case has to be run again."""


@dataclass(slots=True)
class Stage:
    """One case's run on one network."""

    case: str
    surroundings: Surroundings
    names: Names
    attempt_mark: str = ""
    """Tells the keys of a case that is run again from those of the first time."""
    transcript: list[dict[str, Any]] = field(default_factory=list)

    def key(self, name: str) -> str:
        """A key that no other case uses."""
        return f"{self.case}{self.attempt_mark}/{name}"

    # Calls through the SDK

    def evaluate(
        self,
        *steps: Step,
        by: str | Gateway = "BankA",
        at: Sequence[str] = (),
        transient: Mapping[str, str] | None = None,
        chaincode: str = CHAINCODE,
        channel: str | None = None,
    ) -> Any:
        """Evaluate a script; the answer's payload, None if it was refused."""
        return self.evaluate_raw(
            "run",
            self.script(steps, transient),
            by=by,
            at=at,
            transient=transient,
            chaincode=chaincode,
            channel=channel,
        )

    def evaluate_raw(
        self,
        function: str,
        *arguments: str | bytes,
        by: str | Gateway = "BankA",
        at: Sequence[str] = (),
        transient: Mapping[str, str] | None = None,
        chaincode: str = CHAINCODE,
        channel: str | None = None,
    ) -> Any:
        """Evaluate any function of any chaincode."""
        contract = self._gateway(by).network(channel or self.surroundings.channel).contract(chaincode)
        proposal = contract.propose(function, *arguments, transient=transient, endorsing_organizations=at)
        self.names.transaction(proposal.transaction_id)
        try:
            answer = proposal.evaluate()
        except GatewayError as error:
            self._saw("evaluate", by, observed.failure(error))
            return None
        seen = answer.decode(errors="backslashreplace")
        self._saw("evaluate", by, {"answer": seen})
        return answer

    def endorse(
        self,
        *steps: Step,
        by: str | Gateway = "BankA",
        endorsers: Sequence[str] = ENDORSERS,
        transient: Mapping[str, str] | None = None,
        chaincode: str = CHAINCODE,
        channel: str | None = None,
        is_init: bool = False,
    ) -> Transaction | None:
        """Have a script endorsed; None if it was refused."""
        contract = self._gateway(by).network(channel or self.surroundings.channel).contract(chaincode)
        script = self.script(steps, transient)
        proposal = contract.propose("run", script, transient=transient, endorsing_organizations=endorsers)
        if is_init:
            proposal = as_init(self._gateway(by), proposal)
        self.names.transaction(proposal.transaction_id)
        try:
            endorsed = proposal.endorse()
        except GatewayError as error:
            self._saw("endorse", by, observed.failure(error))
            return None
        parsed = parse_transaction(endorsed.data.envelope.SerializeToString())
        self._saw("endorse", by, observed.transaction(parsed, self.names))
        return endorsed

    def commit(self, *endorsed: Transaction | None) -> list[str]:
        """Submit one after the other, then wait for all; their validation codes."""
        commits = [each.submit() for each in endorsed if each is not None]
        statuses = [commit.status() for commit in commits]
        for status in statuses:
            self.settle(status.transaction_id, status.block_number)
        codes = [status.name for status in statuses]
        self.note("commit", codes)
        return codes

    def submit(self, *steps: Step, **said: Any) -> Transaction | None:
        """Endorse and commit."""
        endorsed = self.endorse(*steps, **said)
        if endorsed is not None:
            self.commit(endorsed)
        return endorsed

    def one_block(self, *endorsed: Transaction | None) -> list[str]:
        """Order transactions in this order into one block, and note its codes.

        An idle embedded orderer cuts at once, so another transaction goes first, to keep it busy.

        Raises:
            NotTogether: the orderer cut in between; the case has to be run again.
        """
        envelopes = [each.sign().data.envelope for each in endorsed if each is not None]
        ids = [each.transaction_id for each in endorsed if each is not None]
        first = self._decoy()
        with self.surroundings.held_up():
            statuses = self.surroundings.broadcast([first.sign().data.envelope])
            time.sleep(_CUT_SECONDS)
            statuses += self.surroundings.broadcast(envelopes)
        assert set(statuses) == {200}, statuses
        deadline = time.monotonic() + 90
        number, places, codes = self._await_block(ids[-1], deadline)
        if not all(each in places for each in ids):
            where = [self.surroundings.block_of(each, "BankA")[0] for each in ids]
            raise NotTogether(f"{self.case}: blocks {where}")
        self.settle(ids[-1], number)
        names = [_CODES[codes[places[each]]] for each in ids]
        self.note("one block", names)
        return names

    def note(self, what: str, seen: Any) -> None:
        """Put anything else into the transcript."""
        self.transcript.append({"did": what, "saw": seen})

    def attempt(self, what: str, call: Callable[[], Any]) -> None:
        """Make a call of gRPC or of the SDK and note what it gave."""
        try:
            self.note(what, call())
        except (GatewayError, CommitError) as error:
            self.note(what, observed.failure(error))
        except grpc.RpcError as error:
            self.note(what, observed.rpc_failure(error))

    def settle(self, transaction_id: str, number: int) -> None:
        """Learn where transactions lie, and wait until every peer has the block."""
        self.surroundings.await_height(number + 1)
        number, places, _ = self.surroundings.block_of(transaction_id, self.surroundings.present[0])
        for found, place in places.items():
            if found in self.names.transactions:
                self.names.places[number, place] = self.names.transactions[found]

    def finished(self) -> list[dict[str, Any]]:
        """The transcript, normalised."""
        normalised: list[dict[str, Any]] = self.names.replace(self.transcript)
        if not self.attempt_mark:
            return normalised
        text = json.dumps(normalised).replace(f"{self.attempt_mark}/", "/")
        again: list[dict[str, Any]] = json.loads(text)
        return again

    def _decoy(self) -> Transaction:
        contract = self._gateway("BankA").network(self.surroundings.channel).contract(CHAINCODE)
        script = json.dumps([["put", self.key("decoy"), "x"]])
        return contract.propose("run", script, endorsing_organizations=ENDORSERS).endorse()

    def _await_block(self, transaction_id: str, deadline: float) -> tuple[int, dict[str, int], bytes]:
        while True:
            try:
                return self.surroundings.block_of(transaction_id, "BankA")
            except GatewayError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def script(self, steps: Sequence[Step], transient: Mapping[str, str] | None = None) -> str:
        """The argument that stands for these steps; their texts are known by their hashes from here on."""
        self.names.learn(_texts(steps))
        self.names.learn((transient or {}).values())
        return json.dumps(list(steps), ensure_ascii=False)

    def _gateway(self, by: str | Gateway) -> Gateway:
        return self.surroundings.gateway(by) if isinstance(by, str) else by

    def _saw(self, what: str, by: str | Gateway, seen: Any) -> None:
        who = by if isinstance(by, str) else f"{by.identity.msp_id} (own identity)"
        self.note(f"{what} by {who}", seen)


def as_init(gateway: Gateway, proposal: Proposal) -> Proposal:
    """The same call as the chaincode's initialisation, which the SDK leaves to `peer`."""
    parsed = parse_proposal(proposal.data.proposal_bytes)
    built = build_proposal(
        parsed.channel_id, parsed.chaincode_name, parsed.args, parsed.creator, parsed.transient, is_init=True
    )
    changed = replace(proposal.data, transaction_id=built.transaction_id, proposal_bytes=built.proposal_bytes)
    return gateway.proposal_from_bytes(changed.serialize())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
