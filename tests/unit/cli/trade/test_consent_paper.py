"""Consents as the enterprise writes and signs them, and lines as people state them."""

from pathlib import Path

import pytest
from counterfoil_cli.trade.consent_paper import (
    Papers,
    Signatory,
    claims_of,
    consent_of,
    reading_of,
    withdrawal_of,
    write_paper,
)
from counterfoil_cli.trade.values import BadEntry, Money
from counterfoil_contracts.consent.operations import ConsentLine
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.testing.enterprises import SELLER, signatory
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

D1, D2 = "224820260000000001", "224820260000000002"
INVOICES = tuple(Invoice(SELLER, "US-ACME", f"I{at}", "2026-02-20", "USD", 7_000_000) for at in (0, 1))


@pytest.fixture
def own() -> Signatory:
    of = signatory(SELLER)
    key = of.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signatory(tuple(each.public_bytes(Encoding.PEM) for each in of.certificates), key)


def lines(papers: Papers, *typed: str) -> tuple[ConsentLine, ...]:
    return consent_of(SELLER, "BankAMSP", papers, typed, Money("5 USD"), purpose="p", days=7).lines


def test_what_is_signed_says_what_was_stated(own: Signatory, tmp_path: Path) -> None:
    papers = Papers(INVOICES[:1], (D1,))
    claims = consent_of(own.uscc, "BankAMSP", papers, (), Money("60,000.00 USD"), purpose="p", days=7)
    write_paper(tmp_path / "consent", own.sign(claims))
    assert (tmp_path / "consent").stat().st_mode & 0o777 == 0o600
    said = claims_of((tmp_path / "consent").read_text().strip())
    assert (said["enterprise"], said["maximum"], said["currency"]) == (SELLER, 6_000_000, "USD")
    back = claims_of(own.sign(withdrawal_of(own.uscc, own.sign(claims), days=1)))
    assert (back["nonce"], back["audience"]) == (claims.nonce, "BankAMSP")
    reading = reading_of(own.uscc)
    assert reading.expiry - reading.not_before <= 300
    assert own.sign(reading).count(".") == 2


def test_lines_are_stated_or_follow_from_one_of_each() -> None:
    assert lines(Papers(INVOICES[:1], (D1,))) == (ConsentLine(0, D1, 7_000_000, 7_000_000),)
    assert lines(Papers(INVOICES, (D1, D2))) == ()
    stated = f"invoice=1,declaration={D2},invoice_amount=60000.00,declaration_amount=400000.00 CNY"
    assert lines(Papers(INVOICES, (D1, D2)), stated) == (ConsentLine(1, D2, 6_000_000, 40_000_000),)


@pytest.mark.parametrize("line", ["invoice=2,invoice_amount=1", "invoice=0", "invoice_amount=1.234", "x"])
def test_a_line_that_cannot_be_right_is_told(line: str) -> None:
    with pytest.raises(BadEntry, match="--line"):
        lines(Papers(INVOICES, (D1, D2)), line)


def test_a_maximum_needs_its_currency() -> None:
    with pytest.raises(BadEntry, match="--maximum"):
        consent_of(SELLER, "BankAMSP", Papers((), ()), (), Money("5"), purpose="p", days=7)


@pytest.mark.parametrize("text", ["", "no token", "a.b.c", "a.W10.c"])
def test_what_is_no_consent_is_told(text: str) -> None:
    with pytest.raises(BadEntry, match="consent"):
        claims_of(text)
