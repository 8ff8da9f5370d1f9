"""A credit report: what it says of one enterprise, as of one block. The contract checks its frame; what it
says follows from the ledger's facts alone and can be computed again."""

from typing import Annotated, Literal

from msgspec import Meta

from counterfoil_contracts.core.message import (
    Amount,
    Balance,
    CurrencyCode,
    DateText,
    LooseText,
    Message,
    RecordId,
    Text,
    Time,
    Uscc,
)

Count = Annotated[int, Meta(ge=0, le=10**9)]
Height = Annotated[int, Meta(ge=1, le=10**12)]
FigureName = Literal["DECLARED", "COLLECTED", "OUTSTANDING"]


class Total(Message, frozen=True):
    """A sum in minor units of one currency, and over how many records."""

    currency: CurrencyCode
    count: Count
    amount: Balance


class BasicGroup(Message, frozen=True):
    """Who it is, as the regulator's directory says."""

    name: LooseText
    region: LooseText
    size: LooseText
    successor: LooseText


class TradeGroup(Message, frozen=True):
    """What it trades, by currency, in the days `data_from` to `data_until`.

    `declared` are exports cleared by customs in these days, `collected` what buyers paid on its documents
    until then, `outstanding` what all banks together have lent on them and not got back: a total, never by
    bank. `counterparties` counts buyers, `overdue` and `written_off` financings that are so now.
    """

    data_from: DateText
    data_until: DateText
    declared: tuple[Total, ...]
    collected: tuple[Total, ...]
    outstanding: tuple[Total, ...]
    counterparties: Count
    overdue: Count
    written_off: Count


class ClassEntry(Message, frozen=True):
    """A class that the regulator gave, from a time on (seconds since 1970 UTC)."""

    enterprise_class: LooseText
    since: Time


class RegulatoryGroup(Message, frozen=True):
    """How the regulator sees it: the classes in order of time, frozen or not, flagged documents."""

    classes: tuple[ClassEntry, ...]
    frozen: bool
    flagged: Count


class OutsideItem(Message, frozen=True):
    """A statement that the ledger does not hold, with who says so and of which day."""

    name: Text
    value: Text
    source: Text
    date: DateText


class Figure(Message, frozen=True):
    """A figure as a bank states it, to be compared: a total in minor units of a currency."""

    name: FigureName
    currency: CurrencyCode
    amount: Amount


Verdict = Literal["MATCH", "LOWER", "HIGHER", "NONE"]
"""Of a stated figure: within a hundredth of the ledger's; the ledger's is lower, higher; it has none."""


class Report(Message, frozen=True):
    """What the bank is given. Groups that were not asked for are None.

    `height` is how many blocks the ledger had. In verification mode there are no groups: `verdict` alone.
    """

    enquiry: RecordId
    enterprise: Uscc
    height: Height
    basic: BasicGroup | None = None
    trade: TradeGroup | None = None
    regulatory: RegulatoryGroup | None = None
    outside: Annotated[tuple[OutsideItem, ...], Meta(max_length=50)] = ()
    verdict: Literal["", "MATCH", "LOWER", "HIGHER", "NONE"] = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups it holds, in alphabetical order."""
        held = (("BASIC", self.basic), ("REGULATORY", self.regulatory), ("TRADE", self.trade))
        return tuple(name for name, group in held if group is not None)
