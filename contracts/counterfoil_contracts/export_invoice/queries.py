"""Queries: a bank sees its own business, the regulator everything. None of them writes."""

from counterfoil_protocol.confidential import bank_of

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pledges import Pledge
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import model
from . import operations as ops
from .acts import act_of
from .answers import (
    ActRecord,
    Changes,
    DocumentFlags,
    EarlierTerms,
    Financing,
    Flag,
    Flags,
    PledgeState,
    PoolAnswer,
    PoolLine,
    PoolMark,
    Supervised,
    SupervisedBank,
    SupervisedFinancing,
)
from .books import PoolBook
from .declarations import declaration_of
from .locks import mark_of
from .records import ACT, MARK, TERMS, StoredAct, StoredTerms
from .views import flags_seen

_FLAG_PAGE = 100


class Queries:
    """The part of the contract that only answers."""

    @trade_operation(ops.TERMS_READ)
    def read_terms(self, desk: Desk, body: ops.ReadTerms) -> ops.TermsAnswer:
        """One's own terms."""
        stored = desk.read_own(ops.TERMS, TERMS, body.terms, StoredTerms)
        if stored is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such terms of this bank")
        return ops.TermsAnswer(stored.terms, stored.put_at)

    @trade_operation(ops.ACT_READ)
    def read_act(self, desk: Desk, body: ops.ReadAct) -> ActRecord:
        """An act, so that the second person sees what it will do."""
        return act_record(act_of(desk, body.act))

    @trade_operation(ops.FINANCING_READ)
    def read_financing(self, desk: Desk, body: ops.ReadFinancing) -> Financing:
        """One's own financing."""
        return financing(desk, mark_of(desk, body.mark), None)

    @trade_operation(ops.CHANGES)
    def read_changes(self, desk: Desk, body: ops.ReadChanges) -> Changes:
        """A page of one's own financings changed since a time, and of acts that wait for a second person."""
        collection = desk.context.collection(ops.MARKS)
        marks = desk.page(collection, MARK, body.after, body.limit, Mark)
        acts = desk.page(collection, ACT, body.after, body.limit, StoredAct)
        # Both have ids of one kind: a page ends where the first of the two lists does.
        last = min((found[-1].id for found in (marks, acts) if len(found) == body.limit), default="")
        changed = (each for each in marks if each.changed_at >= body.since)
        waiting = (each for each in acts if waits(desk, each))
        return Changes(
            tuple(financing(desk, each, None) for each in changed if not last or each.id <= last),
            last,
            tuple(act_record(each) for each in waiting if not last or each.id <= last),
        )

    @trade_operation(ops.FLAGS_MINE)
    def read_flags(self, desk: Desk, _: ops.ReadFlags) -> Flags:
        """The flags on documents of one's own live financings."""
        holders: dict[str, list[str]] = {}
        for mark in _all_marks(desk):
            for document in _documents(mark) if mark.is_live else ():
                holders.setdefault(document, []).append(mark.id)
        books, found = PoolBook(desk), []
        for document in sorted(holders):
            pool = books.find(document)
            seen = flags_seen(pool) if pool else ()
            if pool and seen:
                found.append(DocumentFlags(document, pool.kind, tuple(holders[document]), seen))
        return Flags(tuple(found))

    @trade_operation(ops.SUPERVISE)
    def supervise(self, desk: Desk, body: ops.Supervise) -> Supervised:
        """Everything about one document."""
        if bool(body.declaration) == (body.invoice is not None):
            raise refusal(RefusalCode.BAD_INPUT, "either a declaration or an invoice")
        document = (
            model.check_invoice(body.invoice) if body.invoice else declaration_fingerprint(body.declaration)
        )
        pool = PoolBook(desk).find(document)
        if pool is None:
            raise refusal(RefusalCode.NOT_FOUND, "nobody has stated this document")
        record = declaration_of(desk, body.declaration) if body.declaration else None
        financings = tuple(_supervised(desk, each.mark, bank_of(each.bank)) for each in pool.marks)
        return Supervised(pool_answer(desk, pool), record.value if record else None, financings)

    @trade_operation(ops.SUPERVISE_BANK)
    def supervise_bank(self, desk: Desk, body: ops.SuperviseBank) -> SupervisedBank:
        """A page of one bank's financings."""
        bank = bank_of(body.bank)
        collection = desk.context.collection(ops.MARKS, bank)
        found = desk.page(collection, MARK, body.after, body.limit, Mark)
        financings = tuple(_with_terms(desk, mark, bank) for mark in found)
        return SupervisedBank(financings, found[-1].id if len(found) == body.limit else "")


