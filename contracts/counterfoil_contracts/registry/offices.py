"""The regulator's offices as a tree that can be re-hung: where an office hung at any time stays on record."""

from collections.abc import Mapping

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message, Time
from counterfoil_contracts.core.refusals import refusal

from .operations import HungOffice, Office

RECORD = "offices"
"""Kind and number of the one record of all offices in `authority`."""


class Offices(Message, frozen=True):
    """Every entry that was ever made, in the order of confirmation; `since` are seconds since 1970 UTC."""

    entries: tuple[Office, ...] = ()
    since: tuple[Time, ...] = ()


def hung(known: Offices, entries: tuple[Office, ...], now: int) -> Offices:
    """The offices with more entries, counting from now.

    Raises:
        Refusal: `BAD_INPUT`, an office stands twice, hangs from one that is not there, or from itself.
    """
    codes = [entry.code for entry in entries]
    if len(set(codes)) != len(codes):
        raise refusal(RefusalCode.BAD_INPUT, "an office stands twice")
    after = Offices((*known.entries, *entries), (*known.since, *[now] * len(entries)))
    tree = at(after, now)
    for code in tree:
        _check_path(tree, code)
    return after


def at(known: Offices, time: int) -> Mapping[str, Office]:
    """The offices by code as they hung at a time; of each the last entry made until then."""
    return {
        entry.code: entry for entry, since in zip(known.entries, known.since, strict=True) if since <= time
    }


def history(known: Offices) -> tuple[HungOffice, ...]:
    """All entries with the times from which they count."""
    return tuple(HungOffice(entry, since) for entry, since in zip(known.entries, known.since, strict=True))


def _check_path(tree: Mapping[str, Office], code: str) -> None:
    seen = {code}
    parent = tree[code].parent
    while parent:
        if parent not in tree or parent in seen:
            raise refusal(RefusalCode.BAD_INPUT, "an office hangs from one that is not there, or from itself")
        seen.add(parent)
        parent = tree[parent].parent
