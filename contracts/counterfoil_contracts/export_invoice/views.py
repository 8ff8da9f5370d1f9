"""Views: a bank looks at the documents of a consent. The look is on record; the answer is an evaluate of
its own."""

import hashlib

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.consent import model as consents
from counterfoil_contracts.consent.operations import TradeConsent, TradeWithdrawal
from counterfoil_contracts.core import flags, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import directory, tables
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import model
from . import operations as ops
from .books import NearBook, PoolBook
from .declarations import declaration_of
from .messages import FlagSeen, ViewAnswer, ViewedDeclaration, ViewedInvoice
from .records import CONSENT, VIEW, ConsentRecord, ViewRecord


def consent_record(desk: Desk, audience: str, nonce: str) -> Record[ConsentRecord] | None:
    """The record of a consent by audience and nonce."""
    return desk.context.store.find(AUTHORITY, CONSENT, f"{audience}|{nonce}", ConsentRecord)


def save_consent(
    desk: Desk, audience: str, nonce: str, value: ConsentRecord, record: Record[ConsentRecord] | None
) -> None:
    """Write the record of a consent."""
    desk.context.store.save(AUTHORITY, CONSENT, f"{audience}|{nonce}", value, record)


def view_of(desk: Desk, view_id: str) -> ViewRecord:
    """A view of the caller's bank. Another bank's is not found, as one that does not exist.

    Raises:
        Refusal: `NOT_FOUND`.
    """
    return view_of_bank(desk, view_id, desk.msp_id)


def view_of_bank(desk: Desk, view_id: str, msp_id: str) -> ViewRecord:
    """A view of a bank (its MSP ID).

    Raises:
        Refusal: `NOT_FOUND`.
    """
    record = desk.context.store.find(AUTHORITY, VIEW, view_id, ViewRecord)
    if record is None or record.value.bank != msp_id:
        raise refusal(RefusalCode.NOT_FOUND, "no such view of this bank")
    return record.value


def check_fresh(desk: Desk, view: ViewRecord) -> None:
    """A view can be acted on.

    Raises:
        Refusal: `VIEW_EXPIRED`.
    """
    if desk.now >= view.expires:
        raise refusal(RefusalCode.VIEW_EXPIRED, "the view is too old to act on")


class Views:
    """The part of the contract that answers: is it genuine, is it free, for how much?"""

    @trade_operation(ops.VIEW)
    def view(self, desk: Desk, body: ops.View) -> ops.Viewed:
        """Record the look, and open the consent at its first use. No pool is read."""
        roots = tables.trusted_roots(desk.tables, desk.today)
        claims = consents.verified(body.consent, TradeConsent, roots, desk.now)
        if claims.audience != desk.msp_id or claims.purpose != body.purpose:
            raise refusal(RefusalCode.CONSENT_INVALID, "the consent is for another bank or purpose")
        _check_documents(claims)
        self._open_consent(desk, claims, body.consent)
        expires = min(desk.days_from_now("view_days"), claims.expiry)
        view = ViewRecord(
            bank=desk.msp_id,
            staff=desk.staff,
            purpose=body.purpose,
            viewed_at=desk.now,
            expires=expires,
            enterprise=claims.enterprise,
            nonce=claims.nonce,
            declarations=claims.declarations,
            invoices=claims.invoices,
            lines=claims.lines,
            maximum=claims.maximum,
            currency=claims.currency,
        )
        desk.context.store.save(AUTHORITY, VIEW, desk.request_id, view)
        return ops.Viewed(desk.request_id, expires)

    @trade_operation(ops.VIEW_READ)
    def read_views(self, desk: Desk, body: ops.ReadViews) -> ops.ViewAnswers:
        """What the viewed documents are worth now, one answer a view."""
        return ops.ViewAnswers(tuple(_answer(desk, view_id) for view_id in body.views))

    @trade_operation(ops.CONSENT_WITHDRAW)
    def withdraw(self, desk: Desk, body: ops.Withdraw) -> ops.Withdrawn:
        """Record an enterprise's withdrawal; what is locked stays."""
        roots = tables.trusted_roots(desk.tables, desk.today)
        claims = consents.verified(body.withdrawal, TradeWithdrawal, roots, desk.now)
        record = consent_record(desk, claims.audience, claims.nonce)
        unknown = ConsentRecord(claims.enterprise, audience=claims.audience, nonce=claims.nonce)
        known = record.value if record else unknown
        if known.enterprise != claims.enterprise:
            raise refusal(RefusalCode.NOT_FOUND, "no such consent of this enterprise")
        at = known.withdrawn or desk.now
        save_consent(desk, claims.audience, claims.nonce, replace(known, withdrawn=at), record)
        return ops.Withdrawn(at)

    @staticmethod
    def _open_consent(desk: Desk, claims: TradeConsent, token: str) -> None:
        digest = hashlib.sha256(token.encode()).hexdigest()
        record = consent_record(desk, claims.audience, claims.nonce)
        if record is None:
            opened = ConsentRecord(
                enterprise=claims.enterprise,
                digest=digest,
                token=token,
                maximum=claims.maximum,
                currency=claims.currency,
                expiry=claims.expiry,
                audience=claims.audience,
                nonce=claims.nonce,
            )
            save_consent(desk, claims.audience, claims.nonce, opened, None)
            return
        if record.value.withdrawn:
            raise refusal(RefusalCode.CONSENT_WITHDRAWN, "the enterprise has taken the consent back")
        if record.value.digest != digest:
            raise refusal(RefusalCode.CONSENT_REPLAYED, "another consent with this nonce was shown before")


