"""Calls kept under way for a time, and what came of them.

Submits go through the SDK, up to the commit status. Evaluates are signed beforehand and sent as bytes, so
that the caller is not what is measured.
"""

import asyncio
import itertools
import os
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc
from counterfoil import CommitError, ConnectionProfile, CounterfoilError
from counterfoil.aio import Gateway
from counterfoil_protocol.messages import gateway
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from measures import cpu_seconds

from network import BenchmarkNetwork, Measured

USER = "Admin"
STALLED_SECONDS = 5.0
"""A call that takes longer than this counts as stalled."""
_SIGNED_BEFOREHAND = 2000


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load.

    `cpu_ms` is the processor time of a call by process (the measured chaincode, the caller, each node),
    `machine_cpu_ms` that of the whole machine, `client_busy` the share of one processor that the caller used,
    `idle` and `stolen` the shares of all processors that nobody used, or that the machine's host gave to
    others. `stages_ms` are the medians of a submit's parts.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: dict[str, float]
    done: int
    stalled: int
    client_busy: float
    machine_cpu_ms: float
    idle: float
    stolen: float
    errors: dict[str, int] = field(default_factory=dict)
    stages_ms: dict[str, float] = field(default_factory=dict)


Call = Callable[[int], Awaitable[object]]


async def submits(
    network: BenchmarkNetwork, of: Measured, in_flight: int, *, seconds: float = 0, count: int = 0
) -> Load:
    """Create assets, for a time or up to a number."""
    prefix = f"{time.time_ns():x}"
    stages: dict[str, list[float]] = {"endorse": [], "order": [], "commit": []}
    async with Gateway.from_profile(network.profile, USER) as connection:
        contract = connection.network(network.channel).contract(of.program.name)

        async def create(number: int) -> None:
            began = time.monotonic()
            endorsed = await contract.propose("create", f"{prefix}-{number}", "owner", "4711").endorse()
            sent = time.monotonic()
            commit = await endorsed.submit()
            ordered = time.monotonic()
            status = await commit.status()
            if not status.successful:
                raise CommitError(status.transaction_id, status.code, status.name, status.block_number)
            ends = time.monotonic()
            for stage, taken in zip(stages, (sent - began, ordered - sent, ends - ordered), strict=True):
                stages[stage].append(taken)

        load = await _run(create, _processes(network, of), in_flight, seconds, count)
    parts = {stage: round(1000 * statistics.median(taken or [0.0]), 1) for stage, taken in stages.items()}
    return replace(load, stages_ms=parts)


async def evaluates(network: BenchmarkNetwork, of: Measured, in_flight: int, *, seconds: float) -> Load:
    """Read one asset again and again."""
    profile = ConnectionProfile.read(network.profile)
    identity, signer = profile.identity(USER)
    endpoint = profile.endpoint()
    requests = []
    for _ in range(_SIGNED_BEFOREHAND):
        built = build_proposal(network.channel, of.program.name, [b"read", b"asset"], identity.serialize())
        request = gateway.EvaluateRequest(
            transaction_id=built.transaction_id,
            channel_id=network.channel,
            proposed_transaction=sign_proposal(built, signer),
        )
        requests.append(request.SerializeToString())
    async with grpc.aio.secure_channel(endpoint.address, endpoint.credentials, endpoint.options) as channel:
        call = channel.unary_unary("/gateway.Gateway/Evaluate")

        async def read(number: int) -> None:
            await call(requests[number % len(requests)], timeout=60)

        return await _run(read, _processes(network, of), in_flight, seconds, 0)


async def write_many(network: BenchmarkNetwork, of: Measured, keys: int) -> float:
    """Seconds that one transaction with so many writes takes, up to its commit."""
    async with Gateway.from_profile(network.profile, USER) as connection:
        contract = connection.network(network.channel).contract(of.program.name)
        began = time.monotonic()
        await contract.submit("many", f"{time.time_ns():x}", str(keys))
        return time.monotonic() - began


def _processes(network: BenchmarkNetwork, of: Measured) -> dict[str, int]:
    return {"chaincode": of.service.pid, "caller": os.getpid(), **network.nodes}


async def _run(call: Call, processes: Mapping[str, int], in_flight: int, seconds: float, count: int) -> Load:
    taken: list[float] = []
    errors: Counter[str] = Counter()
    numbers = itertools.count() if not count else iter(range(count))
    ends = time.monotonic() + seconds if seconds else float("inf")

    async def one_after_another() -> None:
        for number in numbers:
            began = time.monotonic()
            if began > ends:
                return
            try:
                await call(number)
            except (CounterfoilError, grpc.RpcError) as error:
                errors[_kind(error)] += 1
            taken.append(time.monotonic() - began)

    cpu, began, machine = _cpu_seconds(processes), time.monotonic(), _Machine.read()
    workers = [asyncio.create_task(one_after_another()) for _ in range(in_flight)]
    _, unanswered = await asyncio.wait(workers, timeout=seconds + STALLED_SECONDS if seconds else None)
    used = _Machine.read().since(machine)
    cpu = {name: by_now - cpu[name] for name, by_now in _cpu_seconds(processes).items()}
    elapsed = max(time.monotonic() - began - (STALLED_SECONDS if unanswered else 0), 0.001)
    for worker in unanswered:
        worker.cancel()
    await asyncio.gather(*unanswered, return_exceptions=True)
    done = len(taken) - sum(errors.values())
    cuts = statistics.quantiles(taken, n=20) if len(taken) > 1 else [0.0] * 19
    return Load(
        per_second=round(done / elapsed, 1),
        p50_ms=round(1000 * cuts[9], 1),
        p95_ms=round(1000 * cuts[18], 1),
        cpu_ms={name: round(1000 * each / max(done, 1), 3) for name, each in cpu.items()},
        done=done,
        stalled=len(unanswered) + sum(each > STALLED_SECONDS for each in taken),
        client_busy=round(cpu["caller"] / elapsed, 2),
        machine_cpu_ms=round(1000 * used.busy / max(done, 1), 2),
        idle=round(used.idle / used.whole, 2),
        stolen=round(used.stolen / used.whole, 2),
        errors=dict(errors),
    )


def _cpu_seconds(processes: Mapping[str, int]) -> dict[str, float]:
    return {name: cpu_seconds([pid]) for name, pid in processes.items()}


@dataclass(frozen=True, slots=True)
class _Machine:
    """Processor seconds of the whole machine, as /proc/stat counts them."""

    busy: float
    idle: float
    stolen: float

    @classmethod
    def read(cls) -> "_Machine":
        line = Path("/proc/stat").read_text().splitlines()[0]
        user, nice, system, idle, wait, irq, soft, stolen = (int(each) for each in line.split()[1:9])
        ticks = os.sysconf("SC_CLK_TCK")
        return cls((user + nice + system + irq + soft) / ticks, (idle + wait) / ticks, stolen / ticks)

    def since(self, before: "_Machine") -> "_Machine":
        return _Machine(self.busy - before.busy, self.idle - before.idle, self.stolen - before.stolen)

    @property
    def whole(self) -> float:
        return max(self.busy + self.idle + self.stolen, 0.01)


def _kind(error: Exception) -> str:
    """An error without what differs from call to call."""
    text = str(error) if isinstance(error, CounterfoilError) else repr(error)
    return f"{type(error).__name__}: {text.splitlines()[0][:120]}"
