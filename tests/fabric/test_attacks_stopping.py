"""Fabric 3.1.5's own peers are stopped, for good, by one client: what no setting prevents (docs/security.md).

Two envelopes that the orderer takes, for it looks at the creator's signature alone:

A write to a collection of which no definition is in force. The transaction need not be valid: a committing
peer looks up the collections of every transaction of a block (`getTxPvtdataInfoFromBlock` in
gossip/privdata/coordinator.go), and one that it does not find ends the peer (`deliverPayloads` in
gossip/state/state.go).

A transaction without an action, before another one in the same block. Looking for key-level policies, the
validator of the other reads the first action of every envelope before it, unchecked
(`extractDependenciesForTx` in core/common/validation/statebased/validator_keylevel.go).

The block is in the chain, so it ends the peer at each start again.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import grpc
import pytest
from attacker import Attacker
from counterfoil_network.deployment import FABRIC
from counterfoil_protocol.messages import common
from fabric_command import until
from running_network import ORGANISATIONS, RunningNetwork, asset_chaincode, running_network

from tests.engine.test_attacks_forged import UNDEFINED, empty_transaction, forge_writes, namespaces

NOT_FOUND = (
    b"panic: Cannot commit block to the ledger due to collection trade/asset/nobody could not be found"
)
NO_ACTION = b"panic: runtime error: index out of range [0] with length 0"
STARTS = 2
PATIENCE_SECONDS = 90.0


@pytest.fixture
def network(tmp_path: Path) -> Iterator[RunningNetwork]:
    with running_network(tmp_path / "network", asset_chaincode(), engine=FABRIC) as running:
        yield running


def is_stopped_again(network: RunningNetwork, organisation: str, last_words: bytes) -> bool:
    [log] = network.folder.peer(organisation).rglob("peer.log")
    return log.read_bytes().count(b"\n" + last_words) >= STARTS


def assert_all_stopped(network: RunningNetwork, last_words: bytes) -> None:
    for organisation in ORGANISATIONS:
        until(partial(is_stopped_again, network, organisation, last_words), PATIENCE_SECONDS)


@pytest.mark.slow
def test_a_clients_invalid_transaction_stops_every_peer_of_fabric(network: RunningNetwork) -> None:
    """A bank's officer suffices: no peer signs anything, and nothing of it is valid."""
    attacker = Attacker(network)
    officer = attacker.user("BankB", "officer1")
    forged = forge_writes(attacker, UNDEFINED["a collection nobody defined"], officer)
    assert attacker.broadcast(forged.envelope()).status == common.SUCCESS
    assert_all_stopped(network, NOT_FOUND)


@pytest.mark.slow
def test_an_empty_transaction_before_anothers_stops_every_peer_of_fabric(network: RunningNetwork) -> None:
    """The officer waits for nobody: the other transaction may be any, his own invalid one too."""
    attacker = Attacker(network)
    officer = attacker.user("BankB", "officer1")
    empty = empty_transaction(officer)
    other = forge_writes(attacker, namespaces("asset", collections=1), officer)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_stopped_again(network, "Regulator", NO_ACTION):
        # Where the orderer cuts between the two, they are sent again.
        with suppress(grpc.RpcError), attacker.endpoint("Orderer") as orderer:
            list(orderer.orderer.Broadcast(iter([empty, other.envelope()]), timeout=PATIENCE_SECONDS))
        time.sleep(1)
        assert time.monotonic() < deadline
    assert_all_stopped(network, NO_ACTION)
