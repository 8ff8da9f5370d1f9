"""Figures of the embedded engine: start, memory, disk, transactions a second, and the profile behind them.

    python benchmarks/engine.py                     # all figures, medians of three runs
    python benchmarks/engine.py --in-flight 1 64 --seconds 5 --profile

The engine runs in its own process and its chaincodes in theirs; the load comes from this one, over TLS on the
loopback, through the SDK's asyncio face. Each transaction creates an asset of its own (one read, one write),
endorsed by two of four organisations. Nothing is warmed with the same key.
"""

import argparse
import asyncio
import json
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from counterfoil.aio import Gateway  # noqa: E402 - the support folder is put on the path first
from counterfoil_network.deployment import engine_process  # noqa: E402 - as above
from running_network import RunningNetwork, asset_chaincode, running_network  # noqa: E402 - as above

ENGINE_COMMAND = engine_process.ENGINE_COMMAND


@dataclass(frozen=True, slots=True)
class Load:
    """One load: how many calls were under way at once, how many a second ended well, how long they took."""

    call: str
    in_flight: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run's figures."""

    seconds_to_first_transaction: float
    memory_mb: dict[str, float]
    disk_bytes_a_transaction: float
    loads: list[Load]


@contextmanager
def engine_profiled(profile: Path | None) -> Iterator[None]:
    """Run engines under cProfile, which writes `profile` when the engine ends."""
    if profile is not None:
        module = ENGINE_COMMAND[1:]
        engine_process.ENGINE_COMMAND = (sys.executable, "-m", "cProfile", "-o", str(profile), *module)  # type: ignore[assignment]  # a longer command of the same kind
    try:
        yield
    finally:
        engine_process.ENGINE_COMMAND = ENGINE_COMMAND


def processes(pid: int) -> dict[str, int]:
    """The engine's process and its children's, by role."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        "engine": pid,
        **{f"chaincode {place}": int(child) for place, child in enumerate(children, start=1)},
    }


def memory_mb(pid: int) -> dict[str, float]:
    """Resident memory in MB (a chaincode's, whose libraries are shared with the others, counted in full)."""
    found = {}
    for name, process in processes(pid).items():
        status = Path(f"/proc/{process}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        found[name] = round(int(kilobytes) / 1024, 1)
    return found


def disk_bytes(network: RunningNetwork) -> int:
    """Bytes of all peers' ledgers."""
    return sum(path.stat().st_size for path in (network.folder.root / "peers").rglob("ledger.db*"))


async def load(network: RunningNetwork, call: str, in_flight: int, seconds: float) -> tuple[Load, int]:
    """Keep `in_flight` calls under way for a time; what came of it and how many there were."""
    taken: list[float] = []
    profile = network.folder.connection_profile("BankA")
    ends = time.monotonic() + seconds
    async with Gateway.from_profile(profile, "Admin") as gateway:
        contract = gateway.network(network.state.channel).contract("asset")

        async def one_after_another(worker: int) -> None:
            number = 0
            while (began := time.monotonic()) < ends:
                key = f"{call}-{in_flight}-{worker}-{number}"
                if call == "submit":
                    await contract.submit("asset:create", key, "owner", "1")
                else:
                    await contract.evaluate("asset:list", key, key + "~")
                taken.append((time.monotonic() - began) * 1000)
                number += 1

        began = time.monotonic()
        await asyncio.gather(*(one_after_another(worker) for worker in range(in_flight)))
        elapsed = time.monotonic() - began
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else [taken[0]] * 99
    figures = Load(
        call,
        in_flight,
        round(len(taken) / elapsed, 1),
        round(cuts[49], 1),
        round(cuts[94], 1),
        round(cuts[98], 1),
    )
    return figures, len(taken)


def run(in_flight: list[int], seconds: float, profile: Path | None) -> Run:
    """Start a network in a new folder, load it, and stop it."""
    with tempfile.TemporaryDirectory() as folder, engine_profiled(profile):
        began = time.monotonic()
        with running_network(Path(folder) / "network", asset_chaincode()) as network:
            with network.contract("BankA") as contract:
                contract.submit("asset:create", "first", "owner", "1")
            first = time.monotonic() - began
            before, submitted, loads = disk_bytes(network), 0, []
            for call in ("submit", "evaluate"):
                for count in in_flight:
                    figures, done = asyncio.run(load(network, call, count, seconds))
                    loads.append(figures)
                    submitted += done if call == "submit" else 0
            grown = disk_bytes(network) - before
            return Run(round(first, 2), memory_mb(network.pid), round(grown / max(1, submitted)), loads)


def medians(runs: list[Run]) -> dict[str, object]:
    """Medians over the runs, with the least and the most."""

    def spread(values: list[float]) -> dict[str, float]:
        return {"median": statistics.median(values), "min": min(values), "max": max(values)}

    loads = [
        {
            "call": load.call,
            "in_flight": load.in_flight,
            **{
                name: spread([asdict(each.loads[place])[name] for each in runs])
                for name in ("per_second", "p50_ms", "p95_ms", "p99_ms")
            },
        }
        for place, load in enumerate(runs[0].loads)
    ]
    return {
        "seconds_to_first_transaction": spread([each.seconds_to_first_transaction for each in runs]),
        "memory_mb": runs[-1].memory_mb,
        "disk_bytes_a_transaction_all_peers": spread([each.disk_bytes_a_transaction for each in runs]),
        "loads": loads,
    }


def main() -> None:
    """Measure and print JSON; with --profile also the ten functions that took the engine's loop most time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16, 64, 128])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="one more run, under cProfile")
    options = parser.parse_args()
    runs = [run(options.in_flight, options.seconds, None) for _ in range(options.runs)]
    print(json.dumps(medians(runs), indent=2))
    if options.profile:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "engine.prof"
            run([64], options.seconds, path)
            pstats.Stats(str(path)).sort_stats("tottime").print_stats(10)


if __name__ == "__main__":
    main()
