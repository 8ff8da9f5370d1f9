"""`counterfoil contracts deploy` on Fabric's own peers: a service an organisation, watched with the peers."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from counterfoil import Contract, EndorseError, Gateway
from counterfoil_cli.contracts import app
from counterfoil_cli.exit_codes import ExitCode
from fabric_command import Command, until
from running_network import ORGANISATIONS, ROOT
from typer.testing import CliRunner, Result

SAMPLE = (ROOT / "samples" / "asset.py").read_text(encoding="utf-8")
PATIENCE_SECONDS = 120


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    file = tmp_path / "asset.py"
    file.write_text(SAMPLE)
    return file


def deploy(command: Command, sources: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["deploy", str(sources), "--dir", str(command.folder.root), *options])


def submit(command: Command, number: str) -> None:
    """Until it is endorsed: not while a chaincode is being started, or unknown to another peer."""
    until(lambda: is_submitted(command, number), PATIENCE_SECONDS)
    with asset(command) as contract:
        # BankA's peer gave the commit status.
        assert contract.evaluate("read", number, target_organizations=("BankAMSP",)) == b"4711"


def is_submitted(command: Command, number: str) -> bool:
    with asset(command) as contract:
        try:
            contract.submit("create", number, "4711")
        except EndorseError as error:
            print(error)
            return False
    return True


@contextmanager
def asset(command: Command) -> Iterator[Contract]:
    with Gateway.from_profile(command.folder.connection_profile("BankA"), "officer1") as gateway:
        yield gateway.network("trade").contract("asset")


def services(command: Command) -> dict[str, int]:
    """Process ids of the chaincode `asset`."""
    return {name: each["pid"] for name, each in command.processes().items() if "asset" in name}


def test_a_chaincode_is_refused_deployed_watched_upgraded_and_kept(command: Command, sources: Path) -> None:
    command.start("--no-chaincode")
    sources.write_text("raise RuntimeError('not here')\n")
    refused = deploy(command, sources)
    assert refused.exit_code == ExitCode.ENGINE_FAILED
    assert "RuntimeError at asset.py:1: not here" in refused.output
    assert not services(command)

    for reason in ("first reason", "second reason"):
        # Only the process that serves it has an address.
        condition = "import os\nif 'CHAINCODE_SERVER_ADDRESS' in os.environ:\n"
        sources.write_text(f"{condition}    raise RuntimeError('{reason}')\n" + SAMPLE)
        refused = deploy(command, sources)
        assert refused.exit_code == ExitCode.ENGINE_FAILED
        assert f"RuntimeError: {reason}" in refused.output.partition("ends by itself: ")[2].splitlines()[0]
        until(lambda: not services(command), PATIENCE_SECONDS)
    assert "first reason" not in refused.output

    sources.write_text(SAMPLE)
    collection = {"name": "x", "policy": "OR('NobodyMSP.member')", "requiredPeerCount": 0, "maxPeerCount": 1}
    collections = sources.with_suffix(".json")
    collections.write_text(json.dumps([collection | {"blockToLive": 0, "memberOnlyRead": True}]))
    refused = deploy(command, sources, "--collections", str(collections))
    assert refused.exit_code == ExitCode.ENGINE_FAILED, refused.output
    assert "NobodyMSP" in refused.output
    until(lambda: not services(command), PATIENCE_SECONDS)

    sources.write_text(SAMPLE)
    first = deploy(command, sources)
    assert first.exit_code == ExitCode.DONE, first.output
    assert "sequence 1, is in force" in first.output
    submit(command, "before")
    assert len(services(command)) == len(ORGANISATIONS)
    assert "sequence 1, was in force already" in deploy(command, sources).output

    killed = services(command)
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: set(services(command).values()).isdisjoint(killed.values()), PATIENCE_SECONDS)
    submit(command, "after the crash")

    sources.write_text(SAMPLE.replace('or b"0"', 'or b"1"'))
    second = deploy(command, sources)
    assert "sequence 2, is in force" in second.output
    submit(command, "upgraded")
    until(lambda: len(services(command)) == len(ORGANISATIONS), PATIENCE_SECONDS)

    command.end()
    command.start("--no-chaincode")
    assert "sequence 2, was in force already" in deploy(command, sources).output
    submit(command, "after a restart")
