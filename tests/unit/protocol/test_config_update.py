"""Configuration updates: the difference is configtxlator's, the verdict the orderer's."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_network.configuration import genesis_block
from counterfoil_network.identities import CryptoFolder, generate, load_identity
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_update import (
    compute_update,
    merge_signatures,
    read_update,
    sign_update,
    unsigned_envelope,
    unwrap_update,
    wrap_update,
)
from counterfoil_protocol.config_validator import UpdateRefused, propose, validate
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, configtx, orderer_configuration
from counterfoil_protocol.signing import Signer, private_key_signer

ROOT = Path(__file__).resolve().parents[3]
Change = Callable[[configtx.ConfigGroup], object]
BANKS = ("BankA", "BankB", "Port", "Regulator")


@pytest.fixture(scope="module")
def crypto(tmp_path_factory: pytest.TempPathFactory) -> CryptoFolder:
    return generate(ROOT / "crypto-config.yaml", tmp_path_factory.mktemp("network") / "crypto")


@pytest.fixture(scope="module")
def current(crypto: CryptoFolder) -> ChannelConfig:
    return ChannelConfig.from_block(
        genesis_block(ROOT / "configtx.yaml", "TradeGenesis", "trade", crypto.root)
    )


def changed(current: ChannelConfig, *changes: Change) -> configtx.Config:
    config = configtx.Config()
    config.CopyFrom(current.config)
    for change in changes:
        change(config.channel_group)
    return config


def administrator(crypto: CryptoFolder, name: str, user: str = "Admin") -> tuple[Identity, Signer]:
    local = load_identity(crypto.organisation(name).user_msp(user))
    return Identity(f"{name}MSP", local.certificate), private_key_signer(local.key)


def update_of(current: ChannelConfig, *changes: Change) -> configtx.ConfigUpdateEnvelope:
    return unsigned_envelope(compute_update("trade", current.config, changed(current, *changes)))


def signed_by(
    crypto: CryptoFolder, update: configtx.ConfigUpdateEnvelope, *names: str, user: str = "Admin"
) -> common.Envelope:
    """Every organisation signs its own copy."""
    copies = [sign_update(update, *administrator(crypto, name, user)) for name in names]
    return wrap_update(merge_signatures([update, *copies]), *administrator(crypto, "BankA"))


# What changes


def application(group: configtx.ConfigGroup) -> configtx.ConfigGroup:
    return group.groups["Application"]


def add_member(group: configtx.ConfigGroup) -> None:
    """An organisation under another name and, as every value is opaque here, another MSP."""
    members = application(group).groups
    members["BankC"].CopyFrom(members["BankB"])
    value = members["BankC"].values["MSP"].value
    members["BankC"].values["MSP"].value = value.replace(b"BankBMSP", b"BankCMSP")


def remove_member(group: configtx.ConfigGroup) -> None:
    del application(group).groups["BankB"]


def change_timeout(group: configtx.ConfigGroup) -> None:
    timeout = orderer_configuration.BatchTimeout(timeout="1s").SerializeToString()
    group.groups["Orderer"].values["BatchTimeout"].value = timeout


def change_policy(group: configtx.ConfigGroup) -> None:
    policies = application(group).policies
    policies["Endorsement"].CopyFrom(policies["Readers"])


def change_mod_policy(group: configtx.ConfigGroup) -> None:
    application(group).mod_policy = "/Channel/Admins"


def remove_value_and_policy(group: configtx.ConfigGroup) -> None:
    del application(group).values["ACLs"]
    del application(group).policies["RegulatorBlockEvents"]


def move_anchor(group: configtx.ConfigGroup) -> None:
    value = application(group).groups["BankA"].values["AnchorPeers"]
    value.value = value.value.replace(b"127.0.0.1", b"127.0.0.2")


CHANGES: dict[str, tuple[Change, ...]] = {
    "add": (add_member,),
    "remove": (remove_member,),
    "replace": (add_member, remove_member),
    "value": (change_timeout,),
    "policy": (change_policy,),
    "mod policy": (change_mod_policy,),
    "fewer elements": (remove_value_and_policy,),
    "deep": (move_anchor,),
    "all": (add_member, change_timeout, change_policy, change_mod_policy, move_anchor),
}


def elements(
    group: configtx.ConfigGroup,
) -> list[configtx.ConfigGroup | configtx.ConfigValue | configtx.ConfigPolicy]:
    return [group, *group.values.values(), *group.policies.values()]


def versioned(group: configtx.ConfigGroup, seed: int = 3) -> None:
    """Give every element a version of its own, so that a wrong version is seen."""
    for place, element in enumerate(elements(group)):
        element.version = seed + place
    for place, name in enumerate(sorted(group.groups)):
        versioned(group.groups[name], seed + 7 * place + 1)


@pytest.mark.parametrize("name", CHANGES)
def test_the_difference_is_what_configtxlator_computes(
    current: ChannelConfig, tmp_path: Path, name: str
) -> None:
    program = shutil.which("configtxlator")
    if program is None:
        pytest.skip("Fabric's program configtxlator is not on PATH")
    original = changed(current, versioned)
    updated = configtx.Config()
    updated.CopyFrom(original)
    for change in CHANGES[name]:
        change(updated.channel_group)
    for file, config in (("original", original), ("updated", updated)):
        (tmp_path / file).write_bytes(config.SerializeToString())
    files = ("--original", tmp_path / "original", "--updated", tmp_path / "updated")
    command = [program, "compute_update", "--channel_id", "trade", *map(str, files)]
    result = subprocess.run(
        [*command, "--output", str(tmp_path / "update")], capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr.decode()
    of_fabric = configtx.ConfigUpdate.FromString((tmp_path / "update").read_bytes())
    assert compute_update("trade", original, updated) == of_fabric


def test_the_same_configuration_has_no_update(current: ChannelConfig) -> None:
    with pytest.raises(MalformedMessage, match="no differences detected"):
        compute_update("trade", current.config, changed(current))
    with pytest.raises(MalformedMessage, match="no channel group included for updated config"):
        compute_update("trade", current.config, configtx.Config())


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - {"mod policy", "all", "value"}))
def test_an_applied_update_gives_the_configuration_that_was_wanted(
    current: ChannelConfig, crypto: CryptoFolder, name: str
) -> None:
    update = update_of(current, *CHANGES[name])
    proposed = propose(current, signed_by(crypto, update, "BankA", "Regulator", "Port"))
    wanted = changed(current, *CHANGES[name])
    new = ChannelConfig.from_config("trade", proposed.config)
    assert new.sequence == current.sequence + 1
    assert without_versions(proposed.config.channel_group) == without_versions(wanted.channel_group)
    validate(current, proposed)
    # The next update starts from there: versions are those that Fabric expects.
    again = update_of(new, change_policy if name != "policy" else move_anchor)
    propose(new, signed_by(crypto, again, "BankA", "Regulator", "Port"))


def without_versions(group: configtx.ConfigGroup) -> configtx.ConfigGroup:
    plain = configtx.ConfigGroup()
    plain.CopyFrom(group)
    for element in elements(plain):
        element.version = 0
    for name in plain.groups:
        plain.groups[name].CopyFrom(without_versions(group.groups[name]))
    return plain


@pytest.mark.parametrize(
    ("names", "user"), [((), "Admin"), (("BankA", "BankB"), "Admin"), (BANKS, "officer1")]
)
def test_too_few_administrators_do_not_change_the_members(
    current: ChannelConfig, crypto: CryptoFolder, names: tuple[str, ...], user: str
) -> None:
    if user == "officer1":
        names = ("BankA", "BankB", "Regulator")
    update = update_of(current, add_member)
    reason = r"policy for \[Group\]  /Channel/Application not satisfied: implicit policy evaluation failed"
    with pytest.raises(UpdateRefused, match=reason):
        propose(current, signed_by(crypto, update, *names, user=user))


def test_a_copy_signed_twice_counts_once(current: ChannelConfig, crypto: CryptoFolder) -> None:
    update = update_of(current, add_member)
    signed = merge_signatures(
        sign_update(update, *administrator(crypto, name)) for name in ("BankA", "BankA", "BankB")
    )
    assert len(signed.signatures) == 2
    with pytest.raises(UpdateRefused, match="not satisfied"):
        propose(current, wrap_update(signed, *administrator(crypto, "BankA")))


def test_a_signature_is_bound_to_the_update(current: ChannelConfig, crypto: CryptoFolder) -> None:
    other = unwrap_update(signed_by(crypto, update_of(current, move_anchor), *BANKS))
    other.config_update = update_of(current, remove_member).config_update
    with pytest.raises(UpdateRefused, match="0 sub-policies were satisfied"):
        propose(current, wrap_update(other, *administrator(crypto, "BankA")))


def test_copies_of_different_updates_are_not_merged(current: ChannelConfig) -> None:
    with pytest.raises(MalformedMessage, match="different configuration updates"):
        merge_signatures([update_of(current, add_member), update_of(current, remove_member)])
    with pytest.raises(MalformedMessage, match="no configuration update"):
        merge_signatures([])


def test_an_update_of_an_older_configuration_is_refused(current: ChannelConfig, crypto: CryptoFolder) -> None:
    envelope = signed_by(crypto, update_of(current, add_member), *BANKS)
    new = ChannelConfig.from_config("trade", propose(current, envelope).config)
    reason = r"proposed update requires that key \[Group\]  /Channel/Application be at version 0, but it is"
    with pytest.raises(UpdateRefused, match=reason):
        propose(new, envelope)


def refusal(
    current: ChannelConfig, crypto: CryptoFolder, alter: Callable[[configtx.ConfigUpdate], object]
) -> str:
    update = read_update(update_of(current, add_member))
    alter(update)
    with pytest.raises(UpdateRefused) as refused:
        propose(current, signed_by(crypto, unsigned_envelope(update), *BANKS))
    return str(refused.value)


def test_updates_that_nobody_may_make(current: ChannelConfig, crypto: CryptoFolder) -> None:
    def of_another_channel(update: configtx.ConfigUpdate) -> None:
        update.channel_id = "other"

    def without_effect(update: configtx.ConfigUpdate) -> None:
        update.write_set.CopyFrom(update.read_set)

    def skips_a_version(update: configtx.ConfigUpdate) -> None:
        application(update.write_set).version += 1

    def new_with_a_version(update: configtx.ConfigUpdate) -> None:
        application(update.write_set).groups["BankC"].version = 1

    def without_mod_policy(update: configtx.ConfigUpdate) -> None:
        application(update.write_set).groups["BankC"].mod_policy = ""

    def bad_name(update: configtx.ConfigUpdate) -> None:
        application(update.write_set).groups["Bank C"].mod_policy = "Admins"

    def unknown_read(update: configtx.ConfigUpdate) -> None:
        update.read_set.values["Nothing"].version = 0

    def no_msp(update: configtx.ConfigUpdate) -> None:
        application(update.write_set).groups["BankC"].values["MSP"].value = b""

    told = [
        (of_another_channel, "ConfigUpdate for channel 'other' but envelope for channel 'trade'"),
        (without_effect, "delta set was empty -- update would have no effect"),
        (
            skips_a_version,
            "attempt to set key [Group]  /Channel/Application to version 2, but key is at version 0",
        ),
        (new_with_a_version, "/BankC to version 1, but key does not exist"),
        (without_mod_policy, "/BankC: mod_policy not set"),
        (bad_name, "config ID 'Bank C' contains illegal characters"),
        (unknown_read, "existing config does not contain element for [Value]  /Channel/Nothing"),
        (no_msp, "setting up the MSP manager failed: expected at least one CA certificate"),
    ]
    for alter, text in told:
        assert text in refusal(current, crypto, alter), alter.__name__


def test_a_member_does_not_change_its_msp_id(current: ChannelConfig, crypto: CryptoFolder) -> None:
    def swap(group: configtx.ConfigGroup) -> None:
        value = application(group).groups["BankB"].values["MSP"]
        value.value = value.value.replace(b"BankBMSP", b"BankXMSP")

    with pytest.raises(UpdateRefused, match="org BankB attempted to change MSP ID from BankBMSP to BankXMSP"):
        propose(current, signed_by(crypto, update_of(current, swap), "BankB", "BankA", "Regulator"))


def test_a_peer_takes_no_configuration_that_the_update_does_not_give(
    current: ChannelConfig, crypto: CryptoFolder
) -> None:
    proposed = propose(current, signed_by(crypto, update_of(current, add_member), *BANKS))
    proposed.config.sequence += 1
    with pytest.raises(UpdateRefused, match="cannot validate config at sequence 2"):
        validate(current, proposed)
    proposed.config.sequence -= 1
    remove_member(proposed.config.channel_group)
    with pytest.raises(UpdateRefused, match="did not produce the supplied config result"):
        validate(current, proposed)