def _check_documents(claims: TradeConsent) -> None:
    documents = [model.check_invoice(invoice) for invoice in claims.invoices]
    lines = [(line.invoice, line.declaration) for line in claims.lines]
    if len(set(documents)) != len(documents) or len(set(lines)) != len(lines):
        raise refusal(RefusalCode.BAD_INPUT, "an invoice or a line stands twice in the consent")
    if any(
        line.invoice >= len(documents) or line.declaration not in claims.declarations for line in claims.lines
    ):
        raise refusal(RefusalCode.BAD_INPUT, "a line joins documents that are not in the consent")


def _answer(desk: Desk, view_id: str) -> ViewAnswer:
    view = view_of(desk, view_id)
    check_fresh(desk, view)
    books, near = PoolBook(desk), NearBook(desk)
    return ViewAnswer(
        view=view_id,
        expires=view.expires,
        enterprise=view.enterprise,
        declarations=tuple(_declaration(desk, books, view.enterprise, each) for each in view.declarations),
        invoices=tuple(_invoice(desk, books, near, view.enterprise, each) for each in view.invoices),
    )


def _declaration(desk: Desk, books: PoolBook, enterprise: str, number: str) -> ViewedDeclaration:
    record = declaration_of(desk, number)
    if record is None:
        return ViewedDeclaration(number, authentic=False, parties_match=False)
    declaration = record.value.versions[-1]
    if not directory.stands_for(desk.context, enterprise, declaration.consignor):
        return ViewedDeclaration(number, authentic=True, parties_match=False)
    books.find(declaration_fingerprint(number))
    pool = books.get(declaration_fingerprint(number))
    return ViewedDeclaration(
        number=number,
        authentic=True,
        parties_match=True,
        status=declaration.status,
        declared_on=declaration.declared_on,
        trade_mode=declaration.trade_mode,
        financeable=model.is_financeable(declaration, desk.day),
        currency=pool.currency,
        total=declaration.total,
        available=pools.available(pool, desk.ceiling(pool)),
        flags=flags_seen(pool),
        frozen=pool.frozen,
    )


def _invoice(desk: Desk, books: PoolBook, near: NearBook, enterprise: str, invoice: Invoice) -> ViewedInvoice:
    document = model.check_invoice(invoice)
    if not directory.stands_for(desk.context, enterprise, invoice.seller):
        return ViewedInvoice(invoice, document, "NOBODY", parties_match=False)
    pool = books.find(document)
    vouched = pool.vouched if pool else "ENTERPRISE"
    worth = pool or Pool(document, pools.INVOICE, invoice.currency, invoice.amount, "ENTERPRISE")
    return ViewedInvoice(
        invoice=invoice,
        fingerprint=document,
        vouched=vouched,
        parties_match=True,
        duplicate=bool(pools.live_marks(worth)),
        near_duplicate=near.lives_elsewhere(invoice, worth.document),
        available=pools.available(worth, desk.ceiling(worth)),
        flags=flags_seen(worth),
        replaced=model.is_replaced(invoice, worth),
        frozen=worth.frozen,
    )


def flags_seen(pool: Pool) -> tuple[FlagSeen, ...]:
    """The open flags of a document as banks see them."""
    return tuple(
        FlagSeen(flag.code, flag.since, flags.RULES[flag.code].blocks, flags.RULES[flag.code].ends)
        for flag in flags.open_flags(pool.flags, lenders=True)
    )
