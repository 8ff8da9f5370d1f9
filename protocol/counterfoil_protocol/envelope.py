"""Transaction envelopes: assemble them from endorsements, and read them once.

Sources: protoutil/txutils.go CreateSignedTx (assembly), core/common/validation/msgvalidation.go (what a peer
reads), protoutil/commonutils.go (headers of other envelopes).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from . import messages
from .endorsement import Endorsement, ResponsePayload, parse_response_payload
from .errors import EndorsementMismatch, MalformedMessage
from .proposal import Timestamp, parse_chaincode_input, payload_without_transient
from .signed_data import SignedData
from .signing import Signer
from .wire import decode

_SUCCESS_MIN, _SUCCESS_END = 200, 400


@dataclass(frozen=True, slots=True)
class ParsedAction:
    """One endorsed call inside a transaction.

    ``payload`` is what endorsers agreed on, ``payload_bytes`` the bytes they signed; ``proposal_payload``
    is the proposal without transient; ``signature_header`` the action's own copy.
    """

    signature_header: bytes = field(repr=False)
    proposal_payload: bytes = field(repr=False)
    payload_bytes: bytes = field(repr=False)
    payload: ResponsePayload
    endorsements: tuple[Endorsement, ...]

    def arguments(self) -> tuple[bytes, ...]:
        """The chaincode's arguments, the function's name first.

        Raises:
            MalformedMessage: the proposal payload holds no chaincode input.
        """
        payload = decode(messages.proposal.ChaincodeProposalPayload, self.proposal_payload)
        return tuple(parse_chaincode_input(payload.input).args)

    def signed_data(self) -> tuple[SignedData, ...]:
        """The endorsements as policies evaluate them: each over the payload and the endorser."""
        return tuple(
            SignedData(self.payload_bytes + endorsement.endorser, endorsement.endorser, endorsement.signature)
            for endorsement in self.endorsements
        )


@dataclass(frozen=True, slots=True)
class ParsedTransaction:
    """An envelope with its headers read; ``actions`` is empty unless it is an endorser transaction.

    ``payload`` is what ``signature`` signs; ``data`` the part after the headers.
    """

    header_type: int
    version: int
    channel_id: str
    transaction_id: str
    timestamp: Timestamp
    epoch: int
    creator: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    channel_header: bytes = field(repr=False)
    signature_header: bytes = field(repr=False)
    data: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    actions: tuple[ParsedAction, ...] = ()

    def signed_data(self) -> SignedData:
        """The creator's signature over the payload."""
        return SignedData(self.payload, self.creator, self.signature)


def assemble_transaction(
    proposal_bytes: bytes, responses: Sequence[messages.proposal_response.ProposalResponse]
) -> bytes:
    """The payload of a transaction, for its creator to sign (protoutil CreateSignedTx without the signature).

    Endorsements of the same endorser are taken once, in order.

    Raises:
        MalformedMessage: the proposal cannot be read.
        EndorsementMismatch: no responses, one that is no success, different payloads, or no endorsement.
    """
    proposal = decode(messages.proposal.Proposal, proposal_bytes)
    header = decode(messages.common.Header, proposal.header)
    proposal_payload = decode(messages.proposal.ChaincodeProposalPayload, proposal.payload)
    action = messages.transaction.ChaincodeActionPayload(
        chaincode_proposal_payload=payload_without_transient(proposal_payload.input),
        action=messages.transaction.ChaincodeEndorsedAction(
            proposal_response_payload=_agreed_payload(responses), endorsements=_endorsements(responses)
        ),
    )
    transaction = messages.transaction.Transaction()
    transaction.actions.add(header=header.signature_header, payload=action.SerializeToString())
    return messages.common.Payload(header=header, data=transaction.SerializeToString()).SerializeToString()


def sign_envelope(payload: bytes, signer: Signer) -> messages.common.Envelope:
    """An envelope with the creator's signature over the payload."""
    return messages.common.Envelope(payload=payload, signature=signer(payload))


def parse_envelope(data: bytes) -> ParsedTransaction:
    """Read an envelope's headers and leave its data unread (``actions`` empty).

    Raises:
        MalformedMessage: no envelope, payload or headers.
    """
    return read_payload(decode(messages.common.Envelope, data))


