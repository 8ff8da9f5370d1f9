"""A loaded ledger and an empty one, both running in the same benchmark and measured by turns.

Their machine's mood hits both alike so: what tells is the median of the ratios of neighbours.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from business import KINDS, TRANSACTIONS_A_CYCLE, Business, Worked
from measures import spread
from standing import Folder, Load, standing

EMPTY, LOADED = "empty", "loaded"
Spread = Mapping[str, float]
"""Median, least (`min`) and most (`max`)."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How often each kind of work is measured on each ledger, and how much of it by each pair of people."""

    runs: int
    pieces: Mapping[str, int]


FULL = Extent(5, {"cycles": 5, "views": 5, "payments": 5, "verifications": 2, "reports": 5})
QUICK = Extent(2, dict.fromkeys(FULL.pieces, 1))


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine. `empty` and `loaded` are units a second by kind of work, `ratio` is loaded to empty.

    Attributes:
        engine: which.
        load: what the loaded ledger holds.
        loading: the seconds that loading took.
        disk: bytes of the loaded ledger before the measuring, by organisation.
        empty: units a second by kind of work, on the empty ledger.
        loaded: the same on the loaded one.
        ratio: loaded to empty, of runs that followed each other.
        cycle_seconds: of one cycle while the others' are under way, by ledger.
        bytes_a_cycle: by ledger and organisation.
    """

    engine: str
    load: Load
    loading: float
    disk: Mapping[str, int]
    empty: dict[str, Spread] = field(default_factory=dict)
    loaded: dict[str, Spread] = field(default_factory=dict)
    ratio: dict[str, Spread] = field(default_factory=dict)
    cycle_seconds: dict[str, Spread] = field(default_factory=dict)
    bytes_a_cycle: dict[str, dict[str, float]] = field(default_factory=dict)


def compare(folder: Folder, extent: Extent) -> Figures:
    """The figures of the ledger in a folder, beside an empty one's."""
    plan = folder.known_plan()
    # Another run numbers other documents, also after a kill in the middle of this one.
    folder.write(replace(plan, runs=plan.runs + 1))
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        empty = Folder(root / "empty")
        empty.planned(plan.engine, Load())
        disk = folder.disk()
        ledgers = {}
        for name, its in ((EMPTY, empty), (LOADED, folder)):
            tell(f"{plan.engine}: starting the {name} network")
            network = stack.enter_context(standing(its))
            ledgers[name] = Business(network, root / f"{name} journals")
            stack.callback(ledgers[name].close)
        figures = Figures(plan.engine, plan.load, plan.seconds, disk)
        for business in ledgers.values():
            for work in KINDS.values():
                work(business, 1)  # connections, caches
        for kind in KINDS:
            _measure(figures, ledgers, kind, extent)
        return figures


def _measure(figures: Figures, ledgers: Mapping[str, Business], kind: str, extent: Extent) -> None:
    """Let both ledgers do a kind of work by turns, the first of a pair now this one, now that one."""
    found: dict[str, list[Worked]] = {name: [] for name in ledgers}
    before = _levelled(ledgers)
    for run in range(extent.runs):
        for name in (EMPTY, LOADED) if run % 2 == 0 else (LOADED, EMPTY):
            found[name].append(KINDS[kind](ledgers[name], extent.pieces[kind]))
    rates = {name: [each.a_second for each in its] for name, its in found.items()}
    pairs = zip(rates[EMPTY], rates[LOADED], strict=True)
    figures.empty[kind], figures.loaded[kind] = spread(rates[EMPTY]), spread(rates[LOADED])
    figures.ratio[kind] = spread(loaded / empty for empty, loaded in pairs)
    tell(f"{figures.engine}: {kind} {figures.empty[kind]} empty, {figures.loaded[kind]} loaded")
    if kind == "cycles":
        after = _levelled(ledgers)
        for name, its in found.items():
            done = sum(each.units for each in its)
            figures.cycle_seconds[name] = spread(each.median for each in its)
            figures.bytes_a_cycle[name] = {
                organisation: (after[name][organisation] - before[name][organisation]) / done
                for organisation in after[name]
            }


def _levelled(ledgers: Mapping[str, Business]) -> dict[str, Mapping[str, int]]:
    """Disk by ledger and organisation, once every peer has everything."""
    for business in ledgers.values():
        business.level()
    return {name: business.network.folder.disk() for name, business in ledgers.items()}


def tables(all_figures: Sequence[Figures]) -> str:
    """As people read them: medians, with the least and the most behind them."""
    return "\n\n".join(part for each in all_figures for part in (_head(each), _rates(each), _disk(each)))


def _head(figures: Figures) -> str:
    load = figures.load
    return (
        f"{figures.engine}: {load.enterprises:,} enterprises, {load.invoices:,} invoices, "
        f"{load.tax_invoices:,} tax invoices, {load.reports:,} credit reports, "
        f"loaded in {figures.loading:.0f} s"
    )


def _rates(figures: Figures) -> str:
    rows = [
        _row(title, *(_cell(its[kind]) for its in (figures.empty, figures.loaded, figures.ratio)))
        for kind, title in _TITLES.items()
    ]
    seconds = figures.cycle_seconds
    rows.append(_row("seconds of a cycle", _cell(seconds[EMPTY]), _cell(seconds[LOADED]), ""))
    return "\n".join(["| a second | empty | loaded | loaded : empty |", "|---|---|---|---|", *rows])


def _disk(figures: Figures) -> str:
    names = tuple(figures.disk)
    rows = [_row("the loaded ledger, MB", *(f"{figures.disk[name] / 1e6:,.0f}" for name in names))]
    for ledger, its in figures.bytes_a_cycle.items():
        rows.append(_row(f"bytes a cycle, {ledger}", *(f"{its[name]:,.0f}" for name in names)))
    return "\n".join([_row("disk", *names), f"|---|{'---|' * len(names)}", *rows])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


_TITLES = {
    "cycles": f"full cycles, {TRANSACTIONS_A_CYCLE} transactions each",
    "views": "documents viewed",
    "payments": "freight payments, 3 transactions each",
    "verifications": "tax invoices verified, 500 at once",
    "reports": "credit reports, 2 transactions each",
}


def _cell(found: Spread) -> str:
    return f"{found['median']:.2f} ({found['min']:.2f} to {found['max']:.2f})"


def tell(text: str) -> None:
    """Say how far it has come, apart from the figures."""
    print(text, file=sys.stderr, flush=True)
