"""Mandates: an enterprise's signed leave for another to pay, or to be paid, in its stead; and taking it back.

Both are compact JWS as in `consent`; any bank or a relay carries them, and any bank's payment may rest on
one.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from counterfoil_contracts.core.message import Message, RecordId, Time, Uscc

MANDATE: Final = "counterfoil/freight-mandate/1"
MANDATE_WITHDRAWAL: Final = "counterfoil/freight-mandate-withdrawal/1"
Side = Literal["PAYER", "PAYEE"]
"""Whose place the agent takes: the invoice's buyer, who pays, or its seller, who is paid."""
Token = Annotated[str, Meta(min_length=1, max_length=20_000)]


class Mandate(Message, frozen=True):
    """Leave for `agent` to stand for `enterprise` on one side of freight payments; times in seconds since
    1970 UTC."""

    type: Literal["counterfoil/freight-mandate/1"]
    enterprise: Uscc
    agent: Uscc
    side: Side
    nonce: RecordId
    not_before: Time
    expiry: Time


class MandateWithdrawal(Message, frozen=True):
    """Takes the mandate of one agent, side and nonce back: no new payment rests on it."""

    type: Literal["counterfoil/freight-mandate-withdrawal/1"]
    enterprise: Uscc
    agent: Uscc
    side: Side
    nonce: RecordId
    not_before: Time
    expiry: Time


class PutMandate(Message, frozen=True):
    """Registers a signed mandate."""

    mandate: Token


class MandatePut(Message, frozen=True):
    """Until when the mandate holds, unless it is withdrawn."""

    expires: Time


class WithdrawMandate(Message, frozen=True):
    """Carries a signed withdrawal."""

    withdrawal: Token


class MandateWithdrawn(Message, frozen=True):
    """When the withdrawal counted, in seconds since 1970 UTC."""

    at: Time


class ReadMandates(Message, frozen=True):
    """Asks which mandates one enterprise has given another."""

    enterprise: Uscc
    agent: Uscc
    side: Side


class RegisteredMandate(Message, frozen=True):
    """A mandate with its token, as proof; `withdrawn` is 0 while it stands."""

    claims: Mandate
    token: Token
    withdrawn: Time = 0


class Mandates(Message, frozen=True):
    """All mandates of one principal, agent and side, in the order in which they were registered."""

    mandates: tuple[RegisteredMandate, ...] = ()
