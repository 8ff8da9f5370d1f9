"""Enquiries: a bank asks for a report. Every attempt is put on record, a refused one with its reason."""

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import messages as m
from . import operations as ops
from . import standing
from .ledger import ledger_of
from .records import (
    ANSWER,
    ENQUIRY,
    GRANT,
    RECEIPT,
    Answer,
    EnquiryRecord,
    GrantRecord,
    PendingEnquiry,
    Receipt,
)


class Enquiries:
    """The part of the contract that a bank looks through."""

    @trade_operation(ops.ENQUIRE)
    def enquire(self, desk: Desk, body: m.Enquire) -> m.Enquired:
        """Keep the attempt; it counts against the grant unless it is refused at once."""
        _check_form(body)
        ledger = ledger_of(desk)
        grant = standing.recounted(ledger, ledger.get(GRANT, body.grant, GrantRecord))
        wanted = ("TRADE",) if body.figure is not None else body.scope
        ending = standing.ended(ledger, grant.nonce)
        refused = standing.obstacle(grant, ending, desk.now, body.purpose, wanted)
        enquiry, expires = desk.context.hidden_id(ENQUIRY), desk.days_from_now("credit_enquiry_days")
        record = EnquiryRecord(
            id=enquiry,
            grant=grant.nonce,
            enterprise=grant.enterprise,
            purpose=body.purpose,
            scope=body.scope,
            figure=body.figure,
            asked_by=desk.staff,
            asked_at=desk.now,
            expires=0 if refused else expires,
            refused=refused,
        )
        ledger.save(ENQUIRY, enquiry, record)
        if refused:
            return m.Enquired(enquiry, refused)
        pending = (*grant.pending, PendingEnquiry(enquiry, expires))
        ledger.save(GRANT, grant.nonce, replace(grant, pending=pending))
        return m.Enquired(enquiry, "", expires)

    @trade_operation(ops.ACKNOWLEDGE)
    def acknowledge(self, desk: Desk, body: m.Acknowledge) -> m.Acknowledged:
        """Keep a receipt for the newest version of a report."""
        ledger = ledger_of(desk)
        answer = ledger.get(ANSWER, body.enquiry, Answer)
        known = ledger.find(RECEIPT, body.enquiry, Receipt)
        if answer.kind != "DELIVERED" or answer.digests[-1] != body.digest:
            raise refusal(RefusalCode.BAD_STATE, "this is not the report that was delivered last")
        if known is not None and known.digest == body.digest:
            raise refusal(RefusalCode.ALREADY_EXISTS, "the report was acknowledged before")
        ledger.save(RECEIPT, body.enquiry, Receipt(body.enquiry, body.digest, desk.staff, desk.now))
        return m.Acknowledged(desk.now)


def _check_form(body: m.Enquire) -> None:
    if bool(body.scope) == (body.figure is not None):
        raise refusal(RefusalCode.BAD_INPUT, "either groups of a report or a figure to compare")
    if list(body.scope) != sorted(set(body.scope)):
        raise refusal(RefusalCode.BAD_INPUT, "scope: each group once, in alphabetical order")
