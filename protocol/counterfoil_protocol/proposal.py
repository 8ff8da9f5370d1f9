"""Proposals: build, sign, and read what a client asks an endorser to simulate.

Sources: protoutil/proputils.go CreateChaincodeProposalWithTxIDNonceAndTransient, GetProposalHash1;
core/endorser/msgvalidation.go UnpackProposal and Validate (the checks that need no MSP).
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import messages
from .errors import MalformedMessage
from .signing import Signer
from .transaction_id import new_nonce, transaction_id
from .wire import decode

Timestamp = tuple[int, int]
"""Seconds since 1970 and nanoseconds, as google.protobuf.Timestamp."""


@dataclass(frozen=True, slots=True)
class BuiltProposal:
    """A proposal ready for its creator's signature."""

    proposal_bytes: bytes = field(repr=False)
    transaction_id: str
    channel_id: str
    chaincode_name: str


@dataclass(frozen=True, slots=True)
class ParsedProposal:
    """What an endorser needs of a proposal; arguments and transient values stay out of the repr.

    ``creator`` is the serialized identity (``Identity.parse`` reads it); ``proposal_hash`` covers the headers
    and the payload without the transient field.
    """

    channel_id: str
    transaction_id: str
    chaincode_name: str
    header_type: int
    timestamp: Timestamp
    epoch: int
    is_init: bool
    nonce: bytes
    creator: bytes = field(repr=False)
    args: tuple[bytes, ...] = field(repr=False)
    transient: Mapping[str, bytes] = field(repr=False)
    decorations: Mapping[str, bytes] = field(repr=False)
    proposal_hash: bytes = field(repr=False)
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    proposal_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def build_proposal(  # noqa: PLR0913 - one parameter for each field of Fabric's message that a client decides
    channel: str,
    chaincode: str,
    args: Sequence[bytes],
    creator: bytes,
    transient: Mapping[str, bytes] | None = None,
    *,
    nonce: bytes | None = None,
    timestamp: Timestamp | None = None,
    is_init: bool = False,
) -> BuiltProposal:
    """Build the proposal to call ``chaincode`` on ``channel`` with ``args`` (the function's name first).

    Args:
        channel: the channel's ID; empty for the peer's own system chaincodes (install).
        chaincode: the chaincode's name.
        args: the arguments, the function's name first.
        creator: the serialized identity that will sign.
        transient: values for the endorsers alone.
        nonce: 24 random bytes when absent.
        timestamp: (seconds, nanoseconds), the clock when absent.
        is_init: this call is the chaincode's initialisation.
    """
    nonce = new_nonce() if nonce is None else nonce
    seconds, nanos = divmod(time.time_ns(), 1_000_000_000) if timestamp is None else timestamp
    tx_id = transaction_id(nonce, creator)
    chaincode_id = messages.chaincode.ChaincodeID(name=chaincode)
    channel_header = messages.common.ChannelHeader(
        type=messages.common.ENDORSER_TRANSACTION,
        channel_id=channel,
        tx_id=tx_id,
        extension=messages.proposal.ChaincodeHeaderExtension(chaincode_id=chaincode_id).SerializeToString(),
    )
    channel_header.timestamp.seconds, channel_header.timestamp.nanos = seconds, nanos
    invocation = messages.chaincode.ChaincodeInvocationSpec(
        chaincode_spec=messages.chaincode.ChaincodeSpec(
            chaincode_id=chaincode_id,
            input=messages.chaincode.ChaincodeInput(args=args, is_init=is_init),
        )
    )
    header = messages.common.Header(
        channel_header=channel_header.SerializeToString(),
        signature_header=messages.common.SignatureHeader(creator=creator, nonce=nonce).SerializeToString(),
    )
    payload = messages.proposal.ChaincodeProposalPayload(
        input=invocation.SerializeToString(), TransientMap=dict(transient or {})
    )
    proposal = messages.proposal.Proposal(
        header=header.SerializeToString(), payload=payload.SerializeToString(deterministic=True)
    )
    return BuiltProposal(proposal.SerializeToString(), tx_id, channel, chaincode)


def sign_proposal(proposal: BuiltProposal | bytes, signer: Signer) -> messages.proposal.SignedProposal:
    """The proposal with its creator's signature over the proposal's bytes."""
    data = proposal.proposal_bytes if isinstance(proposal, BuiltProposal) else proposal
    return messages.proposal.SignedProposal(proposal_bytes=data, signature=signer(data))


