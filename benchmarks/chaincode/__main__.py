"""Figures of the chaincode runtime on real Fabric, beside another chaincode program.

    python benchmarks/chaincode --other /path/to/program     # all figures, medians of 15 alternating runs
    python benchmarks/chaincode --quick                      # the same in short, under four minutes

Needs Fabric's programs (as `counterfoil network up --engine fabric`). The other program is a chaincode
service of yours, say in Go: it is started with `CHAINCODE_SERVER_ADDRESS`, `CHAINCODE_ID`, and for mutual TLS
`CHAINCODE_TLS_DISABLED=false` and the files `CHAINCODE_TLS_KEY`, `CHAINCODE_TLS_CERT` and
`CHAINCODE_CLIENT_CA_CERT`, and offers the functions of `asset.py`: `create` (number, owner, value), `read`
(number) and `many` (prefix, count; in one write batch). Both programs serve the same peer at the same time,
and are called by turns. fabric-chaincode-python is installed from PyPI into a temporary folder
(`--no-official` leaves it out). Everything listens on the loopback interface and ends with the benchmark.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# What all benchmarks share lies beside this one's folder.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from load import Load, evaluates, submits, write_many
from measures import memory_mb
from programs import Program, official, other, ours

from network import BenchmarkNetwork, benchmark_network

OFFICIAL_IN_FLIGHT = 16
EVALUATES_IN_FLIGHT = 64
ERRORS_IN_FLIGHT = 256
KEYS = 10_000
LEAST_PER_SECOND = 40
"""On a machine slower than this not all of the transactions get done; the figures tell how many were."""


LEAST_FOR_INTERVAL = 6
"""Of so many values the least and the most have the median between them 19 times of 20."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How long and how often is measured."""

    runs: int
    seconds: float
    transactions: int


FULL = Extent(runs=15, seconds=4, transactions=20_000)
QUICK = Extent(runs=2, seconds=2, transactions=1_000)


def measure(network: BenchmarkNetwork, extent: Extent, in_flight: Sequence[int]) -> dict[str, object]:
    """All figures of the programs on a network."""
    for name in network.measured:
        _run(network, name, "submit", 8, 1)
    compared = list(network.measured)
    report: dict[str, object] = {}
    for call, counts in (("submit", in_flight), ("evaluate", [EVALUATES_IN_FLIGHT])):
        for count in counts:
            loads: dict[str, list[Load]] = {name: [] for name in compared}
            for name in _by_turns(compared, extent.runs):
                loads[name].append(_run(network, name, call, count, extent.seconds))
            report[f"{call}, {count} in flight"] = _compare(loads)
    report[f"seconds for {KEYS} keys in one transaction"] = _many(network, compared, extent.runs)
    ours_measured = network.measured["ours"]
    errors = submits(
        network,
        ours_measured,
        ERRORS_IN_FLIGHT,
        count=extent.transactions,
        seconds=extent.transactions / LEAST_PER_SECOND,
    )
    report[f"{extent.transactions} transactions, {ERRORS_IN_FLIGHT} in flight"] = asdict(asyncio.run(errors))
    report["resident memory, MB"] = {
        name: round(memory_mb([each.service.pid]), 1) for name, each in network.measured.items()
    }
    return report


def measure_official(network: BenchmarkNetwork, extent: Extent) -> dict[str, object]:
    """Figures of fabric-chaincode-python, on a network of its own: a peer waits for what it never answers."""
    return {
        f"fabric-chaincode-python, {count} in flight": asdict(
            _run(network, "official", "submit", count, extent.seconds)
        )
        for count in (1, OFFICIAL_IN_FLIGHT)
    }


def _by_turns(names: Sequence[str], runs: int) -> Iterator[str]:
    for run in range(runs):
        yield from (names if run % 2 == 0 else reversed(names))


