"""What the peers' answers to a failed call mean: a refusal, a peer that lags, or something else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import grpc

from .._errors import ContractRefusal, ErrorDetail, GatewayError

_CHAINCODE_RESPONSE = re.compile(r"chaincode response \d+, ([A-Z][A-Z0-9_]*)(?:: (.*))?", re.DOTALL)
"""The gateway's text for a chaincode's error response (internal/pkg/gateway/apiutils.go responseStatus)."""

_PASSING = (
    # Endorsers whose ledgers differ, because one is behind.
    "ProposalResponsePayloads do not match",
    # A member that has the hash and not yet the value.
    "private data matching public hash version is not available",
    # Too few members reachable; the peer says so after up to 11 s.
    "failed to distribute private collection",
    "rpc error: code = Unavailable",
    "rpc error: code = DeadlineExceeded",
    # The gateway let go of its connection to a peer that died.
    "grpc: the client connection is closing",
    # The chaincode process died, is not back yet, or hangs (core/chaincode/chaincode_support.go).
    "chaincode stream terminated",
    "could not launch chaincode",
    "could not find handler",
    "timeout expired while executing transaction",
)
_PASSING_CODES = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
_ACCESS_DENIED = "access denied"
_TOO_MANY = "too many requests"


class Meaning(Enum):
    """What to do about a failed call that ordered nothing."""

    REFUSED = "every peer that was asked gives the contract's refusal: final"
    DIVIDED = "one peer refuses and others do not: it may lag"
    PASSING = "a peer is behind or away: ask again"
    FINAL = "asking again would end the same way"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of a failure, and the refusal in it, if there is one."""

    meaning: Meaning
    refusal: ContractRefusal | None = None


def read_failure(error: GatewayError, asked: Iterable[str]) -> Verdict:
    """What a failed endorse or evaluate means.

    Args:
        error: the failure, with the peers' details.
        asked: MSP IDs of the organisations that had to answer.
    """
    refusals = {
        detail.msp_id: refusal
        for detail in error.details
        if (refusal := _refusal(detail, error.transaction_id)) is not None
    }
    if refusals:
        codes = {refusal.code for refusal in refusals.values()}
        unanimous = set(asked) <= set(refusals) and len(codes) == 1
        return Verdict(Meaning.REFUSED if unanimous else Meaning.DIVIDED, next(iter(refusals.values())))
    return Verdict(Meaning.PASSING if _is_passing(error) else Meaning.FINAL)


def _refusal(detail: ErrorDetail, transaction_id: str) -> ContractRefusal | None:
    found = _CHAINCODE_RESPONSE.fullmatch(detail.message)
    return ContractRefusal(found[1], found[2] or "", transaction_id) if found else None


def _is_passing(error: GatewayError) -> bool:
    texts = (error.message, *(detail.message for detail in error.details))
    if any(_ACCESS_DENIED in text for text in texts):
        return False
    if error.code in _PASSING_CODES:
        return True
    return any(passing in text for text in texts for passing in (*_PASSING, _TOO_MANY))
