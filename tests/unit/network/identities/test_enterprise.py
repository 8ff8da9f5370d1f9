"""Enterprises' certificates: signed outside the channel, named by their credit code."""

from pathlib import Path

import pytest
from counterfoil_network.identities import (
    CryptoFolder,
    IdentityExists,
    IdentityNotFound,
    enterprise_roots,
    generate,
    issue_enterprise,
    load_enterprise,
    revoke_enterprise,
)
from cryptography import x509
from cryptography.x509.oid import NameOID

USCC = "91310000MA1FL0AB1X"
DOMAIN = "enterprise.counterfoil.example"


@pytest.fixture
def own(root: Path, tmp_path: Path) -> CryptoFolder:
    return generate(root / "crypto-config.yaml", tmp_path / "crypto")


def test_the_certificate_names_the_enterprise_by_its_credit_code(own: CryptoFolder) -> None:
    enterprise = issue_enterprise(own.root, USCC, "East Harbour Trading Co., Ltd.")
    subject = enterprise.identity.x509.subject
    (identifier,) = subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    assert identifier.value == f"NTRCN-{USCC}"
    leaf, authority = map(x509.load_pem_x509_certificate, enterprise.chain)
    leaf.verify_directly_issued_by(authority)
    assert enterprise.chain[1:] == enterprise_roots(own.root)


def test_it_is_loaded_again_and_never_issued_twice(own: CryptoFolder) -> None:
    enterprise = issue_enterprise(own.root, USCC, "East Harbour")
    assert load_enterprise(own.root, USCC) == enterprise
    with pytest.raises(IdentityExists):
        issue_enterprise(own.root, USCC, "East Harbour")


def test_an_unknown_enterprise_is_told(own: CryptoFolder) -> None:
    with pytest.raises(IdentityNotFound, match=USCC):
        load_enterprise(own.root, USCC)


@pytest.mark.parametrize(
    "uscc", ["", "123", USCC + "1", USCC.lower(), "91310000MA1FL0AB1O", "../../../../../etc"]
)
def test_what_is_no_credit_code_gets_no_certificate(own: CryptoFolder, uscc: str) -> None:
    with pytest.raises(ValueError, match="USCC"):
        issue_enterprise(own.root, uscc, "East Harbour")


def test_an_enterprise_can_be_revoked(own: CryptoFolder) -> None:
    enterprise = issue_enterprise(own.root, USCC, "East Harbour")
    path = revoke_enterprise(own.root, DOMAIN, enterprise.identity.certificate)
    crl = x509.load_pem_x509_crl(path.read_bytes())
    assert crl.get_revoked_certificate_by_serial_number(enterprise.identity.x509.serial_number) is not None
