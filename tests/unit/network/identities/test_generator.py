"""Generated identities: layout, certificates, keys, renewal, revocation."""

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counterfoil_network.identities import (
    CryptoFolder,
    IdentityNotFound,
    generate,
    issue_user,
    load_identity,
    open_crypto_folder,
    renew,
    revoke,
)
from counterfoil_protocol.identity import attributes, organizational_units
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def own(root: Path, tmp_path: Path) -> CryptoFolder:
    """Identities that the test may change."""
    return generate(root / "crypto-config.yaml", tmp_path / "crypto")


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def all_certificates(crypto: CryptoFolder) -> list[x509.Certificate]:
    paths = [*crypto.root.rglob("*.pem"), *crypto.root.rglob("server.crt"), *crypto.root.rglob("client.crt")]
    return [x509.load_pem_x509_certificate(path.read_bytes()) for path in paths]


def test_a_user_certificate_carries_role_staff_and_nothing_that_names_it(crypto: CryptoFolder) -> None:
    certificate = load_identity(crypto.organisation("BankA").user_msp("officer1")).x509
    found = attributes(certificate)
    assert found["role"] == "bank.officer"
    assert re.fullmatch("[0-9a-f]{32}", found["staff"])
    assert common_name(certificate) == found["staff"]
    assert organizational_units(certificate) == ("client",)
    assert len(certificate.subject) == 2
    assert not set(certificate.subject.rfc4514_string().lower().split("=")) & {"officer1", "banka"}


def test_staff_ids_differ(crypto: CryptoFolder) -> None:
    staff = [
        attributes(load_identity(organisation.user_msp(user)).x509)["staff"]
        for organisation in crypto.organisations
        for user in organisation.users
    ]
    assert len(set(staff)) == len(staff) >= 20


def test_admins_and_nodes_carry_their_unit(crypto: CryptoFolder) -> None:
    for organisation in crypto.organisations:
        (node,) = organisation.nodes
        unit = "orderer" if organisation.name == "Orderer" else "peer"
        assert organizational_units(load_identity(node.msp).x509) == (unit,)
        admin = load_identity(organisation.user_msp("Admin")).x509
        assert organizational_units(admin) == ("admin",)
        assert "role" not in attributes(admin)