def parse_signed_proposal(signed: messages.proposal.SignedProposal) -> ParsedProposal:
    """Read a signed proposal once, with every check that needs no MSP, in Fabric's order.

    The texts of the refusals are those Fabric's endorser gives. The signature is not verified here.

    Raises:
        MalformedMessage: a layer cannot be read or lacks what an endorser needs.
    """
    parsed = parse_proposal(signed.proposal_bytes, signed.signature)
    if parsed.header_type not in (messages.common.ENDORSER_TRANSACTION, messages.common.CONFIG):
        raise MalformedMessage(f"invalid header type {_header_type_name(parsed.header_type)}")
    if parsed.epoch:
        raise MalformedMessage("epoch is non-zero")
    if not parsed.nonce:
        raise MalformedMessage("nonce is empty")
    if not parsed.creator:
        raise MalformedMessage("creator is empty")
    expected = transaction_id(parsed.nonce, parsed.creator)
    if parsed.transaction_id != expected:
        raise MalformedMessage(
            f"incorrectly computed txid '{parsed.transaction_id}' -- expected '{expected}'"
        )
    if not signed.signature:
        raise MalformedMessage("empty signature bytes")
    return parsed


def parse_proposal(proposal_bytes: bytes, signature: bytes = b"") -> ParsedProposal:
    """Read a proposal's layers (core/endorser/msgvalidation.go UnpackProposal), checking presence only.

    Raises:
        MalformedMessage: a layer cannot be read, or the chaincode's name or input is missing.
    """
    proposal = decode(messages.proposal.Proposal, proposal_bytes)
    header = decode(messages.common.Header, proposal.header)
    channel_header = decode(messages.common.ChannelHeader, header.channel_header)
    signature_header = decode(messages.common.SignatureHeader, header.signature_header)
    chaincode_name = _chaincode_name(channel_header.extension)
    payload = decode(messages.proposal.ChaincodeProposalPayload, proposal.payload)
    chaincode_input = parse_chaincode_input(payload.input)
    return ParsedProposal(
        channel_id=channel_header.channel_id,
        transaction_id=channel_header.tx_id,
        chaincode_name=chaincode_name,
        header_type=channel_header.type,
        timestamp=(channel_header.timestamp.seconds, channel_header.timestamp.nanos),
        epoch=channel_header.epoch,
        is_init=chaincode_input.is_init,
        nonce=signature_header.nonce,
        creator=signature_header.creator,
        args=tuple(chaincode_input.args),
        transient=dict(payload.TransientMap),
        decorations=dict(chaincode_input.decorations),
        proposal_hash=_hash(header, payload.input),
        header=proposal.header,
        payload=proposal.payload,
        proposal_bytes=proposal_bytes,
        signature=signature,
    )


def proposal_hash(header: bytes, payload: bytes) -> bytes:
    """SHA-256 over both headers and the payload without transient (protoutil GetProposalHash1).

    Args:
        header: serialized ``common.Header``.
        payload: serialized ``protos.ChaincodeProposalPayload``, with or without transient.

    Raises:
        MalformedMessage: one of the two cannot be read.
    """
    decoded = decode(messages.proposal.ChaincodeProposalPayload, payload)
    return _hash(decode(messages.common.Header, header), decoded.input)


def transaction_proposal_hash(channel_header: bytes, signature_header: bytes, payload: bytes) -> bytes:
    """SHA-256 over the headers and the payload as the transaction carries it (protoutil GetProposalHash2)."""
    return hashlib.sha256(channel_header + signature_header + payload).digest()


def payload_without_transient(payload_input: bytes) -> bytes:
    """The payload that goes into the transaction (protoutil GetBytesProposalPayloadForTx)."""
    return messages.proposal.ChaincodeProposalPayload(input=payload_input).SerializeToString()


def _hash(header: messages.common.Header, payload_input: bytes) -> bytes:
    return transaction_proposal_hash(
        header.channel_header, header.signature_header, payload_without_transient(payload_input)
    )


def _chaincode_name(extension: bytes) -> str:
    header_extension = decode(messages.proposal.ChaincodeHeaderExtension, extension)
    if not header_extension.HasField("chaincode_id"):
        raise MalformedMessage("ChaincodeHeaderExtension.ChaincodeId is nil")
    if not header_extension.chaincode_id.name:
        raise MalformedMessage("ChaincodeHeaderExtension.ChaincodeId.Name is empty")
    return header_extension.chaincode_id.name


def parse_chaincode_input(data: bytes) -> messages.chaincode.ChaincodeInput:
    """The chaincode's input inside a serialized ChaincodeInvocationSpec.

    Raises:
        MalformedMessage: a layer cannot be read or is absent.
    """
    invocation = decode(messages.chaincode.ChaincodeInvocationSpec, data)
    if not invocation.HasField("chaincode_spec"):
        raise MalformedMessage("chaincode invocation spec did not contain chaincode spec")
    if not invocation.chaincode_spec.HasField("input"):
        raise MalformedMessage("chaincode input did not contain any input")
    return invocation.chaincode_spec.input


def _header_type_name(number: int) -> str:
    known = messages.common.HeaderType.DESCRIPTOR.values_by_number.get(number)
    return known.name if known else str(number)
