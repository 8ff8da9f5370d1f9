"""What several requests of `export_invoice` have in common."""

from typing import Annotated

from msgspec import Meta

MOST_DOCUMENTS = 100
Position = Annotated[int, Meta(ge=0, lt=MOST_DOCUMENTS)]
Consent = Annotated[str, Meta(min_length=1, max_length=200_000)]
"""A compact JWS (`consent.operations.sign`)."""
OptionalId = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]
"""A record id, or empty."""
OptionalBank = Annotated[str, Meta(pattern=r"\A(Bank[A-Za-z0-9]{1,40}MSP)?\Z")]
"""MSP ID of a bank, or empty."""
