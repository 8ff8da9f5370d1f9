"""The supervisor: restarts with growing pauses, ends in order, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from counterfoil_network.fabric import supervisor as module
from counterfoil_network.fabric.process_plan import CHAINCODE, ORDERER, PEER, Command, Event, ProcessPlan
from counterfoil_network.fabric.supervisor import Supervisor


class Clock:
    """Seconds that go on by one hundredth each time they are asked for, and by what a test adds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def supervisor(clock: Clock, told: list[Event]) -> Iterator[Supervisor]:
    supervisor = Supervisor(told.append, clock)
    yield supervisor
    supervisor.stop_all()


def plan(folder: Path, name: str, script: str = "sleep 60", kind: str = PEER) -> ProcessPlan:
    return ProcessPlan(
        name, kind, ("sh", "-c", script), str(folder), str(folder / f"{name}.log"), dict(os.environ)
    )


def tend_until(supervisor: Supervisor, is_true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_true():
            return
        supervisor.tend()
        time.sleep(0.01)
    pytest.fail("not in ten seconds")


def test_what_ends_by_itself_is_started_again_and_told(
    supervisor: Supervisor, told: list[Event], tmp_path: Path
) -> None:
    supervisor.start(plan(tmp_path, "peer0"))
    pid = supervisor.processes["peer0"][0]
    os.kill(pid, signal.SIGKILL)
    tend_until(supervisor, lambda: any(event.restarts == 1 for event in told))
    assert [event.what for event in told] == ["started", "ended", "started"]
    assert told[1] == Event("ended", "peer0", pid, -9)
    assert "ended by itself with code -9" in str(told[1])
    assert "1 so far" in str(told[2])


def test_the_pauses_grow_up_to_a_limit_and_shrink_once_it_has_settled(
    supervisor: Supervisor, told: list[Event], tmp_path: Path, clock: Clock
) -> None:
    supervisor.start(plan(tmp_path, "peer0", "exit 3"))
    pauses = []
    for round_ in range(1, 8):
        tend_until(supervisor, lambda: told[-1].what == "ended")
        ended = clock.now
        while told[-1].what == "ended":
            supervisor.tend()
        assert told[-1].restarts == round_
        pauses.append(clock.now - ended)
    assert pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0], abs=0.1)
    clock.now += module.SETTLED_SECONDS
    tend_until(supervisor, lambda: told[-1].what == "ended")
    ended = clock.now
    while told[-1].what == "ended":
        supervisor.tend()
    assert clock.now - ended == pytest.approx(0.2, abs=0.1)


def test_peers_end_before_orderers_and_those_before_chaincode(
    supervisor: Supervisor, told: list[Event], tmp_path: Path
) -> None:
    for kind in (CHAINCODE, ORDERER, PEER):
        supervisor.start(plan(tmp_path, kind, kind=kind))
    supervisor.stop_all()
    assert [event.name for event in told if event.what == "stopped"] == [PEER, ORDERER, CHAINCODE]
    assert supervisor.processes == {}


def test_a_frozen_process_and_one_that_will_not_end_are_ended(
    told: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.5)
    supervisor = Supervisor(told.append)
    supervisor.start(plan(tmp_path, "deaf", "trap '' TERM; while :; do sleep 0.1; done"))
    supervisor.start(plan(tmp_path, "frozen"))
    os.kill(supervisor.processes["frozen"][0], signal.SIGSTOP)
    time.sleep(0.2)
    supervisor.stop_all()
    assert {event.name: event.code for event in told if event.what == "stopped"} == {
        "deaf": -9,
        "frozen": -15,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part is Linux's")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "counterfoil_network.fabric.supervisor_main", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(Command(start=[plan(tmp_path, "peer0", "exec sleep 60")]).line())
    process.stdin.flush()
    event = Event.parse(process.stdout.readline())
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{event.pid}/cmdline").exists() and time.monotonic() < deadline:
        if not Path(f"/proc/{event.pid}/cmdline").read_bytes():
            break  # a zombie that nobody has waited for
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{event.pid}").exists()


def test_the_end_of_its_input_ends_everything(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "counterfoil_network.fabric.supervisor_main", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    line = Command(start=[plan(tmp_path, "peer0")]).line()
    out, _ = process.communicate(line, timeout=20)
    events = [Event.parse(each) for each in out.splitlines()]
    assert [event.what for event in events] == ["started", "stopped"]
    assert process.returncode == 0
    assert not (tmp_path / "processes.json").exists()


def test_a_plan_s_environment_is_in_no_repr(tmp_path: Path) -> None:
    secret = ProcessPlan("x", PEER, (), "", "", {"KEY": "do not tell"})
    assert "do not tell" not in repr(secret)
    assert Command.parse(Command(start=[secret], stop=["y"]).line()) == Command(
        (ProcessPlan("x", PEER, [], "", "", {"KEY": "do not tell"}),), ("y",)
    )
