"""Lists, page by page from the last key seen: what waits, what a branch has, what is flagged, what there is.

A page looks at so many records and gives those that match; it may be empty although more follow. None of
them writes.
"""

from collections.abc import Iterable

from counterfoil_contracts.core import flags, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.operations import StaffRecord
from counterfoil_contracts.registry.staff import STAFF

from . import operations as ops
from .answers import Changes
from .declarations import declaration_of
from .list_answers import Declarations, PendingActs, Pools
from .messages import DeclarationVersions
from .queries import act_record, financing, pool_answer
from .records import ACT, DECLARATION, MARK, TERMS, StoredAct, StoredTerms


class Lists:
    """The part of the contract that lists."""

    @trade_operation(ops.ACTS_PENDING)
    def pending_acts(self, desk: Desk, body: ops.ReadPage) -> PendingActs:
        """One's own bank's acts that still wait for a second person."""
        found = desk.page(desk.context.collection(ops.MARKS), ACT, body.after, body.limit, StoredAct)
        waiting = tuple(act_record(act) for act in found if not act.confirmed_at and desk.now < act.expires)
        return PendingActs(waiting, found[-1].id if len(found) == body.limit else "")

    @trade_operation(ops.BRANCH_READ)
    def read_branch(self, desk: Desk, body: ops.ReadPage) -> Changes:
        """Financings of the branch that the bank's register ties the caller to."""
        person = desk.read_own(ops.TERMS, STAFF, desk.staff, StaffRecord)
        if person is None or not person.active:
            raise refusal(RefusalCode.NOT_FOUND, "the bank's register does not tie the caller to a branch")
        found = desk.page(desk.context.collection(ops.MARKS), MARK, body.after, body.limit, Mark)
        own = tuple(financing(desk, mark, None) for mark in found if _branch(desk, mark) == person.branch)
        return Changes(own, found[-1].id if len(found) == body.limit else "")

    @trade_operation(ops.DECLARATION_LIST)
    def list_declarations(self, desk: Desk, body: ops.ReadKeys) -> Declarations:
        """What customs has stated, the newest version of each; never what uses it."""
        found = desk.scan(DECLARATION, body.after, body.limit, DeclarationVersions)
        newest = tuple(each.versions[-1] for _, each in found)
        return Declarations(newest, _next([key for key, _ in found], body.limit))

    @trade_operation(ops.SUPERVISE_FLAGGED)
    def list_flagged(self, desk: Desk, body: ops.ReadKeys) -> Pools:
        """Documents with open flags."""
        found = desk.scan(pools.RECORD, body.after, body.limit, Pool)
        flagged = (pool for _, pool in found if flags.open_flags(pool.flags, lenders=False))
        return _pools(desk, flagged, [key for key, _ in found], body.limit)

    @trade_operation(ops.SUPERVISE_ENTERPRISE)
    def list_enterprise(self, desk: Desk, body: ops.ReadEnterpriseDocuments) -> Pools:
        """All documents of one enterprise, whoever lends on them."""
        found = desk.scan(pools.RECORD, body.after, body.limit, Pool)
        own = (pool for _, pool in found if _enterprise(desk, pool) == body.enterprise)
        return _pools(desk, own, [key for key, _ in found], body.limit)


def _branch(desk: Desk, mark: Mark) -> str:
    terms = desk.read_own(ops.TERMS, TERMS, mark.terms, StoredTerms)
    assert terms is not None, "a mark is bound to terms that exist"
    return terms.terms.branch


def _enterprise(desk: Desk, pool: Pool) -> str:
    if pool.same_as:
        return ""
    if pool.invoice is not None:
        return pool.invoice.seller
    record = declaration_of(desk, pool.label)
    return record.value.versions[-1].consignor if record is not None else ""


def _pools(desk: Desk, matching: Iterable[Pool], keys: list[str], limit: int) -> Pools:
    return Pools(tuple(pool_answer(desk, pool) for pool in matching), _next(keys, limit))


def _next(keys: list[str], limit: int) -> str:
    return keys[-1] if len(keys) == limit else ""
