"""What a confirmed act does on the ledger: to the mark, to the pools of its documents, to their flags."""

from msgspec.structs import replace

from counterfoil_contracts.core import entries, flags, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.entries import Entry
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk

from . import act_steps, model
from . import operations as ops
from .act_steps import PROCEEDS, Circumstances
from .books import NearBook, PoolBook
from .declarations import invoice_pool
from .locks import books_found, mark_of, moved_answer, record_step
from .messages import CreditNote, Receipt, Recover, Register, Repay, ReplaceInvoice, Reverse
from .records import ACT, StoredAct


def move(
    desk: Desk, act: StoredAct, before: Mark, met: Circumstances
) -> tuple[ops.MarkMoved, tuple[Entry, ...]]:
    """Take an act into its mark and documents; gives the answer, and what moved by pledge.

    Raises:
        Refusal: as `act_steps.stepped`; `OVER_AMOUNT`, `DUPLICATE`, `STATEMENT_CONFLICT` from the documents.
    """
    body = act.body
    assert not isinstance(body, Receipt | Reverse | Register), "these have effects of their own"
    after = replace(act_steps.stepped(before, body, met), acts=(*before.acts, act.id))
    books, near = PoolBook(desk), NearBook(desk)
    documents = books_found(books, before)
    cause = Cause(desk.request_id, desk.now)
    if isinstance(body, CreditNote | ReplaceInvoice):
        cause = Cause(desk.request_id, desk.now, flags.OVER_PLEDGED)
        _restate_invoice(desk, books, near, before, body)
    stored = record_step(desk, books, near, before, after)
    if isinstance(body, Repay | Recover) and body.source in PROCEEDS:
        documents = (*documents, *_collect_for(books, before, body))
        cause = Cause(desk.request_id, desk.now, flags.PROCEEDS_DIVERTED)
    books.flag(documents, cause)
    books.save()
    near.save()
    return moved_answer(stored), entries.of_step(before.pledges, after.pledges)


def receive(desk: Desk, body: Receipt) -> None:
    """Whoever receives proceeds records them; the answer tells nothing of what else the document bears."""
    books = PoolBook(desk)
    document = model.check_invoice(body.invoice)
    if books.find(document) is None:
        books.put(invoice_pool(body.invoice, document, "NOBODY"))
    documents = books.collect(document, body.received)
    books.flag(documents, Cause(desk.request_id, desk.now, flags.PROCEEDS_DIVERTED))
    books.save()


def reverse(desk: Desk, act: StoredAct, original: StoredAct) -> ops.MarkMoved | None:
    """Move back what an act moved; where the room is gone meanwhile, its documents are flagged.

    Raises:
        Refusal: `BAD_STATE`.
    """
    act_steps.check_reversible(original)
    books, near = PoolBook(desk), NearBook(desk)
    before = mark_of(desk, original.mark) if original.mark else None
    documents = _restore(books, original, before)
    moved = None
    if before is not None:
        after = replace(act_steps.reversed_mark(before, original), acts=(*before.acts, act.id))
        documents = (*documents, *books_found(books, before))
        moved = moved_answer(record_step(desk, books, near, before, after))
    books.flag(documents, Cause(desk.request_id, desk.now, flags.OVER_PLEDGED))
    books.save()
    near.save()
    desk.context.store.write(*desk.own(ops.MARKS, ACT, original.id), replace(original, reversed_by=act.id))
    return moved


def _restore(books: PoolBook, original: StoredAct, mark: Mark | None) -> tuple[str, ...]:
    """Take back what an act recorded on documents: proceeds, or a credit note."""
    body = original.body
    if isinstance(body, Receipt):
        return books.collect(model.check_invoice(body.invoice), -body.received)
    if isinstance(body, Repay | Recover) and body.source in PROCEEDS:
        assert mark is not None, "a repayment is of a financing"
        return _collect_for(books, mark, body, sign=-1)
    if isinstance(body, CreditNote):
        assert mark is not None, "a credit note is recorded by a lender"
        pool = _pool_at(books, mark, body.invoice)
        if pool.invoice is None or model.check_invoice(pool.invoice) != original.document:
            raise refusal(RefusalCode.BAD_STATE, "the invoice was issued anew since it was credited")
        # Issued anew and back again, an invoice has its whole amount already.
        books.put(replace(pool, total=min(pool.total + body.amount, pool.invoice.amount)))
        return (pool.document,)
    return ()


def _collect_for(books: PoolBook, mark: Mark, body: Repay | Recover, sign: int = 1) -> tuple[str, ...]:
    return books.collect(model.check_invoice(mark.invoices[body.invoice]), sign * body.received)


def _pool_at(books: PoolBook, mark: Mark, position: int) -> Pool:
    document = model.check_invoice(mark.invoices[position])
    books.find(document)
    return books.get(document)


def _restate_invoice(
    desk: Desk, books: PoolBook, near: NearBook, before: Mark, body: CreditNote | ReplaceInvoice
) -> None:
    pool = _pool_at(books, before, body.invoice)
    model.check_issue(before.invoices[body.invoice], pool)
    if isinstance(body, ReplaceInvoice):
        _replace_invoice(desk, books, near, pool, body)
        return
    if body.amount > pool.total:
        raise refusal(RefusalCode.OVER_AMOUNT, "a credit note above the invoice's amount")
    books.put(replace(pool, total=pool.total - body.amount))


def _replace_invoice(desk: Desk, books: PoolBook, near: NearBook, pool: Pool, body: ReplaceInvoice) -> None:
    assert pool.invoice is not None, "an invoice's pool has the invoice"
    new = model.check_invoice(body.replacement)
    known = books.find(new)
    if known is not None and known.document != pool.document:
        if pools.live_marks(known):
            raise refusal(RefusalCode.DUPLICATE, "the new invoice is in a live financing")
        raise refusal(
            RefusalCode.STATEMENT_CONFLICT, "the new invoice was stated before, as another document"
        )
    if known is None:
        other = Pool(new, pools.INVOICE, pool.currency, 0, pool.vouched, same_as=pool.document)
        books.put(other)
    after = replace(pool, invoice=body.replacement, total=body.replacement.amount)
    if near.lives_elsewhere(body.replacement, pool.document):
        cause = Cause(desk.request_id, desk.now, flags.NEAR_DUPLICATE)
        after = replace(after, flags=flags.raised(after.flags, cause))
    near.put(pool.invoice, pool.document, live=False)
    near.put(body.replacement, pool.document, live=True)
    books.put(after)
