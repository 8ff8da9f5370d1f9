"""Figures that are explained: each is the sum of what single transactions changed on single records.

What a record counts for is a pure function of its value. So every write of it is a movement by the difference
to the write before, and a figure is nothing but the sum of its movements, like an account's balance.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .chronicle import Step, Track


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """What is counted: a name, of what (`bank`, `source`, ...), and in which currency's minor units.

    Without a currency it is a number of records.
    """

    name: str
    of: tuple[tuple[str, str], ...] = ()
    currency: str = ""

    @classmethod
    def named(cls, name: str, currency: str = "", **of: str) -> "Measure":
        """The measure of a name; `of` in the order given."""
        return cls(name, tuple(of.items()), currency)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one transaction changed of a figure, by writing one record; `what` the record is since."""

    transaction: str
    block: int
    collection: str
    key: str
    what: str
    change: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum and what it is made of: `amount` is the sum of the movements' changes, in the ledger's order."""

    name: str
    of: Mapping[str, str]
    currency: str
    amount: int
    movements: tuple[Movement, ...]


Measured = Callable[[Step], Iterable[tuple[Measure, int]]]
"""What a record counts for after a write; of one measure several times, the sum counts."""
Named = Callable[[Step], str]
"""What a record is after a write, in a few words."""


def figures(counted: Iterable[tuple[Track, Measured, Named]]) -> tuple[Figure, ...]:
    """The figures that records come to, by measure.

    A figure that has always been nothing is none; one that is nothing again is told, with its movements.
    """
    moved: dict[Measure, list[tuple[Step, Movement]]] = {}
    for track, measured, named in counted:
        before: dict[Measure, int] = {}
        for step in track:
            after: dict[Measure, int] = {}
            for measure, amount in measured(step):
                after[measure] = after.get(measure, 0) + amount
            for measure in dict.fromkeys((*before, *after)):
                change = after.get(measure, 0) - before.get(measure, 0)
                if change:
                    moved.setdefault(measure, []).append((step, _movement(step, named(step), change)))
            before = after
    return tuple(_figure(measure, moved[measure]) for measure in sorted(moved))


def _movement(step: Step, what: str, change: int) -> Movement:
    by = step.transaction
    return Movement(by.id, by.block, step.collection, step.key, what, change)


def _figure(measure: Measure, moved: list[tuple[Step, Movement]]) -> Figure:
    # Stable: what one transaction moves stays in the order of the records.
    moved.sort(key=lambda each: (each[0].transaction.block, each[0].transaction.place))
    movements = tuple(movement for _, movement in moved)
    amount = sum(each.change for each in movements)
    return Figure(measure.name, dict(measure.of), measure.currency, amount, movements)
