"""Configurations that do not hold together are refused; the good ones are tested on recorded blocks."""

import pytest
from counterfoil_protocol.block import new_block
from counterfoil_protocol.channel_config import ChannelConfig, parse_duration
from counterfoil_protocol.errors import InvalidPolicy, MalformedMessage
from counterfoil_protocol.messages import common, configtx, msp_config, policies
from counterfoil_protocol.policy import parse_implicit_meta


@pytest.fixture
def changed(config: ChannelConfig) -> configtx.Config:
    """A copy of the recorded configuration, to be spoilt."""
    return configtx.Config.FromString(config.config.SerializeToString())


def read(config: configtx.Config) -> ChannelConfig:
    return ChannelConfig.from_config("trade", config)


def test_the_copy_is_good(changed: configtx.Config) -> None:
    assert read(changed).application_msp_ids == ("BankAMSP", "BankBMSP")


def test_organization_without_msp(changed: configtx.Config) -> None:
    del changed.channel_group.groups["Application"].groups["BankA"].values["MSP"]
    with pytest.raises(MalformedMessage, match="BankA has no MSP"):
        read(changed)


def test_other_kinds_of_msp(changed: configtx.Config) -> None:
    value = msp_config.MSPConfig(type=1).SerializeToString()
    changed.channel_group.groups["Application"].groups["BankA"].values["MSP"].value = value
    with pytest.raises(MalformedMessage, match=r"only X\.509 MSPs"):
        read(changed)


def test_two_versions_of_one_msp(changed: configtx.Config) -> None:
    groups = changed.channel_group.groups["Application"].groups
    config = msp_config.MSPConfig.FromString(groups["BankA"].values["MSP"].value)
    fabric = msp_config.FabricMSPConfig.FromString(config.config)
    fabric.name = "BankBMSP"
    config.config = fabric.SerializeToString()
    groups["BankA"].values["MSP"].value = config.SerializeToString()
    with pytest.raises(MalformedMessage, match="two different versions of MSP: BankBMSP"):
        read(changed)


def test_one_organization_in_two_groups(changed: configtx.Config) -> None:
    root = changed.channel_group
    root.groups["Orderer"].groups["BankA"].CopyFrom(root.groups["Application"].groups["BankA"])
    assert set(read(changed).orderers) == {"BankA", "Orderer"}


def test_unreadable_values(changed: configtx.Config) -> None:
    changed.channel_group.groups["Orderer"].values["BatchSize"].value = b"\xff"
    with pytest.raises(MalformedMessage, match=r"not a orderer\.BatchSize"):
        read(changed)


def test_policies_that_do_not_compile(changed: configtx.Config) -> None:
    policy = changed.channel_group.groups["Application"].policies["Readers"]
    policy.policy.type = policies.Policy.MSP
    with pytest.raises(InvalidPolicy, match="policy Readers at path Channel/Application has unknown"):
        read(changed)
    policy.ClearField("policy")
    with pytest.raises(InvalidPolicy, match="policy Readers at path Channel/Application was nil"):
        read(changed)


def test_implicit_meta_without_groups_asks_for_nothing(changed: configtx.Config) -> None:
    del changed.channel_group.groups["Application"].groups["BankA"]
    del changed.channel_group.groups["Application"].groups["BankB"]
    read(changed).policies.evaluate("/Channel/Application/Admins", ())


def test_implicit_meta_with_a_missing_part(changed: configtx.Config) -> None:
    del changed.channel_group.groups["Application"].groups["BankB"].policies["Endorsement"]
    with pytest.raises(InvalidPolicy, match="no such policy: 'Endorsement'"):
        read(changed).policies.convert("/Channel/Application/Endorsement")


def test_ed25519_only_with_the_capability(changed: configtx.Config) -> None:
    changed.channel_group.values["Capabilities"].value = b""
    assert read(changed).capabilities["Channel"] == frozenset()


def test_blocks_that_are_no_configuration() -> None:
    with pytest.raises(MalformedMessage, match="one transaction"):
        ChannelConfig.from_block(new_block(0, b"", []))
    header = common.Header(channel_header=common.ChannelHeader(type=common.CONFIG).SerializeToString())
    envelope = common.Envelope(payload=common.Payload(header=header).SerializeToString()).SerializeToString()
    with pytest.raises(MalformedMessage, match="configuration envelope is empty"):
        ChannelConfig.from_block(new_block(0, b"", [envelope]))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2s", 2), ("200ms", 0.2), ("1m30s", 90), ("1.5h", 5400), ("250us", 0.00025), ("1h2m3s4ms", 3723.004)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "2", "s", "0s", "-1s", "2 s", "1d", "2s!"])
def test_no_durations(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_duration(text)


def test_implicit_meta_text() -> None:
    policy = parse_implicit_meta("MAJORITY Admins")
    assert (policy.rule, policy.sub_policy) == (policies.ImplicitMetaPolicy.MAJORITY, "Admins")
    for text in ("", "ANY", "SOME Readers", "ANY Readers Writers", "any Readers"):
        with pytest.raises(InvalidPolicy):
            parse_implicit_meta(text)
