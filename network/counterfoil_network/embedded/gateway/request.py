"""Read the proposal in a gateway request; a missing part is a refusal, never a crash (CVE-2022-36023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode, common, proposal
from counterfoil_protocol.wire import UNREADABLE, decode

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProposedCall:
    """What the gateway needs of a proposal."""

    channel_id: str
    chaincode: str
    has_transient: bool
    header: common.Header
    payload: proposal.ChaincodeProposalPayload


def proposed_call(signed: proposal.SignedProposal) -> ProposedCall:
    """Unpack what Endorse needs, absent parts as empty text (Fabric's getters on nil).

    Raises:
        MalformedMessage: a layer cannot be read; the text is Fabric's.

    """
    unpacked = _layer("Proposal", lambda: decode(proposal.Proposal, signed.proposal_bytes))
    header = _layer("Header", lambda: decode(common.Header, unpacked.header))
    channel = _layer("ChannelHeader", lambda: decode(common.ChannelHeader, header.channel_header))
    payload = _layer(
        "ChaincodeProposalPayload", lambda: decode(proposal.ChaincodeProposalPayload, unpacked.payload)
    )
    spec = _layer("ChaincodeInvocationSpec", lambda: decode(chaincode.ChaincodeInvocationSpec, payload.input))
    return ProposedCall(
        channel_id=channel.channel_id,
        chaincode=spec.chaincode_spec.chaincode_id.name,
        has_transient=len(payload.TransientMap) > 0,
        header=header,
        payload=payload,
    )


def required_call(signed: proposal.SignedProposal) -> ProposedCall:
    """Unpack what Evaluate needs and insist on every part (getChannelAndChaincodeFromSignedProposal).

    Raises:
        MalformedMessage: a part is missing or cannot be read; the text is Fabric's.

    """
    if not signed.proposal_bytes:
        raise MalformedMessage("a signed proposal is required")
    call = proposed_call(signed)
    if not call.channel_id:
        raise MalformedMessage("no channel id provided")
    spec = decode(chaincode.ChaincodeInvocationSpec, call.payload.input)
    if not spec.HasField("chaincode_spec"):
        raise MalformedMessage(f"no chaincode spec is provided, channel id [{call.channel_id}]")
    if not spec.chaincode_spec.HasField("chaincode_id"):
        raise MalformedMessage(f"no chaincode id is provided, channel id [{call.channel_id}]")
    if not call.chaincode:
        raise MalformedMessage(f"no chaincode name is provided, channel id [{call.channel_id}]")
    return call


def _layer(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except MalformedMessage as error:
        raise MalformedMessage(f"error unmarshalling {name}: {UNREADABLE}") from error
