"""Leave: a bank asks, an enterprise signs, and takes it back. Its word counts from its block on."""

import hashlib

from msgspec.structs import replace

from counterfoil_contracts.consent.model import verified
from counterfoil_contracts.consent.operations import ClaimsT
from counterfoil_contracts.core import business_day
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import standing, tables
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import messages as m
from . import operations as ops
from .ledger import CreditLedger, ledger_of
from .records import (
    ASK,
    DECLINE,
    GRANT,
    OFFER,
    REVOCATION,
    AskRecord,
    GrantRecord,
    OfferedGrant,
    SignedNotice,
)
from .statements import GRANT_DAYS_MAX, CreditDecline, CreditGrant, CreditRevocation

_DAY_SECONDS = 86_400


def signed(desk: Desk, token: str, of: type[ClaimsT]) -> ClaimsT:
    """What an enterprise has signed, if it holds now.

    Raises:
        Refusal: `CONSENT_INVALID`, `CONSENT_EXPIRED`.
    """
    return verified(token, of, tables.trusted_roots(desk.tables, desk.today), desk.now)


class Grants:
    """The part of the contract that keeps leave."""

    @trade_operation(ops.ASK)
    def ask(self, desk: Desk, body: m.Ask) -> m.Asked:
        """Keep a bank's request; the enterprise finds it in its own log."""
        _check_admitted(desk)
        _check_scope(body.scope)
        _check_days(body.data_from, "")
        ask, expires = desk.context.hidden_id(ASK), desk.days_from_now("credit_ask_days")
        record = AskRecord(ask, body, desk.staff, desk.now, expires)
        ledger_of(desk).save(ASK, ask, record)
        return m.Asked(ask, expires)

    @trade_operation(ops.OFFER)
    def offer(self, desk: Desk, body: m.Statement) -> m.Stated:
        """Lay an enterprise's grant where the bank finds it."""
        claims = signed(desk, body.token, CreditGrant)
        _check_grant(claims)
        ledger = ledger_of(desk, claims.audience)
        if ledger.find(OFFER, claims.nonce, OfferedGrant) is not None:
            raise refusal(RefusalCode.ALREADY_EXISTS, "a grant of this nonce was brought before")
        ledger.save(OFFER, claims.nonce, OfferedGrant(claims.nonce, claims.enterprise, body.token, desk.now))
        return m.Stated(desk.now)

    @trade_operation(ops.GRANT)
    def grant(self, desk: Desk, body: m.Statement) -> m.Granted:
        """Open the grant at its first showing."""
        claims = signed(desk, body.token, CreditGrant)
        ledger = ledger_of(desk, claims.audience)
        _check_grant(claims)
        digest = hashlib.sha256(body.token.encode()).hexdigest()
        known = ledger.find(GRANT, claims.nonce, GrantRecord)
        if ledger.find(REVOCATION, claims.nonce, SignedNotice) is not None:
            raise refusal(RefusalCode.CONSENT_WITHDRAWN, "the enterprise has revoked this grant")
        if known is not None:
            code = RefusalCode.ALREADY_EXISTS if known.digest == digest else RefusalCode.CONSENT_REPLAYED
            raise refusal(code, "a grant with this nonce was shown before")
        _check_admitted(desk)
        standing.check_may_be_granted(desk, claims.enterprise, desk.msp_id)
        if claims.ask:
            _answer(ledger, claims)
        ledger.save(GRANT, claims.nonce, _opened(desk, claims, body.token, digest))
        return m.Granted(claims.nonce)

    @trade_operation(ops.DECLINE)
    def decline(self, desk: Desk, body: m.Statement) -> m.Stated:
        """Record that the enterprise says no."""
        claims = signed(desk, body.token, CreditDecline)
        ledger = ledger_of(desk, claims.audience)
        ask = ledger.get(ASK, claims.ask, AskRecord)
        if ask.body.enterprise != claims.enterprise:
            raise refusal(RefusalCode.NOT_FOUND, "no such ask of this bank")
        known = ledger.find(DECLINE, claims.ask, SignedNotice)
        if ask.grant or known is not None:
            raise refusal(RefusalCode.BAD_STATE, "the enterprise has answered before")
        ledger.save(DECLINE, claims.ask, SignedNotice(claims.enterprise, body.token, desk.now))
        return m.Stated(desk.now)

    @trade_operation(ops.REVOKE)
    def revoke(self, desk: Desk, body: m.Statement) -> m.Stated:
        """Record that leave ends, whether it was shown yet or not; the first time counts."""
        claims = signed(desk, body.token, CreditRevocation)
        ledger = ledger_of(desk, claims.audience)
        known = ledger.find(REVOCATION, claims.nonce, SignedNotice)
        if known is not None:
            raise refusal(RefusalCode.ALREADY_EXISTS, "the grant was revoked before")
        ledger.save(REVOCATION, claims.nonce, SignedNotice(claims.enterprise, body.token, desk.now))
        return m.Stated(desk.now)


def _opened(desk: Desk, claims: CreditGrant, token: str, digest: str) -> GrantRecord:
    return GrantRecord(
        nonce=claims.nonce,
        digest=digest,
        token=token,
        enterprise=claims.enterprise,
        scope=claims.scope,
        purpose=claims.purpose,
        data_from=claims.data_from,
        data_until=claims.data_until,
        maximum=claims.maximum,
        ask=claims.ask,
        not_before=claims.not_before,
        expiry=claims.expiry,
        taken_by=desk.staff,
        taken_at=desk.now,
    )


def _answer(ledger: CreditLedger, claims: CreditGrant) -> None:
    """Tie a grant to the request that it answers; it may give less than was asked, or more."""
    ask = ledger.find(ASK, claims.ask, AskRecord)
    declined = ledger.find(DECLINE, claims.ask, SignedNotice)
    if ask is None or ask.body.enterprise != claims.enterprise:
        raise refusal(RefusalCode.NOT_FOUND, "the grant answers no request of this bank")
    if ask.grant or declined is not None:
        raise refusal(RefusalCode.BAD_STATE, "the enterprise has answered this request before")
    ledger.save(ASK, ask.id, replace(ask, grant=claims.nonce))


def _check_grant(claims: CreditGrant) -> None:
    _check_scope(claims.scope)
    _check_days(claims.data_from, claims.data_until)
    if not 0 < claims.expiry - claims.not_before <= GRANT_DAYS_MAX * _DAY_SECONDS:
        raise refusal(RefusalCode.CONSENT_INVALID, "a grant is valid for 365 days at most")


def _check_scope(scope: tuple[str, ...]) -> None:
    if list(scope) != sorted(set(scope)):
        raise refusal(RefusalCode.BAD_INPUT, "scope: each group once, in alphabetical order")


def _check_days(first: str, last: str) -> None:
    try:
        if last and business_day.day(last) < business_day.day(first):
            raise ValueError("data_until: before data_from")
        business_day.day(first)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"a day: {error}") from None


def _check_admitted(desk: Desk) -> None:
    keys = (f"{ops.SCENARIO}/ALL/{desk.msp_id}", ops.SCENARIO)
    if not desk.parameter("admission", *keys):
        raise refusal(RefusalCode.SCENARIO_NOT_OPEN, "the bank is not admitted to credit enquiries")
