"""Whose peers are waited for at a start, where organisations may have left the channel since."""

from pathlib import Path

import pytest
from counterfoil_network.configuration import genesis_block
from counterfoil_network.deployment import FABRIC, EngineFailed, NetworkFolder
from counterfoil_network.deployment.state import NetworkState, Node
from counterfoil_network.fabric import administration
from counterfoil_network.fabric.readiness import channel_peers
from counterfoil_network.identities import CryptoFolder
from counterfoil_network.membership import without_organisation
from counterfoil_protocol.block import new_block
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.messages import common, configtx

NAMES = ("Regulator", "Port", "BankA", "BankB")
STATE = NetworkState(
    "trade",
    FABRIC,
    tuple(
        Node(name, f"{name}MSP", "peer", f"peer0.{name.lower()}.example", "127.0.0.1:1", "", "")
        for name in NAMES
    ),
)


@pytest.fixture(scope="module")
def blocks(root: Path, crypto: CryptoFolder) -> dict[str, bytes]:
    """The configuration before BankB left, and after."""
    genesis = genesis_block(root / "configtx.yaml", "TradeGenesis", "trade", crypto.root)
    current = ChannelConfig.from_block(genesis)
    changed = without_organisation(current, "BankB")
    changed.sequence = current.sequence + 1
    data = configtx.ConfigEnvelope(config=changed).SerializeToString()
    payload = build_payload(common.CONFIG, "trade", b"", b"", data, timestamp=(0, 0))
    after = new_block(7, b"", [common.Envelope(payload=payload).SerializeToString()])
    return {"before": genesis.SerializeToString(), "after": after.SerializeToString()}


def told(monkeypatch: pytest.MonkeyPatch, answers: dict[str, bytes]) -> list[str]:
    """Whose peers are waited for when each peer tells this configuration, and others do not answer."""

    def config_block(_folder: NetworkFolder, node: Node, _channel: str) -> bytes:
        if node.organisation not in answers:
            raise EngineFailed("away")
        return answers[node.organisation]

    monkeypatch.setattr(administration, "config_block", config_block)
    return [node.organisation for node in channel_peers(NetworkFolder(Path("x")), STATE)]


def test_one_that_left_is_not_waited_for_whatever_its_own_peer_says(
    monkeypatch: pytest.MonkeyPatch, blocks: dict[str, bytes]
) -> None:
    answers = {**dict.fromkeys(NAMES, blocks["after"]), "BankB": blocks["before"]}
    assert told(monkeypatch, answers) == ["Regulator", "Port", "BankA"]


def test_the_newest_configuration_counts(monkeypatch: pytest.MonkeyPatch, blocks: dict[str, bytes]) -> None:
    answers = {**dict.fromkeys(NAMES, blocks["before"]), "BankA": blocks["after"]}
    assert told(monkeypatch, answers) == ["Regulator", "Port", "BankA"]


def test_all_are_waited_for_while_none_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, {}) == list(NAMES)
