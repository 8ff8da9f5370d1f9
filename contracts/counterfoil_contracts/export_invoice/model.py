"""The rules of a lock: may these documents carry this loan? Pure; each function is one refusal or a few
in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from counterfoil_contracts.core import business_day, money, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.documents import Invoice, invoice_fingerprint
from counterfoil_contracts.core.fingerprint import declaration as declaration_fingerprint
from counterfoil_contracts.core.pledges import Hold
from counterfoil_contracts.core.pledges import Pledge as HeldPledge
from counterfoil_contracts.core.pools import Pool, PoolLine
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import admission, day_rules, tables
from counterfoil_contracts.registry.operations import Enterprise
from counterfoil_contracts.registry.tables import Day

from .messages import Declaration, Lock, Pledge
from .records import ConsentRecord, ViewRecord

_EXPORT_FLAG = 8
"""Position in a declaration's number of the digit that tells export (0) from import (1)."""
_OFFICE_DIGITS = 4
"""A declaration's number begins with the customs office."""
OFFICES, CURRENCIES = "CUSTOMS_OFFICE", "CURRENCY"
"""Tables of codes that documents are judged by."""
_CLASS_REFUSED, _CLASS_REVIEWED = 0, 2
"""Values of the parameter `class_rule`."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a lock: the invoices and declarations that its pledges name, in their order.

    Invoices by position in the view with their fingerprints; declarations by number, None where customs
    knows none.
    """

    invoices: Mapping[int, Invoice]
    fingerprints: Mapping[int, str]
    declarations: Mapping[str, Declaration | None]


def check_invoice(invoice: Invoice) -> str:
    """The fingerprint of an invoice as it was stated.

    Raises:
        Refusal: `BAD_INPUT`, a field that means nothing.
    """
    try:
        return invoice_fingerprint(invoice)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, f"an invoice: {error}") from None


