"""Freight payments in an enterprise's picture: as payer and as payee, its tax invoices, its days."""

from collections.abc import Iterable, Mapping
from functools import partial

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core import pools
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.freight_payment.answers import PaymentDay, SuperviseDays
from counterfoil_contracts.freight_payment.mandate_messages import Mandates
from counterfoil_contracts.freight_payment.payment_messages import LegacyUse
from counterfoil_contracts.freight_payment.payments import Payment
from counterfoil_contracts.freight_payment.records import (
    ACT,
    MANDATE,
    PAYMENT,
    SLIP,
    TAX_INVOICE,
    VERIFICATION,
    StoredAct,
    StoredSlip,
    Verification,
)
from counterfoil_contracts.freight_payment.tax_invoices import document_of, left_of, status_of
from counterfoil_contracts.freight_payment.tax_messages import InvoiceTuple, StatedInvoice
from counterfoil_protocol.confidential import AUTHORITY

from ..chronicle import Chronicle, Step, Track
from ..figures import Measure
from ..question import ask
from .export_invoices import document_counts
from .sheet import Section, Sheet, named_act, short

Counts = Iterable[tuple[Measure, int]]
_MARKS = "marks_"


def freight_payments(chronicle: Chronicle, enterprise: str) -> Section:
    """What `freight_payment` holds of an enterprise, on either side of an invoice or a payment."""
    sheet = Sheet(chronicle)
    invoices = [
        track
        for track in chronicle.tracks(AUTHORITY, TAX_INVOICE, StatedInvoice)
        if _sides(track[-1].value.invoice.facts, enterprise)
    ]
    sheet.take("tax invoice", invoices, _named_invoice, partial(_stated, enterprise=enterprise))
    roles = {_document(track): _sides(track[-1].value.invoice.facts, enterprise) for track in invoices}
    documents = (
        track
        for track in chronicle.tracks(AUTHORITY, pools.RECORD, Pool)
        if track[-1].value.document in roles
    )
    sheet.take("document", documents, _named_pool, partial(_pool, roles=roles))
    payments = [
        track
        for track in chronicle.tracks(_MARKS, PAYMENT, Payment)
        if enterprise in _parties(track[-1].value)
    ]
    days = {(each.day, each.payer, each.payee) for each in _days(chronicle, payments, enterprise)}
    counts = partial(_paid, enterprise=enterprise, days=days)
    sheet.take("payment", payments, _named_payment, counts)
    ids = {track[-1].value.id for track in payments}
    done = (
        track
        for track in chronicle.tracks(_MARKS, ACT, StoredAct)
        if track[-1].value.payment in ids or _is_old_payment(track[-1].value, enterprise)
    )
    acts = sheet.take("payment act", done, named_act)
    slips = {track[-1].value.slip for track in (*payments, *acts)}
    bound = (track for track in chronicle.tracks("terms_", SLIP, StoredSlip) if track[-1].value.id in slips)
    sheet.take("payment slip", bound, _named_slip)
    looks = (
        track
        for track in chronicle.tracks(AUTHORITY, VERIFICATION, Verification)
        if any(_sides(each, enterprise) for each in track[-1].value.invoices)
    )
    sheet.take("look", looks, _named_look, _looked)
    mandates = (
        track
        for track in chronicle.tracks(AUTHORITY, MANDATE, Mandates)
        if any(enterprise in {each.claims.enterprise, each.claims.agent} for each in track[-1].value.mandates)
    )
    sheet.take("mandate", mandates, _named_mandate, partial(_mandated, enterprise=enterprise))
    return sheet.section("freight_payment")


def _sides(facts: InvoiceTuple, enterprise: str) -> tuple[str, ...]:
    sides = (("BUYER", facts.buyer), ("SELLER", facts.seller))
    return tuple(side for side, party in sides if party == enterprise)


def _document(track: Track) -> str:
    facts = track[-1].value.invoice.facts
    return document_of(facts.number, facts.code)


def _named_invoice(step: Step) -> str:
    return f"tax invoice {step.value.invoice.facts.number} {status_of(step.value)}"


