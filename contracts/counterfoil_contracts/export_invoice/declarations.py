"""Declarations: what customs states, and what it takes back. It never learns what uses them."""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.core import business_day, flags, money, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.flags import Cause
from counterfoil_contracts.core.pools import Pool, PoolLine, Vouched
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import model
from . import operations as ops
from .books import PoolBook
from .messages import Declaration, DeclarationVersions
from .records import DECLARATION


def declaration_of(desk: Desk, number: str) -> Record[DeclarationVersions] | None:
    """What customs has stated about a declaration."""
    document = declaration_fingerprint(number)
    return desk.context.store.find(AUTHORITY, DECLARATION, document, DeclarationVersions)


def invoice_pool(invoice: Invoice, document: str, vouched: Vouched) -> Pool:
    """The pool of an invoice that is stated for the first time."""
    return Pool(document, pools.INVOICE, invoice.currency, invoice.amount, vouched, invoice=invoice)


class Declarations:
    """The part of the contract that customs speaks to."""

    @trade_operation(ops.DECLARATION_PUT)
    def put_declarations(self, desk: Desk, body: ops.PutDeclarations) -> ops.DeclarationsPut:
        """Record new declarations, with the pools of the declarations and of the invoices they name."""
        numbers = [declaration.number for declaration in body.declarations]
        if len(set(numbers)) != len(numbers):
            raise refusal(RefusalCode.BAD_INPUT, "a declaration stands twice")
        for declaration in body.declarations:
            _check(declaration)
        books = PoolBook(desk)
        for declaration in body.declarations:
            if declaration_of(desk, declaration.number) is not None:
                raise refusal(RefusalCode.ALREADY_EXISTS, "a declaration is on record: amend it")
            _open_pools(books, declaration)
        for declaration in body.declarations:
            document = declaration_fingerprint(declaration.number)
            stated = DeclarationVersions((declaration,), (desk.now,))
            desk.context.store.save(AUTHORITY, DECLARATION, document, stated)
        books.save()
        return ops.DeclarationsPut(len(numbers))

    @trade_operation(ops.DECLARATION_AMEND)
    def amend_declaration(self, desk: Desk, body: ops.AmendDeclaration) -> ops.DeclarationAmended:
        """Record another total; where more is used than it carries now, the declaration is flagged."""
        record = _at_version(desk, body.number, body.version)
        newest = record.value.versions[-1]
        if newest.status == "CANCELLED":
            raise refusal(RefusalCode.BAD_STATE, "the declaration was cancelled")
        return _restate(desk, record, replace(newest, total=body.total, status=body.status), body.total)

    @trade_operation(ops.DECLARATION_CANCEL)
    def cancel_declaration(self, desk: Desk, body: ops.CancelDeclaration) -> ops.DeclarationAmended:
        """Record that the declaration counts no more: its pool carries nothing."""
        record = _at_version(desk, body.number, body.version)
        newest = record.value.versions[-1]
        if newest.status == "CANCELLED":
            raise refusal(RefusalCode.BAD_STATE, "the declaration was cancelled before")
        return _restate(desk, record, replace(newest, status="CANCELLED"), 0)

    @trade_operation(ops.DECLARATION_READ)
    def read_declaration(self, desk: Desk, body: ops.ReadDeclaration) -> DeclarationVersions:
        """What customs has stated about a declaration."""
        record = declaration_of(desk, body.number)
        if record is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such declaration")
        return record.value


def _check(declaration: Declaration) -> None:
    try:
        business_day.day(declaration.declared_on)
        money.exponent(declaration.currency)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"a declaration: {error}") from None
    documents = [model.check_invoice(line.invoice) for line in declaration.lines]
    if len(set(documents)) != len(documents):
        raise refusal(RefusalCode.BAD_INPUT, "an invoice stands twice in a declaration")


def _open_pools(books: PoolBook, declaration: Declaration) -> None:
    document = declaration_fingerprint(declaration.number)
    found = books.find(document)
    assert found is None, "a declaration's pool comes with the declaration"
    books.put(
        Pool(
            document=document,
            kind=pools.DECLARATION,
            currency=declaration.currency,
            total=0 if declaration.status == "CANCELLED" else declaration.total,
            vouched="NOBODY",
            label=declaration.number,
            trade_mode=declaration.trade_mode,
        )
    )
    for line in declaration.lines:
        invoice = model.check_invoice(line.invoice)
        before = books.find(invoice) or invoice_pool(line.invoice, invoice, "CUSTOMS")
        its = PoolLine(document, line.invoice_amount, line.declaration_amount)
        own = PoolLine(before.document, line.declaration_amount, line.invoice_amount)
        books.put(pools.with_line(books.get(document), own, "CUSTOMS"))
        books.replace_invoice(before, pools.with_line(before, its, "CUSTOMS"))


def _at_version(desk: Desk, number: str, version: int) -> Record[DeclarationVersions]:
    record = declaration_of(desk, number)
    if record is None:
        raise refusal(RefusalCode.NOT_FOUND, "no such declaration")
    if len(record.value.versions) != version:
        raise refusal(RefusalCode.STALE_VERSION, "the declaration has another version")
    return record


def _restate(
    desk: Desk, record: Record[DeclarationVersions], declaration: Declaration, total: int
) -> ops.DeclarationAmended:
    document = declaration_fingerprint(declaration.number)
    books = PoolBook(desk)
    pool = books.find(document)
    assert pool is not None, "a declaration has a pool"
    books.put(replace(pool, total=total))
    books.flag((document,), Cause(desk.request_id, desk.now, flags.OVER_PLEDGED))
    books.save()
    versions = (*record.value.versions, declaration)
    after = DeclarationVersions(versions, (*record.value.times, desk.now))
    desk.context.store.save(AUTHORITY, DECLARATION, document, after, record)
    return ops.DeclarationAmended(len(versions))
