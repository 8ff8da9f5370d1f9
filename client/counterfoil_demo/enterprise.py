"""The enterprise: no member of the channel. It acts by what it signs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from counterfoil_contracts.consent import operations as consent
from counterfoil_network.identities import Enterprise, issue_enterprise
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterfoil_contracts.export_invoice import operations as trade

    from counterfoil_demo.stage import Stage

_VALID_SECONDS: Final = 7 * 24 * 3600
_CLOCK_SECONDS: Final = 120


def open_enterprise(stage: Stage) -> Enterprise:
    """Issue the enterprise's certificate, by the authority that is outside the channel."""
    seller = stage.samples.seller
    return issue_enterprise(stage.folder.crypto, seller.code, seller.name)


def sign_consent(  # noqa: PLR0913 - what an enterprise consents to
    stage: Stage,
    enterprise: Enterprise,
    bank: str,
    invoices: Sequence[tuple[int, trade.Invoice]],
    *,
    maximum: int,
    currency: str,
) -> str:
    """A consent for one bank to look at invoices with their declarations and lend at most `maximum`.

    `invoices` are places and what the files state; the lines are the enterprise's own statement.
    """
    now = int(time.time())
    places = sorted({stage.declaration_of(place) for place, _ in invoices})
    claims = consent.TradeConsent(
        type="counterfoil/trade-consent/1",
        enterprise=enterprise.uscc,
        audience=f"{bank}MSP",
        purpose="export invoice finance",
        declarations=tuple(stage.declaration(place).number for place in places),
        invoices=tuple(stated for _, stated in invoices),
        lines=tuple(
            consent.ConsentLine(
                invoice=at,
                declaration=stage.declaration(stage.declaration_of(place)).number,
                invoice_amount=stage.invoice(place).line,
                declaration_amount=stage.invoice(place).line,
            )
            for at, (place, _) in enumerate(invoices)
        ),
        maximum=maximum,
        currency=currency,
        nonce=consent.new_nonce(),
        not_before=now - _CLOCK_SECONDS,
        expiry=now + _VALID_SECONDS,
    )
    own = x509.load_pem_x509_certificate(enterprise.chain[0])
    return consent.sign(claims, [own], private_key_signer(enterprise.identity.key))
