"""Faults of a network under load, and how what clients met is judged. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from every_peers_blocks import Placed
from submitting_client import NOT_ENDORSED, NOT_ORDERED, UNSETTLED, UNTYPED, VALID, Call


class Part(StrEnum):
    """What is broken."""

    LEADER = "orderer leader"
    REGULATOR = "Regulator's peer"
    GATEWAY = "gateway peer"
    CHAINCODE = "chaincode process"


class Way(StrEnum):
    """How."""

    KILLED = "killed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Fault:
    """One part, broken in one way."""

    part: Part
    way: Way

    def __str__(self) -> str:
        return f"{self.part} {self.way}"


@dataclass(frozen=True, slots=True)
class Suffered:
    """What some faults at a time came to.

    Attributes:
        faults: what was done.
        quiet: the longest time in which no client of a bank was answered VALID, seconds.
        frozen: how long the frozen ones were, seconds.
        recovered: until every client is served, every program runs and knows the others, every peer has every
            block, seconds since the kill, or since the frozen ones go on.
        met: errors that client calls met meanwhile, by type and gRPC status.
        calls: how many ended meanwhile.
        unknown: how many of them had to send their envelope again to know.
    """

    faults: tuple[Fault, ...]
    quiet: float
    frozen: float
    recovered: float
    met: Counter[str]
    calls: int
    unknown: int


def told_the_truth(call: Call, places: Sequence[Placed]) -> bool:
    """Whether what a client was told of a transaction is what a peer's blocks say of it."""
    valid = [place for place in places if place.code == VALID]
    if call.outcome in (NOT_ENDORSED, UNSETTLED, UNTYPED):
        # There was no transaction, or nothing was told of it, which is reported on its own.
        return True
    if call.outcome == NOT_ORDERED:
        return not places
    return Placed(call.block, call.outcome) in places and len(valid) == (call.outcome == VALID)


def served_since(calls: Sequence[Call], since: float) -> bool:
    return any(call.began > since and call.outcome == VALID for call in calls)


def quiet(calls: Sequence[Call], since: float, until: float) -> float:
    """The longest time between two answers VALID that touches the time from `since` to `until`."""
    answered = [call.ended for call in calls if call.outcome == VALID]
    before = max((at for at in answered if at <= since), default=since)
    times = [before, *(at for at in answered if since < at < until), until]
    return max(later - earlier for earlier, later in pairwise(times))


def table(all_suffered: Sequence[Suffered]) -> str:
    """As people read it."""
    rows = ["| broken | frozen for | nobody answered for | well again after | calls | of unknown end | met |"]
    rows.append("|---|---|---|---|---|---|---|")
    for each in all_suffered:
        met = ", ".join(f"{count} x {error}" for error, count in sorted(each.met.items()))
        rows.append(
            f"| {', '.join(map(str, each.faults))} | {each.frozen:.1f} s | {each.quiet:.1f} s "
            f"| {each.recovered:.1f} s | {each.calls} | {each.unknown} | {met} |"
        )
    return "\n".join(rows)
