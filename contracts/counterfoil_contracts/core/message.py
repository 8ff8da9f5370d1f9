"""The base of every request, answer and stored record: strict, frozen, and silent about its content."""

from typing import Annotated, Any

from msgspec import Meta, Struct


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """A typed JSON object: unknown members are refused, and no value of it shows in a repr or a log."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


Amount = Annotated[int, Meta(ge=1, le=10**15)]
"""Minor units of a currency, at least one; the limit keeps every product of two amounts and a rate small."""
Balance = Annotated[int, Meta(ge=0, le=10**16)]
"""Minor units of a currency, zero allowed."""
CurrencyCode = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
"""ISO 4217 alphabetic code; whether the currency is known is asked of `money.exponent`."""
DateText = Annotated[str, Meta(pattern=r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z")]
"""A calendar day, `2026-03-02`; whether it exists is asked of `business_day.day`."""
RecordId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
"""32 hex digits: the id of the request that made a record, or, where its key is made of the id, one that
stands in no block (`ConfidentialContext.hidden_id`)."""
StaffId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
"""The pseudonym of a person, as the attribute `staff` of its certificates."""
Fingerprint = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""SHA-256 over the normalised fields of a document, in hex (`fingerprint`)."""
Uscc = Annotated[str, Meta(pattern=r"\A[0-9A-HJ-NP-RTUWXY]{18}\Z")]
"""Unified social credit code, GB 32100-2015: 18 characters without I, O, S, V, Z. Its check digit is not
asked."""
DeclarationNumber = Annotated[str, Meta(pattern=r"\A[0-9]{4}20[0-9]{2}[01][0-9]{9}\Z")]
"""Customs declaration: office, year, 0 for export or 1 for import, sequence."""
TradeMode = Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")]
"""Customs' code of the trade mode, `0110` is general trade."""
RateId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{0,64}\Z")]
"""Name of a rate in the public table; empty where both sides are one currency."""
Text = Annotated[str, Meta(min_length=1, max_length=200)]
"""A line of text."""
LooseText = Annotated[str, Meta(max_length=200)]
"""A line of text that may be empty."""
Time = Annotated[int, Meta(ge=0, le=10**11)]
"""Seconds since 1970 in UTC."""
