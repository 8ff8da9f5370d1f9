"""Envelopes of a block as the commit sees them, each parsed once for all peers of the process."""

from dataclasses import dataclass
from functools import lru_cache

from counterfoil_protocol.envelope import parse_actions, parse_envelope
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode_event, common
from counterfoil_protocol.rwset import ReadWriteSet
from counterfoil_protocol.validation.transaction_validator import EndorsedAction, read_action
from counterfoil_protocol.wire import decode

from .records import ChaincodeEvent

_REMEMBERED = 1024
"""Envelopes kept; all values are frozen, so that peers may share them."""


@dataclass(frozen=True, slots=True)
class CommitView:
    """What the commit looks at in an envelope; `rwset` and `event` are None where none can be read."""

    transaction_id: str
    type: int
    rwset: ReadWriteSet | None
    event: ChaincodeEvent | None


UNREADABLE = CommitView("", -1, None, None)


@lru_cache(maxsize=_REMEMBERED)
def commit_view(envelope: bytes) -> CommitView:
    """Read an envelope as far as it goes; refused transactions are read too, for their private data."""
    try:
        parsed = parse_envelope(envelope)
    except MalformedMessage:
        return UNREADABLE
    rwset, event = None, b""
    if parsed.header_type == common.ENDORSER_TRANSACTION:
        action = read_action(parsed.channel_header, parsed.data)
        if isinstance(action, EndorsedAction):
            rwset, event = action.rwset, action.event
        else:
            rwset, event = _read_refused(parsed.data)
    return CommitView(parsed.transaction_id, parsed.header_type, rwset, _event(event))


def _read_refused(data: bytes) -> tuple[ReadWriteSet | None, bytes]:
    """Read-write set and event of a transaction that no validator takes, as far as they can be read."""
    try:
        actions = parse_actions(data)
        if not actions:
            return None, b""
        payload = actions[0].payload
        return ReadWriteSet.parse(payload.results), payload.event
    except MalformedMessage:
        return None, b""


def _event(content: bytes) -> ChaincodeEvent | None:
    try:
        message = decode(chaincode_event.ChaincodeEvent, content)
    except MalformedMessage:
        return None
    return ChaincodeEvent(message.chaincode_id, message.event_name, message.payload) if content else None
