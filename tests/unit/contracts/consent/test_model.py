"""Whose consent it is, and when: certificate chain, revocation, times, claims."""

from datetime import UTC, datetime
from typing import Any

import pytest
from counterfoil_chaincode.refusal import Refusal
from counterfoil_contracts.consent import model
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.consent.operations import TradeConsent, TradeWithdrawal
from counterfoil_contracts.registry.operations import Root
from counterfoil_contracts.testing import SELLER, Signatory, issue, root_pem, signatory
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
ROOT = Root(root_pem(), "2026-01-01")


def claims(**changed: Any) -> TradeConsent:
    given: dict[str, Any] = {
        "type": consents.TRADE_CONSENT,
        "enterprise": SELLER,
        "audience": "BankAMSP",
        "purpose": "EXPORT_FINANCING",
        "declarations": (),
        "invoices": (),
        "lines": (),
        "maximum": 1,
        "currency": "USD",
        "nonce": consents.new_nonce(),
        "not_before": NOW,
        "expiry": NOW + 1,
        **changed,
    }
    return TradeConsent(**given)


def refused(token: str, roots: tuple[Root, ...] = (ROOT,), now: int = NOW) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        model.verified(token, TradeConsent, roots, now)
    return caught.value.code, caught.value.text


def with_certificate(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> str:
    return Signatory(key, (certificate,)).sign(claims())


def test_a_consent_is_read_back() -> None:
    given = claims()
    assert model.verified(signatory(SELLER).sign(given), TradeConsent, (ROOT,), NOW) == given
    assert SELLER not in repr(given)


def test_the_root_may_stand_at_the_end_of_the_chain() -> None:
    its = signatory(SELLER)
    root = x509.load_pem_x509_certificate(root_pem().encode())
    token = Signatory(its.key, (*its.certificates, root)).sign(claims())
    model.verified(token, TradeConsent, (ROOT,), NOW)


@pytest.mark.parametrize("now", [NOW - 1, NOW + 1])
def test_a_second_too_early_or_too_late(now: int) -> None:
    assert refused(signatory(SELLER).sign(claims()), now=now)[0] == "CONSENT_EXPIRED"


def test_an_untrusted_or_no_longer_trusted_authority() -> None:
    token = signatory(SELLER).sign(claims())
    assert refused(token, ())[0] == "CONSENT_INVALID"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Enterprise CA")])
    forged = _self_signed(name, key, ca=True)
    root = Root(forged.public_bytes(Encoding.PEM).decode(), "2026-01-01")
    assert refused(token, (root,))[1].endswith("no trusted certification authority signed the certificate")


def test_a_revoked_certificate() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    token = with_certificate(issue(SELLER, key.public_key(), serial_number=0xABC), key)
    model.verified(token, TradeConsent, (ROOT,), NOW)
    revoking = Root(root_pem(), "2026-01-01", revoked=("abc",))
    assert refused(token, (revoking,))[1].endswith("a certificate is revoked")


def test_an_expired_certificate() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    until = datetime(2026, 3, 1, tzinfo=UTC)
    token = with_certificate(issue(SELLER, key.public_key(), until=until), key)
    assert refused(token)[1].endswith("a certificate is not valid at this time")


@pytest.mark.parametrize(
    ("uscc", "scheme"), [("91440300MA5G00000R", "NTRCN-"), (SELLER, "VATCN-"), (SELLER, "")]
)
def test_another_enterprise_s_certificate(uscc: str, scheme: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    token = with_certificate(issue(uscc, key.public_key(), scheme=scheme), key)
    code, text = refused(token)
    assert code == "CONSENT_INVALID"
    assert uscc not in text


def test_an_enterprise_cannot_issue_for_another() -> None:
    """A certificate that is no authority's signs nothing, however well the signature holds."""
    its = signatory(SELLER)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(model.ORGANIZATION_IDENTIFIER, "NTRCN-91440300MA5G00000R")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(its.certificates[0].subject)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = builder.public_key(key.public_key()).serial_number(5).not_valid_before(moment)
    forged = builder.not_valid_after(moment.replace(year=2030)).sign(its.key, hashes.SHA256())
    token = Signatory(key, (forged, *its.certificates)).sign(claims(enterprise="91440300MA5G00000R"))
    assert refused(token)[1].endswith("no certification authority's")


def test_an_authority_s_own_certificate_signs_no_consent() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(model.ORGANIZATION_IDENTIFIER, f"NTRCN-{SELLER}")])
    authority = _self_signed(name, key, ca=True)
    root = Root(authority.public_bytes(Encoding.PEM).decode(), "2026-01-01")
    token = Signatory(key, (authority,)).sign(claims())
    assert refused(token, (root,))[1].endswith("signs no consent")


def test_a_withdrawal_is_no_consent() -> None:
    withdrawal = TradeWithdrawal(
        type=consents.TRADE_WITHDRAWAL,
        enterprise=SELLER,
        audience="BankAMSP",
        nonce=consents.new_nonce(),
        not_before=NOW,
        expiry=NOW + 1,
    )
    token = signatory(SELLER).sign(withdrawal)
    assert refused(token)[0] == "CONSENT_INVALID"
    assert model.verified(token, TradeWithdrawal, (ROOT,), NOW) == withdrawal


def _self_signed(name: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.Certificate:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(9).not_valid_before(moment).not_valid_after(moment.replace(year=2030))
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256())
