"""Transfer of a leaving bank's financings to a successor: two officers of the regulator, and the successor.

No bank's transaction may name another bank's collection, so the officer's one does the moving: nothing is
held twice and nothing is free in between.
"""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY, bank_of
from msgspec.structs import replace

from counterfoil_contracts.core import marks, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.marks import BoundTerms, Mark
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import operations as ops
from .books import PoolBook
from .locks import books_found
from .records import ACT, MARK, TERMS, TRANSFER, StoredAct, Transfer


class Transfers:
    """The part of the contract that moves financings from one bank to another."""

    @trade_operation(ops.TRANSFER_PROPOSE)
    def propose_transfer(self, desk: Desk, body: ops.ProposeTransfer) -> ops.TransferProposed:
        """Keep the transfer for the successor and a second officer. Nothing moves."""
        if body.leaving == body.successor or len(set(body.marks)) != len(body.marks):
            raise refusal(RefusalCode.BAD_INPUT, "two banks, and each financing once")
        found = [_mark(desk, body.leaving, mark_id) for mark_id in body.marks]
        for mark in found:
            marks.require_step(mark, "transfer")
        offered = tuple(
            ops.OfferedMark(each.id, each.enterprise, each.currency, each.approved, each.drawn, each.repaid)
            for each in found
        )
        transfer = Transfer(body.leaving, body.successor, offered, desk.staff)
        desk.context.store.save(AUTHORITY, TRANSFER, desk.request_id, transfer)
        return ops.TransferProposed(desk.request_id)

    @trade_operation(ops.TRANSFER_READ)
    def read_transfer(self, desk: Desk, body: ops.ReadTransfer) -> ops.TransferAnswer:
        """A transfer, for the regulator and for the successor."""
        found = _transfer(desk, body.transfer).value
        if desk.context.caller.bank is not None and found.successor != desk.msp_id:
            raise refusal(RefusalCode.NOT_FOUND, "no such transfer to this bank")
        return ops.TransferAnswer(
            leaving=found.leaving,
            successor=found.successor,
            marks=found.marks,
            proposed_by=found.proposed_by,
            accepted_by=found.accepted_by,
            executed_by=found.executed_by,
            executed_at=found.executed_at,
        )

    @trade_operation(ops.TRANSFER_ACCEPT)
    def accept_transfer(self, desk: Desk, body: ops.AcceptTransfer) -> ops.TransferAccepted:
        """The successor binds its own terms. Nothing moves."""
        record = _transfer(desk, body.transfer)
        if record.value.successor != desk.msp_id:
            raise refusal(RefusalCode.NOT_FOUND, "no such transfer to this bank")
        if len(body.terms) != len(record.value.marks):
            raise refusal(RefusalCode.BAD_INPUT, "terms for each financing, and no others")
        hashes = [desk.bound_hash(ops.TERMS, TERMS, terms) for terms in body.terms]
        if record.value.executed_by:
            raise refusal(RefusalCode.BAD_STATE, "the transfer took effect before")
        bound = tuple(
            BoundTerms(terms, found, desk.now)
            for terms, found in zip(body.terms, hashes, strict=True)
            if found is not None
        )
        if len(bound) != len(body.terms):
            raise refusal(RefusalCode.NOT_FOUND, "no such terms of this bank")
        accepted = replace(record.value, accepted_by=desk.staff, terms=bound)
        desk.context.store.save(AUTHORITY, TRANSFER, body.transfer, accepted, record)
        return ops.TransferAccepted(len(bound))

    @trade_operation(ops.TRANSFER_EXECUTE)
    def execute_transfer(self, desk: Desk, body: ops.ExecuteTransfer) -> ops.TransferAccepted:
        """Move the financings: the leaving bank's marks end, the successor's hold the same."""
        record = _transfer(desk, body.transfer)
        transfer = record.value
        if not transfer.accepted_by or transfer.executed_by:
            raise refusal(RefusalCode.BAD_STATE, "the transfer is not accepted, or took effect before")
        if transfer.proposed_by == desk.staff:
            raise refusal(RefusalCode.SAME_PERSON, "a second officer executes")
        books = PoolBook(desk)
        for offered, terms in zip(transfer.marks, transfer.terms, strict=True):
            _hand_over(desk, books, _mark(desk, transfer.leaving, offered.mark), transfer.successor, terms)
        books.save()
        executed = replace(transfer, executed_by=desk.staff, executed_at=desk.now)
        desk.context.store.save(AUTHORITY, TRANSFER, body.transfer, executed, record)
        return ops.TransferAccepted(len(transfer.marks))


def _transfer(desk: Desk, transfer_id: str) -> Record[Transfer]:
    record = desk.context.store.find(AUTHORITY, TRANSFER, transfer_id, Transfer)
    if record is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such transfer")
    return record


def _mark(desk: Desk, msp_id: str, mark_id: str) -> Mark:
    mark = desk.read_own(ops.MARKS, MARK, mark_id, Mark, bank_of(msp_id))
    if mark is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such financing of this bank")
    return mark


def _hand_over(desk: Desk, books: PoolBook, mark: Mark, successor: str, terms: BoundTerms) -> None:
    left, taken = marks.hand_over(mark, successor, terms)
    for document in books_found(books, mark):
        books.put(pools.handed_over(books.get(document), mark.id, mark.bank, successor))
    leaving, taking = bank_of(mark.bank), bank_of(successor)
    for act_id in mark.acts:
        act = desk.read_own(ops.MARKS, ACT, act_id, StoredAct, leaving)
        if act is not None:
            desk.context.store.write(*desk.own(ops.MARKS, ACT, act_id, taking), act)
    for bank, each in ((leaving, left), (taking, taken)):
        desk.context.store.write(
            *desk.own(ops.MARKS, MARK, mark.id, bank), replace(each, changed_at=desk.now)
        )
