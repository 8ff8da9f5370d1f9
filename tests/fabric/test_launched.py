"""A chaincode that Fabric's own peer launches with TLS, by the external builder `samples/python_builder`."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil import EndorseError, EvaluateError
from counterfoil_network.deployment.chaincode import Chaincode, deploy
from counterfoil_network.fabric.layout import builder_folder
from fabric_command import until
from running_network import POLICY, ROOT, RunningNetwork, asset_package

PYTHON_BUILDER = ROOT / "samples" / "python_builder" / "bin"
NAME = "launched"
SECONDS = 60


@pytest.fixture
def launched(network: RunningNetwork) -> Iterator[RunningNetwork]:
    """The network's builder, which knows services alone, passes packages of type python on."""
    own = builder_folder(network.folder) / "bin"
    kept = {name: (own / name).read_bytes() for name in ("detect", "build", "release")}
    package_is_ours = f'"{PYTHON_BUILDER}/detect" "$1" "$2"'
    conditions = {
        "detect": package_is_ours,
        "build": package_is_ours,
        "release": '[ ! -f "$1/connection.json" ]',
    }
    for name, condition in conditions.items():
        (own / f"{name}.service").write_bytes(kept[name])
        (own / f"{name}.service").chmod(0o755)
        script = f'#!/bin/sh\nif {condition}; then exec "{PYTHON_BUILDER}/{name}" "$@"; fi\n'
        (own / name).write_text(f'{script}exec "{own}/{name}.service" "$@"\n')
    (own / "run").write_text(
        f'#!/bin/sh\nCOUNTERFOIL_PYTHON="{sys.executable}" exec "{PYTHON_BUILDER}/run" "$@"\n'
    )
    (own / "run").chmod(0o755)
    deploy(network.folder, network.state, Chaincode(NAME, "1.0", asset_package(), POLICY))
    yield network
    for name, content in kept.items():
        (own / name).write_bytes(content)


def processes(network: RunningNetwork) -> dict[str, int]:
    """Launched chaincode processes by their peer's MSP ID."""
    addresses = {node.chaincode_support: node.msp_id for node in network.state.peers}
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            told = json.loads(Path(words[words.index("--run-metadata") + 1]).read_text())
        except (OSError, ValueError):
            continue
        if told["peer_address"] in addresses:
            found[addresses[told["peer_address"]]] = int(folder.name)
    return found


def test_the_peer_launches_it_calls_it_and_launches_it_again(launched: RunningNetwork) -> None:
    with launched.contract("BankA", chaincode=NAME) as contract:
        two = ("RegulatorMSP", "BankAMSP")
        contract.submit("create", "number-1", "ann", "4711", endorsing_organizations=two)
        stored = {"id": "number-1", "owner": "ann", "value": 4711}
        assert json.loads(contract.evaluate("read", "number-1")) == stored
        told = contract.evaluate("who", target_organizations=["BankAMSP"])
        assert json.loads(told)["peer"] == "BankAMSP"
        with pytest.raises(EndorseError, match="ALREADY_EXISTS"):
            contract.submit("create", "number-1", "bob", "1", endorsing_organizations=two)
        first = processes(launched)
        assert {"RegulatorMSP", "BankAMSP"} <= set(first)

        os.kill(first["BankAMSP"], signal.SIGKILL)

        def answers_again() -> bool:
            try:
                # By its own peer, for the Gateway would ask another.
                answer = contract.evaluate("read", "number-1", target_organizations=["BankAMSP"])
                return bool(json.loads(answer) == stored)
            except EvaluateError:
                # The peer may not have noticed yet that its chaincode has gone.
                return False

        until(answers_again, SECONDS)
        assert processes(launched)["BankAMSP"] != first["BankAMSP"]
