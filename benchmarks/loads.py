"""Load on a running network through the SDK's asyncio face, from this process alone.

Each transaction creates an asset of its own (one read, one write), endorsed by two of four organisations, and
is over when its commit status is known; each evaluate reads an empty range at one peer.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

from counterfoil import CounterfoilError
from counterfoil.aio import Contract, Gateway
from measures import cpu_seconds, parts
from running_network import RunningNetwork

CALLS = ("submit", "evaluate")
LONE_CALLS = 20


@dataclass(frozen=True, slots=True)
class Load:
    """One load: how many calls were under way at once, what came of it, and what it took.

    `cpu_ms` is CPU time a call by part of the network; `client` is this process.
    """

    call: str
    in_flight: int
    calls: int
    failed: int
    per_second: float
    latency_ms: dict[str, float]
    cpu_ms: dict[str, float] = field(default_factory=dict)


async def load(network: RunningNetwork, call: str, in_flight: int, seconds: float) -> Load:
    """Keep `in_flight` calls under way for a time."""
    taken: list[float] = []
    failed = 0
    pids = parts(network.folder, network.state, network.pid)
    async with Gateway.from_profile(network.folder.connection_profile("BankA"), "Admin") as gateway:
        contract = gateway.network(network.state.channel).contract("asset")

        async def one_after_another(worker: int) -> None:
            nonlocal failed
            number = 0
            while (began := time.monotonic()) < ends:
                try:
                    await once(contract, call, f"{call}-{in_flight}-{worker}-{number}")
                except CounterfoilError:
                    # A load goes on; how many failed is told.
                    failed += 1
                else:
                    taken.append((time.monotonic() - began) * 1000)
                number += 1

        before = {name: cpu_seconds(each) for name, each in pids.items()} | {"client": time.process_time()}
        began = time.monotonic()
        ends = began + seconds
        await asyncio.gather(*(one_after_another(worker) for worker in range(in_flight)))
        elapsed = time.monotonic() - began
        after = {name: cpu_seconds(each) for name, each in pids.items()} | {"client": time.process_time()}
    done = max(1, len(taken))
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else (taken or [0.0]) * 99
    return Load(
        call,
        in_flight,
        len(taken),
        failed,
        len(taken) / elapsed,
        {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]},
        {name: (after[name] - before[name]) * 1000 / done for name in after},
    )


async def once(contract: Contract, call: str, key: str) -> None:
    """One call of a load."""
    if call == "submit":
        await contract.submit("asset:create", key, "owner", "1")
    else:
        await contract.evaluate("asset:list", key, key + "~")


def lone_submits(network: RunningNetwork) -> dict[str, float]:
    """Milliseconds of each step of a submit that nothing else is under way beside; medians of some."""
    steps: dict[str, list[float]] = {"endorse": [], "order": [], "commit": []}
    with network.contract("BankA") as contract:
        for number in range(LONE_CALLS):
            times = [time.monotonic()]
            transaction = contract.propose("asset:create", f"lone-{number}", "owner", "1").endorse()
            times.append(time.monotonic())
            commit = transaction.submit()
            times.append(time.monotonic())
            commit.status()
            times.append(time.monotonic())
            for name, began, ended in zip(steps, times, times[1:], strict=False):
                steps[name].append((ended - began) * 1000)
    return {name: statistics.median(values) for name, values in steps.items()}
