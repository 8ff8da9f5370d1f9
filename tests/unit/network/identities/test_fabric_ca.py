"""Folders of Fabric CA's layout in the place of ours."""

from pathlib import Path

import pytest
import yaml
from counterfoil import ConnectionProfile
from counterfoil_network.configuration.msp_folder import read_msp_folder
from counterfoil_network.deployment import NetworkFolder, NetworkSettings, prepare
from counterfoil_network.identities import (
    IdentityNotFound,
    OrganisationFolder,
    generate,
    load_identity,
    read_crypto_config,
    renew,
)
from counterfoil_protocol.identity import Identity, attributes
from counterfoil_protocol.messages import msp_config, msp_principal
from counterfoil_protocol.msp import Msp
from cryptography import x509
from fabric_ca import enroll_organisations


@pytest.fixture
def enrolled(root: Path, tmp_path: Path) -> Path:
    """A folder in which BankA enrolled with an intermediate authority, and the orderer with a root."""
    target = tmp_path / "crypto"
    config = read_crypto_config(root / "crypto-config.yaml")
    enroll_organisations(config, target, {"BankA"}, with_intermediate=True)
    enroll_organisations(config, target, {"Orderer"})
    return target


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_enrolled_stays_and_only_public_files_are_added(root: Path, enrolled: Path) -> None:
    before = contents(enrolled)
    bank = generate(root / "crypto-config.yaml", enrolled).organisation("BankA")
    after = contents(enrolled)
    assert {path: after[path] for path in before} == before
    added = {path for path in set(after) - set(before) if bank.root in path.parents}
    assert {"config.yaml", "ca.crt"} <= {path.name for path in added}
    assert not [path for path in added if b"PRIVATE" in after[path]]
    again = contents(generate(root / "crypto-config.yaml", enrolled).root)
    assert again == after


def test_the_others_are_generated_beside(root: Path, enrolled: Path) -> None:
    crypto = generate(root / "crypto-config.yaml", enrolled)
    assert "officer1" in crypto.organisation("BankB").users
    assert (crypto.organisation("BankB").root / "ca").is_dir()
    assert not (crypto.organisation("BankA").root / "ca").exists()


def test_every_identity_has_its_role_in_the_organisations_msp(root: Path, enrolled: Path) -> None:
    role = msp_principal.MSPRole
    for name, unit in (("BankA", role.PEER), ("Orderer", role.ORDERER)):
        organisation = generate(root / "crypto-config.yaml", enrolled).organisation(name)
        config = read_msp_folder(organisation.msp, f"{name}MSP").config
        msp = Msp.from_config(msp_config.FabricMSPConfig.FromString(config))
        for folder, wanted in (
            (organisation.nodes[0].msp, unit),
            (organisation.user_msp("Admin"), role.ADMIN),
        ):
            local = load_identity(folder)
            identity = Identity(f"{name}MSP", local.certificate)
            msp.validate(identity, local.x509.not_valid_before_utc)
            assert msp.has_role(identity, wanted)


def test_the_key_is_the_certificates_own_among_others(root: Path, enrolled: Path) -> None:
    bank = generate(root / "crypto-config.yaml", enrolled).organisation("BankA")
    local = load_identity(bank.user_msp("officer1"))
    assert attributes(local.x509)["role"] == "bank.officer"
    for path in (bank.nodes[0].tls.certificate, bank.nodes[0].tls.key):
        assert path.parent.name in {"signcerts", "keystore"}
    assert (
        bank.nodes[0].tls.key.read_bytes()
        != min((bank.nodes[0].root / "tls" / "keystore").iterdir()).read_bytes()
    )


def test_tls_authorities_stand_in_one_file(root: Path, enrolled: Path) -> None:
    crypto = generate(root / "crypto-config.yaml", enrolled)
    for name, count in (("BankA", 2), ("Orderer", 1)):
        organisation = crypto.organisation(name)
        authorities = x509.load_pem_x509_certificates(organisation.tls_authority_certificate.read_bytes())
        assert len(authorities) == count
        leaf = x509.load_pem_x509_certificate(organisation.nodes[0].tls.certificate.read_bytes())
        leaf.verify_directly_issued_by(authorities[-1])


def test_the_sdk_finds_a_users_key(root: Path, enrolled: Path) -> None:
    folder = NetworkFolder(enrolled.parent)
    prepare(NetworkSettings(folder, root / "configtx.yaml", root / "crypto-config.yaml"))
    identity, _ = ConnectionProfile.read(folder.connection_profile("BankA")).identity("officer1")
    assert attributes(x509.load_pem_x509_certificate(identity.certificate))["role"] == "bank.officer"


def test_a_config_yaml_that_is_there_is_kept(root: Path, enrolled: Path) -> None:
    bank = open_bank(root, enrolled)
    (bank.msp / "config.yaml").write_text("NodeOUs: {Enable: false}\n")
    generate(root / "crypto-config.yaml", enrolled)
    assert yaml.safe_load((bank.msp / "config.yaml").read_text()) == {"NodeOUs": {"Enable": False}}


def test_no_identity_is_made_where_the_authority_is_elsewhere(root: Path, enrolled: Path) -> None:
    bank = open_bank(root, enrolled)
    for path in sorted(bank.user("officer2").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    bank.user("officer2").rmdir()
    assert "officer2" not in generate(root / "crypto-config.yaml", enrolled).organisation("BankA").users
    with pytest.raises(IdentityNotFound, match="no certificate authority"):
        renew(bank, "officer1")
    bank.nodes[0].root.rename(bank.root / "elsewhere")
    with pytest.raises(IdentityNotFound, match="holds neither peer0"):
        generate(root / "crypto-config.yaml", enrolled)


def open_bank(root: Path, enrolled: Path) -> OrganisationFolder:
    return generate(root / "crypto-config.yaml", enrolled).organisation("BankA")
