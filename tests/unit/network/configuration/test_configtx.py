"""configtx.yaml is read as configtxgen reads it, and what is not followed is refused by name."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterfoil_network.configuration import Address, ConfigurationError, read_configtx


@pytest.fixture
def document(root: Path) -> Any:
    """The project's file with its anchors resolved, free to be changed."""
    loaded = yaml.safe_load((root / "configtx.yaml").read_text())
    profile = copy.deepcopy(loaded["Profiles"]["TradeGenesis"])
    return {"Profiles": {"TradeGenesis": profile}}


def read(document: Any, folder: Path) -> Any:
    path = folder / "configtx.yaml"
    path.write_text(yaml.safe_dump(document))
    return read_configtx(path, "TradeGenesis")


def test_the_trade_profile(root: Path) -> None:
    profile = read_configtx(root / "configtx.yaml", "TradeGenesis")
    assert profile.capabilities == ("V3_0",)
    assert profile.orderer.batch_timeout == "200ms"
    assert profile.orderer.max_message_count == 500
    assert [each.msp_id for each in profile.application.organisations] == [
        "RegulatorMSP",
        "PortMSP",
        "BankAMSP",
        "BankBMSP",
    ]
    assert profile.application.policies["LifecycleEndorsement"].rule == "MAJORITY Endorsement"
    assert profile.application.policies["RegulatorBlockEvents"].rule == "OR('RegulatorMSP.member')"


def test_the_profile_for_fabric_2_5_differs_in_the_channel_capability_alone(root: Path) -> None:
    newer, older = (
        read_configtx(root / "configtx.yaml", name) for name in ("TradeGenesis", "TradeGenesis25")
    )
    assert older.capabilities == ("V2_0",)
    assert (older.orderer, older.application, older.policies) == (
        newer.orderer,
        newer.application,
        newer.policies,
    )


def test_paths_are_relative_to_the_file_or_taken_from_a_crypto_folder(root: Path, tmp_path: Path) -> None:
    own = read_configtx(root / "configtx.yaml", "TradeGenesis").application.organisations[0]
    other = read_configtx(root / "configtx.yaml", "TradeGenesis", tmp_path).application.organisations[0]
    rest = Path("peerOrganizations", "regulator.counterfoil.example", "msp")
    assert own.msp_folder == root / ".counterfoil" / "crypto" / rest
    assert other.msp_folder == tmp_path / rest


def test_keys_are_known_without_regard_to_case(document: Any, tmp_path: Path) -> None:
    orderer = document["Profiles"]["TradeGenesis"]["Orderer"]
    orderer["batchtimeout"] = orderer.pop("BatchTimeout")
    assert read(document, tmp_path).orderer.batch_timeout == "200ms"


def test_defaults_are_those_of_configtxgen(document: Any, tmp_path: Path) -> None:
    orderer = document["Profiles"]["TradeGenesis"]["Orderer"]
    del orderer["BatchTimeout"], orderer["BatchSize"]
    found = read(document, tmp_path).orderer
    assert (found.batch_timeout, found.max_message_count) == ("2s", 500)
    assert (found.absolute_max_bytes, found.preferred_max_bytes) == (10 << 20, 2 << 20)
    assert found.options.tick_interval == "500ms"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("Orderer", "OrdererType"), "BFT", "etcdraft"),
        (("Orderer", "Surprise"), 1, "unknown keys: surprise"),
        (("Orderer", "BatchTimeout"), "soon", "duration"),
        (("Orderer", "BatchSize", "AbsoluteMaxBytes"), "10 apples", "size"),
        (("Orderer", "EtcdRaft", "Consenters"), [], "no consenter"),
        (("Orderer", "EtcdRaft", "Options"), {"ElectionTick": 1, "HeartbeatTick": 1}, "election tick"),
        (("Orderer", "Policies"), {}, "no Admins policy"),
        (("Consortiums",), {}, "unknown keys: consortiums"),
        (("Application", "Policies", "Readers"), {"Type": "ImplicitMeta"}, "no Rule"),
        (("Application", "Organizations"), [{"Name": "X"}], "no ID"),
        (("Application",), None, "Application is missing"),
    ],
)
def test_what_cannot_be_followed_is_named(
    document: Any, tmp_path: Path, path: tuple[str, ...], value: Any, message: str
) -> None:
    place = document["Profiles"]["TradeGenesis"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ConfigurationError, match=message):
        read(document, tmp_path)


def test_an_unknown_profile_is_told_with_those_there_are(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="it has TradeGenesis, TradeGenesis25"):
        read_configtx(root / "configtx.yaml", "Genesis")


@pytest.mark.parametrize("text", ["", "host", "host:", ":7050", "host:seventy"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        Address.parse(text)
