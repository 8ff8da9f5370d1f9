"""`counterfoil network` as a process of its own: what it tells, its exit codes, ending in order.

The engine is a stand-in that says it is ready and waits; tests/engine runs the real one.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from counterfoil_cli.exit_codes import ExitCode

ROOT = Path(__file__).resolve().parents[3]
ENGINE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("READY", flush=True)
sys.stdin.read()
"""
COMMAND = """
import signal, sys
# A test run in the background of a shell has it ignored, and so would its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
from counterfoil_network.deployment import engine_process
engine_process.ENGINE_COMMAND = (sys.executable, sys.argv.pop(1))
from counterfoil_cli.main import main
main()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts `counterfoil network …` in a folder of its own."""
    engine = tmp_path / "engine.py"
    engine.write_text(ENGINE)
    work = tmp_path / "work"
    work.mkdir()
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str, folder: Path = work) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(engine), "network", *arguments],
            cwd=folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def run(start: Start, *arguments: str, **options: Path) -> tuple[int, str, str]:
    process = start(*arguments, **options)
    output, complaint = process.communicate(timeout=60)
    return process.returncode, output, complaint


def up(start: Start, *arguments: str) -> tuple["subprocess.Popen[str]", str]:
    """Start a network and read what it tells until it is up."""
    process = start("up", "--no-chaincode", *arguments)
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if "ends it" in line:
            return process, told
    assert process.stderr is not None
    raise AssertionError(told + process.stderr.read())


def test_up_tells_where_everything_is(start: Start, tmp_path: Path) -> None:
    _, told = up(start)
    state = json.loads((tmp_path / "work/.counterfoil/network.json").read_text())
    for node in state["nodes"][1:]:
        assert node["address"] in told
        assert f".counterfoil/connections/{node['organisation']}.json" in told
    # Whole: programs that are started in folders of their own are told these paths.
    assert f"Identities: {tmp_path / 'work/.counterfoil/crypto'}" in told
    assert "\x1b" not in told, "colours in a pipe"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_in_order_on_a_signal(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    process, _ = up(start)
    process.send_signal(number)
    output, complaint = process.communicate(timeout=30)
    assert (process.returncode, complaint) == (ExitCode.DONE, "")
    assert "has ended" in output
    assert not (tmp_path / "work/.counterfoil/network.json").exists()
    assert (tmp_path / "work/.counterfoil/genesis.block").exists()


def test_a_second_one_is_refused_and_the_first_goes_on(start: Start) -> None:
    process, _ = up(start)
    code, _, complaint = run(start, "up", "--no-chaincode")
    assert code == ExitCode.NETWORK_IN_USE
    assert f".counterfoil already (process {process.pid})" in complaint
    assert process.poll() is None


def test_down_ends_it(start: Start) -> None:
    process, _ = up(start)
    code, told, _ = run(start, "down")
    assert (code, process.wait(10)) == (ExitCode.DONE, ExitCode.DONE)
    assert f"process {process.pid}" in told
    assert run(start, "down")[0] == ExitCode.NOT_RUNNING


def test_down_never_signals_a_process_that_is_not_the_network(start: Start, tmp_path: Path) -> None:
    """The file survives kill -9, and its process id may be anybody's by then."""
    process, _ = up(start)
    state_file = tmp_path / "work/.counterfoil/network.json"
    state = json.loads(state_file.read_text())
    process.kill()
    process.wait()
    with subprocess.Popen(["sleep", "30"]) as bystander:
        state_file.write_text(json.dumps(state | {"pid": bystander.pid}))
        deadline = time.monotonic() + 20
        while (answer := run(start, "down"))[0] != ExitCode.NOT_RUNNING:
            assert time.monotonic() < deadline
        assert "without saying so" in answer[2]
        assert bystander.poll() is None
        bystander.kill()


def test_status_of_nothing(start: Start) -> None:
    code, output, complaint = run(start, "status")
    assert (code, output) == (ExitCode.NOT_RUNNING, "")
    assert "no network runs in .counterfoil" in complaint


def test_status_asks_every_peer_and_tells_which_did_not_answer(start: Start) -> None:
    up(start)
    code, output, _ = run(start, "status", "--json")
    assert code == ExitCode.FAILED
    peers = json.loads(output)["peers"]
    assert set(peers) == {"Regulator", "Port", "BankA", "BankB"}
    assert all(peer["failure"] for peer in peers.values()), "the stand-in answers nobody"


def test_an_ephemeral_network_leaves_nothing(start: Start, tmp_path: Path) -> None:
    target = tmp_path / "short-lived"
    process, told = up(start, "--ephemeral", "--dir", str(target))
    assert "removed at the end" in told
    assert (target / "network.json").exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == ExitCode.DONE
    assert not target.exists()


def test_an_ephemeral_network_never_removes_a_folder_that_was_there(start: Start, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    code, _, complaint = run(start, "up", "--ephemeral", "--dir", str(target))
    assert code == ExitCode.ENGINE_FAILED
    assert "is there" in complaint
    assert target.exists()


def test_a_configuration_that_cannot_be_followed_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "work/configtx.yaml").write_text("Profiles: {}\n")
    code, _, complaint = run(start, "up")
    assert code == ExitCode.CONFIGURATION
    assert "configtx.yaml has no profile TradeGenesis" in complaint


def test_a_configuration_that_is_not_there(start: Start) -> None:
    for option in ("--configtx", "--crypto-config"):
        code, _, complaint = run(start, "up", option, "nosuch.yaml")
        assert code == ExitCode.CONFIGURATION
        assert "nosuch.yaml is not there" in complaint


def test_a_channel_that_fabric_would_refuse_is_refused_before_anything_starts(
    start: Start, tmp_path: Path
) -> None:
    code, _, complaint = run(start, "up", "--channel", "Bad Channel")
    assert code == ExitCode.CONFIGURATION
    assert "channel 'Bad Channel': Fabric takes" in complaint
    assert not (tmp_path / "work/.counterfoil").exists()


def test_without_files_in_the_working_folder_those_of_the_package_serve(start: Start, tmp_path: Path) -> None:
    process, _ = up(start)
    assert not (tmp_path / "work/configtx.yaml").exists()
    assert process.poll() is None


def test_an_engine_that_ends_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("raise SystemExit('broken')")
    code, _, complaint = run(start, "up")
    assert code == ExitCode.ENGINE_FAILED
    assert "broken" in complaint


def test_every_command_has_help_with_examples(start: Start) -> None:
    for command in ("up", "down", "status"):
        code, output, _ = run(start, command, "--help")
        assert code == ExitCode.DONE
        assert f"counterfoil network {command}" in output.split("Examples:")[1]
        assert "Exit codes:" in output
