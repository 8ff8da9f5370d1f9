"""Deliveries: what the regulator answers. Endorsed by its peer alone, so that no bank can hold it up."""

import hashlib

import msgspec
from counterfoil_protocol import canonical_json
from msgspec.structs import replace

from counterfoil_contracts.core import business_day
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import messages as m
from . import operations as ops
from . import standing
from .ledger import CreditLedger, ledger_of
from .records import ANSWER, BODY, DISPUTE, ENQUIRY, GRANT, Answer, Dispute, EnquiryRecord, GrantRecord
from .report import Report

_GIVES_ONE_RIGHT_TO = frozenset({"GRANT_REVOKED", "GRANT_SUSPENDED"})


def digest_of(report: Report) -> str:
    """SHA-256, in hex, of a report's canonical JSON: what the ledger keeps for ever."""
    return hashlib.sha256(canonical_json.encode(msgspec.to_builtins(report))).hexdigest()


class Deliveries:
    """The part of the contract that the regulator's oracle writes."""

    @trade_operation(ops.DELIVER)
    def deliver(self, desk: Desk, body: m.Deliver) -> m.Delivered:
        """Keep the report for the bank, or a corrected one beside it."""
        ledger = ledger_of(desk, body.bank)
        enquiry = ledger.get(ENQUIRY, body.enquiry, EnquiryRecord)
        answer = ledger.find(ANSWER, body.enquiry, Answer)
        if answer is None:
            grant = _pending_grant(ledger, enquiry)
            given = _first(desk, enquiry, body)
        else:
            grant = ledger.get(GRANT, enquiry.grant, GrantRecord)
            given = _corrected(ledger, answer, body)
        _check_frame(desk, enquiry, grant, body.report)
        ledger.save(BODY, body_id(enquiry.id, len(given.digests)), body.report)
        ledger.save(ANSWER, enquiry.id, given)
        return m.Delivered(given.digests[-1], len(given.digests))

    @trade_operation(ops.REFUSE)
    def refuse(self, desk: Desk, body: m.Refuse) -> m.Refused:
        """Answer with a reason; the enquiry does not count."""
        ledger = ledger_of(desk, body.bank)
        enquiry = ledger.get(ENQUIRY, body.enquiry, EnquiryRecord)
        if enquiry.refused or ledger.find(ANSWER, body.enquiry, Answer) is not None:
            raise refusal(RefusalCode.BAD_STATE, "the enquiry was answered before")
        if body.code in _GIVES_ONE_RIGHT_TO and standing.ended(ledger, enquiry.grant) != body.code:
            raise refusal(RefusalCode.BAD_STATE, "the grant has not ended so")
        answer = Answer(
            enquiry.id, enquiry.enterprise, kind="REFUSED", at=desk.now, by=desk.staff, code=body.code
        )
        ledger.save(ANSWER, enquiry.id, answer)
        return m.Refused(desk.now)

    @trade_operation(ops.PURGE)
    def purge(self, desk: Desk, body: m.Purge) -> m.Purged:
        """Remove every version of the body; digests, times and names of the record stay."""
        ledger = ledger_of(desk, body.bank)
        answer = ledger.get(ANSWER, body.enquiry, Answer)
        if answer.kind != "DELIVERED" or answer.purged_at:
            raise refusal(RefusalCode.BAD_STATE, "there is no body of a report to remove")
        if answer.held or desk.now < answer.retain_until:
            raise refusal(RefusalCode.BAD_STATE, "the report is held, or its retention has not ended")
        for version in range(1, len(answer.digests) + 1):
            ledger.purge(BODY, body_id(body.enquiry, version))
        ledger.save(ANSWER, body.enquiry, replace(answer, purged_at=desk.now))
        return m.Purged(len(answer.digests))


def body_id(enquiry: str, version: int) -> str:
    """Where a version of a report is kept, from version 1."""
    return f"{enquiry}-{version}"


def _pending_grant(ledger: CreditLedger, enquiry: EnquiryRecord) -> GrantRecord:
    """The grant of an enquiry that waits for its report.

    The grant is read, and every enquiry under it writes it: so a report and the giving back of its count
    cannot both take effect.
    """
    grant = ledger.get(GRANT, enquiry.grant, GrantRecord)
    waits = any(each.enquiry == enquiry.id for each in grant.pending)
    ending = standing.ended(ledger, enquiry.grant)
    if ending:
        raise refusal(RefusalCode(ending), "the grant has ended: refuse the enquiry")
    if not waits or ledger.desk.now >= enquiry.expires:
        raise refusal(RefusalCode.BAD_STATE, "the enquiry was refused, or has timed out")
    return grant


def _first(desk: Desk, enquiry: EnquiryRecord, body: m.Deliver) -> Answer:
    if body.reason:
        raise refusal(RefusalCode.BAD_INPUT, "reason: only a corrected report has one")
    return Answer(
        enquiry=enquiry.id,
        enterprise=enquiry.enterprise,
        kind="DELIVERED",
        at=desk.now,
        by=desk.staff,
        digests=(digest_of(body.report),),
        heights=(body.report.height,),
        reasons=("",),
        retain_until=desk.days_from_now("credit_report_days"),
    )


def _corrected(ledger: CreditLedger, answer: Answer, body: m.Deliver) -> Answer:
    dispute = ledger.find(DISPUTE, answer.enquiry, Dispute)
    if answer.kind != "DELIVERED" or answer.purged_at:
        raise refusal(RefusalCode.BAD_STATE, "there is no delivered report to correct")
    if not body.reason:
        raise refusal(RefusalCode.BAD_INPUT, "reason: a corrected report says why")
    if dispute is not None and dispute.state == "OPEN":
        raise refusal(RefusalCode.BAD_STATE, "the dispute is not decided")
    if digest_of(body.report) == answer.digests[-1]:
        raise refusal(RefusalCode.ALREADY_EXISTS, "the report says nothing else than the last")
    return replace(
        answer,
        digests=(*answer.digests, digest_of(body.report)),
        heights=(*answer.heights, body.report.height),
        reasons=(*answer.reasons, body.reason),
    )


def _check_frame(desk: Desk, enquiry: EnquiryRecord, grant: GrantRecord, report: Report) -> None:
    """A report is of the enquiry, holds the groups asked for and nothing else, within the period granted."""
    if (report.enquiry, report.enterprise) != (enquiry.id, enquiry.enterprise):
        raise refusal(RefusalCode.BAD_INPUT, "the report is of another enquiry or enterprise")
    if report.groups != enquiry.scope or bool(report.verdict) != (enquiry.figure is not None):
        raise refusal(RefusalCode.SCOPE_EXCEEDED, "the report holds other groups than were asked for")
    if report.outside and enquiry.figure is not None:
        raise refusal(RefusalCode.SCOPE_EXCEEDED, "a figure is answered by a verdict alone")
    if report.trade is not None:
        last = min(grant.data_until or desk.today, desk.today)
        if report.trade.data_from < grant.data_from or report.trade.data_until > last:
            raise refusal(
                RefusalCode.SCOPE_EXCEEDED, "the report holds facts of other days than were granted"
            )
    for item in report.outside:
        _check_day(item.date)


def _check_day(text: str) -> None:
    try:
        business_day.day(text)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"date: {error}") from None
