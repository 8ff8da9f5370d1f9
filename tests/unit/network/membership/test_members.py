"""One member more, one member less: nothing else of the configuration changes, and nonsense is told early."""

from pathlib import Path

import pytest
from counterfoil_network.configuration import genesis_block
from counterfoil_network.identities import CryptoFolder, generate
from counterfoil_network.membership import (
    MembershipError,
    OrganisationDefinition,
    describe_update,
    organisation_definition,
    with_organisation,
    without_organisation,
)
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_update import compute_update, unsigned_envelope
from counterfoil_protocol.messages import configtx


@pytest.fixture(scope="module")
def current(root: Path, crypto: CryptoFolder) -> ChannelConfig:
    block = genesis_block(root / "configtx.yaml", "TradeGenesis", "trade", crypto.root)
    return ChannelConfig.from_block(block)


@pytest.fixture(scope="module")
def bank_c(root: Path, tmp_path_factory: pytest.TempPathFactory) -> OrganisationDefinition:
    folder = tmp_path_factory.mktemp("bankc")
    text = (root / "crypto-config.yaml").read_text(encoding="utf-8")
    (folder / "crypto-config.yaml").write_text(text.replace("BankB", "BankC").replace("bankb", "bankc"))
    bank = generate(folder / "crypto-config.yaml", folder / "crypto").organisation("BankC")
    return organisation_definition("BankC", "BankCMSP", bank.msp, ["127.0.0.1:12051"])


def told(current: ChannelConfig, changed: configtx.Config) -> tuple[str, ...]:
    return describe_update(unsigned_envelope(compute_update("trade", current.config, changed))).changes


def test_a_member_more(current: ChannelConfig, bank_c: OrganisationDefinition) -> None:
    changed = with_organisation(current, bank_c)
    del changed.channel_group.groups["Application"].groups["BankC"]
    assert changed == current.config
    first, second, *rest = told(current, with_organisation(current, bank_c))
    assert first == "the members of Channel/Application are then BankA, BankB, BankC, Port, Regulator"
    assert second == "add Channel/Application/BankC"
    assert "  MSP ID BankCMSP" in rest


def test_a_member_less(current: ChannelConfig) -> None:
    changed = without_organisation(current, "BankB")
    assert told(current, changed) == ("the members of Channel/Application are then BankA, Port, Regulator",)
    assert changed.channel_group.groups["Orderer"] == current.config.channel_group.groups["Orderer"]


def test_what_else_an_update_sets_is_told(current: ChannelConfig) -> None:
    changed = configtx.Config()
    changed.CopyFrom(current.config)
    application = changed.channel_group.groups["Application"]
    application.values["ACLs"].value = b""
    application.policies["Endorsement"].CopyFrom(application.policies["Readers"])
    assert told(current, changed) == (
        "set value Channel/Application/ACLs",
        "set policy Channel/Application/Endorsement",
    )


def test_nonsense_is_refused(current: ChannelConfig, bank_c: OrganisationDefinition) -> None:
    with pytest.raises(MembershipError, match="BankX is no member of channel trade"):
        without_organisation(current, "BankX")
    joined = ChannelConfig.from_config("trade", with_organisation(current, bank_c))
    with pytest.raises(MembershipError, match="BankC is a member of channel trade already"):
        with_organisation(joined, bank_c)
    with pytest.raises(MembershipError, match="MSP ID BankCMSP is a member already"):
        with_organisation(joined, OrganisationDefinition("BankD", bank_c.group))
    with pytest.raises(MembershipError, match="that makes no configuration: organization BankD has no MSP"):
        with_organisation(current, OrganisationDefinition("BankD", configtx.ConfigGroup()))
