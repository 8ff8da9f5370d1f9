"""Acts of two people on a financing: disburse, repay, receipt, cancel. One prepares, another confirms."""

from msgspec.structs import replace

from counterfoil_contracts.core import flags, marks
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import model
from . import operations as ops
from .books import PoolBook
from .declarations import invoice_pool
from .locks import books_found, mark_of, moved_answer, record_step
from .messages import Act, Cancel, Disburse, Receipt, Repay
from .records import ACT, SLIP, StoredAct

PROCEEDS = ("EXPORT_PROCEEDS", "INSURANCE_CLAIM")
"""Sources that mean: the receivable was paid."""


class Acts:
    """The part of the contract that moves money's marks once a loan is approved."""

    @trade_operation(ops.PREPARE)
    def prepare(self, desk: Desk, body: ops.Prepare) -> ops.Prepared:
        """Keep an act for a second person, if the mark would bear it now. Nothing moves."""
        act = body.act
        slip_hash = desk.bound_hash(ops.TERMS, SLIP, body.slip) if body.slip else ""
        if slip_hash is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such slip of this bank")
        mark_id = ""
        _check_act(act)
        if not isinstance(act, Cancel):
            model.check_value_date(act.value_date, desk.day)
        if not isinstance(act, Receipt):
            mark_id = act.mark
            _stepped(mark_of(desk, mark_id), act)
        stored = StoredAct(
            id=desk.request_id,
            mark=mark_id,
            body=act,
            prepared_by=desk.staff,
            prepared_at=desk.now,
            expires=desk.days_from_now("act_days"),
            slip=body.slip,
            slip_hash=slip_hash,
        )
        desk.context.store.write(*desk.own(ops.MARKS, ACT, stored.id), stored)
        return ops.Prepared(stored.id, stored.expires)

    @trade_operation(ops.CONFIRM)
    def confirm(self, desk: Desk, body: ops.ConfirmAct) -> ops.Confirmed:
        """The act takes effect on the mark and its documents."""
        act = act_of(desk, body.act)
        if act.confirmed_at:
            raise refusal(RefusalCode.BAD_STATE, "the act was confirmed before")
        if desk.now >= act.expires:
            raise refusal(RefusalCode.EXPIRED, "the time to confirm is over")
        if desk.staff == act.prepared_by:
            raise refusal(RefusalCode.SAME_PERSON, "another person than the one who prepared confirms")
        moved = None
        if isinstance(act.body, Receipt):
            _received(desk, act.body)
        else:
            moved = _moved(desk, act, act.body)
        confirmed = replace(act, confirmed_by=desk.staff, confirmed_at=desk.now)
        desk.context.store.write(*desk.own(ops.MARKS, ACT, act.id), confirmed)
        return ops.Confirmed(moved)


def act_of(desk: Desk, act_id: str) -> StoredAct:
    """An act of the caller's bank.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    act = desk.read_own(ops.MARKS, ACT, act_id, StoredAct)
    if act is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such act of this bank")
    return act


def _check_act(act: Act) -> None:
    if isinstance(act, Receipt):
        model.check_invoice(act.invoice)
    if isinstance(act, Repay) and (act.received > 0) != (act.source in PROCEEDS):
        raise refusal(RefusalCode.BAD_INPUT, "what was received is stated for proceeds, and only there")


def _stepped(mark: Mark, act: Disburse | Repay | Cancel) -> Mark:
    if isinstance(act, Disburse):
        return marks.disburse(mark, act.amount, act.amounts)
    if isinstance(act, Cancel):
        return marks.cancel(mark)
    if act.invoice >= len(mark.invoices):
        raise refusal(RefusalCode.BAD_INPUT, "the financing has no invoice at this position")
    return marks.repay(mark, act.principal, act.amounts)


def _moved(desk: Desk, act: StoredAct, body: Disburse | Repay | Cancel) -> ops.MarkMoved:
    before = mark_of(desk, act.mark)
    after = replace(_stepped(before, body), acts=(*before.acts, act.id))
    books = PoolBook(desk)
    documents = books_found(books, before)
    stored = record_step(desk, books, before, after)
    cause = Cause(desk.request_id, desk.now)
    if isinstance(body, Repay) and body.source in PROCEEDS:
        invoice = model.check_invoice(before.invoices[body.invoice])
        documents = (*documents, *_collect(books, invoice, body.received))
        cause = _diverting(cause)
    books.flag(documents, cause)
    books.save()
    return moved_answer(stored)


def _received(desk: Desk, body: Receipt) -> None:
    """Whoever receives proceeds records them; the answer tells nothing of what else the document bears."""
    books = PoolBook(desk)
    document = model.check_invoice(body.invoice)
    if books.find(document) is None:
        books.put(invoice_pool(body.invoice, document, "NOBODY"))
    documents = _collect(books, document, body.received)
    books.flag(documents, _diverting(Cause(desk.request_id, desk.now)))
    books.save()


def _collect(books: PoolBook, invoice: str, received: int) -> tuple[str, ...]:
    for line in books.get(invoice).lines:
        books.find(line.document)
    return books.collect(invoice, received)


def _diverting(cause: Cause) -> Cause:
    """The same step as one that may divert proceeds from a lender."""
    return Cause(cause.request_id, cause.time, flags.PROCEEDS_DIVERTED)
