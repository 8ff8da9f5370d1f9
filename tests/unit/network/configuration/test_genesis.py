"""The genesis block: equal to what configtxgen makes of the same file and the same identities."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counterfoil_network.configuration import ConfigurationError, genesis_block
from counterfoil_network.identities import CryptoFolder, generate, load_identity, renew, revoke
from counterfoil_protocol.block import check_block_data, is_config_block, parse_block
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.errors import InvalidIdentity
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, msp_principal

CHANNEL = "trade"
ROLES = {
    name: int(msp_principal.MSPRole.MSPRoleType.Value(name.upper()))
    for name in ("client", "peer", "admin", "orderer")
}
Find = Callable[[str], Callable[..., bytes]]


def decoded(block: bytes, folder: Path, find: Find) -> Any:
    """The block as configtxlator shows it, down to each policy and certificate."""
    path = folder / "decode.block"
    path.write_bytes(block)
    program = find("configtxlator")
    return json.loads(program("proto_decode", "--input", path, "--type", "common.Block"))


def without_what_is_drawn(block: Any) -> Any:
    """Drop what no two runs share: the time, the nonce, and what is a sum over them."""
    payload = block["data"]["data"][0]["payload"]
    assert payload["header"]["channel_header"].pop("timestamp")
    assert payload["header"]["channel_header"].pop("tx_id")
    assert payload["header"]["signature_header"].pop("nonce")
    assert block["header"].pop("data_hash")
    return block


@pytest.fixture
def project(root: Path, crypto: CryptoFolder) -> Path:
    """A folder with configtx.yaml in which its relative paths lead to the identities."""
    folder = crypto.root.parents[1]
    shutil.copy(root / "configtx.yaml", folder)
    return folder


def test_every_profile_is_what_configtxgen_makes_of_it(
    project: Path, tmp_path: Path, fabric_program: Find
) -> None:
    configtxgen = fabric_program("configtxgen")
    for profile in ("TradeGenesis", "TradeGenesis25"):
        path = tmp_path / "fabric.block"
        options = ("-configPath", project, "-channelID", CHANNEL)
        configtxgen("-profile", profile, "-outputBlock", path, *options)
        ours = genesis_block(project / "configtx.yaml", profile, CHANNEL).SerializeToString()
        of_fabric = without_what_is_drawn(decoded(path.read_bytes(), tmp_path, fabric_program))
        assert without_what_is_drawn(decoded(ours, tmp_path, fabric_program)) == of_fabric


def test_revocation_lists_go_into_the_block_as_configtxgen_puts_them(
    root: Path, tmp_path: Path, fabric_program: Find
) -> None:
    configtxgen = fabric_program("configtxgen")
    shutil.copy(root / "configtx.yaml", tmp_path)
    crypto = generate(root / "crypto-config.yaml", tmp_path / ".counterfoil" / "crypto")
    bank = crypto.organisation("BankA")
    revoke(bank, load_identity(bank.user_msp("officer1")).certificate)
    path = tmp_path / "fabric.block"
    configtxgen(
        "-profile", "TradeGenesis", "-outputBlock", path, "-configPath", tmp_path, "-channelID", CHANNEL
    )
    ours = genesis_block(tmp_path / "configtx.yaml", "TradeGenesis", CHANNEL).SerializeToString()
    of_fabric = without_what_is_drawn(decoded(path.read_bytes(), tmp_path, fabric_program))
    assert without_what_is_drawn(decoded(ours, tmp_path, fabric_program)) == of_fabric
    groups = channel_group(of_fabric)["groups"]["Application"]["groups"]
    assert len(groups["BankA"]["values"]["MSP"]["value"]["config"]["revocation_list"]) == 1


def channel_group(block: Any) -> Any:
    return block["data"]["data"][0]["payload"]["data"]["config"]["channel_group"]


def test_the_block_is_a_configuration_block_that_hashes_as_fabric_says(
    root: Path, crypto: CryptoFolder
) -> None:
    block = genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    parsed = parse_block(block.SerializeToString())
    check_block_data(parsed)
    assert is_config_block(parsed)
    assert parsed.header.number == 0
    assert parsed.header.previous_hash == b""


def test_the_protocol_reads_it_back(root: Path, crypto: CryptoFolder) -> None:
    config = ChannelConfig.from_block(
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    )
    assert config.acl("event/Block") == "/Channel/Application/RegulatorBlockEvents"


def test_addresses_found_at_run_time_replace_those_of_the_file(
    root: Path, crypto: CryptoFolder, tmp_path: Path, fabric_program: Find
) -> None:
    fabric_program("configtxlator")
    addresses = {"Orderer": "127.0.0.1:40001", "BankA": "localhost:40002"}
    block = genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root, addresses)
    groups = channel_group(decoded(block.SerializeToString(), tmp_path, fabric_program))["groups"]
    orderer = groups["Orderer"]
    assert orderer["groups"]["Orderer"]["values"]["Endpoints"]["value"]["addresses"] == ["127.0.0.1:40001"]
    (consenter,) = orderer["values"]["ConsensusType"]["value"]["metadata"]["consenters"]
    assert (consenter["host"], consenter["port"]) == ("127.0.0.1", 40001)
    anchors = {
        name: group["values"]["AnchorPeers"]["value"]["anchor_peers"]
        for name, group in groups["Application"]["groups"].items()
    }
    assert anchors["BankA"] == [{"host": "localhost", "port": 40002}]
    assert anchors["BankB"] == [{"host": "127.0.0.1", "port": 10051}]


def test_an_address_of_nobody_is_refused(root: Path, crypto: CryptoFolder) -> None:
    with pytest.raises(ConfigurationError, match="no organisation BankC"):
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root, {"BankC": "127.0.0.1:1"})


def test_missing_identities_are_told(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"consenter's certificate|no CA certificate"):
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, tmp_path)


def test_two_blocks_differ_in_their_nonce(root: Path, crypto: CryptoFolder) -> None:
    made = [genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root) for _ in range(2)]
    assert made[0].header.data_hash != made[1].header.data_hash
    assert isinstance(made[0], common.Block)


def test_the_channel_accepts_every_identity_in_its_role(root: Path, crypto: CryptoFolder) -> None:
    config = ChannelConfig.from_block(
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    )
    for organisation in crypto.organisations:
        msp = config.msps.msp(f"{organisation.name}MSP")
        roles = [(organisation.nodes[0].msp, ROLES[organisation.kind.node_ou])]
        roles += [
            (organisation.user_msp(name), ROLES["admin" if name == "Admin" else "client"])
            for name in organisation.users
        ]
        for folder, role in roles:
            identity = Identity(f"{organisation.name}MSP", load_identity(folder).certificate)
            config.msps.validate(identity)
            assert [each for each in ROLES.values() if msp.has_role(identity, each)] == [role]


def test_the_channel_refuses_a_revoked_identity_and_its_neighbours_not(root: Path, tmp_path: Path) -> None:
    crypto = generate(root / "crypto-config.yaml", tmp_path / "crypto")
    bank = crypto.organisation("BankA")
    revoke(bank, load_identity(bank.user_msp("officer1")).certificate)
    config = ChannelConfig.from_block(
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    )
    config.msps.validate(Identity("BankAMSP", load_identity(bank.user_msp("officer2")).certificate))
    with pytest.raises(InvalidIdentity, match="revoked"):
        config.msps.validate(Identity("BankAMSP", load_identity(bank.user_msp("officer1")).certificate))
    renewed = load_identity(renew(bank, "officer1"))
    config.msps.validate(Identity("BankAMSP", renewed.certificate))


def test_an_identity_is_none_of_another_organisation(root: Path, crypto: CryptoFolder) -> None:
    config = ChannelConfig.from_block(
        genesis_block(root / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    )
    certificate = load_identity(crypto.organisation("BankA").user_msp("officer1")).certificate
    with pytest.raises(InvalidIdentity):
        config.msps.validate(Identity("RegulatorMSP", certificate))
