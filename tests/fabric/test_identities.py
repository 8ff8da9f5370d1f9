"""Identities on a running network: renewed, revoked by list, others in the place of ours."""

import subprocess
from pathlib import Path

import pytest
from counterfoil import CounterfoilError, Gateway, configuration
from counterfoil_network.deployment import FABRIC, NetworkFolder
from counterfoil_network.deployment.connection_profile import write_connection_profile
from counterfoil_network.fabric.programs import Programs
from counterfoil_network.identities import load_identity, open_crypto_folder, renew, revoke
from counterfoil_network.identities.folder import OrganisationFolder
from counterfoil_protocol.config_update import compute_update, sign_update, unsigned_envelope
from counterfoil_protocol.messages import configtx, msp_config
from enrolled_network import enrolled_network
from fabric_command import until
from running_network import ROOT, RunningNetwork, asset_chaincode, running_network


def organisation(folder: NetworkFolder, name: str) -> OrganisationFolder:
    return open_crypto_folder(ROOT / "crypto-config.yaml", folder.crypto).organisation(name)


def works(network: RunningNetwork, user: str) -> bool:
    """Whether the user may read, at its own peer and at another organisation's."""
    try:
        with network.contract("BankA", user) as contract:
            for target in ("BankAMSP", "RegulatorMSP"):
                contract.evaluate("who", target_organizations=(target,))
    except CounterfoilError:
        return False
    return True


def publish_revocations(network: RunningNetwork, revoked: Path) -> None:
    """The bank's administrator puts its list into the channel; its own signature is enough."""
    with network.gateway("BankA") as gateway:
        channel = gateway.network(network.state.channel)
        current = configuration.read(channel)
        changed = configtx.Config()
        changed.CopyFrom(current.config)
        value = changed.channel_group.groups["Application"].groups["BankA"].values["MSP"]
        msp = msp_config.MSPConfig.FromString(value.value)
        fabric = msp_config.FabricMSPConfig.FromString(msp.config)
        fabric.revocation_list[:] = [revoked.read_bytes()]
        msp.config = fabric.SerializeToString()
        value.value = msp.SerializeToString()
        update = unsigned_envelope(compute_update(network.state.channel, current.config, changed))
        signed = sign_update(update, gateway.identity, gateway.session.sign)
        configuration.submit(channel, signed)
        configuration.await_sequence(channel, current.sequence + 1)


def test_a_renewed_certificate_works_and_the_old_one_until_it_is_revoked(network: RunningNetwork) -> None:
    folder = organisation(network.folder, "BankA")
    renew(folder, "officer1", new_name="officer1-renewed")
    write_connection_profile(network.folder, network.state, folder)
    assert works(network, "officer1")
    assert works(network, "officer1-renewed")
    old = load_identity(folder.user_msp("officer1")).certificate
    publish_revocations(network, revoke(folder, old))
    until(lambda: not works(network, "officer1"), 10)
    assert works(network, "officer1-renewed")
    with (
        network.contract("BankA", "officer1") as contract,
        pytest.raises(CounterfoilError, match="access denied"),
    ):
        contract.submit("create", "revoked", "BankA", "1")


def test_folders_of_cryptogen_are_accepted(tmp_path: Path, programs: Programs) -> None:
    folder = NetworkFolder(tmp_path / "network")
    subprocess.run(
        [
            programs.peer.parent / "cryptogen",
            "generate",
            "--config",
            ROOT / "crypto-config.yaml",
            "--output",
            folder.crypto,
        ],
        check=True,
        capture_output=True,
    )
    authority = next((folder.crypto / "peerOrganizations/banka.counterfoil.example/ca").glob("*-cert.pem"))
    made = authority.read_bytes()
    with running_network(folder.root, asset_chaincode(), engine=FABRIC) as network:
        for user in ("Admin", "officer1"):
            with Gateway.from_profile(network.folder.connection_profile("BankA"), user) as gateway:
                contract = gateway.network(network.state.channel).contract("asset")
                contract.submit("create", user, "BankA", "1")
    assert authority.read_bytes() == made


def test_folders_of_fabric_cas_layout_are_accepted(tmp_path: Path) -> None:
    with enrolled_network(NetworkFolder(tmp_path / "network"), asset_chaincode(), engine=FABRIC) as network:
        for bank in ("BankA", "BankB"):
            with network.contract(bank, "officer1") as contract:
                contract.submit("create", bank, bank, "1")
