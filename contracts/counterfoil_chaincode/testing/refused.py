"""How a call on the test ledger can fail, as the Gateway would tell it.

Refused              an endorser's response was an error
EndorsementMismatch  the endorsers' results differ
NotCommitted         the transaction was refused at validation
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from counterfoil_protocol.messages import proposal_response, transaction

from ..refusal import parse_refusal


@dataclass(frozen=True, slots=True)
class Response:
    """What one endorser answered."""

    status: int
    message: str
    payload: bytes = field(repr=False)

    @property
    def is_error(self) -> bool:
        """Whether it makes the endorsement fail."""
        return self.status >= 400


def response_of(message: proposal_response.Response) -> Response:
    """From Fabric's message."""
    return Response(message.status, message.message, message.payload)


class Refused(Exception):  # noqa: N818 - reads as what happened
    """At least one endorser refused. `code` and `text` are of the first; `responses` by MSP ID."""

    def __init__(self, responses: Mapping[str, Response]) -> None:
        self.responses = dict(responses)
        first = next(response for response in responses.values() if response.is_error)
        parsed = parse_refusal(first.message)
        self.status = first.status
        self.code = parsed.code if parsed else ""
        self.text = parsed.text if parsed else first.message
        told = "; ".join(f"{msp}: {response.message or 'OK'}" for msp, response in responses.items())
        super().__init__(told)

    @property
    def is_final(self) -> bool:
        """Whether every endorser gives the same refusal; one alone may be a peer that lags."""
        return len({(response.status, response.message) for response in self.responses.values()}) == 1


class EndorsementMismatch(Exception):  # noqa: N818 - Fabric's words: `ProposalResponsePayloads do not match`
    """The endorsers' read-write sets, responses or events differ."""

    def __init__(self, msps: tuple[str, ...]) -> None:
        super().__init__(f"ProposalResponsePayloads do not match: {', '.join(msps)}")


class NotCommitted(Exception):  # noqa: N818 - reads as what happened
    """Validation refused the transaction; `code` is Fabric's TxValidationCode."""

    def __init__(self, transaction_id: str, code: int) -> None:
        self.code = code
        self.code_name = transaction.TxValidationCode.Name(transaction.TxValidationCode.ValueType(code))
        super().__init__(f"transaction {transaction_id} failed with status code {code} ({self.code_name})")
