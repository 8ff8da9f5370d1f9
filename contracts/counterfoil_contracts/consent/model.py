"""Is this what the enterprise signed? Form, signature, certificates, times. Pure; the time is given."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from counterfoil_chaincode.contract_api.serializer import convert
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ObjectIdentifier

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.operations import Root

from . import jws
from .operations import ClaimsT, TradeReading

ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
_SCHEME = "NTRCN-"
"""National trade register of China (ETSI EN 319 412-1 section 5.1.4)."""
_TOKENS_REMEMBERED = 1024
READING_SECONDS_MAX = 300

ExtensionT = TypeVar("ExtensionT", x509.BasicConstraints, x509.KeyUsage)


def verified(token: str, of: type[ClaimsT], roots: Sequence[Root], now: int) -> ClaimsT:
    """The claims of a token that an enterprise signed, valid at `now` (seconds since 1970 UTC).

    Raises:
        Refusal: `CONSENT_INVALID`, form, signature, certificates, or an enterprise that is not the
            certificate's; `CONSENT_EXPIRED`, not yet or no longer valid.
    """
    try:
        signed = _signed(token)
        _check_chain(signed.certificates, roots, now)
        claims = convert(signed.payload, of)
        if _enterprise(signed.certificates[0]) != claims.enterprise:
            raise ValueError("the certificate is another enterprise's")
    except ValueError as error:
        raise refusal(RefusalCode.CONSENT_INVALID, f"the consent does not hold: {error}") from None
    if not claims.not_before <= now < claims.expiry:
        raise refusal(RefusalCode.CONSENT_EXPIRED, "the consent is not valid at this time")
    return claims


def verified_reading(token: str, roots: Sequence[Root], now: int) -> TradeReading:
    """A request to read that an enterprise signed, as `verified`, for five minutes at most.

    Raises:
        Refusal: `CONSENT_INVALID`, `CONSENT_EXPIRED`.
    """
    claims = verified(token, TradeReading, roots, now)
    if claims.expiry - claims.not_before > READING_SECONDS_MAX:
        raise refusal(RefusalCode.CONSENT_INVALID, "a request to read lives five minutes at most")
    return claims


@lru_cache(maxsize=_TOKENS_REMEMBERED)
def _signed(token: str) -> jws.Signed:
    # What a token says and whether its signature holds is the same for ever; only success is remembered.
    return jws.verify(token)


def _check_chain(chain: Sequence[x509.Certificate], roots: Sequence[Root], now: int) -> None:
    moment = datetime.fromtimestamp(now, UTC)
    if len(chain) > 1 and any(chain[-1] == _certificate(root) for root in roots):
        chain = chain[:-1]  # RFC 7515 section 4.1.6 lets a chain end with the root
    for below, (certificate, issuer) in enumerate(pairwise(chain)):
        _check_issued(certificate, issuer, below)
    root = _root_of(chain[-1], roots, len(chain) - 1)
    revoked = {serial for each in roots for serial in each.revoked if each is root}
    authority = _certificate(root)
    for certificate in (*chain, authority):
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            raise ValueError("a certificate is not valid at this time")
        if f"{certificate.serial_number:x}" in revoked:
            raise ValueError("a certificate is revoked")
    _check_leaf(chain[0])


def _root_of(certificate: x509.Certificate, roots: Sequence[Root], below: int) -> Root:
    for root in roots:
        try:
            _check_issued(certificate, _certificate(root), below)
        except ValueError:
            continue
        return root
    raise ValueError("no trusted certification authority signed the certificate")


def _check_issued(certificate: x509.Certificate, issuer: x509.Certificate, below: int) -> None:
    constraints = _extension(issuer, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise ValueError("a certificate was signed by one that is no certification authority's")
    # RFC 5280 section 4.2.1.9: how many authorities may stand between this one and the signer.
    if constraints.path_length is not None and below > constraints.path_length:
        raise ValueError("a chain of certificates is longer than its authority allows")
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        raise ValueError("a certificate was not signed by the next one") from None


def _check_leaf(certificate: x509.Certificate) -> None:
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise ValueError("a certification authority's certificate signs no consent")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        raise ValueError("the certificate is not for signatures")


@lru_cache(maxsize=16)
def _pem(text: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(text.encode())


def _certificate(root: Root) -> x509.Certificate:
    return _pem(root.certificate)


def _extension(certificate: x509.Certificate, of: type[ExtensionT]) -> ExtensionT | None:
    try:
        return certificate.extensions.get_extension_for_class(of).value
    except x509.ExtensionNotFound:
        return None


def _enterprise(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(ORGANIZATION_IDENTIFIER)
    value = str(names[0].value) if len(names) == 1 else ""
    if not value.startswith(_SCHEME):
        raise ValueError("the certificate names no enterprise by NTRCN-")
    return value.removeprefix(_SCHEME)
