"""docs/chaincode.md on Fabric: each organisation packages, installs, approves, and runs its own service."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from counterfoil import EndorseError
from counterfoil_cli import chaincode, contracts
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.fabric.administration import answers
from counterfoil_network.fabric.layout import service_files
from counterfoil_protocol.chaincode_package import parse_package
from fabric_command import until
from running_network import ROOT, RunningNetwork
from typer import Typer
from typer.testing import CliRunner

PATIENCE_SECONDS = 120
DEFINITION = ("--name", "shelf", "--policy", "AND('BankAMSP.peer','BankBMSP.peer')")


def run(app: Typer, *arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@contextmanager
def service(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """The service as the page starts it, until the block ends."""
    with (folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "counterfoil_chaincode.service", "asset:CHAINCODE"],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: answers(environment["CHAINCODE_SERVER_ADDRESS"]), PATIENCE_SECONDS)
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0


@pytest.fixture
def addresses() -> tuple[str, str]:
    first, second = free_ports(2)
    return f"{HOST}:{first}", f"{HOST}:{second}"


def test_each_organisation_runs_its_own_service(
    network: RunningNetwork, tmp_path: Path, addresses: tuple[str, str]
) -> None:
    shutil.copy(ROOT / "samples" / "asset.py", tmp_path)
    tls = service_files(network.folder, "BankA").tls
    link = {
        "CHAINCODE_TLS_DISABLED": "false",
        "CHAINCODE_TLS_KEY": str(tls / "server.key"),
        "CHAINCODE_TLS_CERT": str(tls / "server.crt"),
        "CHAINCODE_CLIENT_CA_CERT": str(tls / "ca.crt"),
    }
    banks = {
        "BankA": packaged(tmp_path, "BankA", addresses[0], "--tls") | link,
        "BankB": packaged(tmp_path, "BankB", addresses[1]),
    }
    for organisation in ("BankA", "BankB", "Regulator"):
        profile = ("--profile", network.folder.connection_profile(organisation))
        own: tuple[str | Path, ...] = ()
        if organisation in banks:
            path = tmp_path / f"{organisation}.tar.gz"
            assert banks[organisation]["CHAINCODE_ID"] in run(chaincode.app, "install", path, *profile)
            own = ("--package", path)
        run(chaincode.app, "approve", *DEFINITION, *own, *profile)
    network.await_level_peers()
    port = ("--profile", network.folder.connection_profile("Port"))
    told = run(chaincode.app, "ready", *DEFINITION, *port)
    assert [line.split()[1] for line in told.splitlines() if "MSP" in line].count("yes") == 3
    with service(tmp_path, banks["BankA"]), service(tmp_path, banks["BankB"]):
        assert "in force: shelf version 1.0, sequence 1" in run(chaincode.app, "commit", *DEFINITION, *port)
        until(lambda: is_created(network, "number-1"), PATIENCE_SECONDS)
        assert read(network, "number-1") == b"4711"


def packaged(folder: Path, organisation: str, address: str, *options: str) -> dict[str, str]:
    """What the organisation's service is told, once its package is written."""
    path = folder / f"{organisation}.tar.gz"
    sources = ("package", folder / "asset.py", path, "--name", "shelf")
    run(contracts.app, *sources, "--address", address, *options)
    return {
        "CHAINCODE_SERVER_ADDRESS": address,
        "CHAINCODE_ID": parse_package(path.read_bytes()).package_id,
        "CORE_PEER_LOCALMSPID": f"{organisation}MSP",
    }


def is_created(network: RunningNetwork, number: str) -> bool:
    """Not before the peers know of each other that they run it."""
    with network.contract("BankA", "officer2", "shelf") as shelf:
        try:
            shelf.submit("create", number, "4711")
        except EndorseError as error:
            print(error)
            return False
    return True


def read(network: RunningNetwork, number: str) -> bytes:
    """As BankA's peer has it, whose word the commit status was."""
    with network.contract("BankA", "officer2", "shelf") as shelf:
        return shelf.evaluate("read", number, target_organizations=("BankAMSP",))
