"""`counterfoil network` with the real engine and the chaincode `trade`, from the command line alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from counterfoil import Gateway

COMMAND = Path(sys.executable).with_name("counterfoil")


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(COMMAND), "network", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.skipif(not COMMAND.exists(), reason="the command is not installed beside this Python")
def test_up_status_down_and_up_again(tmp_path: Path) -> None:
    heights = []
    for _ in range(2):
        command = [str(COMMAND), "network", "up"]
        with subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE) as up:
            assert up.stdout is not None
            told = ""
            while "ends it" not in told:
                line = up.stdout.readline()
                assert line, told
                told += line
            assert "Chaincode trade version" in told
            status = json.loads(run(tmp_path, "status", "--json").stdout)
            assert [entry.split()[::2] for entry in status["chaincodes"]] == [["trade", "1"]]
            heights.append({name: peer["height"] for name, peer in status["peers"].items()})
            with Gateway.from_profile(
                tmp_path / ".counterfoil/connections/BankA.json", "officer1"
            ) as gateway:
                contract = gateway.network("trade").contract("trade", "org.hyperledger.fabric")
                assert "export_invoice" in json.loads(contract.evaluate("GetMetadata"))["contracts"]
            down = run(tmp_path, "down")
            assert (down.returncode, up.wait(30)) == (0, 0)
    assert heights[0] == heights[1], "nothing was deployed anew"
    assert set(heights[0]) == {"Regulator", "Port", "BankA", "BankB"}
    assert len(set(heights[0].values())) == 1