def test_node_tls_certificates_answer_to_local_names(crypto: CryptoFolder) -> None:
    for organisation in crypto.organisations:
        certificate = x509.load_pem_x509_certificate(organisation.nodes[0].tls.certificate.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert {"localhost", organisation.nodes[0].host} <= set(names.get_values_for_type(x509.DNSName))
        assert {str(each) for each in names.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", "::1"}
        authority = x509.load_pem_x509_certificate(organisation.tls_authority_certificate.read_bytes())
        certificate.verify_directly_issued_by(authority)


def test_every_certificate_has_a_low_s(crypto: CryptoFolder) -> None:
    certificates = all_certificates(crypto)
    assert len(certificates) > 50
    assert all(decode_dss_signature(each.signature)[1] <= P256_ORDER // 2 for each in certificates)


def test_private_keys_are_readable_by_their_owner_alone(crypto: CryptoFolder) -> None:
    keys = [*crypto.root.rglob("priv_sk"), *crypto.root.rglob("*.key")]
    assert len(keys) > 50
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_no_private_key_in_a_repr(crypto: CryptoFolder) -> None:
    identity = load_identity(crypto.organisation("BankA").user_msp("officer1"))
    assert "PRIVATE" in identity.key.decode()
    assert "PRIVATE" not in repr(identity)


def test_a_second_run_keeps_what_is_there_and_adds_what_is_new(
    own: CryptoFolder, root: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in own.root.rglob("*") if path.is_file()}
    text = (root / "crypto-config.yaml").read_text()
    wider = tmp_path / "crypto-config.yaml"
    wider.write_text(text.replace("        tax: {", "        tax2: {role: tax.oracle}\n        tax: {"))
    after = generate(wider, own.root)
    assert {path: path.read_bytes() for path in before} == before
    assert set(after.organisation("Port").users) - set(own_users(before)) == {"tax2"}
    assert not list(own.root.rglob(".*")), "a half-made folder was left"


def own_users(files: dict[Path, bytes]) -> set[str]:
    return {path.parts[-4].partition("@")[0] for path in files if path.parts[-2] == "signcerts"}


def test_renewal_keeps_the_person_and_changes_the_key(own: CryptoFolder) -> None:
    bank = own.organisation("BankA")
    old = load_identity(bank.user_msp("approver1"))
    new = load_identity(renew(bank, "approver1"))
    assert attributes(new.x509) == attributes(old.x509)
    assert common_name(new.x509) == common_name(old.x509)
    assert new.key != old.key
    assert new.x509.serial_number != old.x509.serial_number


def test_renewal_under_another_name_with_another_role_keeps_the_staff_id(own: CryptoFolder) -> None:
    bank = own.organisation("BankA")
    old = load_identity(bank.user_msp("officer1"))
    path = renew(bank, "officer1", changed_attributes={"role": "bank.approver"}, new_name="officer1-renewed")
    new = attributes(load_identity(path).x509)
    assert new == {"role": "bank.approver", "staff": attributes(old.x509)["staff"]}
    assert load_identity(bank.user_msp("officer1")) == old


def test_renewal_never_changes_the_staff_id(own: CryptoFolder) -> None:
    with pytest.raises(ValueError, match="staff"):
        renew(own.organisation("BankA"), "officer1", changed_attributes={"staff": "0" * 32})


def test_a_renewed_admin_stays_one(own: CryptoFolder) -> None:
    renewed = load_identity(renew(own.organisation("Port"), "Admin")).x509
    assert organizational_units(renewed) == ("admin",)


def test_a_staff_id_can_be_fixed(own: CryptoFolder) -> None:
    path = issue_user(own.organisation("BankB"), "clerk", {"role": "bank.officer"}, staff="ab" * 16)
    assert attributes(load_identity(path).x509)["staff"] == "ab" * 16


def test_revocation_lists_grow(own: CryptoFolder) -> None:
    bank = own.organisation("BankA")
    identities = [load_identity(bank.user_msp(name)) for name in ("officer1", "approver1")]
    revoke(bank, identities[0].certificate)
    crl = x509.load_pem_x509_crl(revoke(bank, identities[1].certificate).read_bytes())
    assert {entry.serial_number for entry in crl} == {each.x509.serial_number for each in identities}
    authority = x509.load_pem_x509_certificate(next((bank.msp / "cacerts").iterdir()).read_bytes())
    key = authority.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(key)


def test_validity_starts_before_the_given_time(root: Path, tmp_path: Path) -> None:
    now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    crypto = generate(root / "crypto-config.yaml", tmp_path / "crypto", now=now)
    certificate = load_identity(crypto.organisation("Port").user_msp("tax")).x509
    assert now - timedelta(minutes=6) < certificate.not_valid_before_utc <= now
    assert certificate.not_valid_after_utc > now + timedelta(days=3000)


def test_unknown_names_are_told(crypto: CryptoFolder) -> None:
    with pytest.raises(IdentityNotFound, match="no organisation BankC"):
        crypto.organisation("BankC")
    with pytest.raises(IdentityNotFound, match="no user nobody; it has Admin, "):
        crypto.organisation("BankA").user_msp("nobody")


def test_a_key_that_belongs_to_another_certificate_is_no_identity(own: CryptoFolder) -> None:
    bank = own.organisation("BankA")
    other = bank.user_msp("officer2") / "keystore" / "priv_sk"
    (bank.user_msp("officer1") / "keystore" / "priv_sk").write_bytes(other.read_bytes())
    with pytest.raises(IdentityNotFound, match="no key of"):
        load_identity(bank.user_msp("officer1"))


def test_opening_writes_nothing(root: Path, tmp_path: Path, crypto: CryptoFolder) -> None:
    assert open_crypto_folder(root / "crypto-config.yaml", crypto.root) == crypto
    open_crypto_folder(root / "crypto-config.yaml", tmp_path / "none")
    assert not (tmp_path / "none").exists()
