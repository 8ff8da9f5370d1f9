"""What customs states about declarations, and what is asked of it."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.message import (
    Amount,
    CurrencyCode,
    DateText,
    DeclarationNumber,
    Message,
    Text,
    Time,
    TradeMode,
    Uscc,
)

from .common import MOST_DOCUMENTS

DeclarationStatus = Literal["ACCEPTED", "CLEARED", "CANCELLED"]


class StatedLine(Message, frozen=True):
    """A line as customs states it in a declaration, with the invoice's facts."""

    invoice: Invoice
    invoice_amount: Amount
    declaration_amount: Amount


class Declaration(Message, frozen=True):
    """An export declaration as customs knows it. `total` is in minor units of `currency`."""

    number: DeclarationNumber
    declared_on: DateText
    status: DeclarationStatus
    consignor: Uscc
    consignee: Text
    trade_mode: TradeMode
    currency: CurrencyCode
    total: Amount
    lines: Annotated[tuple[StatedLine, ...], Meta(max_length=MOST_DOCUMENTS)] = ()


class PutDeclarations(Message, frozen=True):
    """Declarations that are new to the ledger, at most 100, all or none."""

    declarations: Annotated[tuple[Declaration, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]


class DeclarationsPut(Message, frozen=True):
    """How many declarations were recorded."""

    declarations: int


class AmendDeclaration(Message, frozen=True):
    """Another total or status of a declaration whose version the caller has read; its lines stay."""

    number: DeclarationNumber
    version: Annotated[int, Meta(ge=1)]
    total: Amount
    status: Literal["ACCEPTED", "CLEARED"] = "CLEARED"


class CancelDeclaration(Message, frozen=True):
    """Customs takes a declaration back; it carries nothing more."""

    number: DeclarationNumber
    version: Annotated[int, Meta(ge=1)]


class DeclarationAmended(Message, frozen=True):
    """The version that the declaration has now."""

    version: int


class ReadDeclaration(Message, frozen=True):
    """Asks for a declaration by its number."""

    number: DeclarationNumber


class DeclarationVersions(Message, frozen=True):
    """What customs has stated about one declaration, the newest version last; `times` are seconds since
    1970 UTC."""

    versions: tuple[Declaration, ...]
    times: tuple[Time, ...]
