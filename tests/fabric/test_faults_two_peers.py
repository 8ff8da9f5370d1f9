"""Two peers each for Regulator and Port: one is killed and stays away, and locks go on."""

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


def test_locks_go_on_when_one_of_two_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crypto_config = two_peers_each(tmp_path)
    with broken_parts(tmp_path, crypto_config=crypto_config, clients=CLIENTS[::2], pairs=PAIRS) as parts:
        assert len(parts.blocks.peers) == 6
        for organisation in ("Regulator", "Port"):
            with away(parts, organisation):
                seconds = seconds_until_locked(parts)
            with capsys.disabled():
                print(f"\nfirst peer of {organisation} away: {LOCKS} locks in {seconds:.1f} s")
            parts.await_well(time.monotonic())
        parts.rest()
        assert parts.wrong() == []
