"""Consents as papers: made of invoices and declarations, signed, written to a file, and read again."""

import base64
import binascii
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core.documents import Invoice
from counterfoil_protocol.identity import parse_certificate
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509

from .command import plain
from .values import BadEntry, Money, converted

CLOCK_SECONDS = 120
"""How long before now a consent begins, for clocks that differ."""
DAY_SECONDS = 86_400
READING_SECONDS = 300
_ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
_SCHEME = "NTRCN-"
_END = b"-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents of a consent, in order."""

    invoices: tuple[Invoice, ...]
    declarations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatory:
    """An enterprise's side: its certificates, its own first, without the root, and its private key in PEM."""

    certificates: tuple[bytes, ...]
    key: bytes = field(repr=False)

    @classmethod
    def read(cls, certificate: Path, key: Path) -> "Signatory":
        """Out of PEM files. Raises OSError."""
        parts = certificate.read_bytes().split(_END)[:-1]
        return cls(tuple(part.lstrip() + _END + b"\n" for part in parts), key.read_bytes())

    @property
    def uscc(self) -> str:
        """The enterprise's code, out of its certificate.

        Raises:
            BadEntry: the certificate names no enterprise.
            MalformedMessage: it is no certificate.
        """
        own = parse_certificate(self.certificates[0] if self.certificates else b"")
        names = [str(each.value) for each in own.subject.get_attributes_for_oid(_ORGANIZATION_IDENTIFIER)]
        if len(names) != 1 or not names[0].startswith(_SCHEME):
            raise BadEntry(
                "", "the certificate names no enterprise by organizationIdentifier NTRCN-", "--certificate"
            )
        return names[0].removeprefix(_SCHEME)

    def sign(self, claims: consents.Claims) -> str:
        """The compact JWS of claims.

        Raises:
            BadEntry: claims that no contract would take.
            ValueError: no P-256 key.
        """
        converted(plain(claims), type(claims))
        certificates = [parse_certificate(each) for each in self.certificates]
        return consents.sign(claims, certificates, private_key_signer(self.key))


def consent_of(  # noqa: PLR0913 - what a consent says
    enterprise: str,
    bank: str,
    papers: Papers,
    lines: Sequence[str],
    maximum: Money,
    *,
    purpose: str,
    days: int,
) -> consents.TradeConsent:
    """The claims of a consent for a bank (its MSP ID), from now on.

    Raises:
        BadEntry: an amount, a currency or a line that cannot be right.
    """
    now = int(time.time())
    try:
        most, currency = maximum.minor_units(maximum.currency), maximum.currency
    except BadEntry as error:
        raise error.of("--maximum") from None
    return consents.TradeConsent(
        type=consents.TRADE_CONSENT,
        enterprise=enterprise,
        audience=bank,
        purpose=purpose,
        declarations=papers.declarations,
        invoices=papers.invoices,
        lines=_lines(papers, lines),
        maximum=most,
        currency=currency,
        nonce=consents.new_nonce(),
        not_before=now - CLOCK_SECONDS,
        expiry=now + days * DAY_SECONDS,
    )


def withdrawal_of(enterprise: str, consent: str, *, days: int) -> consents.TradeWithdrawal:
    """The claims that take a consent back. Raises BadEntry where it is no consent."""
    given = claims_of(consent)
    now = int(time.time())
    return consents.TradeWithdrawal(
        type=consents.TRADE_WITHDRAWAL,
        enterprise=enterprise,
        audience=str(given.get("audience", "")),
        nonce=str(given.get("nonce", "")),
        not_before=now - CLOCK_SECONDS,
        expiry=now + days * DAY_SECONDS,
    )


def reading_of(enterprise: str) -> consents.TradeReading:
    """The claims of a request to read one's own; it lives five minutes, those before now included."""
    now = int(time.time())
    return consents.TradeReading(
        type=consents.TRADE_READING,
        enterprise=enterprise,
        not_before=now - READING_SECONDS // 2,
        expiry=now + READING_SECONDS // 2,
    )


def write_paper(out: Path, token: str) -> None:
    """Write a signed paper, for its owner alone to read. Raises OSError."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")


def claims_of(consent: str) -> dict[str, Any]:
    """The claims of a compact JWS (RFC 7515), its signature not looked at: the contract judges.

    Raises:
        BadEntry: it is no compact JWS with JSON inside.
    """
    way_out = "name a file with a compact JWS, as `counterfoil consent sign` writes it"
    try:
        _, payload, _ = consent.split(".")
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        raise BadEntry("", way_out, "consent") from None
    if not isinstance(found, dict):
        raise BadEntry("", way_out, "consent")
    return found


def _lines(papers: Papers, typed: Sequence[str]) -> tuple[consents.ConsentLine, ...]:
    if typed:
        return tuple(_line(papers, each) for each in typed)
    if len(papers.invoices) == 1 and len(papers.declarations) == 1:
        amount = papers.invoices[0].amount
        return (consents.ConsentLine(0, papers.declarations[0], amount, amount),)
    return ()


def _line(papers: Papers, text: str) -> consents.ConsentLine:
    form = "write invoice=0,declaration=…,invoice_amount=60000.00,declaration_amount='60000.00 USD'"
    parts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    position = parts.get("invoice", "0")
    if not position.isdigit() or int(position) >= len(papers.invoices) or "invoice_amount" not in parts:
        raise BadEntry(text, form, "--line")
    invoice = papers.invoices[int(position)]
    own = Money(parts["invoice_amount"])
    other = Money(parts.get("declaration_amount", parts["invoice_amount"]))
    try:
        amount = own.minor_units(invoice.currency)
        currency = other.currency if other.text[-1:].isalpha() else invoice.currency
        declaration = parts.get("declaration") or papers.declarations[0]
        return consents.ConsentLine(int(position), declaration, amount, other.minor_units(currency))
    except BadEntry as error:
        raise error.of("--line") from None
    except IndexError:
        raise BadEntry(text, form, "--line") from None
