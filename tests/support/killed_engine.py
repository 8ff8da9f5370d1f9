"""The engine's program, which kills itself with SIGKILL in its commit path: `killed_engine.py FOLDER`.

Environment: KILL_PLAN, a `Plan` as JSON; without it the engine runs as ever. Phases count from SIGUSR1 on, so
that a test decides when its clients are at work. What is passed from then on is written to the plan's file, a
line a phase, which outlives the process.
"""

import json
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from counterfoil_network.deployment import engine_main
from counterfoil_network.embedded.ledger import phases
from counterfoil_network.embedded.ledger.writer import GroupWriter
from counterfoil_network.embedded.orderer.consenter import Consenter

# Where a job of the writer thread comes from, by the name of the function that queues it.
_JOBS = {"OrdererLedger.append": "orderer", "PeerLedger.store_transient": "transient"}
PEER = tuple(f"peer {phase}" for phase in phases.PHASES)
ORDERER = ("orderer accepted", "orderer queued", "orderer written", "orderer synced")
TRANSIENT = ("transient queued", "transient written", "transient synced")
ALL = (*TRANSIENT, *ORDERER, *PEER)
"""Every phase, in the order in which a transaction passes them.

`written` is inside the SQLite transaction, `synced` after its fsync and before anybody is told; `accepted` is
just before the client hears that its envelope will be ordered.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Die `delay` seconds after the phase was passed `after` times more than the first; `told` is a file."""

    phase: str
    after: int
    delay: float
    told: str

    def environment(self) -> str:
        return json.dumps(asdict(self))


class Killer:
    """Counts what is passed, writes it down, and kills."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._told = os.open(plan.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._armed = False
        signal.signal(signal.SIGUSR1, self._arm)

    def _arm(self, *_: object) -> None:
        self._armed = True

    def passed(self, phase: str) -> None:
        if not self._armed:
            return
        with self._lock:
            os.write(self._told, f"{phase}\n".encode())
            self._count[phase] += 1
            hit = phase == self._plan.phase and self._count[phase] == self._plan.after + 1
            if hit and not self._plan.delay:
                os.kill(os.getpid(), signal.SIGKILL)
        if hit:
            threading.Thread(target=self._kill_later, daemon=True).start()

    def _kill_later(self) -> None:
        time.sleep(self._plan.delay)
        os.kill(os.getpid(), signal.SIGKILL)


def install(killer: Killer) -> None:
    """Have the ledgers' phases announced: the peers' by their own hook, the others' around their jobs."""
    phases.announce(lambda phase, _: killer.passed(f"peer {phase}"))
    submit, order = GroupWriter.submit, Consenter.order

    def submitted(writer: GroupWriter, work: Callable[[sqlite3.Connection], Any], after: Any = None) -> Any:
        kind = _JOBS.get(work.__qualname__.partition(".<locals>")[0])
        if kind is None:
            return submit(writer, work, after)

        def working(connection: sqlite3.Connection) -> Any:
            result = work(connection)
            killer.passed(f"{kind} written")
            return result

        def synced(result: Any) -> None:
            killer.passed(f"{kind} synced")
            if after is not None:
                after(result)

        killer.passed(f"{kind} queued")
        return submit(writer, working, synced)

    def ordered(consenter: Consenter, envelope: Any) -> None:
        order(consenter, envelope)
        killer.passed("orderer accepted")

    GroupWriter.submit = submitted  # type: ignore[method-assign, assignment]  # announces, does the same
    Consenter.order = ordered  # type: ignore[method-assign, assignment]  # as above


if __name__ == "__main__":
    if os.environ.get("KILL_PLAN"):
        install(Killer(Plan(**json.loads(os.environ["KILL_PLAN"]))))
    engine_main.main()
