"""Verifications: a bank asks for documents that a customer showed. The look is on record, the answer is an
evaluate of its own.

The look reads nothing about any document, so that it links no two banks; and a payment names a look, so that
nobody learns by trying what nobody would see that he tried.
"""

from counterfoil_protocol.confidential import AUTHORITY

from counterfoil_contracts.core import pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from .records import VERIFICATION, Verification
from .tax_invoices import check_facts, document_of, is_stated_so, stated_invoice, status_of
from .tax_messages import InvoiceTuple
from .transports import check_asked, port_check


def verification_of(desk: Desk, verification_id: str, msp_id: str) -> Verification:
    """A look of a bank (its MSP ID). Another bank's is not found, as one that does not exist.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    record = desk.context.store.find(AUTHORITY, VERIFICATION, verification_id, Verification)
    if record is None or record.value.bank != msp_id:
        raise refusal(RefusalCode.NOT_FOUND, "no such verification of this bank")
    return record.value


def check_recent(desk: Desk, verification: Verification) -> None:
    """A look can be acted on.

    Raises:
        Refusal: `VIEW_EXPIRED`.
    """
    if desk.now >= verification.expires:
        raise refusal(RefusalCode.VIEW_EXPIRED, "the verification is too old to act on")


class Verifications:
    """The part of the contract that answers: is it genuine, and what is left of it?"""

    @trade_operation(ops.VERIFY)
    def verify(self, desk: Desk, body: ops.Verify) -> ops.Asked:
        """Record the look. Nothing about any document is read."""
        documents = [check_facts(facts) for facts in body.invoices]
        shown = [(each.carrier, each.number, each.container) for each in body.transports]
        if len(set(documents)) != len(documents) or len(set(shown)) != len(shown):
            raise refusal(RefusalCode.BAD_INPUT, "a document stands twice")
        if not documents and not shown:
            raise refusal(RefusalCode.BAD_INPUT, "no document is asked for")
        for transport in body.transports:
            check_asked(transport)
        look = Verification(
            id=desk.request_id,
            bank=desk.msp_id,
            staff=desk.staff,
            asked_at=desk.now,
            expires=desk.days_from_now("view_days"),
            invoices=body.invoices,
            transports=body.transports,
        )
        desk.context.store.save(AUTHORITY, VERIFICATION, look.id, look)
        return ops.Asked(look.id, look.expires)

    @trade_operation(ops.VERIFY_READ)
    def read_verification(self, desk: Desk, body: ops.ReadVerification) -> ops.Verified:
        """What the documents of a look are worth now."""
        look = verification_of(desk, body.verification, desk.msp_id)
        check_recent(desk, look)
        books = PoolBook(desk)
        return ops.Verified(
            verification=look.id,
            expires=look.expires,
            invoices=tuple(_answer(desk, books, asked) for asked in look.invoices),
            transports=tuple(port_check(desk, asked) for asked in look.transports),
        )


def _answer(desk: Desk, books: PoolBook, asked: InvoiceTuple) -> ops.VerifiedInvoice:
    document = document_of(asked.number, asked.code)
    record = stated_invoice(desk, document)
    pool = books.find(document)
    if record is None or pool is None or not is_stated_so(record.value, asked):
        return ops.VerifiedInvoice()
    return ops.VerifiedInvoice(
        verified=True,
        document=document,
        status=status_of(record.value),
        currency=pool.currency,
        remaining=pools.available(pool, desk.ceiling(pool)),
        frozen=pool.frozen,
    )
