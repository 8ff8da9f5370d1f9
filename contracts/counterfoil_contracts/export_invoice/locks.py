"""Locks: terms, lock, approval, expiry. Documents are held before the credit decision, by two people."""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import marks, pledges
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import staff
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import model
from . import operations as ops
from .books import NearBook, PoolBook
from .lock_case import LockCase
from .records import MARK, SLIP, TERMS, ConsentRecord, StoredSlip, StoredTerms, ViewRecord
from .views import check_fresh, consent_record, save_consent, view_of


def mark_of(desk: Desk, mark_id: str, bank: str | None = None) -> Mark:
    """A mark of the caller's bank, or of `bank` (as collections name it) where an authority asks.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    mark = desk.read_own(ops.MARKS, MARK, mark_id, Mark, bank)
    if mark is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such financing of this bank")
    return mark


def record_step(desk: Desk, books: PoolBook, near: NearBook, before: Mark, after: Mark) -> Mark:
    """Take a step of a mark into its documents, and write the mark; pools and what resembles them are written
    by `save` of their books."""
    books_found(books, after)
    books.move(after, pledges.movements(before.pledges, after.pledges))
    stored = replace(after, changed_at=desk.now)
    desk.context.store.write(*desk.own(ops.MARKS, MARK, stored.id, bank_of(stored.bank)), stored)
    for invoice in after.invoices:
        if before.is_live != after.is_live:
            near.put(invoice, books.resolve(model.check_invoice(invoice)), live=after.is_live)
        else:
            near.look(invoice)
    return stored


def books_found(books: PoolBook, mark: Mark) -> tuple[str, ...]:
    """Look at all documents of a mark; gives their fingerprints, each once.

    The other declarations of its invoices are looked at, too: proceeds go on to them, and a step that is none
    must look the same.
    """
    documents = dict.fromkeys(
        hold.document for each in mark.pledges for hold in (each.invoice, each.declaration)
    )
    for document in documents:
        books.find(document)
    for document in dict.fromkeys(each.invoice.document for each in mark.pledges):
        for line in books.get(document).lines:
            books.find(line.document)
    return tuple(documents)


def moved_answer(mark: Mark) -> ops.MarkMoved:
    """What a step answers: the mark's state and loan figures."""
    return ops.MarkMoved(mark.id, mark.state, mark.approved, mark.drawn, mark.repaid)


class Locks:
    """The part of the contract that holds documents for a loan."""

    @trade_operation(ops.TERMS_PUT)
    def put_terms(self, desk: Desk, body: ops.PutTerms) -> ops.TermsPut:
        """Record terms between the bank and the regulator."""
        stored = StoredTerms(desk.context.hidden_id(TERMS), body, desk.staff, desk.now)
        desk.context.store.write(*desk.own(ops.TERMS, TERMS, stored.id), stored)
        return ops.TermsPut(stored.id)

    @trade_operation(ops.SLIP_PUT)
    def put_slip(self, desk: Desk, body: ops.PutSlip) -> ops.SlipPut:
        """Record references and reasons between the bank and the regulator."""
        stored = StoredSlip(desk.context.hidden_id(SLIP), body, desk.staff, desk.now)
        desk.context.store.write(*desk.own(ops.TERMS, SLIP, stored.id), stored)
        return ops.SlipPut(stored.id)

    @trade_operation(ops.LOCK)
    def lock(self, desk: Desk, body: ops.Lock) -> ops.Locked:
        """Hold the documents of all pledges, or refuse."""
        model.check_lock(body)
        view = view_of(desk, body.view)
        terms_hash = desk.bound_hash(ops.TERMS, TERMS, body.terms)
        if terms_hash is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such terms of this bank")
        consent = _usable_consent(desk, view)
        check_fresh(desk, view)
        model.check_consent(view, consent.value, body)
        case = LockCase(desk, view, body)
        case.check()
        mark = Mark(
            id=desk.context.hidden_id(MARK),
            bank=desk.msp_id,
            state="LOCKED",
            enterprise=view.enterprise,
            terms=body.terms,
            terms_hash=terms_hash,
            currency=body.currency,
            amount=body.amount,
            invoices=tuple(case.documents.invoices.values()),
            declarations=tuple(pledge.declaration for pledge in body.pledges),
            pledges=case.held,
            locked_by=desk.staff,
            locked_at=desk.now,
            expires=desk.end_of_business_days("lock_business_days"),
            changed_at=desk.now,
            review=body.review,
            near_duplicate=case.near_duplicate,
        )
        case.write(mark)
        used = replace(consent.value, used=consent.value.used + body.amount)
        save_consent(desk, desk.msp_id, view.nonce, used, consent)
        return ops.Locked(mark.id, mark.expires)

    @trade_operation(ops.APPROVE)
    def approve(self, desk: Desk, body: ops.Approve) -> ops.MarkMoved:
        """A second person takes the credit decision; what is not approved is freed."""
        mark = mark_of(desk, body.mark)
        slip_hash = desk.bound_hash(ops.TERMS, SLIP, body.slip) if body.slip else ""
        if slip_hash is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such slip of this bank")
        marks.require_step(mark, "approve")
        if desk.now >= mark.expires:
            raise refusal(RefusalCode.EXPIRED, "the time to approve is over")
        if desk.staff == mark.locked_by:
            raise refusal(RefusalCode.SAME_PERSON, "another person than the one who locked approves")
        staff.check_limit(desk, mark.currency, body.amount)
        if mark.near_duplicate and not body.slip:
            raise refusal(RefusalCode.NEAR_DUPLICATE, "to override a near-duplicate, a slip gives the reason")
        after = replace(
            marks.approve(mark, body.amount, body.amounts),
            approved_by=desk.staff,
            slip=body.slip,
            slip_hash=slip_hash,
        )
        return _stepped(desk, mark, after)

    @trade_operation(ops.EXPIRE)
    def expire(self, desk: Desk, body: ops.Expire) -> ops.MarkMoved:
        """Free a mark that nobody approved in time."""
        if bool(body.bank) == (desk.context.caller.bank is not None):
            raise refusal(RefusalCode.BAD_INPUT, "the regulator names a bank, a bank frees its own")
        mark = mark_of(desk, body.mark, bank_of(body.bank))
        return _stepped(desk, mark, marks.expire(mark, desk.now))


def _stepped(desk: Desk, before: Mark, after: Mark) -> ops.MarkMoved:
    books, near = PoolBook(desk), NearBook(desk)
    documents = books_found(books, before)
    stored = record_step(desk, books, near, before, after)
    books.flag(documents, Cause(desk.request_id, desk.now))
    books.save()
    near.save()
    return moved_answer(stored)


def _usable_consent(desk: Desk, view: ViewRecord) -> Record[ConsentRecord]:
    record = consent_record(desk, desk.msp_id, view.nonce)
    assert record is not None, "a view opens its consent"
    if desk.now >= record.value.expiry:
        raise refusal(RefusalCode.CONSENT_EXPIRED, "the consent is no longer valid")
    if record.value.withdrawn:
        raise refusal(RefusalCode.CONSENT_WITHDRAWN, "the enterprise has taken the consent back")
    return record
