"""`counterfoil network up --engine fabric`: what it tells, survives and leaves behind."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from counterfoil import Gateway
from counterfoil_network.deployment import NetworkFolder
from fabric_command import COMMAND, Command, until


def test_it_tells_how_it_is_and_that_its_settings_are_as_they_must_be(command: Command) -> None:
    command.start()
    status = command.json("status")
    assert status["engine"] == "fabric"
    for name, peer in status["peers"].items():
        assert peer["failure"] is None, name
        assert sorted(each["msp_id"] for each in peer["members"]) == [
            "BankAMSP",
            "BankBMSP",
            "PortMSP",
            "RegulatorMSP",
        ]
        assert peer["chaincodes"]["trade"] == "1"
    assert [each["leader"] for each in status["orderers"].values()] == [True]
    assert set(status["certificates"]) == {"Orderer", "Regulator", "Port", "BankA", "BankB"}
    verified = command.run("verify")
    assert verified.returncode == 0, verified.stdout
    assert "peer.log" in command.run("logs", "BankA").stdout
    second = command.run("up", "--engine", "fabric")
    assert second.returncode == 3


def test_what_crashes_is_started_again_and_the_ledger_outlives_all(command: Command) -> None:
    command.start()
    before = command.json("status")["peers"]["Regulator"]
    killed = {part: command.pid(part) for part in ("peer0.bankb", "of BankA")}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(command.pid(part) not in (0, killed[part]) for part in killed), 20)
    until(lambda: command.run("status").returncode == 0, 30)
    assert evaluated(command.folder, "BankA") == evaluated(command.folder, "Regulator")
    down = command.run("down")
    assert down.returncode == 0
    said = command.end()
    assert "peer0.bankb.counterfoil.example" in said
    assert "was started again" in said
    command.start("--no-chaincode")
    after = command.json("status")
    assert after["peers"]["Regulator"]["height"] == before["height"]
    assert after["peers"]["Regulator"]["newest_block_hash"] == before["newest_block_hash"]
    assert evaluated(command.folder, "BankB") == evaluated(command.folder, "Port")


def evaluated(folder: NetworkFolder, organisation: str) -> bytes:
    """Asked of the organisation's own chaincode process."""
    with Gateway.from_profile(folder.connection_profile(organisation), "Admin") as gateway:
        msp_id = gateway.identity.msp_id
        contract = gateway.network("trade").contract("trade")
        return contract.evaluate(
            "org.hyperledger.fabric:GetMetadata", target_organizations=(msp_id,), timeout=30
        )


@pytest.mark.parametrize("victims", [("driver",), ("supervisor",), ("driver", "supervisor")])
def test_nothing_is_left_running_when_it_is_killed(command: Command, victims: tuple[str, ...]) -> None:
    command.start()
    assert len(command.left_over()) >= 10
    pids = {"driver": command.process.pid, "supervisor": command.supervisor}
    for victim in victims:
        os.kill(pids[victim], signal.SIGKILL)
    until(lambda: not command.left_over(), 20)


def test_missing_programs_are_named_and_where_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "peer").write_text("#!/bin/sh\n")
    (tmp_path / "peer").chmod(0o755)
    done = subprocess.run(
        [*COMMAND, "network", "up", "--engine", "fabric", "--fabric-bin", str(tmp_path), "--dir", "x"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 8
    assert "orderer, configtxgen, configtxlator, osnadmin not found" in done.stderr.replace("\n", " ")
    assert "install-fabric.sh" in done.stderr
    assert not (tmp_path / "x").exists()