def check_lock(body: Lock) -> None:
    """A lock names each line once, and its pledges' loan amounts add up to the loan.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    lines = [(pledge.invoice, pledge.declaration) for pledge in body.pledges]
    if len(set(lines)) != len(lines):
        raise refusal(RefusalCode.BAD_INPUT, "a line stands twice in the pledges")
    if sum(pledge.loan_amount for pledge in body.pledges) != body.amount:
        raise refusal(RefusalCode.BAD_INPUT, "the loan amounts of the pledges do not add up to the loan")
    try:
        money.exponent(body.currency)
    except ValueError as error:
        raise refusal(RefusalCode.BAD_INPUT, str(error)) from None


def check_consent(view: ViewRecord, consent: ConsentRecord, body: Lock) -> None:
    """The consent bears this loan and these documents.

    Raises:
        Refusal: `CONSENT_EXCEEDED`.
    """
    if body.currency != view.currency or consent.used + body.amount > view.maximum:
        raise refusal(
            RefusalCode.CONSENT_EXCEEDED, "more, or in another currency, than the enterprise consented to"
        )
    for pledge in body.pledges:
        if pledge.invoice >= len(view.invoices) or pledge.declaration not in view.declarations:
            raise refusal(RefusalCode.CONSENT_EXCEEDED, "a document that is not in the consent")


def check_parties(is_own: Callable[[str], bool], documents: Documents) -> None:
    """Every document is the enterprise's own, or of one it has taken over: `is_own` tells by the code.

    Raises:
        Refusal: `PARTY_MISMATCH`.
    """
    if not all(is_own(invoice.seller) for invoice in documents.invoices.values()):
        raise refusal(RefusalCode.PARTY_MISMATCH, "an invoice of another seller")
    for declaration in documents.declarations.values():
        if declaration is not None and not is_own(declaration.consignor):
            raise refusal(RefusalCode.PARTY_MISMATCH, "a declaration of another consignor")


SCENARIO = "EXPORT_INVOICE"
"""Name of this business in the table of admissions."""


def check_admission(bank: str, enterprise: Enterprise | None, day: Day) -> None:
    """The bank (its MSP ID) is admitted to this business in the enterprise's region.

    Raises:
        Refusal: `SCENARIO_NOT_OPEN`.
    """
    if not admission.is_admitted(SCENARIO, bank, enterprise, day):
        raise refusal(RefusalCode.SCENARIO_NOT_OPEN, "the bank is not admitted to this business here")


def check_class(enterprise: Enterprise | None, review: str, day: Day) -> None:
    """The enterprise is in the directory, of a class that may be financed.

    Raises:
        Refusal: `CLASS_RESTRICTED`.
    """
    if enterprise is None:
        raise refusal(RefusalCode.CLASS_RESTRICTED, "the directory does not know the enterprise")
    if enterprise.successor:
        raise refusal(RefusalCode.CLASS_RESTRICTED, "another enterprise has taken this one over")
    rule = day.parameter("class_rule", enterprise.enterprise_class)
    if rule == _CLASS_REFUSED:
        raise refusal(RefusalCode.CLASS_RESTRICTED, "an enterprise of this class takes no financing")
    if rule == _CLASS_REVIEWED and not review:
        raise refusal(RefusalCode.CLASS_RESTRICTED, "an enterprise of this class needs an enhanced review")


def check_standing(enterprise: Enterprise | None, *, bank_frozen: bool) -> None:
    """Neither the enterprise nor the bank is frozen.

    Raises:
        Refusal: `FROZEN`.
    """
    if bank_frozen or (enterprise is not None and enterprise.frozen):
        raise refusal(RefusalCode.FROZEN, "the enterprise or the bank takes nothing new")


def check_frozen(books: Iterable[Pool]) -> None:
    """No document of a lock is frozen.

    Raises:
        Refusal: `FROZEN`.
    """
    if any(pool.frozen for pool in books):
        raise refusal(RefusalCode.FROZEN, "a document takes nothing new")


def check_financeable(documents: Documents, day: Day) -> None:
    """Customs knows, cleared and did not cancel each declaration; it is young enough and earns money.

    Raises:
        Refusal: `NOT_FINANCEABLE`; `NOT_CONFIGURED`.
    """
    for declaration in documents.declarations.values():
        if declaration is None or not is_financeable(declaration, day):
            raise refusal(RefusalCode.NOT_FINANCEABLE, "a declaration that cannot be financed")
    for invoice in documents.invoices.values():
        if not tables.is_listed(day.tables, invoice.issue_date, CURRENCIES, invoice.currency):
            raise refusal(RefusalCode.NOT_FINANCEABLE, "an invoice in a currency that was not listed then")


def is_financeable(declaration: Declaration, day: Day) -> bool:
    """Whether a declaration can carry a financing at all. Its trade mode, office and currency are judged by
    the tables of its own date.

    Raises:
        Refusal: `NOT_CONFIGURED`.
    """
    mode = tables.parameter(
        day.tables, declaration.declared_on, "financeable_trade_mode", declaration.trade_mode
    )
    age = business_day.days_between(declaration.declared_on, day.today)
    codes = ((OFFICES, declaration.number[:_OFFICE_DIGITS]), (CURRENCIES, declaration.currency))
    return (
        declaration.status == "CLEARED"
        and declaration.number[_EXPORT_FLAG] == "0"
        and 0 <= age <= day.parameter("declaration_age_days")
        and mode == 1
        and all(tables.is_listed(day.tables, declaration.declared_on, *each) for each in codes)
    )


def stated_line(view: ViewRecord, pledge: Pledge) -> tuple[int, int] | None:
    """Both amounts of a pledge's line, as the enterprise states them in its consent."""
    for line in view.lines:
        if (line.invoice, line.declaration) == (pledge.invoice, pledge.declaration):
            return line.invoice_amount, line.declaration_amount
    return None


def check_issue(invoice: Invoice, pool: Pool | None) -> None:
    """The invoice is the one that counts, not one that was issued anew since.

    Raises:
        Refusal: `STATEMENT_CONFLICT`.
    """
    if pool is not None and is_replaced(invoice, pool):
        raise refusal(RefusalCode.STATEMENT_CONFLICT, "the invoice was issued anew")


def is_replaced(invoice: Invoice, pool: Pool) -> bool:
    """Whether another invoice stands for this one's document now."""
    return pool.invoice is not None and invoice_fingerprint(pool.invoice) != invoice_fingerprint(invoice)


def joined(invoice: Pool, declaration: Pool, amounts: tuple[int, int] | None) -> tuple[Pool, Pool]:
    """Both pools with the line of a pledge as the consent states it, if it does.

    Raises:
        Refusal: `STATEMENT_CONFLICT`, customs or an earlier lock stated it otherwise.
    """
    if amounts is None:
        return invoice, declaration
    own, other = amounts
    return (
        pools.with_line(invoice, PoolLine(declaration.document, own, other), "ENTERPRISE"),
        pools.with_line(declaration, PoolLine(invoice.document, other, own), "ENTERPRISE"),
    )