def read_payload(envelope: messages.common.Envelope) -> ParsedTransaction:
    """``parse_envelope`` of an envelope that is already a message."""
    payload = decode(messages.common.Payload, envelope.payload)
    if not payload.HasField("header"):
        raise MalformedMessage("nil header")
    channel_header = decode(messages.common.ChannelHeader, payload.header.channel_header)
    signature_header = decode(messages.common.SignatureHeader, payload.header.signature_header)
    return ParsedTransaction(
        header_type=channel_header.type,
        version=channel_header.version,
        channel_id=channel_header.channel_id,
        transaction_id=channel_header.tx_id,
        timestamp=(channel_header.timestamp.seconds, channel_header.timestamp.nanos),
        epoch=channel_header.epoch,
        creator=signature_header.creator,
        nonce=signature_header.nonce,
        channel_header=payload.header.channel_header,
        signature_header=payload.header.signature_header,
        data=payload.data,
        payload=envelope.payload,
        signature=envelope.signature,
    )


def parse_actions(data: bytes) -> tuple[ParsedAction, ...]:
    """Read the actions of a ``protos.Transaction`` (the ``data`` of an endorser transaction).

    Raises:
        MalformedMessage: a layer cannot be read or is absent.
    """
    transaction = decode(messages.transaction.Transaction, data)
    return tuple(_parse_action(action) for action in transaction.actions)


def parse_transaction(envelope: bytes) -> ParsedTransaction:
    """Read an envelope and, for an endorser transaction, its actions.

    Raises:
        MalformedMessage: a layer cannot be read or is absent.
    """
    parsed = parse_envelope(envelope)
    if parsed.header_type != messages.common.ENDORSER_TRANSACTION:
        return parsed
    return replace(parsed, actions=parse_actions(parsed.data))


def build_payload(  # noqa: PLR0913 - one parameter for each header field that differs between envelopes
    header_type: int,
    channel_id: str,
    creator: bytes,
    nonce: bytes,
    data: bytes,
    *,
    timestamp: Timestamp,
    transaction_id: str = "",
    version: int = 0,
    tls_certificate_hash: bytes = b"",
) -> bytes:
    """The payload of any other envelope (deliver requests, configuration), for its creator to sign.

    Args:
        header_type: of ``common.HeaderType``.
        channel_id: the channel's ID.
        creator: serialized identity of the signer, empty for an unsigned genesis block.
        nonce: random bytes, empty for an unsigned envelope.
        data: the serialized message that is carried.
        timestamp: seconds and nanoseconds.
        transaction_id: only where the kind of envelope has one.
        version: version of the header.
        tls_certificate_hash: SHA-256 of the client's TLS certificate where mutual TLS binds the request.
    """
    channel_header = messages.common.ChannelHeader(
        type=header_type,
        version=version,
        channel_id=channel_id,
        tx_id=transaction_id,
        tls_cert_hash=tls_certificate_hash,
    )
    channel_header.timestamp.seconds, channel_header.timestamp.nanos = timestamp
    signature_header = messages.common.SignatureHeader(creator=creator, nonce=nonce)
    header = messages.common.Header(
        channel_header=channel_header.SerializeToString(),
        signature_header=signature_header.SerializeToString(),
    )
    return messages.common.Payload(header=header, data=data).SerializeToString()


def _agreed_payload(responses: Sequence[messages.proposal_response.ProposalResponse]) -> bytes:
    if not responses:
        raise EndorsementMismatch("at least one proposal response is required")
    first = responses[0].payload
    for response in responses:
        status = response.response.status
        if not _SUCCESS_MIN <= status < _SUCCESS_END:
            raise EndorsementMismatch(f"proposal response was not successful, error code {status}")
        if response.payload != first:
            raise EndorsementMismatch("ProposalResponsePayloads do not match")
    return first


def _endorsements(
    responses: Sequence[messages.proposal_response.ProposalResponse],
) -> list[messages.proposal_response.Endorsement]:
    by_endorser: dict[bytes, messages.proposal_response.Endorsement] = {}
    for response in responses:
        if response.HasField("endorsement"):
            by_endorser.setdefault(response.endorsement.endorser, response.endorsement)
    if not by_endorser:
        raise EndorsementMismatch("no endorsements")
    return list(by_endorser.values())


def _parse_action(action: messages.transaction.TransactionAction) -> ParsedAction:
    payload = decode(messages.transaction.ChaincodeActionPayload, action.payload)
    if not payload.HasField("action") or not payload.action.proposal_response_payload:
        raise MalformedMessage("no payload in ChaincodeActionPayload")
    return ParsedAction(
        signature_header=action.header,
        proposal_payload=payload.chaincode_proposal_payload,
        payload_bytes=payload.action.proposal_response_payload,
        payload=parse_response_payload(payload.action.proposal_response_payload),
        endorsements=tuple(Endorsement(e.endorser, e.signature) for e in payload.action.endorsements),
    )
