"""Who sees what: a bank its own records, an enterprise whatever concerns it, the regulator all. Nothing is
written.

An enterprise is no member of the channel: it signs a request that lives five minutes, and the regulator's
relay carries it.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from counterfoil_contracts.consent.model import READING_SECONDS_MAX
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import messages as m
from . import operations as ops
from . import standing
from .deliveries import body_id
from .grants import signed
from .ledger import CreditLedger, ledger_of
from .records import (
    ANSWER,
    ASK,
    BODY,
    DECLINE,
    DISPUTE,
    ENQUIRY,
    GRANT,
    OFFER,
    RECEIPT,
    Answer,
    AskRecord,
    Dispute,
    EnquiryRecord,
    GrantRecord,
    OfferedGrant,
    Receipt,
    SignedNotice,
)
from .report import Report
from .statements import CreditReading

RecordT = TypeVar("RecordT", bound=Message)
AnswerT = TypeVar("AnswerT")


class Readings:
    """The part of the contract that only answers."""

    @trade_operation(ops.GRANT_READ)
    def read_grant(self, desk: Desk, body: m.ReadGrant) -> m.GrantAnswer:
        """A grant of one's own bank as it stands."""
        ledger = ledger_of(desk)
        return _grant(ledger, ledger.get(GRANT, body.grant, GrantRecord))

    @trade_operation(ops.GRANTS)
    def list_grants(self, desk: Desk, body: m.ReadRecords) -> m.Grants:
        """One's own bank's grants."""
        return _grants(ledger_of(desk), body)

    @trade_operation(ops.ASKS)
    def list_asks(self, desk: Desk, body: m.ReadRecords) -> m.Asks:
        """One's own bank's requests for leave."""
        return _asks(ledger_of(desk), body)

    @trade_operation(ops.OFFERS)
    def list_offers(self, desk: Desk, body: m.ReadRecords) -> m.Offers:
        """Grants that enterprises have brought by way of the regulator, whether taken or not."""
        ledger = ledger_of(desk)
        found = ledger.page(OFFER, body.after, body.limit, OfferedGrant)
        offers = tuple(m.Offer(each.nonce, each.enterprise, each.token, each.at) for each in found)
        return m.Offers(offers, _next([each.nonce for each in found], body))

    @trade_operation(ops.ENQUIRIES)
    def list_enquiries(self, desk: Desk, body: m.ReadRecords) -> m.Enquiries:
        """One's own bank's enquiries."""
        return _enquiries(ledger_of(desk), body)

    @trade_operation(ops.REPORT_READ)
    def read_report(self, desk: Desk, body: m.ReadReport) -> m.ReportAnswer:
        """A report that one's own bank was given."""
        return _report(ledger_of(desk), body.enquiry, body.version)

    @trade_operation(ops.OWN_GRANTS)
    def own_grants(self, desk: Desk, body: m.ReadOwnLog) -> m.Grants:
        """An enterprise's grants at a bank."""
        enterprise = _reader(desk, body.token)
        return _grants(ledger_of(desk, body.bank), body, enterprise)

    @trade_operation(ops.OWN_ASKS)
    def own_asks(self, desk: Desk, body: m.ReadOwnLog) -> m.Asks:
        """What a bank has asked of an enterprise."""
        enterprise = _reader(desk, body.token)
        return _asks(ledger_of(desk, body.bank), body, enterprise)

    @trade_operation(ops.OWN_ENQUIRIES)
    def own_enquiries(self, desk: Desk, body: m.ReadOwnLog) -> m.Enquiries:
        """Every attempt of a bank to look at an enterprise."""
        enterprise = _reader(desk, body.token)
        return _enquiries(ledger_of(desk, body.bank), body, enterprise)

    @trade_operation(ops.OWN_REPORT)
    def own_report(self, desk: Desk, body: m.ReadOwnReport) -> m.ReportAnswer:
        """What a bank was told about an enterprise."""
        enterprise, ledger = _reader(desk, body.token), ledger_of(desk, body.bank)
        if ledger.get(ANSWER, body.enquiry, Answer).enterprise != enterprise:
            raise refusal(RefusalCode.NOT_FOUND, f"no such {ANSWER} of this bank")
        return _report(ledger, body.enquiry, body.version)

    @trade_operation(ops.SUPERVISE_GRANTS)
    def supervise_grants(self, desk: Desk, body: m.Supervise) -> m.Grants:
        """A bank's grants."""
        return _grants(ledger_of(desk, body.bank), body, body.enterprise)

    @trade_operation(ops.SUPERVISE_ENQUIRIES)
    def supervise_enquiries(self, desk: Desk, body: m.Supervise) -> m.Enquiries:
        """A bank's enquiries."""
        return _enquiries(ledger_of(desk, body.bank), body, body.enterprise)

    @trade_operation(ops.SUPERVISE_REPORT)
    def supervise_report(self, desk: Desk, body: m.SuperviseReport) -> m.ReportAnswer:
        """A report that a bank was given."""
        return _report(ledger_of(desk, body.bank), body.enquiry, body.version)


_Page = m.ReadRecords | m.ReadOwnLog | m.Supervise


