"""Flags of a document: facts that somebody must look at. Each names who sees it, what it blocks and what
ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from msgspec.structs import replace

from .message import Message, RecordId, Time

OVER_PLEDGED: Final = "OVER_PLEDGED"
PROCEEDS_DIVERTED: Final = "PROCEEDS_DIVERTED"
NEAR_DUPLICATE: Final = "NEAR_DUPLICATE"
LATE_REGISTERED: Final = "LATE_REGISTERED"
REVERSED_AFTER_USE: Final = "REVERSED_AFTER_USE"
Code = Literal["OVER_PLEDGED", "PROCEEDS_DIVERTED", "NEAR_DUPLICATE", "LATE_REGISTERED", "REVERSED_AFTER_USE"]


class Flag(Message, frozen=True):
    """A flag with its history: since when, by which request, and when it ended (0 while it is open)."""

    code: Code
    since: Time
    cause: RecordId
    ended: Time = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What a flag means. `lenders` tells whether banks with the document in view see it, not the
    regulator alone."""

    lenders: bool
    blocks: str
    ends: str


RULES: Mapping[str, Rule] = {
    OVER_PLEDGED: Rule(
        lenders=True, blocks="new locks", ends="what is used falls to the ceiling or below it"
    ),
    PROCEEDS_DIVERTED: Rule(
        lenders=True, blocks="new locks", ends="what is used falls to the ceiling or below it"
    ),
    NEAR_DUPLICATE: Rule(lenders=False, blocks="approval without a reason", ends="the financing ends"),
    LATE_REGISTERED: Rule(lenders=True, blocks="another late registration", ends="the financing ends"),
    REVERSED_AFTER_USE: Rule(
        lenders=True, blocks="new payments", ends="what is used falls to what is left of the invoice"
    ),
}
_OF_EXCESS = {OVER_PLEDGED, PROCEEDS_DIVERTED, REVERSED_AFTER_USE}
"""Flags that say: more is used than the ceiling."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The step that may raise a flag: its request id and time, and the flag if more is used than the
    ceiling."""

    request_id: str
    time: int
    code: Code | None = None


def after(known: tuple[Flag, ...], cause: Cause, *, over: bool, live: bool) -> tuple[Flag, ...]:
    """Flags after a step: one more where the step pushed use above the ceiling, ended ones where it fell
    back."""
    if over:
        return raised(known, cause) if cause.code is not None else known
    ending = _OF_EXCESS if live else set(RULES)
    return tuple(
        replace(flag, ended=cause.time) if flag.code in ending and not flag.ended else flag for flag in known
    )


def raised(known: tuple[Flag, ...], cause: Cause) -> tuple[Flag, ...]:
    """Flags with the cause's own; an open one of that code is not raised twice."""
    assert cause.code is not None, "a cause without a flag raises none"
    if any(flag.code == cause.code and not flag.ended for flag in known):
        return known
    return (*known, Flag(cause.code, cause.time, cause.request_id))


def open_flags(known: tuple[Flag, ...], *, lenders: bool) -> tuple[Flag, ...]:
    """The open flags; with `lenders`, only those that banks see."""
    return tuple(flag for flag in known if not flag.ended and (RULES[flag.code].lenders or not lenders))
