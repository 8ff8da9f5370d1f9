"""Load a ledger by batches, so that a kill at any moment loses nothing and repeats nothing.

Each batch is a request with a name in a journal of the trade client: submitted again under the same name, it
gives the outcome it had. Once all batches of a chunk are on the ledger, `plan.json` says so and the chunk's
journals are dropped, for they hold every request.
"""

import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from counterfoil import Gateway
from counterfoil.trade import Journal, Patience, TradeClient
from counterfoil_protocol.confidential import Operation
from lanes import Lane, Source, codes_by_bucket, lanes
from network_trade import Person
from standing import Folder, Load, Plan, Standing, enterprise_of, standing

AnswerT = TypeVar("AnswerT")

SUBMITTERS = {"enterprises": 8, "invoices": 2, "reports": 4}
"""Chunks of a lane that are under way at once, where it is not one. Two chunks of enterprises may share a
bucket: a conflict, which is tried again."""
TELL_SECONDS = 30
_PATIENCE = Patience(attempts=12, seconds=600, visible_seconds=300)


@dataclass(slots=True)
class Progress:
    """What of the load is done, by lane; several threads tell it."""

    folder: Folder
    plan: Plan
    began: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    batches: dict[str, int] = field(default_factory=dict)
    started: dict[str, int] = field(init=False)
    _ahead: dict[str, set[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.started = dict(self.plan.done)

    def batch_done(self, lane: Lane) -> None:
        """Count a batch, for those who wait."""
        with self._lock:
            self.batches[lane.name] = self.batches.get(lane.name, 0) + 1

    def chunk_done(self, lane: Lane, chunk: int) -> None:
        """Write down that a chunk is on the ledger, once all before it are."""
        with self._lock:
            ahead = self._ahead.setdefault(lane.name, set())
            ahead.add(chunk)
            first = done = self.plan.done.get(lane.name, 0)
            while done in ahead:
                ahead.remove(done)
                done += 1
            seconds = self.plan.seconds + time.monotonic() - self.began
            plan = replace(self.plan, done={**self.plan.done, lane.name: done})
            self.folder.write(replace(plan, seconds=seconds))
            self.plan = plan
        for each in range(first, done):
            shutil.rmtree(self._journals(lane, each), ignore_errors=True)

    def journals(self, lane: Lane, chunk: int, person: Person) -> Journal:
        """A person's journal of a chunk."""
        folder = self._journals(lane, chunk)
        folder.mkdir(parents=True, exist_ok=True)
        return Journal(folder / f"{person[0]}-{person[1]}.journal")

    def _journals(self, lane: Lane, chunk: int) -> Path:
        return self.folder.journals / f"{lane.name}-{chunk:06d}"


def fill(folder: Folder, engine: str, load: Load) -> float:
    """Load the folder's ledger, or go on with it; gives the seconds that all loading took."""
    folder.planned(engine, load)
    with standing(folder) as network:
        progress = Progress(folder, network.plan)
        with _until_told(progress.stop), _telling(progress, load):
            _run(network, progress)
        network.network.await_level_peers()
        if not progress.stop.is_set():
            shutil.rmtree(folder.journals, ignore_errors=True)
    return folder.known_plan().seconds


@contextmanager
def _until_told(stop: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the loading after the batches at hand, and the network in order."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: stop.set()) for each in signals]
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _run(network: Standing, progress: Progress) -> None:
    plan = network.plan
    source = Source(
        codes=_codes(progress.folder, plan),
        at_once=plan.load.at_once,
        begun=plan.begun,
        now=int(time.time()),
        enterprise=partial(enterprise_of, network.network),
    )
    with ExitStack() as stack, ThreadPoolExecutor(16) as pool:
        gateways = _Gateways(network, stack)
        waits = []
        for lane in lanes(plan.load):
            todo = _Todo(lane, plan.done.get(lane.name, 0))
            for _ in range(SUBMITTERS.get(lane.name, 1)):
                waits.append(pool.submit(_work, todo, source, gateways, progress))
        try:
            for wait in waits:
                wait.result()
        except BaseException:
            progress.stop.set()
            raise


def _codes(folder: Folder, plan: Plan) -> Sequence[str]:
    """The enterprises' codes; kept beside the plan, for it takes half a minute to find them all."""
    kept = folder.root / f"codes-{plan.load.enterprises}"
    if not kept.exists():
        found = codes_by_bucket(plan.load.enterprises, plan.secret)
        new = kept.with_suffix(".new")
        new.write_text("\n".join(found))
        new.rename(kept)
    return kept.read_text().split("\n")


class _Todo:
    """The chunks of a lane that nobody has begun."""

    def __init__(self, lane: Lane, first: int) -> None:
        self.lane = lane
        self._next = first
        self._lock = threading.Lock()

    def take(self) -> int | None:
        """One to begin; None when there is none."""
        with self._lock:
            if self._next >= self.lane.chunks:
                return None
            self._next += 1
            return self._next - 1


def _work(todo: _Todo, source: Source, gateways: "_Gateways", progress: Progress) -> None:
    """Do chunk after chunk, until none is left or the end is asked for."""
    lane = todo.lane
    while not progress.stop.is_set() and (chunk := todo.take()) is not None:
        with _Steps(gateways, partial(progress.journals, lane, chunk)) as steps:
            for number in lane.numbers(chunk):
                if progress.stop.is_set():
                    return
                lane.submit(source, number, partial(steps.submit, number))
                progress.batch_done(lane)
        progress.chunk_done(lane, chunk)


class _Gateways:
    """A connection for each person; threads share them."""

    def __init__(self, network: Standing, stack: ExitStack) -> None:
        self._network = network
        self._stack = stack
        self._open: dict[Person, Gateway] = {}
        self._lock = threading.Lock()

    def of(self, person: Person) -> Gateway:
        """The person's own."""
        with self._lock:
            if person not in self._open:
                self._open[person] = self._stack.enter_context(self._network.network.gateway(*person))
            return self._open[person]


class _Steps:
    """The requests of one chunk."""

    def __init__(self, gateways: _Gateways, journal: Callable[[Person], Journal]) -> None:
        self._gateways = gateways
        self._journal = journal
        self._open: dict[Person, tuple[Journal, TradeClient]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "_Steps":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def submit(
        self,
        batch: int,
        person: Person,
        operation: Operation[Any, AnswerT],
        make: Callable[[], Any],
        step: str,
    ) -> AnswerT:
        """Do a step of a batch; what was written down before a kill is what is submitted after it."""
        journal, client = self._client(person)
        name = f"{batch}/{step}"
        known = journal.step(name)
        body = msgspec.convert(known.body, operation.request) if known is not None else make()
        return client.submit(operation, body, step=name).answer

    def _client(self, person: Person) -> tuple[Journal, TradeClient]:
        if person not in self._open:
            journal = self._stack.enter_context(self._journal(person))
            channel = self._gateways.of(person).network("trade")
            self._open[person] = (journal, TradeClient(channel, journal, patience=_PATIENCE))
        return self._open[person]


@contextmanager
def _telling(progress: Progress, load: Load) -> Iterator[None]:
    """Say now and then how far it has come."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(TELL_SECONDS):
            print(_line(progress, load), file=sys.stderr, flush=True)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        print(_line(progress, load), file=sys.stderr, flush=True)


def _line(progress: Progress, load: Load) -> str:
    seconds = time.monotonic() - progress.began
    parts = []
    for lane in lanes(load):
        here = progress.batches.get(lane.name, 0) * lane.size
        before = progress.started.get(lane.name, 0) * lane.chunk * lane.size
        whole = lane.batches * lane.size
        parts.append(f"{lane.name} {min(whole, before + here):,} of {whole:,} ({here / seconds:.0f}/s)")
    used = sum(progress.folder.disk().values()) / 1e9
    return f"{seconds:.0f} s: " + ", ".join(parts) + f"; {used:.2f} GB"
