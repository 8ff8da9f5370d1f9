"""Loans that exist already: registered late because the network was down, or imported on its first day.

Two people of the bank state the loan by an act; the regulator admits it. What happened is recorded whether
there is room or not, and flagged. Whose documents they are and what lines they have is checked as ever.
"""

from counterfoil_protocol.confidential import bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import marks
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import act_steps, model
from . import operations as ops
from .lock_case import LockCase
from .messages import Register
from .records import ACT, StoredAct, ViewRecord
from .views import consent_record, save_consent, view_of_bank


class Admissions:
    """The part of the contract in which the regulator admits loans that exist already."""

    @trade_operation(ops.ADMIT)
    def admit(self, desk: Desk, body: ops.Admit) -> ops.Admitted:
        """Make the mark of a loan that a bank has registered."""
        bank = bank_of(body.bank)
        act = desk.read_own(ops.MARKS, ACT, body.act, StoredAct, bank)
        if act is None or not isinstance(act.body, Register):
            raise refusal(RefusalCode.NOT_FOUND, "no such registration of this bank")
        view = view_of_bank(desk, act.body.view, body.bank)
        if not act.confirmed_at or act.admitted_by:
            raise refusal(
                RefusalCode.BAD_STATE, "two people have not confirmed it, or it was admitted before"
            )
        self._take(desk, act, act.body, view)
        admitted = replace(act, admitted_by=desk.staff)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id, bank), admitted)
        return ops.Admitted(act.id)

    @staticmethod
    def _take(desk: Desk, act: StoredAct, body: Register, view: ViewRecord) -> None:
        lock = act_steps.as_lock(body)
        consent = consent_record(desk, view.bank, view.nonce)
        assert consent is not None, "a view opens its consent"
        model.check_consent(view, consent.value, lock)
        case = LockCase(desk, view, lock)
        case.check_fact()
        case.write_fact(_mark(desk, act, body, view, case))
        used = replace(consent.value, used=consent.value.used + lock.amount)
        save_consent(desk, view.bank, view.nonce, used, consent)


def _mark(desk: Desk, act: StoredAct, body: Register, view: ViewRecord, case: LockCase) -> Mark:
    locked = Mark(
        id=act.id,
        bank=view.bank,
        state="LOCKED",
        enterprise=view.enterprise,
        terms=act.terms,
        terms_hash=act.terms_hash,
        currency=body.currency,
        amount=body.amount,
        invoices=tuple(case.documents.invoices.values()),
        declarations=tuple(pledge.declaration for pledge in body.pledges),
        pledges=case.held,
        locked_by=act.prepared_by,
        locked_at=desk.now,
        expires=desk.now,
        changed_at=desk.now,
        near_duplicate=case.near_duplicate,
        approved_by=act.confirmed_by,
        acts=(act.id,),
        origin=body.origin,
    )
    drawn = marks.disburse(marks.approve(locked, body.amount, ()), body.amount, ())
    return marks.repay(drawn, body.repaid, ()) if body.repaid else drawn
