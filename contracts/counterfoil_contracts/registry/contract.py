"""The contract `registry`: secret, tables and directory, each by two officers of the regulator."""

import hmac
from typing import ClassVar

from counterfoil_chaincode.confidential import ConfidentialContract, Record, write_secret
from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.core import identifiers
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Message, StaffId
from counterfoil_contracts.core.refusals import refusal

from . import directory, offices, standing, tables
from . import operations as ops
from .desk import Desk, trade_operation
from .offices import Offices
from .staff import StaffRegister
from .worklist import WorklistPart

_CONTRIBUTION = "secret/contribution"
_LIVE_SECRETS = 1000  # none is retired until records are moved to newer keys


class Contribution(Message, frozen=True):
    """A half of the next secret, which waits for another officer's; empty when it was used."""

    half: str
    staff: StaffId


class Proposal(Message, frozen=True):
    """A supervisory act that waits for a second officer."""

    staff: StaffId
    confirmed_by: str = ""
    entries: ops.TableEntries | None = None
    enterprises: tuple[ops.Enterprise, ...] = ()
    freeze: ops.Freeze | None = None
    offices: tuple[ops.Office, ...] = ()


class Registry(StaffRegister, WorklistPart, ConfidentialContract):
    """What the regulator keeps for all contracts."""

    name: ClassVar[str] = ops.CONTRACT

    @trade_operation(ops.SECRET_CONTRIBUTE)
    def contribute_secret(self, desk: Desk, body: ops.ContributeSecret) -> ops.SecretNumber:
        """Keep the first half; one that waits already is replaced."""
        desk.context.store.write(AUTHORITY, _CONTRIBUTION, Contribution(body.half, desk.staff))
        return ops.SecretNumber(len(desk.context.key_ring().secrets) + 1)

    @trade_operation(ops.SECRET_COMPLETE)
    def complete_secret(self, desk: Desk, body: ops.CompleteSecret) -> ops.SecretNumber:
        """Make the secret of both halves the newest."""
        waiting = desk.context.store.read(AUTHORITY, _CONTRIBUTION, Contribution)
        if waiting is None or not waiting.half:
            raise refusal(RefusalCode.NOT_FOUND, "no first half waits")
        _require_another(waiting.staff, desk.staff)
        secret = hmac.digest(bytes.fromhex(waiting.half), bytes.fromhex(body.half), "sha256")
        desk.context.store.write(AUTHORITY, _CONTRIBUTION, Contribution("", waiting.staff))
        return ops.SecretNumber(write_secret(desk.context.stub, secret, keep=_LIVE_SECRETS))

    @trade_operation(ops.TABLE_PROPOSE)
    def propose_tables(self, desk: Desk, body: ops.ProposeTables) -> ops.Proposed:
        """Keep the entries for a second officer, if they could take effect today."""
        tables.extended(desk.tables, body.entries, desk.today)
        return self._propose(desk, Proposal(desk.staff, entries=body.entries))

    @trade_operation(ops.TABLE_CONFIRM)
    def confirm_tables(self, desk: Desk, body: ops.Confirm) -> ops.Confirmed:
        """Add another officer's entries to the public tables."""
        proposal = self._confirm(desk, body.proposal)
        entries = proposal.entries
        if entries is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal of tables")
        after = tables.extended(desk.tables, entries, desk.today)
        for name in ops.TABLES:
            if getattr(entries, name):
                # allow confidential: two officers publish the entries by confirming them
                desk.context.stub.put_state(name, tables.format_table(name, after))
        return ops.Confirmed(sum(len(getattr(entries, name)) for name in ops.TABLES))

    @trade_operation(ops.TABLES_READ)
    def read_tables(self, desk: Desk, _: ops.ReadTables) -> ops.Tables:
        """The tables as they are read by every operation."""
        return desk.tables

    @trade_operation(ops.ENTERPRISE_PROPOSE)
    def propose_enterprises(self, desk: Desk, body: ops.ProposeEnterprises) -> ops.Proposed:
        """Keep the records for a second officer."""
        codes = [enterprise.uscc for enterprise in body.enterprises]
        if len(set(codes)) != len(codes):
            raise refusal(RefusalCode.BAD_INPUT, "an enterprise stands twice in the proposal")
        for code in codes:
            admitted = tables.parameter(desk.tables, desk.today, "uscc_override", code) == 1
            if not identifiers.is_social_credit_code(code) and not admitted:
                raise refusal(
                    RefusalCode.BAD_INPUT, "a code's check character is wrong, and no override names it"
                )
        return self._propose(desk, Proposal(desk.staff, enterprises=body.enterprises))

    @trade_operation(ops.ENTERPRISE_CONFIRM)
    def confirm_enterprises(self, desk: Desk, body: ops.Confirm) -> ops.Confirmed:
        """Add another officer's records to the directory."""
        proposal = self._confirm(desk, body.proposal)
        if not proposal.enterprises:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal of enterprises")
        after = standing.kept(desk, proposal.enterprises)
        standing.renew(desk, [each.uscc for each in after if each.frozen], many=len(after))
        directory.put(desk.context, after, desk.now)
        return ops.Confirmed(len(after))

    @trade_operation(ops.OFFICE_PROPOSE)
    def propose_offices(self, desk: Desk, body: ops.ProposeOffices) -> ops.Proposed:
        """Keep the offices for a second officer, if they could hang like that now."""
        offices.hung(_offices(desk)[1], body.offices, desk.now)
        return self._propose(desk, Proposal(desk.staff, offices=body.offices))

    @trade_operation(ops.OFFICE_CONFIRM)
    def confirm_offices(self, desk: Desk, body: ops.Confirm) -> ops.Confirmed:
        """Hang the offices that another officer proposed."""
        proposal = self._confirm(desk, body.proposal)
        if not proposal.offices:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal of offices")
        record, known = _offices(desk)
        after = offices.hung(known, proposal.offices, desk.now)
        desk.context.store.save(AUTHORITY, offices.RECORD, offices.RECORD, after, record)
        standing.renew(desk)
        return ops.Confirmed(len(proposal.offices))

    @trade_operation(ops.OFFICE_READ)
    def read_offices(self, desk: Desk, body: ops.ReadOffices) -> ops.OfficeTree:
        """The tree, now or at a time."""
        _, known = _offices(desk)
        tree = offices.at(known, body.at or desk.now)
        return ops.OfficeTree(tuple(tree[code] for code in sorted(tree)), offices.history(known))

    @trade_operation(ops.FREEZE_PROPOSE)
    def propose_freeze(self, desk: Desk, body: ops.Freeze) -> ops.Proposed:
        """Keep the freeze for a second officer."""
        standing.check_form(body)
        return self._propose(desk, Proposal(desk.staff, freeze=body))

    @trade_operation(ops.FREEZE_CONFIRM)
    def confirm_freeze(self, desk: Desk, body: ops.Confirm) -> ops.Confirmed:
        """Freeze, or lift, what another officer proposed."""
        proposal = self._confirm(desk, body.proposal)
        if proposal.freeze is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal of a freeze")
        standing.apply(desk, proposal.freeze)
        return ops.Confirmed(1)

    @trade_operation(ops.PROPOSAL_READ)
    def read_proposal(self, desk: Desk, body: ops.ReadProposal) -> ops.ProposalAnswer:
        """What an officer has proposed."""
        record = desk.context.store.find(AUTHORITY, "proposal", body.proposal, Proposal)
        if record is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal")
        found = record.value
        return ops.ProposalAnswer(
            found.staff, found.confirmed_by, found.entries, found.enterprises, found.freeze, found.offices
        )

    @trade_operation(ops.ENTERPRISE_READ)
    def read_enterprise(self, desk: Desk, body: ops.ReadEnterprise) -> ops.EnterpriseHistory:
        """The directory's records of one enterprise."""
        found = directory.find(desk.context, body.uscc)
        if not found.records:
            raise refusal(RefusalCode.NOT_FOUND, "the directory does not know this enterprise")
        return found

    @staticmethod
    def _propose(desk: Desk, proposal: Proposal) -> ops.Proposed:
        desk.context.store.save(AUTHORITY, "proposal", desk.request_id, proposal)
        return ops.Proposed(desk.request_id)

    @staticmethod
    def _confirm(desk: Desk, proposal_id: str) -> Proposal:
        record = desk.context.store.find(AUTHORITY, "proposal", proposal_id, Proposal)
        if record is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such proposal")
        if record.value.confirmed_by:
            raise refusal(RefusalCode.BAD_STATE, "the proposal was confirmed before")
        _require_another(record.value.staff, desk.staff)
        confirmed = replace(record.value, confirmed_by=desk.staff)
        desk.context.store.save(AUTHORITY, "proposal", proposal_id, confirmed, record)
        return record.value


def _require_another(first: str, second: str) -> None:
    if first == second:
        raise refusal(RefusalCode.SAME_PERSON, "a second officer confirms")


def _offices(desk: Desk) -> tuple[Record[Offices] | None, Offices]:
    record = desk.context.store.find(AUTHORITY, offices.RECORD, offices.RECORD, Offices)
    return record, record.value if record is not None else Offices()
