"""Responses of chaincodes that are part of the peer (the shim's Success and Error)."""

from __future__ import annotations

from counterfoil_protocol.messages import proposal_response

_OK = 200
_ERROR = 500


def success(payload: bytes) -> proposal_response.Response:
    """Answer a result."""
    return proposal_response.Response(status=_OK, payload=payload)


def error(message: str, status: int = _ERROR) -> proposal_response.Response:
    """Answer a refusal."""
    return proposal_response.Response(status=status, message=message)
