"""What an endorser's answer means to the gateway (internal/pkg/gateway/apiutils.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import grpc

from counterfoil_network.embedded.peer.chaincode.failure import STREAM_TERMINATED

if TYPE_CHECKING:
    from counterfoil_network.embedded.membership import ProposalOutcome

_LOWEST_SUCCESS = 200
_LOWEST_ERROR = 400
_PEER_ERROR = 500


class Verdict(NamedTuple):
    """Code OK for success; `retry` tells an evaluation to try another peer."""

    code: grpc.StatusCode
    message: str
    retry: bool


SUCCESS = Verdict(grpc.StatusCode.OK, "", retry=False)


def verdict(outcome: ProposalOutcome) -> Verdict:
    """Judge one endorser's answer as Fabric's responseStatus does."""
    if outcome.error is not None:
        if outcome.response is None:
            return Verdict(grpc.StatusCode.UNAVAILABLE, outcome.error, retry=True)
        # The proposal itself was refused: the client's mistake, the same everywhere.
        return Verdict(grpc.StatusCode.FAILED_PRECONDITION, outcome.error, retry=False)
    assert outcome.response is not None, "an outcome has a response or an error"
    response = outcome.response.response
    if _LOWEST_SUCCESS <= response.status < _LOWEST_ERROR:
        return SUCCESS
    if not outcome.response.payload and response.status == _PEER_ERROR:
        # Made by the peer, not by the chaincode.
        return Verdict(grpc.StatusCode.ABORTED, response.message, retry=True)
    return Verdict(
        grpc.StatusCode.UNKNOWN, f"chaincode response {response.status}, {response.message}", retry=False
    )


def is_terminated(message: str) -> bool:
    """Whether a peer's error says that its chaincode died."""
    return message.endswith(STREAM_TERMINATED)
