"""The whole engine killed with -9 under load, in every phase of the commit path: nothing answered is lost."""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import killed_engine
import pytest
from busy_bank import BusyBanks
from counterfoil_audit import Report
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import NetworkFolder, engine_process
from counterfoil_network.deployment.heights import peer_heights
from counterfoil_protocol.messages import transaction
from dead_files import DeadFiles, dead_files
from killed_engine import ALL, Plan
from ready_desks import audit_of, open_desks, pools_of
from running_network import RunningNetwork, running_network
from trade_ready import MSP_IDS, make_ready

pytestmark = pytest.mark.thorough

KILLS = int(os.environ.get("COUNTERFOIL_KILLS", len(ALL)))
"""How often; each phase is aimed at in turn, from the second round on with a delay."""
SEED = int(os.environ.get("COUNTERFOIL_KILLS_SEED", "20261121"))
AFTER_MAX = 24
"""A phase is passed up to so many times before the kill; each of four peers passes its own at each block."""
DELAY_SECONDS_MAX = 0.002
SECONDS_MAX = 60.0


@dataclass(slots=True)
class Kills:
    """What the kills came to."""

    fell: Counter[str] = field(default_factory=Counter)
    """The last phase that was passed before the engine was dead, kill by kill."""
    wrong: list[str] = field(default_factory=list)
    """What cannot be, in the files it left."""
    answered: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Transactions answered VALID: the bank that was told, and the block."""
    answered_at: list[int] = field(default_factory=list)
    """How many of them there were at each kill."""
    failures: list[str] = field(default_factory=list)
    """What ended a client before its time."""
    report: Report | None = None
    """The audit of an export at the end."""


def plan_of(number: int, draw: random.Random, told: Path) -> Plan:
    delay = draw.uniform(0, DELAY_SECONDS_MAX) if number >= len(ALL) else 0.0
    return Plan(ALL[number % len(ALL)], draw.randrange(AFTER_MAX), delay, str(told))


class Killing:
    """The engine killed and started again and again on one folder, while the banks go on."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_process, "ENGINE_COMMAND", (sys.executable, killed_engine.__file__))
        self._root = root
        self._monkeypatch = monkeypatch
        self._draw = random.Random(SEED)
        self._folder = NetworkFolder(root / "network")
        self._checked = 0
        self.kills = Kills()

    def run(self) -> Kills:
        with running_network(self._folder.root, trade_chaincode(MSP_IDS)) as network:
            (self._root / "journals").mkdir()
            ready = make_ready(network, self._root / "journals")
            banks = BusyBanks(ready, open_desks(ready))
        try:
            for number in range(KILLS):
                self._kill(number, banks)
            with running_network(self._folder.root) as network:
                banks.stop(SECONDS_MAX)
                wait_for_one_height(network)
                self.kills.report = audit_of(network, self._root / "export")
        finally:
            banks.close()
        self.kills.failures = [repr(work.failure) for work in banks.works if work.failure]
        with dead_files(self._folder, self._root / "end") as files:
            self._look(files, banks, start=0)
            self.kills.wrong += [wrong for peer in files.peers for wrong in peer.wrong_values()]
            self.kills.wrong += files.differing()
        return self.kills

    def _kill(self, number: int, banks: BusyBanks) -> None:
        told = self._root / f"passed-{number}"
        plan = plan_of(number, self._draw, told)
        self._monkeypatch.setenv("KILL_PLAN", plan.environment())
        with running_network(self._folder.root) as network:
            if not number:
                banks.start()
            wait_for_answers(banks)
            os.kill(network.pid, signal.SIGUSR1)
            wait_for_death(network.pid)
        self._monkeypatch.delenv("KILL_PLAN")
        self.kills.fell[told.read_text().splitlines()[-1]] += 1
        with dead_files(self._folder, self._root / f"dead-{number}") as files:
            self._look(files, banks, start=self._checked)
            self._checked = files.lowest

    def _look(self, files: DeadFiles, banks: BusyBanks, start: int) -> None:
        """What was answered is in the file of the peer that answered, also before it is started again."""
        for entry in banks.committed:
            assert entry.block is not None
            self.kills.answered[entry.transaction_id] = (entry.caller.removesuffix("MSP"), entry.block)
        self.kills.answered_at.append(len(self.kills.answered))
        for transaction_id, (bank, block) in self.kills.answered.items():
            status = files.peer(bank).view.transaction_status(transaction_id)
            if status is None or (status.code, status.block) != (transaction.VALID, block):
                self.kills.wrong.append(f"{bank}: {transaction_id} was answered VALID in block {block}")
        self.kills.wrong += files.wrong(start)


def wait_for_answers(banks: BusyBanks) -> None:
    """Until something new was answered: then the engine is under load."""
    before, until = len(banks.committed), time.monotonic() + SECONDS_MAX
    while len(banks.committed) == before:
        assert time.monotonic() < until, [work.failure for work in banks.works]
        time.sleep(0.01)


def wait_for_death(pid: int) -> None:
    until = time.monotonic() + SECONDS_MAX
    while (ended := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
        assert time.monotonic() < until, "the phase was never passed"
        time.sleep(0.005)
    assert ended.si_status == signal.SIGKILL


def wait_for_one_height(network: RunningNetwork) -> None:
    until = time.monotonic() + SECONDS_MAX
    while len(found := {each.newest_block_hash for each in peer_heights(network.folder, network.state)}) > 1:
        assert time.monotonic() < until, found
        time.sleep(0.05)


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kills]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Killing(tmp_path_factory.mktemp("kill"), monkeypatch).run()


def test_every_phase_had_its_kill(kills: Kills) -> None:
    print(f"\n{KILLS} kills: {dict(kills.fell)}")
    print(f"answered VALID at each kill, and at the end: {kills.answered_at}")
    assert set(kills.fell) == set(ALL)
    assert sum(kills.fell.values()) == KILLS
    assert kills.answered_at == sorted(set(kills.answered_at)), "each kill came while clients were answered"


def test_what_was_answered_is_there_and_nothing_is_half_there(kills: Kills) -> None:
    assert kills.wrong == []


def test_clients_went_on_through_every_kill(kills: Kills) -> None:
    assert kills.failures == []


def test_balances_reconcile(kills: Kills) -> None:
    assert kills.report is not None
    assert kills.report.findings == ()
    assert kills.report.pools == pools_of()
    assert kills.report.valid_transactions >= len(kills.answered)
