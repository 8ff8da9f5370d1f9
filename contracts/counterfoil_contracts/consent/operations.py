"""What an enterprise signs: a trade consent, its withdrawal, a request to read; and how it signs them.

Enterprises are not members of the channel; a bank carries what they have signed. A consent is for one
bank, names the documents with their lines, and bounds the loan. `withdraw` is an operation of
`export_invoice`.
"""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol, TypeVar, cast

import msgspec
from counterfoil_protocol.signing import Signer
from cryptography import x509
from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Amount,
    CurrencyCode,
    DeclarationNumber,
    Message,
    RecordId,
    Text,
    Time,
    Uscc,
)

from . import jws

if TYPE_CHECKING:
    from counterfoil_protocol.canonical_json import JsonValue

TRADE_CONSENT: Final = "counterfoil/trade-consent/1"
TRADE_WITHDRAWAL: Final = "counterfoil/trade-consent-withdrawal/1"
TRADE_READING: Final = "counterfoil/trade-reading/1"
MOST_DOCUMENTS = 100

BankMsp = Annotated[str, Meta(pattern=r"\ABank[A-Za-z0-9]{1,40}MSP\Z")]
Nonce = RecordId


class ConsentLine(Message, frozen=True):
    """A line as the enterprise states it; `invoice` is the position in the consent's invoices, from 0."""

    invoice: Annotated[int, Meta(ge=0, lt=MOST_DOCUMENTS)]
    declaration: DeclarationNumber
    invoice_amount: Amount
    declaration_amount: Amount


class TradeConsent(Message, frozen=True):
    """Leave for one bank to look at documents and to lock them for a loan of at most `maximum`.

    `maximum` is in minor units of `currency`, the loan's; times are seconds since 1970 UTC.
    """

    type: Literal["counterfoil/trade-consent/1"]
    enterprise: Uscc
    audience: BankMsp
    purpose: Text
    declarations: Annotated[tuple[DeclarationNumber, ...], Meta(max_length=MOST_DOCUMENTS)]
    invoices: Annotated[tuple[Invoice, ...], Meta(max_length=MOST_DOCUMENTS)]
    lines: Annotated[tuple[ConsentLine, ...], Meta(max_length=MOST_DOCUMENTS)]
    maximum: Amount
    currency: CurrencyCode
    nonce: Nonce
    not_before: Time
    expiry: Time


class TradeWithdrawal(Message, frozen=True):
    """Takes the consent of one bank and nonce back: no new lock is made under it, what is locked stays."""

    type: Literal["counterfoil/trade-consent-withdrawal/1"]
    enterprise: Uscc
    audience: BankMsp
    nonce: Nonce
    not_before: Time
    expiry: Time


class TradeReading(Message, frozen=True):
    """Asks what an enterprise has consented to and who looked; it lives five minutes at most."""

    type: Literal["counterfoil/trade-reading/1"]
    enterprise: Uscc
    not_before: Time
    expiry: Time


class Claims(Protocol):
    """What every statement says: whose it is, and from when until when it holds (seconds since 1970 UTC)."""

    @property
    def enterprise(self) -> str:
        """The unified social credit code."""
        ...

    @property
    def not_before(self) -> int:
        """The first second."""
        ...

    @property
    def expiry(self) -> int:
        """The second after the last."""
        ...


ClaimsT = TypeVar("ClaimsT", bound=Claims)


def new_nonce() -> str:
    """128 random bits in hex, for a new consent. Made by the enterprise's side, never in a contract."""
    # allow random: the enterprise's own program calls it, before there is a transaction
    return secrets.token_hex(16)


def sign(claims: Claims, certificates: Sequence[x509.Certificate], sign_message: Signer) -> str:
    """The compact JWS of claims, signed by the enterprise.

    `certificates` begin with the enterprise's own (organizationIdentifier `NTRCN-<USCC>`), without the root;
    `sign_message` is a signer of its P-256 key (`counterfoil_protocol.signing.private_key_signer`).
    """
    payload = cast("dict[str, JsonValue]", msgspec.to_builtins(claims))
    return jws.make(payload, certificates, sign_message)
