"""Two peers each for Regulator and Port: one is killed and stays away, and locks go on. One orderer."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from broken_parts import CLIENTS, BrokenParts, broken_parts
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.fabric.layout import node_files
from counterfoil_network.fabric.status import processes
from faults import Fault, Part, Way, table
from ready_desks import PAIRS
from running_network import ROOT

pytestmark = pytest.mark.slow
LOCKS = 6
"""So many are wanted while a peer is away, of four pairs of people."""


def two_peers_each(folder: Path) -> Path:
    """crypto-config.yaml with two peers for Regulator and for Port."""
    document = yaml.safe_load((ROOT / "crypto-config.yaml").read_text())
    for organisation in document["PeerOrgs"][:2]:
        organisation["Template"]["Count"] = 2
    path = folder / "crypto-config.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def away(parts: BrokenParts, organisation: str) -> Iterator[None]:
    """The organisation's first peer is killed and cannot be started again while the block lasts."""
    network = parts.network
    node = network.state.node(organisation)
    settings = node_files(network.folder, node).root / "core.yaml"
    hidden = settings.rename(settings.with_suffix(".hidden"))
    os.kill(processes(network.folder)[node.host]["pid"], signal.SIGKILL)
    try:
        yield
    finally:
        hidden.rename(settings)


def locks(parts: BrokenParts) -> int:
    return sum(entry.operation == trade.LOCK.full_name for entry in parts.desks.committed)


def seconds_until_locked(parts: BrokenParts) -> float:
    before, began = locks(parts), time.monotonic()
    parts.until(lambda: locks(parts) >= before + LOCKS, "locks")
    return time.monotonic() - began


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenParts]:
    folder = tmp_path_factory.mktemp("two")
    crypto_config = two_peers_each(folder)
    with broken_parts(folder, crypto_config=crypto_config, clients=CLIENTS[::2], pairs=PAIRS) as found:
        yield found


@pytest.mark.parametrize("organisation", ["Regulator", "Port"])
def test_locks_go_on_when_one_of_two_is_killed(
    parts: BrokenParts, organisation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(parts.blocks.peers) == 6
    with away(parts, organisation):
        seconds = seconds_until_locked(parts)
    with capsys.disabled():
        print(f"\n{LOCKS} locks in {seconds:.1f} s while the first peer of {organisation} was away")
    parts.await_well(time.monotonic())
    assert parts.wrong() == []


@pytest.mark.parametrize("way", Way)
def test_the_only_orderer_comes_back(parts: BrokenParts, way: Way) -> None:
    parts.suffer(Fault(Part.LEADER, way))
    assert parts.wrong() == []


def test_at_the_end_all_is_as_it_was_told(parts: BrokenParts, capsys: pytest.CaptureFixture[str]) -> None:
    parts.rest()
    with capsys.disabled():
        print(f"\none orderer:\n{table(parts.suffered)}")
    assert parts.wrong() == []
