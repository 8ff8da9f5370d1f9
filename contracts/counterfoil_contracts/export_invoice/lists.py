"""Lists, page by page from the last key seen: what waits, what a branch has, what is flagged, what there is.

A page looks at so many records and gives those that match; it may be empty although more follow. None of
them writes.
"""

from collections.abc import Iterable

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.consent import model as consents
from counterfoil_contracts.core import flags, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.documents import invoice_fingerprint
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool, PoolMark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import tables
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.operations import StaffRecord
from counterfoil_contracts.registry.staff import STAFF

from . import operations as ops
from .answers import Changes
from .books import PoolBook
from .declarations import declaration_of
from .list_answers import (
    Declarations,
    LiveElsewhere,
    OwnConsent,
    OwnConsents,
    PendingActs,
    Pools,
    SeenView,
    SeenViews,
)
from .messages import DeclarationVersions
from .queries import act_record, financing, pool_answer, waits
from .records import (
    ACT,
    CONSENT,
    DECLARATION,
    MARK,
    TERMS,
    VIEW,
    ConsentRecord,
    StoredAct,
    StoredTerms,
    ViewRecord,
)


class Lists:
    """The part of the contract that lists."""

    @trade_operation(ops.ACTS_PENDING)
    def pending_acts(self, desk: Desk, body: ops.ReadPage) -> PendingActs:
        """One's own bank's acts that still wait for a second person."""
        found = desk.page(desk.context.collection(ops.MARKS), ACT, body.after, body.limit, StoredAct)
        waiting = tuple(act_record(act) for act in found if waits(desk, act))
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

    @trade_operation(ops.SUPERVISE_DOCUMENTS)
    def list_documents(self, desk: Desk, body: ops.ReadKeys) -> Pools:
        """All documents that anybody has stated."""
        found = desk.scan(pools.RECORD, body.after, body.limit, Pool)
        own = (pool for _, pool in found if not pool.same_as)
        return _pools(desk, own, [key for key, _ in found], body.limit)

    @trade_operation(ops.SUPERVISE_VIEWS)
    def list_views(self, desk: Desk, body: ops.ReadKeys) -> SeenViews:
        """Who looked at what, and which of it was in another bank's live financing at that time."""
        found = desk.scan(VIEW, body.after, body.limit, ViewRecord)
        books = PoolBook(desk)
        seen = tuple(_seen(view, _live_elsewhere(desk, books, view)) for _, view in found)
        return SeenViews(seen, _next([key for key, _ in found], body.limit))

    @trade_operation(ops.CONSENT_LIST)
    def list_consents(self, desk: Desk, body: ops.ReadOwn) -> OwnConsents:
        """What an enterprise has consented to."""
        enterprise = _reader(desk, body.reading)
        found = desk.scan(CONSENT, body.after, body.limit, ConsentRecord)
        own = tuple(
            OwnConsent(
                each.audience, each.nonce, each.used, each.maximum, each.currency, each.expiry, each.withdrawn
            )
            for _, each in found
            if each.enterprise == enterprise
        )
        return OwnConsents(own, _next([key for key, _ in found], body.limit))

    @trade_operation(ops.CONSENT_VIEWS)
    def list_own_views(self, desk: Desk, body: ops.ReadOwn) -> SeenViews:
        """Who looked at an enterprise's documents; never what came of it."""
        enterprise = _reader(desk, body.reading)
        found = desk.scan(VIEW, body.after, body.limit, ViewRecord)
        own = tuple(_seen(view, ()) for _, view in found if view.enterprise == enterprise)
        return SeenViews(own, _next([key for key, _ in found], body.limit))


def _reader(desk: Desk, reading: str) -> str:
    """The enterprise that signed a request to read."""
    roots = tables.trusted_roots(desk.tables, desk.today)
    return consents.verified_reading(reading, roots, desk.now).enterprise


def _seen(view: ViewRecord, live_elsewhere: tuple[LiveElsewhere, ...]) -> SeenView:
    return SeenView(
        bank=view.bank,
        staff=view.staff,
        purpose=view.purpose,
        viewed_at=view.viewed_at,
        enterprise=view.enterprise,
        nonce=view.nonce,
        declarations=view.declarations,
        invoices=view.invoices,
        live_elsewhere=live_elsewhere,
    )


def _live_elsewhere(desk: Desk, books: PoolBook, view: ViewRecord) -> tuple[LiveElsewhere, ...]:
    found = []
    for invoice in view.invoices:
        pool = books.find(invoice_fingerprint(invoice))
        for held in pool.marks if pool is not None else ():
            if held.bank != view.bank and _held_then(desk, held, view.viewed_at):
                found.append(LiveElsewhere(invoice, held.bank, held.mark))
    return tuple(found)


def _held_then(desk: Desk, held: PoolMark, time: int) -> bool:
    mark = desk.read_own(ops.MARKS, MARK, held.mark, Mark, bank_of(held.bank))
    return mark is not None and mark.locked_at <= time and (mark.is_live or mark.changed_at > time)


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
