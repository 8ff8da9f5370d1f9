"""Tax invoices: what the tax authority states, takes back and voids. It never learns what uses them."""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.core import business_day, fingerprint, flags, money, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook

from . import operations as ops
from .records import TAX_INVOICE
from .tax_messages import InvoiceStatus, InvoiceTuple, Red, StatedInvoice, TaxInvoice

_DIGITAL_DIGITS = 20


def document_of(number: str, code: str) -> str:
    """The fingerprint of a tax invoice: a digital one by its 20 digits, an older by code and number.

    Raises:
        Refusal: `BAD_INPUT`, a digital one with a code, or an older one without.
    """
    if (len(number) == _DIGITAL_DIGITS) == bool(code):
        raise refusal(RefusalCode.BAD_INPUT, "20 digits, or 8 with a code of 10 or 12")
    return fingerprint.older_tax_invoice(code, number) if code else fingerprint.tax_invoice(number)


def stated_invoice(desk: Desk, document: str) -> Record[StatedInvoice] | None:
    """What the tax authority has stated about an invoice."""
    return desk.context.store.find(AUTHORITY, TAX_INVOICE, document, StatedInvoice)


def left_of(stated: StatedInvoice) -> int:
    """What the tax authority has left of an invoice: nothing of a void one."""
    if stated.void_at:
        return 0
    return stated.invoice.facts.amount - sum(red.amount for red in stated.reds)


def status_of(stated: StatedInvoice) -> InvoiceStatus:
    """The invoice's standing with the tax authority."""
    if stated.void_at:
        return "VOID"
    if not stated.reds:
        return "NORMAL"
    return "PARTLY_REVERSED" if left_of(stated) else "REVERSED"


def is_stated_so(stated: StatedInvoice | None, asked: InvoiceTuple) -> bool:
    """Whether the tax authority states an invoice exactly as it was asked for."""
    return stated is not None and stated.invoice.facts == asked


def check_facts(facts: InvoiceTuple) -> str:
    """The fingerprint of an invoice whose fields can be right.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    try:
        business_day.day(facts.issued_on)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"an invoice: {error}") from None
    return document_of(facts.number, facts.code)


class TaxInvoices:
    """The part of the contract that the tax authority speaks to."""

    @trade_operation(ops.INVOICE_PUT)
    def put_invoices(self, desk: Desk, body: ops.PutInvoices) -> ops.InvoicesPut:
        """Record new invoices, each with a pool of its own."""
        documents = [_check(invoice) for invoice in body.invoices]
        if len(set(documents)) != len(documents):
            raise refusal(RefusalCode.BAD_INPUT, "an invoice stands twice")
        books = PoolBook(desk)
        for document, invoice in zip(documents, body.invoices, strict=True):
            if stated_invoice(desk, document) is not None:
                raise refusal(RefusalCode.ALREADY_EXISTS, "an invoice is on record")
            assert books.find(document) is None, "an invoice's pool comes with the invoice"
            books.put(_pool(document, invoice))
        for document, invoice in zip(documents, body.invoices, strict=True):
            desk.context.store.save(AUTHORITY, TAX_INVOICE, document, StatedInvoice(invoice, desk.now))
        books.save()
        return ops.InvoicesPut(len(documents))

    @trade_operation(ops.INVOICE_REVERSE)
    def reverse_invoice(self, desk: Desk, body: ops.ReverseInvoice) -> ops.InvoiceRestated:
        """Take a part or the whole back; where more is used than is left now, the invoice is flagged."""
        record = _known(desk, document_of(body.number, body.code))
        stated = record.value
        if any(red.number == body.red for red in stated.reds):
            raise refusal(RefusalCode.ALREADY_EXISTS, "the red invoice is on record")
        if stated.void_at:
            raise refusal(RefusalCode.BAD_STATE, "the invoice is void")
        if body.amount > left_of(stated):
            raise refusal(RefusalCode.OVER_AMOUNT, "more than what is left of the invoice")
        red = Red(body.red, body.amount, desk.now)
        return _restate(desk, record, replace(stated, reds=(*stated.reds, red)))

    @trade_operation(ops.INVOICE_VOID)
    def void_invoice(self, desk: Desk, body: ops.VoidInvoice) -> ops.InvoiceRestated:
        """The invoice counts no more."""
        record = _known(desk, document_of(body.number, body.code))
        if record.value.void_at:
            raise refusal(RefusalCode.BAD_STATE, "the invoice was voided before")
        return _restate(desk, record, replace(record.value, void_at=desk.now))

    @trade_operation(ops.INVOICE_READ)
    def read_invoice(self, desk: Desk, body: ops.ReadInvoice) -> StatedInvoice:
        """What the tax authority has stated about an invoice."""
        return _known(desk, document_of(body.number, body.code)).value

    @trade_operation(ops.INVOICE_LIST)
    def list_invoices(self, desk: Desk, body: ops.ReadKeys) -> ops.StatedInvoices:
        """What the tax authority has stated, page by page."""
        found = desk.scan(TAX_INVOICE, body.after, body.limit, StatedInvoice)
        after = found[-1][0] if len(found) == body.limit else ""
        return ops.StatedInvoices(tuple(stated for _, stated in found), after)


def _check(invoice: TaxInvoice) -> str:
    try:
        money.exponent(invoice.currency)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"an invoice: {error}") from None
    return check_facts(invoice.facts)


def _pool(document: str, invoice: TaxInvoice) -> Pool:
    facts = invoice.facts
    return Pool(
        document=document,
        kind=pools.TAX_INVOICE,
        currency=invoice.currency,
        total=facts.amount,
        vouched="NOBODY",
        label=f"{facts.code}{facts.number}",
    )


def _known(desk: Desk, document: str) -> Record[StatedInvoice]:
    record = stated_invoice(desk, document)
    if record is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such invoice")
    return record


def _restate(desk: Desk, record: Record[StatedInvoice], after: StatedInvoice) -> ops.InvoiceRestated:
    facts = after.invoice.facts
    document = document_of(facts.number, facts.code)
    books = PoolBook(desk)
    books.find(document)
    books.put(replace(books.get(document), total=left_of(after)))
    books.flag((document,), Cause(desk.request_id, desk.now, flags.REVERSED_AFTER_USE))
    books.save()
    desk.context.store.save(AUTHORITY, TAX_INVOICE, document, after, record)
    return ops.InvoiceRestated(status_of(after), left_of(after))
