"""Envelopes of a block as the commit sees them, each parsed once for all peers of the process."""

from functools import lru_cache

from counterfoil_protocol.envelope import ParsedTransaction, parse_actions, parse_envelope
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import chaincode_event
from counterfoil_protocol.rwset import ReadWriteSet

from .records import ChaincodeEvent

_REMEMBERED = 1024
"""Envelopes kept; all values are frozen, so that peers may share them."""


@lru_cache(maxsize=_REMEMBERED)
def headers(envelope: bytes) -> ParsedTransaction | None:
    """The envelope's headers, None where they cannot be read."""
    try:
        return parse_envelope(envelope)
    except MalformedMessage:
        return None


@lru_cache(maxsize=_REMEMBERED)
def read_write_set(envelope: bytes) -> ReadWriteSet | None:
    """What an endorser transaction read and writes, None where it cannot be read."""
    found = headers(envelope)
    if found is None:
        return None
    try:
        actions = parse_actions(found.data)
        return ReadWriteSet.parse(actions[0].payload.results) if actions else None
    except MalformedMessage:
        return None


@lru_cache(maxsize=_REMEMBERED)
def event(envelope: bytes) -> ChaincodeEvent | None:
    """The chaincode event of an endorser transaction, None where it has none."""
    found = headers(envelope)
    if found is None:
        return None
    try:
        actions = parse_actions(found.data)
        content = actions[0].payload.event if actions else b""
    except MalformedMessage:
        return None
    if not content:
        return None
    message = chaincode_event.ChaincodeEvent.FromString(content)
    return ChaincodeEvent(message.chaincode_id, message.event_name, message.payload)