def _all_marks(desk: Desk) -> list[Mark]:
    collection = desk.context.collection(ops.MARKS)
    found: list[Mark] = []
    while page := desk.page(collection, MARK, found[-1].id if found else "", _FLAG_PAGE, Mark):
        found += page
    return found


def _documents(mark: Mark) -> tuple[str, ...]:
    holds = (hold for pledge in mark.pledges for hold in (pledge.invoice, pledge.declaration))
    return tuple(dict.fromkeys(hold.document for hold in holds))


def _supervised(desk: Desk, mark_id: str, bank: str | None) -> SupervisedFinancing:
    mark = desk.read_own(ops.MARKS, MARK, mark_id, Mark, bank)
    assert mark is not None, "a pool names marks that exist"
    return _with_terms(desk, mark, bank)


def _with_terms(desk: Desk, mark: Mark, bank: str | None) -> SupervisedFinancing:
    terms = desk.read_own(ops.TERMS, TERMS, mark.terms, StoredTerms, bank)
    assert terms is not None, "a mark is bound to terms that exist"
    return SupervisedFinancing(financing(desk, mark, bank), terms.terms)


def financing(desk: Desk, mark: Mark, bank: str | None) -> Financing:
    """A mark as its bank and the regulator see it; `bank` where an authority asks."""
    acts = (desk.read_own(ops.MARKS, ACT, act_id, StoredAct, bank) for act_id in mark.acts)
    return Financing(
        mark=mark.id,
        bank=mark.bank,
        state=mark.state,
        enterprise=mark.enterprise,
        terms=mark.terms,
        terms_hash=mark.terms_hash,
        currency=mark.currency,
        locked_amount=mark.amount,
        approved=mark.approved,
        drawn=mark.drawn,
        repaid=mark.repaid,
        invoices=mark.invoices,
        pledges=tuple(
            _pledge(pledge, number) for pledge, number in zip(mark.pledges, mark.declarations, strict=True)
        ),
        acts=tuple(act_record(act) for act in acts if act is not None),
        locked_by=mark.locked_by,
        locked_at=mark.locked_at,
        expires=mark.expires,
        approved_by=mark.approved_by,
        changed_at=mark.changed_at,
        near_duplicate=mark.near_duplicate,
        earlier_terms=tuple(
            EarlierTerms(each.terms, each.terms_hash, each.until) for each in mark.earlier_terms
        ),
        origin=mark.origin,
        successor=mark.successor,
    )


def _pledge(pledge: Pledge, number: str) -> PledgeState:
    return PledgeState(
        invoice=pledge.invoice.document,
        declaration=number,
        invoice_amount=pledge.invoice.amount,
        invoice_locked=pledge.invoice.locked,
        invoice_outstanding=pledge.invoice.outstanding,
        declaration_amount=pledge.declaration.amount,
        declaration_locked=pledge.declaration.locked,
        declaration_outstanding=pledge.declaration.outstanding,
        loan=pledge.loan,
        drawn=pledge.drawn,
        repaid=pledge.repaid,
    )


def waits(desk: Desk, act: StoredAct) -> bool:
    """Whether an act still waits for a second person."""
    return not act.confirmed_at and desk.now < act.expires


def act_record(act: StoredAct) -> ActRecord:
    """An act as its bank and the regulator see it."""
    return ActRecord(
        act=act.id,
        body=act.body,
        prepared_by=act.prepared_by,
        prepared_at=act.prepared_at,
        expires=act.expires,
        confirmed_by=act.confirmed_by,
        confirmed_at=act.confirmed_at,
        reversed_by=act.reversed_by,
    )


def pool_answer(desk: Desk, pool: Pool) -> PoolAnswer:
    """A pool as the regulator sees it."""
    collected = pools.collected_to_date(pool) if pool.kind == pools.INVOICE else ()
    return PoolAnswer(
        document=pool.document,
        kind=pool.kind,
        currency=pool.currency,
        total=pool.total,
        collected=pool.collected,
        locked=pool.locked,
        outstanding=pool.outstanding,
        available=pools.available(pool, desk.ceiling(pool)),
        vouched=pool.vouched,
        frozen=pool.frozen,
        lines=tuple(
            PoolLine(
                line.document,
                line.own_amount,
                line.other_amount,
                line.pledged,
                collected[at] if collected else 0,
            )
            for at, line in enumerate(pool.lines)
        ),
        marks=tuple(
            PoolMark(each.bank, each.mark, each.locked, each.outstanding, each.live) for each in pool.marks
        ),
        flags=tuple(Flag(each.code, each.since, each.cause, each.ended) for each in pool.flags),
        label=pool.label,
        invoice=pool.invoice,
    )