def _reader(desk: Desk, token: str) -> str:
    """The enterprise that has signed a request to read."""
    claims = signed(desk, token, CreditReading)
    if claims.expiry - claims.not_before > READING_SECONDS_MAX:
        raise refusal(RefusalCode.CONSENT_INVALID, "a request to read lives five minutes at most")
    return claims.enterprise


def _next(ids: Sequence[str], page: _Page) -> str:
    return ids[-1] if len(ids) == page.limit else ""


def _own(
    records: Sequence[RecordT],
    enterprise_of: Callable[[RecordT], str],
    enterprise: str,
    answer: Callable[[RecordT], AnswerT],
) -> tuple[AnswerT, ...]:
    """The records of one enterprise, or of all where none is named."""
    return tuple(answer(each) for each in records if not enterprise or enterprise_of(each) == enterprise)


def _grants(ledger: CreditLedger, page: _Page, enterprise: str = "") -> m.Grants:
    found = ledger.page(GRANT, page.after, page.limit, GrantRecord)
    own = _own(found, lambda each: each.enterprise, enterprise, lambda each: _grant(ledger, each))
    return m.Grants(own, _next([each.nonce for each in found], page))


def _asks(ledger: CreditLedger, page: _Page, enterprise: str = "") -> m.Asks:
    found = ledger.page(ASK, page.after, page.limit, AskRecord)
    own = _own(found, lambda each: each.body.enterprise, enterprise, lambda each: _ask(ledger, each))
    return m.Asks(own, _next([each.id for each in found], page))


def _enquiries(ledger: CreditLedger, page: _Page, enterprise: str = "") -> m.Enquiries:
    found = ledger.page(ENQUIRY, page.after, page.limit, EnquiryRecord)
    own = _own(found, lambda each: each.enterprise, enterprise, lambda each: _enquiry(ledger, each))
    return m.Enquiries(own, _next([each.id for each in found], page))


def _grant(ledger: CreditLedger, record: GrantRecord) -> m.GrantAnswer:
    grant = standing.recounted(ledger, record)
    ending = standing.ended(ledger, grant.nonce)
    obstacle = standing.obstacle(grant, ending, ledger.desk.now, grant.purpose, grant.scope)
    return m.GrantAnswer(
        grant=grant.nonce,
        enterprise=grant.enterprise,
        scope=grant.scope,
        purpose=grant.purpose,
        data_from=grant.data_from,
        data_until=grant.data_until,
        not_before=grant.not_before,
        expiry=grant.expiry,
        maximum=grant.maximum,
        delivered=grant.delivered,
        pending=len(grant.pending),
        standing=obstacle or standing.GRANTED,
        taken_at=grant.taken_at,
    )


def _ask(ledger: CreditLedger, ask: AskRecord) -> m.AskAnswer:
    declined = ledger.find(DECLINE, ask.id, SignedNotice)
    states = (
        ("GRANTED", bool(ask.grant)),
        ("DECLINED", declined is not None),
        ("EXPIRED", ledger.desk.now >= ask.expires),
    )
    state = next((name for name, holds in states if holds), "WAITING")
    return m.AskAnswer(ask.id, ask.body, ask.asked_at, ask.expires, state)


def _enquiry(ledger: CreditLedger, enquiry: EnquiryRecord) -> m.EnquiryAnswer:
    answer = ledger.find(ANSWER, enquiry.id, Answer)
    receipt = ledger.find(RECEIPT, enquiry.id, Receipt)
    shown = m.EnquiryAnswer(
        enquiry=enquiry.id,
        grant=enquiry.grant,
        enterprise=enquiry.enterprise,
        purpose=enquiry.purpose,
        scope=enquiry.scope,
        figure=enquiry.figure is not None,
        asked_by=enquiry.asked_by,
        asked_at=enquiry.asked_at,
        state=_state(enquiry, answer, ledger.desk.now),
        code=enquiry.refused or (answer.code if answer else ""),
        acknowledged_at=receipt.at if receipt else 0,
        dispute=_dispute(ledger, enquiry.id),
    )
    if answer is None:
        return shown
    return replace(
        shown,
        answered_at=answer.at,
        height=answer.heights[-1] if answer.heights else 0,
        digests=answer.digests,
        retain_until=answer.retain_until,
        held=answer.held,
        purged_at=answer.purged_at,
    )


def _state(enquiry: EnquiryRecord, answer: Answer | None, now: int) -> str:
    if answer is not None:
        return answer.kind
    if enquiry.refused:
        return "REFUSED"
    return "PENDING" if now < enquiry.expires else "TIMED_OUT"


def _dispute(ledger: CreditLedger, enquiry: str) -> m.DisputeAnswer | None:
    found = ledger.find(DISPUTE, enquiry, Dispute)
    return m.DisputeAnswer(found.statement, found.at, found.state, found.reason) if found else None


def _report(ledger: CreditLedger, enquiry: str, version: int) -> m.ReportAnswer:
    answer = ledger.get(ANSWER, enquiry, Answer)
    asked = version or len(answer.digests)
    if not 1 <= asked <= len(answer.digests):
        raise refusal(RefusalCode.NOT_FOUND, "the enquiry has no such report")
    report = ledger.find(BODY, body_id(enquiry, asked), Report)
    return m.ReportAnswer(
        answer.digests[asked - 1], asked, len(answer.digests), report, _dispute(ledger, enquiry)
    )
