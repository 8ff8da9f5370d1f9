"""`counterfoil network up --engine fabric` on the folder of a network that a bank has left."""

from pathlib import Path

import pytest
from counterfoil_network.deployment import NetworkFolder, running_state
from counterfoil_network.deployment.state import read_state
from counterfoil_network.fabric.administration import config_block
from counterfoil_protocol.block import parse_block
from counterfoil_protocol.channel_config import ChannelConfig
from fabric_command import Command
from own_machines import PAGE, SHIPMENTS, Machines, finance, give_own_folder
from running_network import ORGANISATIONS, RunningNetwork
from trade_ready import make_ready

pytestmark = pytest.mark.slow
MEMBERS = {"Regulator", "Port", "BankA"}


def running(command: Command) -> RunningNetwork:
    state = running_state(command.folder)
    return RunningNetwork(command.folder, state, state.pid)


def bank_b_leaves(network: RunningNetwork, root: Path) -> None:
    """By the steps of docs/joining.md, each on its organisation's own machine."""
    machines = Machines(root, network)
    for organisation in ORGANISATIONS:
        give_own_folder(network, organisation, machines.folder(organisation) / ".counterfoil")
    machines.place = PAGE.read_text(encoding="utf-8").index("## A bank leaves")
    # BankC has not joined here: what only it does is left out.
    machines.follow("### On BankC's machine")


def known_members(folder: NetworkFolder, organisation: str) -> tuple[str, ...]:
    """Who is in the channel, as the organisation's own peer has it."""
    node = read_state(folder.nodes).node(organisation)
    return ChannelConfig.from_block(parse_block(config_block(folder, node, "trade"))).application_msp_ids


def test_it_starts_again_without_the_bank_that_left(command: Command, tmp_path: Path) -> None:
    command.start()
    ready = make_ready(running(command), tmp_path)
    ready.publish(SHIPMENTS[:1])
    bank_b_leaves(ready.network, tmp_path / "machines")
    command.end()

    command.start()
    status = command.json("status")
    assert set(status["peers"]) == MEMBERS
    assert [peer["failure"] for peer in status["peers"].values()] == [None] * len(MEMBERS)
    assert status["chaincodes"] == ["trade 0.1.0 2"], (
        "the definition is the one that the page's steps committed"
    )
    assert "BankBMSP" in known_members(command.folder, "BankB"), "it was never given the block that says so"
    assert "BankBMSP" not in known_members(command.folder, "BankA")
    ready.network = running(command)
    assert finance(ready, "BankA", SHIPMENTS[0])
