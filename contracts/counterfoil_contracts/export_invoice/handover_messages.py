"""Requests and answers of what takes the regulator: loans registered late, marks of a bank that leaves."""

from typing import Annotated

from msgspec import Meta

from counterfoil_contracts.core.message import Balance, CurrencyCode, Message, RecordId, StaffId, Time, Uscc

BankMsp = Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]
MOST_MARKS = 50


class Admit(Message, frozen=True):
    """The regulator admits a loan that two people of a bank (its MSP ID) registered late or imported."""

    bank: BankMsp
    act: RecordId


class Admitted(Message, frozen=True):
    """The id of the mark that stands for the loan from now on."""

    mark: RecordId


class ProposeTransfer(Message, frozen=True):
    """First officer: financings of a bank that leaves, for a successor to take over."""

    leaving: BankMsp
    successor: BankMsp
    marks: Annotated[tuple[RecordId, ...], Meta(min_length=1, max_length=MOST_MARKS)]


class TransferProposed(Message, frozen=True):
    """What to give the successor and the second officer."""

    transfer: RecordId


class OfferedMark(Message, frozen=True):
    """A financing as the successor sees it before it accepts; figures are in minor units of `currency`."""

    mark: RecordId
    enterprise: Uscc
    currency: CurrencyCode
    approved: Balance
    drawn: Balance
    repaid: Balance


class AcceptTransfer(Message, frozen=True):
    """The successor's approver: its own terms for each financing, in the order of the transfer."""

    transfer: RecordId
    terms: Annotated[tuple[RecordId, ...], Meta(min_length=1, max_length=MOST_MARKS)]


class TransferAccepted(Message, frozen=True):
    """How many financings were accepted."""

    marks: int


class ReadTransfer(Message, frozen=True):
    """Asks for a transfer by its id."""

    transfer: RecordId


class TransferAnswer(Message, frozen=True):
    """A transfer: who leaves, who takes over what, and who has agreed so far (empty, 0: not yet)."""

    leaving: str
    successor: str
    marks: tuple[OfferedMark, ...]
    proposed_by: StaffId
    accepted_by: str = ""
    executed_by: str = ""
    executed_at: Time = 0


class ExecuteTransfer(Message, frozen=True):
    """Second officer: the transfer that takes effect."""

    transfer: RecordId