def _stated(step: Step, enterprise: str) -> Counts:
    stated: StatedInvoice = step.value
    currency, facts = stated.invoice.currency, stated.invoice.facts
    for side in _sides(facts, enterprise):
        yield Measure.named("invoiced", currency, side=side), facts.amount
        yield Measure.named("taken_back", currency, side=side), sum(red.amount for red in stated.reds)
        if stated.void_at:
            whole = left_of(StatedInvoice(stated.invoice, stated.put_at, stated.reds))
            yield Measure.named("voided", currency, side=side), whole


def _named_pool(step: Step) -> str:
    return f"use of tax invoice {step.value.label}"


def _pool(step: Step, roles: Mapping[str, tuple[str, ...]]) -> Counts:
    for side in roles[step.value.document]:
        yield from document_counts(step, side=side)
        yield Measure.named("tolerated", step.value.currency, side=side), step.value.tolerated


def _parties(payment: Payment) -> set[str]:
    """Who pays and is paid, and whose invoices these are: an agent may stand for either."""
    facts = [use.invoice for use in payment.uses]
    return {payment.payer, payment.payee, *(each.buyer for each in facts), *(each.seller for each in facts)}


def _named_payment(step: Step) -> str:
    return f"payment {short(step.value.id)} {step.value.state}"


def _paid(step: Step, enterprise: str, days: set[tuple[str, str, str]]) -> Counts:
    payment: Payment = step.value
    gone = payment.state in {"PAID", "PARTLY_REFUNDED", "REFUNDED"}
    for role, party in (("PAYER", payment.payer), ("PAYEE", payment.payee)):
        if party != enterprise:
            continue
        of = {"role": role, "bank": payment.bank}
        yield Measure.named("payments", **of, state=payment.state), 1
        amounts = {
            "payment_marked": payment.amount if payment.state == "MARKED" else 0,
            "payment_paid": payment.amount if gone else 0,
            "payment_refunded": payment.refunded,
            "payment_cancelled": payment.amount if payment.state == "CANCELLED" else 0,
        }
        for name, amount in amounts.items():
            yield Measure.named(name, payment.currency, **of), amount
    key = (payment.day, payment.payer, payment.payee)
    if key in days and payment.state != "CANCELLED":
        day = {"day": payment.day, "payer": payment.payer, "payee": payment.payee}
        yield Measure.named("day_usd", "USD", **day), payment.usd
        if not payment.is_documented:
            yield Measure.named("day_usd_undocumented", "USD", **day), payment.usd


def _days(chronicle: Chronicle, payments: Iterable[Track], enterprise: str) -> list[PaymentDay]:
    """The enterprise's days above what may go without documents, as the contract itself tells them."""
    found = {track[-1].value.day for track in payments}
    banks = sorted({track[-1].value.bank for track in payments})
    if not found:
        return []
    try:
        told = ask(chronicle.ledger, ops.SUPERVISE_DAYS, SuperviseDays(tuple(banks), min(found), max(found)))
    except Refused as refused:
        if refused.code != "NOT_CONFIGURED":
            raise
        return []
    return [day for day in told.days if enterprise in {day.payer, day.payee}]


def _is_old_payment(act: StoredAct, enterprise: str) -> bool:
    return isinstance(act.body, LegacyUse) and enterprise in {act.body.payer, act.body.payee}


def _named_slip(step: Step) -> str:
    return f"slip {short(step.value.id)}"


def _named_look(step: Step) -> str:
    return f"look of {step.value.bank} at {len(step.value.invoices)} invoices"


def _looked(step: Step) -> Counts:
    yield Measure.named("looks", bank=step.value.bank), 1


def _named_mandate(step: Step) -> str:
    claims = step.value.mandates[0].claims
    return f"mandates of {claims.enterprise} to {claims.agent} as {claims.side}"


def _mandated(step: Step, enterprise: str) -> Counts:
    for each in step.value.mandates:
        role = "PRINCIPAL" if each.claims.enterprise == enterprise else "AGENT"
        state = "WITHDRAWN" if each.withdrawn else "GIVEN"
        yield Measure.named("mandates", role=role, side=each.claims.side, state=state), 1
