"""Endorse a proposal: check it, simulate it, spread its private data, sign the result.

Source: core/endorser/endorser.go; texts are Fabric's because clients see them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from counterfoil_protocol.endorsement import build_response_payload, sign_response
from counterfoil_protocol.errors import InvalidIdentity, MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.ledger.simulator import SimulationError, Simulator
from counterfoil_protocol.messages import proposal, proposal_response
from counterfoil_protocol.proposal import parse_proposal, parse_signed_proposal
from counterfoil_protocol.signed_data import SignedData

from counterfoil_network.embedded.membership import ProposalOutcome
from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.chaincode.failure import ChaincodeFailure
from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
from counterfoil_network.embedded.peer.interest import chaincode_interest
from counterfoil_network.embedded.peer.private_data.collections import creator_access, state_getter
from counterfoil_network.embedded.peer.private_data.distribution import with_configurations
from counterfoil_network.embedded.peer.proposal_filters import refusal

if TYPE_CHECKING:
    from counterfoil_protocol.ledger.simulator import SimulationResult
    from counterfoil_protocol.messages import transient_store
    from counterfoil_protocol.proposal import ParsedProposal

    from counterfoil_network.embedded.ledger.view import LedgerView
    from counterfoil_network.embedded.peer.peer import Peer

_PEER_ERROR = 500
_LOWEST_ERROR = 400
# These answer from the blocks, not from the state.
_WITHOUT_SIMULATOR = frozenset({"qscc", "cscc"})
_SYSTEM_VERSION = "syscc"


class ProposalRefused(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The proposal itself is not acceptable; the client hears the text with a gRPC error."""


