"""A bank's own register: people with their branches, limits of approvers. Two approvers for each entry."""

from typing import TypeVar

from counterfoil_chaincode.confidential import Record
from msgspec.structs import replace

from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message, StaffId
from counterfoil_contracts.core.refusals import refusal

from . import operations as ops
from .desk import Desk, trade_operation

STAFF = "staff"
LIMIT = "limit"
_STAFF_PROPOSAL = "staffproposal"
_LIMIT_PROPOSAL = "limitproposal"


class StaffProposal(Message, frozen=True):
    """Records that wait for a second approver; `confirmed_by` is empty until then."""

    put_by: StaffId
    records: tuple[ops.StaffRecord, ...]
    confirmed_by: str = ""


class LimitProposal(Message, frozen=True):
    """Limits that wait for a second approver; `confirmed_by` is empty until then."""

    put_by: StaffId
    limits: tuple[ops.Limits, ...]
    confirmed_by: str = ""


ProposalT = TypeVar("ProposalT", StaffProposal, LimitProposal)


class StaffRegister:
    """The part of the contract `registry` in which a bank keeps its own people."""

    @trade_operation(ops.STAFF_PUT)
    def put_staff(self, desk: Desk, body: ops.PutStaff) -> ops.Proposed:
        """Keep records for a second approver."""
        _check_once([each.staff for each in body.records])
        proposal = desk.context.hidden_id(_STAFF_PROPOSAL)
        stored = StaffProposal(desk.staff, body.records)
        desk.context.store.write(*desk.own(ops.TERMS, _STAFF_PROPOSAL, proposal), stored)
        return ops.Proposed(proposal)

    @trade_operation(ops.STAFF_CONFIRM)
    def confirm_staff(self, desk: Desk, body: ops.ConfirmOwn) -> ops.Confirmed:
        """Enter a colleague's records."""
        proposal = _confirmed(desk, ops.TERMS, _STAFF_PROPOSAL, body.proposal, StaffProposal)
        for each in proposal.records:
            desk.context.store.write(*desk.own(ops.TERMS, STAFF, each.staff), each)
        return ops.Confirmed(len(proposal.records))

    @trade_operation(ops.STAFF_PROPOSAL_READ)
    def read_staff_proposal(self, desk: Desk, body: ops.ReadProposal) -> ops.OwnProposalAnswer:
        """Records that a colleague has proposed."""
        found = _proposal(desk, ops.TERMS, _STAFF_PROPOSAL, body.proposal, StaffProposal)
        return ops.OwnProposalAnswer(found.put_by, found.confirmed_by, records=found.records)

    @trade_operation(ops.STAFF_READ)
    def read_staff(self, desk: Desk, body: ops.ReadStaff) -> ops.StaffRecord:
        """A person of one's own bank."""
        found = desk.read_own(ops.TERMS, STAFF, body.staff, ops.StaffRecord)
        if found is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such person in the bank's register")
        return found

    @trade_operation(ops.LIMIT_PUT)
    def put_limits(self, desk: Desk, body: ops.PutLimits) -> ops.Proposed:
        """Keep limits for a second approver."""
        _check_once([each.staff for each in body.limits])
        for each in body.limits:
            _check_once([one.currency for one in each.amounts])
        proposal = desk.context.hidden_id(_LIMIT_PROPOSAL)
        stored = LimitProposal(desk.staff, body.limits)
        desk.context.store.write(*desk.own(ops.MARKS, _LIMIT_PROPOSAL, proposal), stored)
        return ops.Proposed(proposal)

    @trade_operation(ops.LIMIT_CONFIRM)
    def confirm_limits(self, desk: Desk, body: ops.ConfirmOwn) -> ops.Confirmed:
        """Enter a colleague's limits; they count for every approval from now on."""
        proposal = _confirmed(desk, ops.MARKS, _LIMIT_PROPOSAL, body.proposal, LimitProposal)
        for each in proposal.limits:
            if each.staff == desk.staff:
                raise refusal(RefusalCode.SAME_PERSON, "nobody confirms limits of one's own")
            collection = desk.context.collection(ops.MARKS)
            known = _limits(desk, each.staff)
            desk.context.store.save(collection, LIMIT, each.staff, each, known)
        return ops.Confirmed(len(proposal.limits))

    @trade_operation(ops.LIMIT_PROPOSAL_READ)
    def read_limit_proposal(self, desk: Desk, body: ops.ReadProposal) -> ops.OwnProposalAnswer:
        """Limits that a colleague has proposed."""
        found = _proposal(desk, ops.MARKS, _LIMIT_PROPOSAL, body.proposal, LimitProposal)
        return ops.OwnProposalAnswer(found.put_by, found.confirmed_by, limits=found.limits)

    @trade_operation(ops.LIMIT_READ)
    def read_limits(self, desk: Desk, body: ops.ReadLimits) -> ops.Limits:
        """The limits of an approver of one's own bank."""
        found = _limits(desk, body.staff)
        if found is None:
            raise refusal(RefusalCode.NOT_FOUND, "no limits of this person")
        return found.value


def check_limit(desk: Desk, currency: str, amount: int) -> None:
    """The caller may approve so much at once, in minor units of the currency.

    Raises:
        Refusal: `LIMIT_EXCEEDED`.
    """
    limits = _limits(desk, desk.staff)
    if limits is None:
        return
    most = {each.currency: each.amount for each in limits.value.amounts}.get(currency, 0)
    if amount > most:
        raise refusal(RefusalCode.LIMIT_EXCEEDED, "more than this person may approve at once")


def _limits(desk: Desk, person: str) -> Record[ops.Limits] | None:
    """The limits of an approver, whose pseudonym stands in blocks: a key with it would show who asks."""
    return desk.context.store.find(desk.context.collection(ops.MARKS), LIMIT, person, ops.Limits)


def _check_once(names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise refusal(RefusalCode.BAD_INPUT, "a person or a currency stands twice")


def _proposal(desk: Desk, template: str, kind: str, proposal_id: str, of: type[ProposalT]) -> ProposalT:
    proposal = desk.read_own(template, kind, proposal_id, of)
    if proposal is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such proposal of this bank")
    return proposal


def _confirmed(desk: Desk, template: str, kind: str, proposal_id: str, of: type[ProposalT]) -> ProposalT:
    proposal = _proposal(desk, template, kind, proposal_id, of)
    if proposal.confirmed_by:
        raise refusal(RefusalCode.BAD_STATE, "the proposal was confirmed before")
    if proposal.put_by == desk.staff:
        raise refusal(RefusalCode.SAME_PERSON, "a second approver confirms")
    confirmed = replace(proposal, confirmed_by=desk.staff)
    desk.context.store.write(*desk.own(template, kind, proposal_id), confirmed)
    return proposal