def _run(network: BenchmarkNetwork, name: str, call: str, in_flight: int, seconds: float) -> Load:
    load = submits if call == "submit" else evaluates
    found = asyncio.run(load(network, network.measured[name], in_flight, seconds=seconds))
    print(
        f"  {call:8} {in_flight:3} in flight  {name:8} {found.per_second:8} a second {found.errors or ''}",
        flush=True,
    )
    return found


def _compare(loads: dict[str, list[Load]]) -> dict[str, object]:
    """Medians, with the least and the most, and ours in proportion to the other."""
    report: dict[str, object] = {}
    for name, found in loads.items():
        rates = [load.per_second for load in found]
        report[name] = {
            "a second": _spread(rates),
            "p50 ms": statistics.median(load.p50_ms for load in found),
            "p95 ms": statistics.median(load.p95_ms for load in found),
            "CPU ms": {
                name: round(statistics.median(load.cpu_ms[name] for load in found), 3)
                for name in found[0].cpu_ms
            },
            "client busy": statistics.median(load.client_busy for load in found),
            "machine CPU ms": statistics.median(load.machine_cpu_ms for load in found),
            "idle": statistics.median(load.idle for load in found),
            "stolen": statistics.median(load.stolen for load in found),
            "stages, p50 ms": {
                stage: statistics.median(load.stages_ms[stage] for load in found)
                for stage in found[0].stages_ms
            },
            "errors": sum(sum(load.errors.values()) for load in found),
        }
    if "other" in loads:
        mine, theirs = ([each.per_second for each in loads[name]] for name in ("ours", "other"))
        if all(theirs):
            report["ours : other, of medians"] = round(statistics.median(mine) / statistics.median(theirs), 3)
            # A machine that others use, too, is slow for some time: a run is held against its neighbour.
            pairs = sorted(round(one / two, 3) for one, two in zip(mine, theirs, strict=True))
            report["ours : other, of pairs"] = _spread(pairs) | _interval(pairs)
    return report


def _many(network: BenchmarkNetwork, names: Sequence[str], runs: int) -> dict[str, object]:
    taken: dict[str, list[float]] = {name: [] for name in names}
    for name in _by_turns(names, runs):
        taken[name].append(asyncio.run(write_many(network, network.measured[name], KEYS)))
    report: dict[str, object] = {
        name: _spread([round(each, 3) for each in found]) for name, found in taken.items()
    }
    if "other" in taken:
        report["ours : other"] = round(
            statistics.median(taken["ours"]) / statistics.median(taken["other"]), 3
        )
    return report


def _interval(ordered: Sequence[float]) -> dict[str, tuple[float, float]]:
    """Between which values the true median lies, 19 times of 20 (by order); of few values nothing."""
    if len(ordered) < LEAST_FOR_INTERVAL:
        return {}
    outside = int((len(ordered) - 1.96 * len(ordered) ** 0.5) / 2)
    return {"its 95 % interval": (ordered[outside], ordered[-1 - outside])}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--other", metavar="COMMAND", help="command line of the program to compare with")
    parser.add_argument("--no-official", action="store_true", help="leave fabric-chaincode-python out")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--runs", type=int, help="how often each figure is taken")
    parser.add_argument("--seconds", type=float, help="how long each load lasts")
    parser.add_argument("--in-flight", type=int, nargs="+", default=[16, 64, 128], metavar="N")
    options = parser.parse_args()
    base = QUICK if options.quick else FULL
    extent = Extent(options.runs or base.runs, options.seconds or base.seconds, base.transactions)
    programs: list[Program] = [ours()]
    if options.other:
        programs.append(other(options.other))
    with tempfile.TemporaryDirectory() as name, benchmark_network(Path(name), programs) as network:
        report = measure(network, extent, options.in_flight)
    if not options.no_official:
        with tempfile.TemporaryDirectory() as name:
            theirs = official(Path(name) / "official")
            with benchmark_network(Path(name), [theirs]) as network:
                report |= measure_official(network, extent)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
