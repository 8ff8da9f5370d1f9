"""Fabric 3.1.5's own peers are stopped, for good, by one client: what no setting prevents (docs/security.md).

A write to a collection of which no definition is in force. The transaction need not be valid: a committing
peer looks up the collections of every transaction of a block (`getTxPvtdataInfoFromBlock` in
gossip/privdata/coordinator.go), and one that it does not find ends the peer (`deliverPayloads` in
gossip/state/state.go). The block is in the chain, so it ends the peer at each start again.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from attacker import Attacker
from counterfoil_network.deployment import FABRIC
from counterfoil_protocol.messages import common
from fabric_command import until
from running_network import ORGANISATIONS, RunningNetwork, asset_chaincode, running_network

from tests.engine.test_attacks_forged import UNDEFINED, forge_writes

STOPPED = b"Cannot commit block to the ledger due to collection trade/asset/nobody could not be found"
STARTS = 2
PATIENCE_SECONDS = 90.0


@pytest.fixture
def network(tmp_path: Path) -> Iterator[RunningNetwork]:
    with running_network(tmp_path / "network", asset_chaincode(), engine=FABRIC) as running:
        yield running


def is_stopped_again(network: RunningNetwork, organisation: str) -> bool:
    [log] = network.folder.peer(organisation).rglob("peer.log")
    lines = log.read_bytes().splitlines()
    return sum(line.startswith(b"panic: ") and STOPPED in line for line in lines) >= STARTS


@pytest.mark.slow
def test_a_clients_invalid_transaction_stops_every_peer_of_fabric(network: RunningNetwork) -> None:
    """A bank's officer suffices: no peer signs anything, and nothing of it is valid."""
    attacker = Attacker(network)
    officer = attacker.user("BankB", "officer1")
    forged = forge_writes(attacker, UNDEFINED["a collection nobody defined"], officer)
    assert attacker.broadcast(forged.envelope()).status == common.SUCCESS
    for organisation in ORGANISATIONS:
        until(partial(is_stopped_again, network, organisation), PATIENCE_SECONDS)
