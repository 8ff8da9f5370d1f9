"""What can be said of a transaction without the ledger: its form, its creator, its ID, its proposal hash.

As Fabric core/common/validation/msgvalidation.go ValidateTransaction; the codes come in its order.
"""

from dataclasses import dataclass, field

from ..channel_config import ChannelConfig
from ..envelope import ParsedTransaction, read_payload
from ..errors import InvalidIdentity, MalformedMessage
from ..messages import common, proposal_response, transaction
from ..proposal import transaction_proposal_hash
from ..transaction_id import transaction_id
from ..wire import decode

_HEADER_TYPES = (common.ENDORSER_TRANSACTION, common.CONFIG_UPDATE, common.CONFIG)


@dataclass(frozen=True, slots=True)
class CheckedEnvelope:
    """A verdict on one envelope; `parsed` is there when the code is VALID."""

    code: int
    parsed: ParsedTransaction | None = field(default=None, repr=False)


def check_envelope(raw: bytes, channel: ChannelConfig) -> CheckedEnvelope:
    """Check one envelope of a block against a channel's configuration.

    An envelope of another channel is BAD_CREATOR_SIGNATURE: that channel's MSPs are not known here.
    """
    try:
        envelope = decode(common.Envelope, raw)
    except MalformedMessage:
        return CheckedEnvelope(transaction.INVALID_OTHER_REASON)
    try:
        decode(common.Payload, envelope.payload)
    except MalformedMessage:
        return CheckedEnvelope(transaction.BAD_PAYLOAD)
    try:
        parsed = read_payload(envelope)
    except MalformedMessage:
        return CheckedEnvelope(transaction.BAD_COMMON_HEADER)
    if not _headers_are_good(parsed):
        return CheckedEnvelope(transaction.BAD_COMMON_HEADER)
    if not _creator_signed(parsed, channel):
        return CheckedEnvelope(transaction.BAD_CREATOR_SIGNATURE)
    if parsed.header_type == common.CONFIG:
        return CheckedEnvelope(transaction.VALID, parsed)
    if parsed.header_type != common.ENDORSER_TRANSACTION:
        return CheckedEnvelope(transaction.UNSUPPORTED_TX_PAYLOAD)
    if parsed.transaction_id != transaction_id(parsed.nonce, parsed.creator):
        return CheckedEnvelope(transaction.BAD_PROPOSAL_TXID)
    if not _is_endorsed_proposal(parsed):
        return CheckedEnvelope(transaction.INVALID_ENDORSER_TRANSACTION)
    return CheckedEnvelope(transaction.VALID, parsed)


def _headers_are_good(parsed: ParsedTransaction) -> bool:
    return bool(parsed.header_type in _HEADER_TYPES and parsed.epoch == 0 and parsed.nonce and parsed.creator)


def _creator_signed(parsed: ParsedTransaction, channel: ChannelConfig) -> bool:
    """Creator known, vouched for and its signature good; certificates do not expire in blocks."""
    if parsed.channel_id != channel.channel_id:
        return False
    try:
        creator = channel.msps.deserialize(parsed.creator)
        channel.msps.validate(creator)
        return channel.msps.verify(creator, parsed.payload, parsed.signature)
    except (InvalidIdentity, MalformedMessage):
        return False


def _is_endorsed_proposal(parsed: ParsedTransaction) -> bool:
    """One action, whose endorsed payload names the hash of the proposal it carries."""
    try:
        actions = decode(transaction.Transaction, parsed.data).actions
        if len(actions) != 1:
            return False
        header = decode(common.SignatureHeader, actions[0].header)
        if not header.nonce or not header.creator:
            return False
        payload = decode(transaction.ChaincodeActionPayload, actions[0].payload)
        endorsed = decode(proposal_response.ProposalResponsePayload, payload.action.proposal_response_payload)
    except MalformedMessage:
        return False
    stated = transaction_proposal_hash(
        parsed.channel_header, actions[0].header, payload.chaincode_proposal_payload
    )
    return endorsed.proposal_hash == stated
