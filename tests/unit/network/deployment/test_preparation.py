"""Preparing a folder: nodes, ports, genesis block, connection profiles the SDK reads."""

import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil import ConnectionProfile
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment import DeploymentError, NetworkSettings, NotRunning, prepare, read_state
from counterfoil_network.deployment.ports import HOST, free_ports
from counterfoil_network.identities import load_identity
from counterfoil_protocol.block import parse_block
from counterfoil_protocol.channel_config import ChannelConfig


def test_ports_differ_and_are_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as server:
            server.bind((HOST, port))


def test_wanted_ports_are_given_unless_taken() -> None:
    first, second = free_ports(2)
    with socket.socket() as taken:
        taken.bind((HOST, first))
        taken.listen()
        given = free_ports(3, [first, second])
    assert given[1] == second
    assert first not in given


def test_connection_profiles_are_what_the_sdk_reads(settings: NetworkSettings) -> None:
    prepared = prepare(settings)
    for node in prepared.state.peers:
        organisation = prepared.crypto.organisation(node.organisation)
        profile = ConnectionProfile.read(settings.folder.connection_profile(node.organisation))
        endpoint = profile.endpoint()
        assert (profile.msp_id, endpoint.address) == (f"{node.organisation}MSP", node.address)
        assert endpoint.tls_root == organisation.tls_authority_certificate.read_bytes()
        assert profile.users == organisation.users
        identity, _ = profile.identity("Admin")
        assert identity.certificate == load_identity(organisation.user_msp("Admin")).certificate


def test_the_folder_can_be_moved(settings: NetworkSettings, tmp_path: Path) -> None:
    prepare(settings)
    moved = tmp_path / "moved"
    settings.folder.root.rename(moved)
    profile = ConnectionProfile.read(moved / "connections" / "BankA.json")
    assert profile.identity("officer1")
    assert str(tmp_path) not in (moved / "nodes.json").read_text()


def test_the_genesis_block_holds_the_addresses_that_were_found(settings: NetworkSettings) -> None:
    state = prepare(settings).state
    config = ChannelConfig.from_block(parse_block(settings.folder.genesis_block.read_bytes()))
    assert state.node("Orderer").address in repr(config.orderer_addresses)


def test_a_ledger_whose_identities_are_gone_is_not_given_others(settings: NetworkSettings) -> None:
    prepare(settings)
    shutil.rmtree(settings.folder.crypto / "peerOrganizations" / "banka.counterfoil.example")
    with pytest.raises(DeploymentError, match="no identities of BankA"):
        prepare(settings)


def test_a_ledger_of_another_channel_is_kept(settings: NetworkSettings) -> None:
    prepare(settings)
    with pytest.raises(DeploymentError, match="channel trade"):
        prepare(replace(settings, channel="other"))


def test_an_organisation_without_identities_is_named(settings: NetworkSettings, tmp_path: Path) -> None:
    text = settings.crypto_config.read_text()
    fewer = tmp_path / "crypto-config.yaml"
    fewer.write_text(
        text.replace("  - Hostname: orderer\n", "  - Hostname: orderer\n      - Hostname: second\n")
    )
    with pytest.raises(ConfigurationError, match="one node an organisation"):
        prepare(replace(settings, crypto_config=fewer))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "nodes": [{}]}'])
def test_a_state_that_cannot_be_understood_is_no_state(tmp_path: Path, text: str) -> None:
    path = tmp_path / "network.json"
    path.write_text(text)
    with pytest.raises(NotRunning, match="not readable"):
        read_state(path)


@pytest.mark.parametrize(
    "name", ["", "Bad Channel", "Trade", "1st", "-a", "a_b", "tr\u00e4de", "a\n", "a" * 250]
)
def test_a_channel_has_a_name_that_fabric_takes(settings: NetworkSettings, name: str) -> None:
    with pytest.raises(ConfigurationError, match="choose another name"):
        replace(settings, channel=name)
    for good in ("a", "trade", "trade-2.x", "a" * 249):
        replace(settings, channel=good)
