"""Each setting on which confidentiality and liveness rest, altered once, is named."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterfoil_contracts.collections import ENDORSEMENT_POLICY, collections
from counterfoil_network.configuration import genesis_block
from counterfoil_network.fabric import settings
from counterfoil_network.fabric.verification import Facts, verify
from counterfoil_network.identities import generate
from counterfoil_protocol.channel_config import ChannelConfig

ROOT = Path(__file__).resolve().parents[4]
DESIGNED = tuple(collections(["BankAMSP", "BankBMSP"]))
LINK = {"tls_required": True, "client_auth_required": True}


@pytest.fixture(scope="module")
def crypto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crypto")
    generate(ROOT / "crypto-config.yaml", folder)
    return folder


def channel(crypto: Path, configtx: Path = ROOT / "configtx.yaml") -> ChannelConfig:
    return ChannelConfig.from_block(genesis_block(configtx, "TradeGenesis", "trade", crypto))


@pytest.fixture(scope="module")
def good(crypto: Path) -> Facts:
    return Facts(
        config=channel(crypto),
        regulator="RegulatorMSP",
        expected_policy=ENDORSEMENT_POLICY,
        policy=ENDORSEMENT_POLICY,
        expected_collections=DESIGNED,
        collections=DESIGNED,
        peers={"peer0": settings.with_settings("core.yaml", settings.PEER_CHOICES)},
        orderers={"orderer": settings.with_settings("orderer.yaml", settings.ORDERER_CHOICES)},
        links=[("peer0", LINK)],
        chaincode_msp_ids=[("chaincode of BankA", "BankAMSP", "BankAMSP")],
    )


def failing(facts: Facts) -> set[tuple[str, str]]:
    checks = verify(facts)
    assert all(check.gain for check in checks)
    return {(check.subject, check.setting) for check in checks if not check.is_met}


def test_what_the_driver_writes_passes(good: Facts) -> None:
    assert failing(good) == set()


@pytest.mark.parametrize(
    "key",
    [
        "peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit",
        "peer.gossip.pvtData.pullRetryThreshold",
        "peer.gossip.reconnectInterval",
        "peer.authentication.timewindow",
        "peer.tls.enabled",
        "operations.tls.clientAuthRequired",
    ],
)
def test_fabric_s_own_default_is_named(good: Facts, key: str) -> None:
    choices = {name: value for name, value in settings.PEER_CHOICES.items() if name != key}
    facts = replace(good, peers={"peer0": settings.with_settings("core.yaml", choices)})
    assert failing(facts) == {("peer0", key)}


@pytest.mark.parametrize("key", ["General.TLS.Enabled", "Operations.TLS.ClientAuthRequired"])
def test_an_orderer_s_default_is_named(good: Facts, key: str) -> None:
    choices = {name: value for name, value in settings.ORDERER_CHOICES.items() if name != key}
    facts = replace(good, orderers={"orderer": settings.with_settings("orderer.yaml", choices)})
    assert failing(facts) == {("orderer", key)}


@pytest.mark.parametrize(
    "reference", [None, "/Channel/Application/Readers", "/Channel/Application/BankBlockEvents"]
)
def test_block_events_for_others_than_the_regulator_are_named(
    good: Facts, crypto: Path, tmp_path: Path, reference: str | None
) -> None:
    document: dict[str, Any] = yaml.safe_load((ROOT / "configtx.yaml").read_text())
    application = document["Profiles"]["TradeGenesis"]["Application"]
    application["Policies"]["BankBlockEvents"] = {
        "Type": "Signature",
        "Rule": "OR('RegulatorMSP.member', 'BankAMSP.member')",
    }
    if reference is None:
        del application["ACLs"]["event/Block"]
    else:
        application["ACLs"]["event/Block"] = reference
    path = tmp_path / "configtx.yaml"
    path.write_text(yaml.safe_dump(document))
    assert failing(replace(good, config=channel(crypto, path))) == {("channel", "ACL event/Block")}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"policy": "OR('BankAMSP.peer')"}, ("chaincode", "endorsement policy")),
        ({"collections": DESIGNED[1:]}, ("collection authority", "definition")),
        (
            {"collections": (replace(DESIGNED[1], member_only_read=False), DESIGNED[0], *DESIGNED[2:])},
            (f"collection {DESIGNED[1].name}", "definition"),
        ),
        (
            {"collections": (*DESIGNED, replace(DESIGNED[0], name="back_door"))},
            ("collection back_door", "definition"),
        ),
        ({"links": [("peer0", {"tls_required": True})]}, ("peer0", "connection to its chaincode")),
        (
            {"chaincode_msp_ids": [("chaincode", "", "BankAMSP")]},
            ("chaincode", "CORE_PEER_LOCALMSPID of the chaincode"),
        ),
        ({"open_keys": ["priv_sk"]}, ("identities", "private keys others may read")),
    ],
)
def test_everything_else_altered_is_named(
    good: Facts, changes: dict[str, Any], named: tuple[str, str]
) -> None:
    assert failing(replace(good, **changes)) == {named}
