"""What the runtime refuses around a confidential operation, in order of precedence."""

from enum import Enum

from ..refusal import Refusal


class RuntimeRefusal(Enum):
    """Codes in the order in which they are checked; the value is the response's status."""

    BAD_REQUEST = 400
    """Not one argument that is a request id, not one transient field, no operation of that name."""
    WRONG_PEER = 421
    """This peer is none of those that the declaration names; said before anything is read."""
    NOT_AUTHORIZED = 403
    """The caller's certificate carries no role that may call it, or no proper staff id."""
    CLOCK_SKEW = 425
    """The transaction's time is more than five minutes off the runtime's clock."""
    BAD_INPUT = 422
    """The body is not what the operation takes; names the field."""
    IDEMPOTENCY_CONFLICT = 409
    """The request id was used before, for another request."""
    NOT_FOUND = 404
    """`outcome` knows no such request."""

    def refuse(self, text: str) -> Refusal:
        """The refusal to raise."""
        return Refusal(self, text, status=self.value)
