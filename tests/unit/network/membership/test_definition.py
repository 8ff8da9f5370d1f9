"""What an organisation hands to the members: all that lets it in, no key, nothing beside what is signed."""

import base64
import json
from pathlib import Path

import pytest
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.identities import CryptoFolder
from counterfoil_network.membership import (
    MembershipError,
    OrganisationDefinition,
    describe_definition,
    organisation_definition,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes


@pytest.fixture
def definition(crypto: CryptoFolder) -> OrganisationDefinition:
    msp = crypto.organisation("BankB").msp
    return organisation_definition("BankB", "BankBMSP", msp, ["127.0.0.1:12051", "peer1.bank:7051"])


def test_a_definition_is_read_as_it_was_written(definition: OrganisationDefinition, tmp_path: Path) -> None:
    definition.write(tmp_path / "bank.json")
    assert OrganisationDefinition.read(tmp_path / "bank.json") == definition
    assert b"PRIVATE KEY" not in definition.group.SerializeToString()


def test_it_is_read_out_from_what_is_signed(definition: OrganisationDefinition, crypto: CryptoFolder) -> None:
    told = describe_definition(definition)
    (authority,) = (crypto.organisation("BankB").msp / "cacerts").iterdir()
    fingerprint = x509.load_pem_x509_certificate(authority.read_bytes()).fingerprint(hashes.SHA256()).hex()
    assert f"authority SHA-256 {fingerprint}" in told
    assert "MSP ID BankBMSP" in told
    assert "anchor peers 127.0.0.1:12051, peer1.bank:7051" in told
    assert "policy Admins OR('BankBMSP.admin')" in told


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": 2, "name": "BankB", "definition": ""},
        {"format": 1, "name": "BankB", "definition": "no base64!"},
        {"format": 1, "name": "BankB", "definition": base64.b64encode(b"\xff\xff").decode()},
        [],
    ],
)
def test_another_file_is_refused(document: object, tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    path.write_text(json.dumps(document))
    with pytest.raises(MembershipError, match="is no organisation's definition"):
        OrganisationDefinition.read(path)


def test_without_authorities_or_with_a_bad_address_there_is_none(
    crypto: CryptoFolder, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="no CA certificate"):
        organisation_definition("BankB", "BankBMSP", tmp_path, [])
    with pytest.raises(ConfigurationError, match="no host:port"):
        organisation_definition("BankB", "BankBMSP", crypto.organisation("BankB").msp, ["somewhere"])
