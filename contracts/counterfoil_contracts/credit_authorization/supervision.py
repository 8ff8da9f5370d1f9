"""What two officers of the regulator decide: suspensions, holds, disputes. And what enterprises dispute."""

from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import messages as m
from . import operations as ops
from . import standing
from .grants import signed
from .ledger import CreditLedger, ledger_of
from .records import (
    ANSWER,
    DISPUTE,
    GRANT,
    PROPOSAL,
    STANDING,
    Answer,
    Dispute,
    GrantRecord,
    Proposal,
    Standing,
)
from .statements import CreditDispute


class Supervision:
    """The part of the contract in which nobody acts alone."""

    @trade_operation(ops.DISPUTE)
    def dispute(self, desk: Desk, body: m.Statement) -> m.Stated:
        """Keep what an enterprise says against a report; it shows with the report from now on."""
        claims = signed(desk, body.token, CreditDispute)
        ledger = ledger_of(desk, claims.audience)
        answer = ledger.find(ANSWER, claims.enquiry, Answer)
        known = ledger.find(DISPUTE, claims.enquiry, Dispute)
        if answer is None or answer.enterprise != claims.enterprise or answer.kind != "DELIVERED":
            raise refusal(RefusalCode.NOT_FOUND, "no report about this enterprise was delivered there")
        if known is not None and (known.state == "OPEN" or known.token == body.token):
            raise refusal(RefusalCode.ALREADY_EXISTS, "the report is disputed already")
        disputed = Dispute(claims.enquiry, claims.enterprise, claims.statement, body.token, desk.now)
        ledger.save(DISPUTE, claims.enquiry, disputed)
        return m.Stated(desk.now)

    @trade_operation(ops.ACT_PROPOSE)
    def propose_act(self, desk: Desk, body: m.ProposeAct) -> m.Proposed:
        """Keep an act for a second officer, if it could take effect now."""
        _effect(desk, body.body)
        proposal = desk.context.hidden_id(PROPOSAL)
        desk.context.store.write(*_place(proposal), Proposal(body.body, desk.staff))
        return m.Proposed(proposal)

    @trade_operation(ops.ACT_READ)
    def read_act(self, desk: Desk, body: m.ReadProposal) -> m.ProposalAnswer:
        """What waits for the second officer."""
        found = _proposal(desk, body.proposal)
        return m.ProposalAnswer(found.body, found.put_by, found.confirmed_by)

    @trade_operation(ops.ACT_CONFIRM)
    def confirm_act(self, desk: Desk, body: m.ConfirmAct) -> m.Confirmed:
        """Let another officer's act take effect."""
        found = _proposal(desk, body.proposal)
        if found.confirmed_by:
            raise refusal(RefusalCode.BAD_STATE, "the proposal was confirmed before")
        if found.put_by == desk.staff:
            raise refusal(RefusalCode.SAME_PERSON, "a second officer confirms")
        ledger = ledger_of(desk, found.body.bank)
        kind, record_id, after = _effect(desk, found.body)
        ledger.save(kind, record_id, after)
        desk.context.store.write(*_place(body.proposal), replace(found, confirmed_by=desk.staff))
        return m.Confirmed(desk.now)


def _place(proposal: str) -> tuple[str, str]:
    return ops.SUPERVISION, f"{PROPOSAL}/{ops.SUPERVISION}/{proposal}"


def _proposal(desk: Desk, proposal: str) -> Proposal:
    found = desk.context.store.read(*_place(proposal), Proposal)
    if found is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such proposal")
    return found


def _effect(desk: Desk, act: m.Act) -> tuple[str, str, Standing | Answer | Dispute]:
    """Kind, id and content of the record that an act leaves."""
    ledger = ledger_of(desk, act.bank)
    match act:
        case m.Suspend() | m.Resume():
            return STANDING, act.grant, _standing(ledger, act)
        case m.Hold() | m.Lift():
            answer = ledger.get(ANSWER, act.enquiry, Answer)
            held = isinstance(act, m.Hold)
            if answer.kind != "DELIVERED" or answer.purged_at or answer.held == held:
                raise refusal(RefusalCode.BAD_STATE, "there is no report to hold, or none is held")
            return ANSWER, act.enquiry, replace(answer, held=held)
        case m.Resolve():
            dispute = ledger.get(DISPUTE, act.enquiry, Dispute)
            if dispute.state != "OPEN":
                raise refusal(RefusalCode.BAD_STATE, "the dispute was decided before")
            state = "UPHELD" if act.upheld else "REJECTED"
            return DISPUTE, act.enquiry, replace(dispute, state=state, reason=act.reason)


def _standing(ledger: CreditLedger, act: m.Suspend | m.Resume) -> Standing:
    ledger.get(GRANT, act.grant, GrantRecord)
    before = ledger.find(STANDING, act.grant, Standing)
    suspended = isinstance(act, m.Suspend)
    if standing.is_suspended(before) == suspended:
        raise refusal(RefusalCode.BAD_STATE, "the grant is suspended, or stands, already")
    known = before or Standing((), (), ())
    return Standing(
        (*known.suspended, suspended), (*known.since, ledger.desk.now), (*known.reasons, act.reason)
    )
