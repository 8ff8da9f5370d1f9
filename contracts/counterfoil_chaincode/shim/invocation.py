"""What the peer sends with TRANSACTION: the call, and the signed proposal it came in."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode, common, proposal
from counterfoil_protocol.wire import decode

_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_HEADER_TYPES = (common.ENDORSER_TRANSACTION, common.CONFIG)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a chaincode. Arguments, transient data and the proposal stay out of the repr.

    `timestamp` is the transaction's, set by the client: seconds since 1970 and nanoseconds.
    """

    channel_id: str
    transaction_id: str
    args: tuple[bytes, ...] = field(repr=False)
    creator: bytes = field(default=b"", repr=False)
    transient: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    timestamp: tuple[int, int] = (0, 0)
    nonce: bytes = field(default=b"", repr=False)
    epoch: int = 0
    decorations: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    signed_proposal: proposal.SignedProposal | None = field(default=None, repr=False)

    @property
    def binding(self) -> bytes:
        """Ties the transient data to creator and nonce (fabric-chaincode-go shim/stub.go); empty without."""
        if self.signed_proposal is None:
            return b""
        return hashlib.sha256(self.nonce + self.creator + struct.pack("<Q", self.epoch)).digest()

    @property
    def moment(self) -> datetime:
        """The transaction's time in UTC, to the microsecond."""
        seconds, nanos = self.timestamp
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanos // 1000)


def parse_invocation(
    channel_id: str, transaction_id: str, payload: bytes, signed: proposal.SignedProposal | None
) -> Invocation:
    """Read a TRANSACTION's ChaincodeInput and signed proposal, as fabric-chaincode-go newChaincodeStub.

    Raises:
        MalformedMessage: a layer cannot be read; the text quotes nothing of it.
    """
    call = decode(chaincode.ChaincodeInput, payload)
    if signed is None:
        return Invocation(channel_id, transaction_id, tuple(call.args), decorations=_plain(call.decorations))
    outer = decode(proposal.Proposal, signed.proposal_bytes)
    if not outer.header:
        raise MalformedMessage("the proposal has no header")
    header = decode(common.Header, outer.header)
    channel_header = decode(common.ChannelHeader, header.channel_header)
    if channel_header.type not in _HEADER_TYPES:
        raise MalformedMessage(f"a proposal's channel header is not of type {channel_header.type}")
    signature_header = decode(common.SignatureHeader, header.signature_header)
    inner = decode(proposal.ChaincodeProposalPayload, outer.payload)
    timestamp = channel_header.timestamp
    return Invocation(
        channel_id=channel_id,
        transaction_id=transaction_id,
        args=tuple(call.args),
        creator=signature_header.creator,
        transient=_plain(inner.TransientMap),
        timestamp=(timestamp.seconds, timestamp.nanos),
        nonce=signature_header.nonce,
        epoch=channel_header.epoch,
        decorations=_plain(call.decorations),
        signed_proposal=signed,
    )


def _plain(found: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """A message's map as a dictionary; nearly always it is empty, and to copy that takes long."""
    return dict(found) if found else _NOTHING
