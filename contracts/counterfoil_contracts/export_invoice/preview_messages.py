"""What a second person is shown before the second step."""

from counterfoil_contracts.core.message import Message

from .answers import Financing


class Preview(Message, frozen=True):
    """A financing as it stands, and as it would stand; neither where the act moves none of the bank's own.

    It tells nothing of what else the documents bear: only what would be written does, once it is on record.
    """

    before: Financing | None
    after: Financing | None
