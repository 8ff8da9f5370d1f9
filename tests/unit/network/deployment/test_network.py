"""Running a network: one a folder, told when ready, ended in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_network.deployment import (
    EngineFailed,
    FolderInUse,
    NetworkSettings,
    NotRunning,
    engine_process,
    read_state,
    run_network,
    running_state,
)
from counterfoil_network.deployment.lock import is_locked
from counterfoil_network.deployment.process import process_start
from counterfoil_network.deployment.state import write_state


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usefixtures("stand_in")
def test_a_network_is_found_from_its_announcement_to_its_end(settings: NetworkSettings) -> None:
    folder = settings.folder
    with pytest.raises(NotRunning, match="no network runs"):
        running_state(folder)
    with run_network(settings) as network:
        with pytest.raises(NotRunning, match="not ready yet"):
            running_state(folder)
        network.announce("trade 1.0 1")
        state = running_state(folder)
        assert state.pid == os.getpid()
        assert state.chaincodes == ("trade 1.0 1",)
        assert {node.organisation for node in state.peers} == {"Regulator", "Port", "BankA", "BankB"}
        assert network.engine.is_running
    assert not network.engine.is_running
    assert (folder.root / "ended").read_text() == "in order"
    assert not folder.state.exists()
    with pytest.raises(NotRunning):
        running_state(folder)


@pytest.mark.usefixtures("stand_in")
def test_a_second_one_on_the_folder_is_refused(settings: NetworkSettings) -> None:
    with run_network(settings), pytest.raises(FolderInUse, match="already") as refusal, run_network(settings):
        pass
    assert refusal.value.pid == os.getpid()


@pytest.mark.usefixtures("stand_in")
def test_a_second_start_keeps_identities_genesis_block_and_ports(settings: NetworkSettings) -> None:
    folder = settings.folder
    with run_network(settings):
        before = (folder.genesis_block.read_bytes(), read_state(folder.nodes).nodes)
        certificates = sorted(path.read_bytes() for path in folder.crypto.rglob("*.pem"))
    with run_network(settings):
        assert (folder.genesis_block.read_bytes(), read_state(folder.nodes).nodes) == before
        assert sorted(path.read_bytes() for path in folder.crypto.rglob("*.pem")) == certificates


def test_an_engine_that_does_not_start_is_told_with_its_log(
    settings: NetworkSettings, stand_in_of: Callable[[str], None]
) -> None:
    stand_in_of("raise SystemExit('no such thing')")
    with pytest.raises(EngineFailed, match="code 1: no such thing"), run_network(settings):
        pass
    assert not is_locked(settings.folder.lock)


def test_an_engine_that_is_never_ready_is_killed(
    settings: NetworkSettings, stand_in_of: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "START_TIMEOUT_SECONDS", 0.3)
    stand_in_of("import time; time.sleep(60)")
    with pytest.raises(EngineFailed, match="not ready"), run_network(settings):
        pass
    assert not is_locked(settings.folder.lock)


def test_an_engine_that_ignores_the_request_to_end_is_killed(
    settings: NetworkSettings, stand_in_of: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "STOP_TIMEOUT_SECONDS", 0.3)
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    stand_in_of(f"{ignoring}; print('READY', flush=True); time.sleep(60)")
    with run_network(settings) as network:
        assert network.engine.is_running
    assert not network.engine.is_running


RUNNER = """
import os, sys
from pathlib import Path
from counterfoil_network.deployment import NetworkFolder, NetworkSettings, engine_process, run_network
root, target, engine = map(Path, sys.argv[1:])
engine_process.ENGINE_COMMAND = (sys.executable, str(engine))
settings = NetworkSettings(NetworkFolder(target), root / "configtx.yaml", root / "crypto-config.yaml")
with run_network(settings) as network:
    network.announce()
    print(network.engine.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.usefixtures("stand_in")
def test_kill_9_leaves_neither_engine_nor_lock_behind(
    settings: NetworkSettings, root: Path, tmp_path: Path
) -> None:
    folder = settings.folder
    command = [sys.executable, "-c", RUNNER, str(root), str(folder.root), str(tmp_path / "engine.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        engine = int(runner.stdout.readline())
        assert running_state(folder).pid == runner.pid
        with pytest.raises(FolderInUse, match=str(runner.pid)), run_network(settings):
            pass
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        wait_for(lambda: not is_locked(folder.lock))
        assert (folder.root / "ended").read_text() == "in order"
        wait_for(lambda: process_start(engine) is None)
        with pytest.raises(NotRunning, match="ended without saying so"):
            running_state(folder)
    with run_network(settings) as network:
        network.announce()
        assert running_state(folder).pid == os.getpid()


SLOW_TO_END = """
import pathlib, sys, time
print("READY", flush=True)
sys.stdin.read()
time.sleep(1.5)
pathlib.Path(sys.argv[1], "ended").write_text("late")
"""


def test_the_folder_is_in_use_until_the_engine_has_ended_too(
    settings: NetworkSettings, root: Path, tmp_path: Path, stand_in_of: Callable[[str], None]
) -> None:
    """Else a second engine would open the files that a first one is still writing."""
    stand_in_of(SLOW_TO_END)
    folder = settings.folder
    command = [sys.executable, "-c", RUNNER, str(root), str(folder.root), str(tmp_path / "engine.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        runner.stdout.readline()
        runner.kill()
        runner.wait()
        assert is_locked(folder.lock)
        assert not (folder.root / "ended").exists()
        wait_for(lambda: not is_locked(folder.lock))
        assert (folder.root / "ended").exists()


@pytest.mark.usefixtures("stand_in")
def test_a_process_that_was_given_the_number_later_is_not_the_network(settings: NetworkSettings) -> None:
    with run_network(settings) as network, subprocess.Popen(["sleep", "30"]) as bystander:
        network.announce()
        write_state(settings.folder.state, replace(network.state, pid=bystander.pid))
        with pytest.raises(NotRunning, match="without saying so"):
            running_state(settings.folder)
        bystander.kill()
