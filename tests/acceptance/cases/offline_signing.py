"""Each message built by an application without a key and signed elsewhere: well, not at all, or wrongly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from counterfoil import Gateway, Identity, Proposal, Signer, Transaction
from counterfoil_protocol.identity import Identity as Serialized
from counterfoil_protocol.messages import atomic_broadcast, common, proposal
from counterfoil_protocol.messages import gateway as messages
from cryptography.hazmat.primitives.asymmetric import utils

from tests.acceptance.registry import case
from tests.acceptance.stage import ENDORSERS, Stage, Step
from tests.acceptance.strangers import connected, msp_certificate, msp_signer

_SECONDS = 60.0
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(slots=True)
class Elsewhere:
    """An application without a key, and the place where the key is."""

    stage: Stage
    gateway: Gateway
    certificate: bytes
    sign: Signer

    def propose(self, *steps: Step) -> Proposal:
        contract = self.gateway.network(self.stage.surroundings.channel).contract("probe")
        proposed = contract.propose("run", self.stage.script(steps), endorsing_organizations=ENDORSERS)
        self.stage.names.transaction(proposed.transaction_id)
        return proposed

    def with_signature(self, proposed: Proposal, signature: bytes) -> Proposal:
        return self.gateway.proposal_from_bytes(proposed.serialize(), signature)

    def endorsed(self, *steps: Step) -> Transaction:
        proposed = self.propose(*steps)
        return self.with_signature(proposed, self.sign(proposed.to_sign)).endorse()

    def submit(self, prepared: Transaction, signature: bytes) -> Any:
        return self.gateway.transaction_from_bytes(prepared.serialize(), signature).submit()

    @property
    def creator(self) -> bytes:
        return Serialized("BankAMSP", self.certificate).serialize()

    def status_request(self, transaction_id: str) -> bytes:
        return messages.CommitStatusRequest(
            transaction_id=transaction_id,
            channel_id=self.stage.surroundings.channel,
            identity=self.creator,
        ).SerializeToString()

    def status(self, request: bytes, signature: bytes) -> Any:
        stub = self.stage.surroundings.gateway_stub("BankA")
        signed = messages.SignedCommitStatusRequest(request=request, signature=signature)
        return stub.CommitStatus(signed, timeout=_SECONDS)

    def events_request(self, start: int) -> bytes:
        position = atomic_broadcast.SeekSpecified(number=start)
        return messages.ChaincodeEventsRequest(
            channel_id=self.stage.surroundings.channel,
            chaincode_id="probe",
            identity=self.creator,
            start_position=atomic_broadcast.SeekPosition(specified=position),
        ).SerializeToString()

    def first_event(self, request: bytes, signature: bytes) -> Any:
        stub = self.stage.surroundings.gateway_stub("BankA")
        signed = messages.SignedChaincodeEventsRequest(request=request, signature=signature)
        running = stub.ChaincodeEvents(signed, timeout=_SECONDS)
        try:
            return [[event.event_name, event.tx_id] for event in next(running).events]
        finally:
            running.cancel()


@contextmanager
def elsewhere(stage: Stage) -> Iterator[Elsewhere]:
    """BankA's administrator, whose key the application does not have."""
    msp = stage.surroundings.user_msp("BankA")
    certificate = msp_certificate(msp)
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), None) as gateway:
        yield Elsewhere(stage, gateway, certificate, msp_signer(msp))


@case("signing/each message signed apart")
def apart(stage: Stage) -> None:
    with elsewhere(stage) as there:
        start = stage.surroundings.height("BankA")
        asked = there.propose(["creator"])
        signed = there.with_signature(asked, there.sign(asked.to_sign))
        stage.attempt("evaluate", lambda: signed.evaluate().decode())
        prepared = there.endorsed(["event", "signed", "x"], ["put", stage.key("a"), "1"])
        there.submit(prepared, there.sign(prepared.to_sign))
        request = there.status_request(prepared.transaction_id)
        answer = there.status(request, there.sign(request))
        stage.settle(prepared.transaction_id, answer.block_number)
        stage.note("status", answer.result)
        request = there.events_request(start)
        stage.attempt("event", lambda: there.first_event(request, there.sign(request)))