def check_lines(held: Sequence[HeldPledge], books: Mapping[str, Pool]) -> None:
    """Every pledge rests on a line that somebody stated.

    Raises:
        Refusal: `CURRENCY_MISMATCH`.
    """
    for pledge in held:
        if pools.line_to(books[pledge.invoice.document], pledge.declaration.document) is None:
            raise refusal(RefusalCode.CURRENCY_MISMATCH, "no line states both amounts of a pledge")


def check_rates(body: Lock, currencies: Sequence[tuple[str, str]], day: Day, *, fresh: bool = True) -> None:
    """Each pledge is worth its loan amount in both documents; `currencies` are the documents' by pledge.

    Rates of a loan that exists already need not be `fresh`.

    Raises:
        Refusal: `NO_RATE`, `STALE_RATE`, `LOAN_ABOVE_PLEDGE`, of all pledges the first in this order.
    """
    worth = []
    for pledge, (invoice, declaration) in zip(body.pledges, currencies, strict=True):
        worth.append((pledge.invoice_amount, invoice, pledge.invoice_rate, pledge.loan_amount))
        worth.append((pledge.declaration_amount, declaration, pledge.declaration_rate, pledge.loan_amount))
    for _, currency, rate_id, _ in worth:
        if (currency == body.currency) != (rate_id == ""):
            raise refusal(RefusalCode.NO_RATE, "a rate is named where, and only where, currencies differ")
        found = tables.rate(day.tables, rate_id)
        if rate_id and (found is None or (found.source, found.target) != (currency, body.currency)):
            raise refusal(RefusalCode.NO_RATE, "no rate of this id joins the two currencies")
    for _, _, rate_id, _ in worth:
        if fresh and rate_id and not day_rules.is_fresh(rate_id, day):
            raise refusal(RefusalCode.STALE_RATE, "a rate is too old, or of a day to come")
    for amount, currency, rate_id, loan in worth:
        if loan > _worth(amount, currency, rate_id, body.currency, day):
            raise refusal(RefusalCode.LOAN_ABOVE_PLEDGE, "a loan amount is more than its pledge is worth")


def check_room(held: Sequence[HeldPledge], books: Mapping[str, Pool], ceilings: Mapping[str, int]) -> None:
    """The documents and lines have room for all pledges together; `ceilings` are ratios in basis points.

    Raises:
        Refusal: `OVER_FINANCING`.
    """
    wanted: dict[str, int] = {}
    for pledge in held:
        for hold, other in ((pledge.invoice, pledge.declaration), (pledge.declaration, pledge.invoice)):
            wanted[hold.document] = wanted.get(hold.document, 0) + hold.amount
            line = pools.line_to(books[hold.document], other.document)
            assert line is not None, "a pledge's line was stated"
            if line.pledged + hold.amount > line.own_amount:
                raise refusal(RefusalCode.OVER_FINANCING, "more than a line has left")
    for document, amount in wanted.items():
        if amount > pools.available(books[document], ceilings[document]):
            raise refusal(RefusalCode.OVER_FINANCING, "more than a document has left")


def hold_pledges(body: Lock, documents: Documents) -> tuple[HeldPledge, ...]:
    """The pledges of a lock as the mark will hold them."""
    return tuple(
        HeldPledge(
            invoice=Hold(documents.fingerprints[pledge.invoice], pledge.invoice_amount),
            declaration=Hold(declaration_fingerprint(pledge.declaration), pledge.declaration_amount),
            loan=pledge.loan_amount,
        )
        for pledge in body.pledges
    )


def check_open(invoices: Iterable[Pool]) -> None:
    """The invoices of a lock are not paid, and in no live financing.

    Raises:
        Refusal: `ALREADY_COLLECTED`; `DUPLICATE`.
    """
    found = tuple(invoices)
    if any(pools.is_collected(pool) for pool in found):
        raise refusal(RefusalCode.ALREADY_COLLECTED, "the buyer has paid an invoice in full")
    if any(pools.live_marks(pool) for pool in found):
        raise refusal(RefusalCode.DUPLICATE, "an invoice is in a live financing")


def _worth(amount: int, currency: str, rate_id: str, loan_currency: str, day: Day) -> int:
    if not rate_id:
        return amount
    found = tables.rate(day.tables, rate_id)
    assert found is not None, "rates are looked up first"
    return money.converted_floor(amount, currency, loan_currency, found.mantissa, found.scale)
