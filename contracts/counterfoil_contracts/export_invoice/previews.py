"""Dry runs: what the second person's step would move. The step's own code runs, nothing is written."""

from collections.abc import Callable

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.dry_run import dry_run

from . import operations as ops
from .acts import Acts
from .admissions import Admissions
from .locks import Locks
from .queries import financing
from .records import MARK


class Previews(Locks, Acts, Admissions):
    """The part of the contract that answers what a step would come to."""

    @trade_operation(ops.APPROVE_PREVIEW)
    def preview_approve(self, desk: Desk, body: ops.Approve) -> ops.Preview:
        """The financing as the approval would leave it."""
        return _previewed(desk, lambda: self.approve(desk.context, body))

    @trade_operation(ops.CONFIRM_PREVIEW)
    def preview_confirm(self, desk: Desk, body: ops.ConfirmAct) -> ops.Preview:
        """The financing as the act would leave it."""
        return _previewed(desk, lambda: self.confirm(desk.context, body))

    @trade_operation(ops.ADMIT_PREVIEW)
    def preview_admit(self, desk: Desk, body: ops.Admit) -> ops.Preview:
        """The financing that the admission would make."""
        return _previewed(desk, lambda: self.admit(desk.context, body), bank_of(body.bank))


def _previewed(desk: Desk, step: Callable[[], object], bank: str | None = None) -> ops.Preview:
    written = dry_run(desk, step)
    after = next((each for each in written if isinstance(each, Mark)), None)
    if after is None:
        return ops.Preview(None, None)
    before = desk.read_own(ops.MARKS, MARK, after.id, Mark, bank)
    return ops.Preview(
        financing(desk, before, bank) if before is not None else None, financing(desk, after, bank)
    )
