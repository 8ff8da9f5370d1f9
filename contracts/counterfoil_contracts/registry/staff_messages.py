"""Requests and answers about a bank's own people: their branches, and what an approver may decide alone."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.message import Amount, CurrencyCode, Message, RecordId, StaffId, Text


class StaffRecord(Message, frozen=True):
    """A person of the bank by its pseudonym, and the branch whose business it sees; not `active`: it left."""

    staff: StaffId
    branch: Text
    active: bool = True


class PutStaff(Message, frozen=True):
    """First approver: records of the bank's register."""

    records: Annotated[tuple[StaffRecord, ...], Meta(min_length=1, max_length=200)]


class ReadStaff(Message, frozen=True):
    """Asks for a person's record."""

    staff: StaffId


class LimitAmount(Message, frozen=True):
    """The most, in minor units of a currency, that a person may approve at once."""

    currency: CurrencyCode
    amount: Amount


class Limits(Message, frozen=True):
    """What an approver may approve at once, by currency; in a currency that is not named, nothing."""

    staff: StaffId
    amounts: Annotated[tuple[LimitAmount, ...], Meta(max_length=50)]


class PutLimits(Message, frozen=True):
    """First approver: limits of approvers of the bank. Who has none on record is not limited."""

    limits: Annotated[tuple[Limits, ...], Meta(min_length=1, max_length=200)]


class ReadLimits(Message, frozen=True):
    """Asks for an approver's limits."""

    staff: StaffId


class ConfirmOwn(Message, frozen=True):
    """Second approver: the proposal of a colleague that takes effect."""

    proposal: RecordId
