"""A contract's sheet of an enterprise: the records that are about it, and the figures they come to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from counterfoil_protocol.confidential import msp_of

from ..chronicle import Chronicle, Step, Track
from ..figures import Figure, Measure, Measured, Named, figures


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record about the enterprise: what it is now, and every transaction that wrote it, in order.

    `value` is the record as it lies on the ledger, without its salt. `attempts` are ids of transactions that
    would have written it, had they been VALID.
    """

    kind: str
    collection: str
    key: str
    what: str
    value: Any = field(repr=False)
    transactions: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What one contract holds of an enterprise."""

    contract: str
    figures: tuple[Figure, ...]
    records: tuple[HeldRecord, ...]


def uncounted(step: Step) -> Iterable[tuple[Measure, int]]:
    """A record that is shown and counts for no figure."""
    del step
    return ()


class Sheet:
    """Records are taken a kind at a time; a section comes of them."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle
        self._counted: list[tuple[Track, Measured, Named]] = []
        self._records: dict[tuple[str, str], HeldRecord] = {}

    def take(
        self, kind: str, tracks: Iterable[Track], named: Named, measured: Measured = uncounted
    ) -> tuple[Track, ...]:
        """Take records that are about the enterprise; gives them back."""
        taken = tuple(tracks)
        for track in taken:
            self._counted.append((track, measured, named))
            for step in track:
                self._hold(kind, step, named)
        return taken

    def section(self, contract: str) -> Section:
        """What was taken."""
        return Section(contract, figures(self._counted), tuple(self._records.values()))

    def _hold(self, kind: str, step: Step, named: Named) -> None:
        """A track may run over several records, as an act's does that goes to another bank."""
        before = self._records.get(step.record)
        ids = before.transactions if before is not None else ()
        attempts = tuple(dict.fromkeys(each.id for each in self._chronicle.attempts.get(step.record, ())))
        self._records[step.record] = HeldRecord(
            kind,
            step.collection,
            step.key,
            named(step),
            step.value,
            (*ids, step.transaction.id),
            attempts,
        )


def bank_of_collection(step: Step) -> str:
    """The MSP ID of the bank whose collection a record lies in."""
    return msp_of(step.collection.partition("_")[2])


def named_act(step: Step) -> str:
    """An act of two people: its kind, and how far it has come."""
    act = step.value
    kind = type(act.body).__struct_config__.tag
    state = "reversed" if act.reversed_by else "confirmed" if act.confirmed_at else "prepared"
    return f"{kind} {short(act.id)} {state}"


def short(record_id: str) -> str:
    """As much of an id as tells it from others on a page."""
    return record_id[:12]