class Endorser:
    """The endorsing part of one peer."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def process(self, signed: proposal.SignedProposal) -> ProposalOutcome:
        """Endorse, or say why not; never raises for what a client sent."""
        try:
            parsed = self._parse(signed)
            unheard = refusal(parsed, self._peer.now())
            if unheard is not None:
                self._peer.log.warning("refused a proposal: %s", unheard)
                return ProposalOutcome(None, unheard)
            if parsed.channel_id not in ("", self._peer.channel.channel_id):
                return ProposalOutcome(_failed(f"channel '{parsed.channel_id}' not found"))
            self._check(parsed, signed)
        except ProposalRefused as refused:
            self._peer.log.warning("refused a proposal: %s", refused)
            return ProposalOutcome(_failed(str(refused)), str(refused))
        try:
            return ProposalOutcome(await self._endorse(parsed, signed))
        except (ChaincodeFailure, SimulationError) as failure:
            # What a chaincode says may quote its arguments; everything else is the peer's own words.
            quotes = isinstance(failure, ChaincodeFailure) and failure.quotes_chaincode
            reason = "the chaincode failed" if quotes else str(failure)
            self._peer.log.warning("could not endorse %s: %s", parsed.transaction_id, reason)
            return ProposalOutcome(_failed(str(failure)))

    def _parse(self, signed: proposal.SignedProposal) -> ParsedProposal:
        try:
            parse_proposal(signed.proposal_bytes)
        except MalformedMessage as error:
            raise ProposalRefused(str(error)) from error
        try:
            return parse_signed_proposal(signed)
        except MalformedMessage as error:
            raise ProposalRefused(f"error validating proposal: {error}") from error

    def _check(self, parsed: ParsedProposal, signed: proposal.SignedProposal) -> None:
        """Creator, signature, duplicate and the Writers policy, in Fabric's order."""
        denied = f"error validating proposal: access denied: channel [{parsed.channel_id}] creator org"
        msps = self._peer.channel.msps
        try:
            creator = msps.deserialize(parsed.creator)
        except (MalformedMessage, InvalidIdentity):
            raise ProposalRefused(f"{denied} unknown, creator is malformed") from None
        if not parsed.channel_id and creator.msp_id != self._peer.msp_id:
            # Without a channel only the peer's own MSP is known.
            raise ProposalRefused(f"{denied} unknown, creator is malformed")
        try:
            msps.validate(creator)
        except (MalformedMessage, InvalidIdentity):
            raise ProposalRefused(f"{denied} [{creator.msp_id}]") from None
        if not msps.verify(creator, parsed.proposal_bytes, signed.signature):
            raise ProposalRefused(f"{denied} [{creator.msp_id}]")
        if not parsed.channel_id:
            return
        if self._peer.ledger.transaction_status(parsed.transaction_id) is not None:
            raise ProposalRefused(
                f"duplicate transaction found [{parsed.transaction_id}]. Creator [{parsed.creator.hex()}]"
            )
        if not self._peer.chaincodes.is_system(parsed.chaincode_name):
            data = SignedData(parsed.proposal_bytes, parsed.creator, signed.signature)
            try:
                self._peer.access.check("peer/Propose", parsed.channel_id, data)
            except AccessDenied as error:
                raise ProposalRefused(str(error)) from error

    async def _endorse(
        self, parsed: ParsedProposal, signed: proposal.SignedProposal
    ) -> proposal_response.ProposalResponse:
        name = parsed.chaincode_name
        if not parsed.channel_id or name in _WITHOUT_SIMULATOR:
            return await self._answer_without_ledger(parsed, signed)
        with self._peer.ledger.snapshot() as view:
            simulator = self._simulator(parsed, view)
            invocation = replace(_invocation(parsed, signed), simulator=simulator, view=view)
            try:
                version = self._version(invocation)
            except ChaincodeFailure as failure:
                raise failure.within(
                    f"make sure the chaincode {name} has been successfully defined on channel "
                    f"{parsed.channel_id} and try again"
                ) from None
            try:
                response, event = await self._peer.chaincodes.execute(invocation)
                result = simulator.result()
                content = self._private_content(result, view)
            except (ChaincodeFailure, SimulationError) as failure:
                raise ChaincodeFailure.of(failure).within("error in simulation") from None
        # With the view closed, as Fabric is done with its simulator by then (endorser.go simulateProposal):
        # private writes are kept by ledgers' writers, and a writer may be waiting until views are closed.
        if content is not None:
            await self._distribute(parsed.transaction_id, content)
        interest = chaincode_interest(result, self._peer.chaincodes.is_system)
        succeeded = response.status < _LOWEST_ERROR
        payload = build_response_payload(
            parsed.proposal_hash,
            results=result.public_bytes,
            response=response,
            chaincode_name=name,
            chaincode_version=version,
            event=event.SerializeToString() if event is not None and succeeded else b"",
        )
        return self._sign(payload, response, interest)

    async def _answer_without_ledger(
        self, parsed: ParsedProposal, signed: proposal.SignedProposal
    ) -> proposal_response.ProposalResponse:
        if not self._peer.chaincodes.is_system(parsed.chaincode_name):
            raise ChaincodeFailure(
                f"make sure the chaincode {parsed.chaincode_name} has been successfully defined on channel "
                f"{parsed.channel_id} and try again: could not get channel config for channel ''"
            )
        try:
            response, _ = await self._peer.chaincodes.execute(_invocation(parsed, signed))
        except ChaincodeFailure as failure:
            raise failure.within("error in simulation") from None
        if not parsed.channel_id:
            # Without a channel nothing is endorsed; the response alone is the answer.
            payload = _payload(parsed, response) if response.status >= _PEER_ERROR else b""
            return proposal_response.ProposalResponse(response=response, payload=payload)
        return self._sign(_payload(parsed, response), response, proposal_response.ChaincodeInterest())

    def _sign(
        self,
        payload: bytes,
        response: proposal_response.Response,
        interest: proposal_response.ChaincodeInterest,
    ) -> proposal_response.ProposalResponse:
        if response.status >= _PEER_ERROR:
            return proposal_response.ProposalResponse(response=response, payload=payload, interest=interest)
        if response.status >= _LOWEST_ERROR:
            return proposal_response.ProposalResponse(response=response)
        node = self._peer.node
        answer = sign_response(payload, response, node.identity.serialize(), node.signer)
        answer.interest.CopyFrom(interest)
        return answer

    def _simulator(self, parsed: ParsedProposal, view: LedgerView) -> Simulator:
        channel, creator = self._peer.channel, Identity.parse(parsed.creator)
        return Simulator(
            view,
            transaction_id=parsed.transaction_id,
            channel_id=parsed.channel_id,
            collections=lambda get, namespace: creator_access(channel, creator, get, namespace),
        )

    def _version(self, invocation: Invocation) -> str:
        if self._peer.chaincodes.is_system(invocation.chaincode_name):
            return _SYSTEM_VERSION
        return self._peer.endorsement_info(invocation).version

    def _private_content(
        self, result: SimulationResult, view: LedgerView
    ) -> transient_store.TxPvtReadWriteSetWithConfigInfo | None:
        """Private writes with the definitions of their collections, None where nothing private is written."""
        private = result.private_message
        if private is None:
            return None
        return with_configurations(private, self._peer.channel, state_getter(view), view.height)

    async def _distribute(
        self, transaction_id: str, content: transient_store.TxPvtReadWriteSetWithConfigInfo
    ) -> None:
        try:
            await self._peer.distributor.distribute(transaction_id, content)
        except ChaincodeFailure as failure:
            raise failure.within("error in simulation") from None
        await self._peer.accept_private(transaction_id, content)


def _invocation(parsed: ParsedProposal, signed: proposal.SignedProposal) -> Invocation:
    return Invocation(
        channel_id=parsed.channel_id,
        transaction_id=parsed.transaction_id,
        creator=parsed.creator,
        signed_proposal=signed,
        proposed=parsed.chaincode_name,
        chaincode_name=parsed.chaincode_name,
        args=parsed.args,
        is_init=parsed.is_init,
    )


def _payload(parsed: ParsedProposal, response: proposal_response.Response) -> bytes:
    return build_response_payload(
        parsed.proposal_hash,
        results=b"",
        response=response,
        chaincode_name=parsed.chaincode_name,
        chaincode_version=_SYSTEM_VERSION,
    )


def _failed(message: str) -> proposal_response.ProposalResponse:
    response = proposal_response.Response(status=_PEER_ERROR, message=message)
    return proposal_response.ProposalResponse(response=response)
