"""Endorsements: the result of a simulation, and the endorser's signature over it.

Sources: protoutil/proputils.go GetBytesProposalResponsePayload; core/handlers/endorsement/builtin (what is
signed); core/endorser/endorser.go ProcessProposal (the response message).
"""

from dataclasses import dataclass, field

from . import messages
from .errors import MalformedMessage
from .identity import Identity
from .signing import Signer, verify
from .wire import decode, required


@dataclass(frozen=True, slots=True)
class Endorsement:
    """An endorser (serialized identity) and its signature over response payload and identity."""

    endorser: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def identity(self) -> Identity:
        """The endorser's identity.

        Raises:
            MalformedMessage: the endorser is no serialized identity.
        """
        return Identity.parse(self.endorser)


@dataclass(frozen=True, slots=True)
class ResponsePayload:
    """A ProposalResponsePayload with the ChaincodeAction inside: what endorsers must agree on.

    ``results`` is the serialized TxReadWriteSet, ``event`` the serialized ChaincodeEvent or empty;
    ``status``, ``message`` and ``response`` are the chaincode's answer.
    """

    proposal_hash: bytes = field(repr=False)
    results: bytes = field(repr=False)
    event: bytes = field(repr=False)
    status: int
    message: str = field(repr=False)
    response: bytes = field(repr=False)
    chaincode_name: str
    chaincode_version: str


def build_response_payload(  # noqa: PLR0913 - one parameter for each part of the message
    proposal_hash: bytes,
    *,
    results: bytes,
    response: messages.proposal_response.Response,
    chaincode_name: str,
    chaincode_version: str = "",
    event: bytes = b"",
) -> bytes:
    """The bytes of ``protos.ProposalResponsePayload``, which the endorser signs.

    Args:
        proposal_hash: of ``ParsedProposal.proposal_hash``.
        results: serialized TxReadWriteSet.
        response: the chaincode's response, kept as it is.
        chaincode_name: name of the chaincode that was called.
        chaincode_version: version of its definition.
        event: serialized ChaincodeEvent, empty for none.
    """
    action = messages.proposal.ChaincodeAction(
        results=results,
        events=event,
        response=response,
        chaincode_id=messages.chaincode.ChaincodeID(name=chaincode_name, version=chaincode_version),
    )
    return messages.proposal_response.ProposalResponsePayload(
        proposal_hash=proposal_hash, extension=action.SerializeToString()
    ).SerializeToString()


def parse_response_payload(data: bytes) -> ResponsePayload:
    """Read ``protos.ProposalResponsePayload`` and the action inside.

    An absent response or chaincode ID reads as zero and empty, as Fabric's getters give it.

    Raises:
        MalformedMessage: a layer cannot be read, or there is no action.
    """
    payload = decode(messages.proposal_response.ProposalResponsePayload, data)
    if not payload.extension:
        raise MalformedMessage("response payload is missing extension")
    action = decode(messages.proposal.ChaincodeAction, payload.extension)
    return ResponsePayload(
        proposal_hash=payload.proposal_hash,
        results=action.results,
        event=action.events,
        status=action.response.status,
        message=action.response.message,
        response=action.response.payload,
        chaincode_name=action.chaincode_id.name,
        chaincode_version=action.chaincode_id.version,
    )


def sign_response(
    payload: bytes,
    response: messages.proposal_response.Response,
    endorser: bytes,
    signer: Signer,
) -> messages.proposal_response.ProposalResponse:
    """The endorser's answer: the payload's bytes, the response beside it, and the endorsement.

    Args:
        payload: of ``build_response_payload``.
        response: the chaincode's response, repeated outside of what is signed.
        endorser: the endorser's serialized identity.
        signer: the endorser's signer.
    """
    return messages.proposal_response.ProposalResponse(
        version=1,
        response=response,
        payload=payload,
        endorsement=messages.proposal_response.Endorsement(
            endorser=endorser, signature=signer(payload + endorser)
        ),
    )


def verify_endorsement(payload: bytes, endorsement: Endorsement) -> bool:
    """Whether the endorser's certificate signed this payload; whether it may is a policy's question."""
    try:
        certificate = endorsement.identity.x509
    except MalformedMessage:
        return False
    return verify(certificate, payload + endorsement.endorser, endorsement.signature)


def response_endorsement(response: messages.proposal_response.ProposalResponse) -> Endorsement:
    """The endorsement inside a proposal response.

    Raises:
        MalformedMessage: there is none.
    """
    required(response, "endorsement")
    return Endorsement(response.endorsement.endorser, response.endorsement.signature)
