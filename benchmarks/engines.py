"""Figures of both engines side by side: start, memory, disk, transactions a second, and where the time goes.

    python benchmarks/engines.py                      # five runs of each engine, about a quarter of an hour
    python benchmarks/engines.py --quick              # one short run of each, to see that it works
    python benchmarks/engines.py --engines embedded --in-flight 64 --runs 1 --profile

Every run has a new network. Peers, orderer, engine and chaincodes run in processes of their own; the load
comes from this one, over TLS on the loopback. Fabric's programs are looked for as `counterfoil` does. Prints
tables of medians with the least and the most; --json writes all figures to a file.
"""

import argparse
import asyncio
import json
import os
import platform
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from counterfoil_network.deployment import EMBEDDED, FABRIC, engine_process  # noqa: E402 - see above
from loads import CALLS, Load, load, lone_submits  # noqa: E402 - as above
from measures import disk_bytes, memory_mb, parts, spread, spreads  # noqa: E402 - as above
from report import tables  # noqa: E402 - as above
from running_network import asset_chaincode, running_network  # noqa: E402 - the support folder comes first

ENGINE_COMMAND = engine_process.ENGINE_COMMAND
STARTING = Path(__file__).with_name("starting.py")
START_SECONDS_MAX = 180


@dataclass(frozen=True, slots=True)
class Run:
    """One network's figures under load."""

    lone_ms: dict[str, float]
    memory_mb: dict[str, float]
    disk_bytes_a_transaction: float
    loads: list[Load]


def started(engine: str) -> dict[str, Any]:
    """What `starting.py` tells of one start; the clock runs from before Python does."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        command = [sys.executable, str(STARTING), engine, str(Path(folder) / "network"), repr(began)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, timeout=START_SECONDS_MAX
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def engine_profiled(profile: Path | None) -> Iterator[None]:
    """Run embedded engines under cProfile, which writes `profile` when the engine ends."""
    if profile is not None:
        module = ENGINE_COMMAND[1:]
        engine_process.ENGINE_COMMAND = (sys.executable, "-m", "cProfile", "-o", str(profile), *module)  # type: ignore[assignment]  # a longer command of the same kind
    try:
        yield
    finally:
        engine_process.ENGINE_COMMAND = ENGINE_COMMAND


def run(engine: str, in_flight: list[int], seconds: float, profile: Path | None = None) -> Run:
    """Start a network in a new folder, load it, and stop it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        engine_profiled(profile),
        running_network(Path(folder) / "network", asset_chaincode(), engine=engine) as network,
    ):
        lone = lone_submits(network)
        before, loads = disk_bytes(network.folder), []
        for call in CALLS:
            for count in in_flight:
                loads.append(asyncio.run(load(network, call, count, seconds)))
                tell(f"{engine} {call} {count}: {loads[-1].per_second:.0f} a second")
        network.await_level_peers()
        submitted = sum(each.calls for each in loads if each.call == "submit")
        grown = disk_bytes(network.folder) - before
        memory = {
            name: memory_mb(pids) for name, pids in parts(network.folder, network.state, network.pid).items()
        }
        return Run(lone, memory, grown / max(1, submitted), loads)


def summary(starts: list[dict[str, Any]], runs: list[Run]) -> dict[str, Any]:
    """Medians and spread of one engine's runs."""
    loads = [
        {
            "call": first.call,
            "in_flight": first.in_flight,
            "failed": sum(each.loads[place].failed for each in runs),
            "per_second": spread(each.loads[place].per_second for each in runs),
            "latency_ms": spreads(each.loads[place].latency_ms for each in runs),
            "cpu_ms": spreads(each.loads[place].cpu_ms for each in runs),
        }
        for place, first in enumerate(runs[0].loads)
    ]
    return {
        "start_seconds": spread(each["seconds"] for each in starts),
        "start_phases": spreads(each["phases"] for each in starts),
        "start_parts": spreads(each["parts"] for each in starts),
        "start_cpu_seconds": spreads(each["cpu"] for each in starts),
        "lone_submit_ms": spreads(each.lone_ms for each in runs),
        "memory_mb": spreads(each.memory_mb for each in runs),
        "disk_bytes_a_transaction": spread(each.disk_bytes_a_transaction for each in runs),
        "loads": loads,
    }


def tell(text: str) -> None:
    """Say how far it has come, apart from the figures."""
    print(text, file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    """What was asked for; --quick is one short run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--engines", nargs="+", choices=[EMBEDDED, FABRIC], default=[EMBEDDED, FABRIC])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16, 64, 128])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one run, loads of a second and a half")
    parser.add_argument("--json", type=Path, help="also write all figures there")
    parser.add_argument(
        "--profile", action="store_true", help="one more run of the embedded engine, profiled"
    )
    found = parser.parse_args()
    if found.quick:
        found.runs, found.seconds = 1, 1.5
    return found


def main() -> None:
    """Measure the engines in turn, run by run, so that a busy moment of the machine meets both."""
    chosen = options()
    starts: dict[str, list[dict[str, Any]]] = {engine: [] for engine in chosen.engines}
    runs: dict[str, list[Run]] = {engine: [] for engine in chosen.engines}
    for number in range(1, chosen.runs + 1):
        for engine in chosen.engines:
            starts[engine].append(started(engine))
            tell(f"run {number}: {engine} starts in {starts[engine][-1]['seconds']:.1f} s")
            runs[engine].append(run(engine, chosen.in_flight, chosen.seconds))
    figures = {
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "load_average": os.getloadavg()[0],
        "runs": chosen.runs,
        "engines": {engine: summary(starts[engine], runs[engine]) for engine in chosen.engines},
    }
    print(tables(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if chosen.profile:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "engine.prof"
            run(EMBEDDED, [64], chosen.seconds, path)
            pstats.Stats(str(path)).sort_stats("tottime").print_stats(10)


if __name__ == "__main__":
    main()