@case("signing/nobody's signature")
def unsigned(stage: Stage) -> None:
    stub = stage.surroundings.gateway_stub("BankA")
    channel = stage.surroundings.channel
    with elsewhere(stage) as there:
        proposed = there.propose(["put", stage.key("a"), "1"])
        bare = proposal.SignedProposal(proposal_bytes=proposed.to_sign)
        for named in ([], list(ENDORSERS)):
            endorse = messages.EndorseRequest(
                transaction_id=proposed.transaction_id,
                channel_id=channel,
                proposed_transaction=bare,
                endorsing_organizations=named,
            )
            evaluate = messages.EvaluateRequest(
                channel_id=channel, proposed_transaction=bare, target_organizations=named
            )
            stage.attempt("endorse", lambda: stub.Endorse(endorse, timeout=_SECONDS))  # noqa: B023 - called at once
            stage.attempt("evaluate", lambda: stub.Evaluate(evaluate, timeout=_SECONDS))  # noqa: B023 - at once
        prepared = there.endorsed(["put", stage.key("a"), "1"])
        submit = messages.SubmitRequest(
            transaction_id=prepared.transaction_id,
            channel_id=channel,
            prepared_transaction=common.Envelope(payload=prepared.to_sign),
        )
        stage.attempt("submit", lambda: stub.Submit(submit, timeout=_SECONDS))
        status, events = there.status_request(prepared.transaction_id), there.events_request(0)
        stage.attempt("status", lambda: there.status(status, b""))
        stage.attempt("event", lambda: there.first_event(events, b""))


@case("signing/signatures of other messages")
def of_others(stage: Stage) -> None:
    with elsewhere(stage) as there:
        one, other = there.propose(["put", stage.key("a"), "1"]), there.propose(["put", stage.key("a"), "2"])
        of_one = there.sign(one.to_sign)
        stage.attempt("endorse", there.with_signature(other, of_one).endorse)
        stage.attempt("evaluate", there.with_signature(other, of_one).evaluate)
        prepared = there.with_signature(one, of_one).endorse()
        stage.attempt("submit with the proposal's", lambda: there.submit(prepared, of_one))
        status, events = there.status_request(prepared.transaction_id), there.events_request(0)
        stage.attempt("status", lambda: there.status(status, of_one))
        stage.attempt("event", lambda: there.first_event(events, of_one))


@case("signing/not a signature of ECDSA as Fabric wants it")
def other_forms(stage: Stage) -> None:
    with elsewhere(stage) as there:
        proposed = there.propose(["put", stage.key("a"), "1"])
        good = there.sign(proposed.to_sign)
        numbers = utils.decode_dss_signature(good)
        forms = {
            "high S": utils.encode_dss_signature(numbers[0], _ORDER_OF_P256 - numbers[1]),
            "bytes after it": good + b"\0",
            "no ASN.1": b"signature",
            "zero": utils.encode_dss_signature(0, 0),
            "raw": numbers[0].to_bytes(32, "big") + numbers[1].to_bytes(32, "big"),
        }
        for name, signature in forms.items():
            stage.attempt(name, lambda: bool(there.with_signature(proposed, signature).endorse()))  # noqa: B023 - called at once
        prepared = there.with_signature(proposed, good).endorse()
        numbers = utils.decode_dss_signature(there.sign(prepared.to_sign))
        high = utils.encode_dss_signature(numbers[0], _ORDER_OF_P256 - numbers[1])
        stage.attempt("high S on the envelope", lambda: there.submit(prepared, high))


@case("signing/the envelope is not the one that was endorsed")
def altered(stage: Stage) -> None:
    with elsewhere(stage) as there:
        prepared = there.endorsed(["put", stage.key("a"), "1"])
        payload = prepared.to_sign.replace(b"[null]", b"[true]")
        assert payload != prepared.to_sign
        envelope = common.Envelope(payload=payload, signature=there.sign(payload))
        stage.note("broadcast", stage.surroundings.broadcast([envelope]))
        request = there.status_request(prepared.transaction_id)
        answer = there.status(request, there.sign(request))
        stage.settle(prepared.transaction_id, answer.block_number)
        stage.note("status", answer.result)
        stage.evaluate(["get", stage.key("a")])
        stage.attempt("the right one", lambda: observed_code(there, prepared))


def observed_code(there: Elsewhere, prepared: Transaction) -> Any:
    """The verdict on the unaltered copy: its transaction id has been seen."""
    there.submit(prepared, there.sign(prepared.to_sign))
    request = there.status_request(prepared.transaction_id)
    return there.status(request, there.sign(request)).result
