"""What stands before the endorser: expired clients and clocks that are off (core/handlers/auth/filter).

A refusal here leaves no response at all, so a gateway takes the peer for dead, as with Fabric.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity

from counterfoil_network.embedded.settings import TIME_WINDOW

if TYPE_CHECKING:
    from counterfoil_protocol.proposal import ParsedProposal


def refusal(parsed: ParsedProposal, now: datetime) -> str | None:
    """Say in Fabric's words why a proposal is not even looked at; None if it is."""
    if _has_expired(parsed.creator, now):
        return "proposal client identity expired"
    seconds, nanos = parsed.timestamp
    if abs(seconds + nanos / 1e9 - now.timestamp()) <= TIME_WINDOW:
        return None
    return (
        f"request unauthorized due to incorrect timestamp {_rfc3339(seconds)}, peer time "
        f"{now:%Y-%m-%dT%H:%M:%SZ}, peer.authentication.timewindow {int(TIME_WINDOW // 60)}m0s"
    )


def _has_expired(creator: bytes, now: datetime) -> bool:
    try:
        return Identity.parse(creator).x509.not_valid_after_utc < now
    except MalformedMessage:
        return False  # an identity that cannot be read does not expire; the endorser refuses it


def _rfc3339(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return str(seconds)
