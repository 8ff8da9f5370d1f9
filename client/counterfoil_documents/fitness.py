"""Whether an invoice that was read can be lent on as a Chinese enterprise's export invoice.

Reading asks what a document states; this asks what a bank needs of it. The refusals are of another kind:
the file is fine, the deal is not, or not yet understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from counterfoil_documents.currency import decimals
from counterfoil_documents.errors import FitnessCode, UnfitInvoice
from counterfoil_documents.invoice import Invoice, Kind, Line, Party
from counterfoil_documents.social_credit_code import is_social_credit_code

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

_HOME: Final = "CN"
# ISO 3166-1 alpha-2, all that are assigned.
_ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
_COUNTRIES: Final = frozenset(_ISO_3166.split())


@dataclass(frozen=True, slots=True, repr=False)
class ExportInvoice:
    """What a bank needs of an export invoice; `total` is in the minor unit of `currency`."""

    number: str
    issue_date: date
    due_date: date
    seller_code: str
    seller_name: str
    buyer_name: str
    buyer_country: str
    currency: str
    total: int


def export_invoice(invoice: Invoice, accepted_codes: Collection[str] = ()) -> ExportInvoice:
    """The export invoice in `invoice`. Raises UnfitInvoice, first reason in FitnessCode's order.

    `accepted_codes` are social credit codes in real use whose check character is wrong.
    """
    if invoice.kind is not Kind.INVOICE:
        raise UnfitInvoice(FitnessCode.NOT_A_COMMERCIAL_INVOICE, "kind")
    seller_code = _seller_code(invoice.seller, accepted_codes)
    buyer_country = _buyer_country(invoice.buyer)
    if invoice.payee is not None:
        # Someone else is to be paid: the receivable may be assigned already.
        raise UnfitInvoice(FitnessCode.PAYEE_IS_NOT_SELLER, "payee")
    due_date = _due_date(invoice)
    _check_amounts(invoice)
    return ExportInvoice(
        number=invoice.number,
        issue_date=invoice.issue_date,
        due_date=due_date,
        seller_code=seller_code,
        seller_name=invoice.seller.name,
        buyer_name=invoice.buyer.name,
        buyer_country=buyer_country,
        currency=invoice.currency,
        total=invoice.totals.with_tax,
    )


def _seller_code(seller: Party, accepted_codes: Collection[str]) -> str:
    """The USCC among the seller's registrations: legal identifier, tax registrations, others."""
    values = [identifier.value for identifier in seller.identifiers()]
    if not values:
        raise UnfitInvoice(FitnessCode.SELLER_CODE_MISSING, "seller.legal")
    valid = sorted({value for value in values if is_social_credit_code(value) or value in accepted_codes})
    if len(valid) != 1:
        raise UnfitInvoice(FitnessCode.SELLER_CODE_INVALID, "seller.legal")
    if seller.country not in ("", _HOME):
        raise UnfitInvoice(FitnessCode.SELLER_NOT_IN_CHINA, "seller.country")
    return valid[0]


def _buyer_country(buyer: Party) -> str:
    if not buyer.country:
        raise UnfitInvoice(FitnessCode.BUYER_COUNTRY_MISSING, "buyer.country")
    if buyer.country not in _COUNTRIES:
        raise UnfitInvoice(FitnessCode.BUYER_COUNTRY_UNKNOWN, "buyer.country")
    if buyer.country == _HOME:
        raise UnfitInvoice(FitnessCode.BUYER_NOT_ABROAD, "buyer.country")
    return buyer.country


def _due_date(invoice: Invoice) -> date:
    if invoice.due_date is None:
        raise UnfitInvoice(FitnessCode.DUE_DATE_MISSING, "due_date")
    if invoice.due_date < invoice.issue_date:
        raise UnfitInvoice(FitnessCode.DUE_BEFORE_ISSUE, "due_date")
    return invoice.due_date


def _check_amounts(invoice: Invoice) -> None:
    totals = invoice.totals
    if totals.with_tax <= 0:
        raise UnfitInvoice(FitnessCode.AMOUNT_NOT_POSITIVE, "totals.with_tax")
    if totals.tax != 0:
        # Exports leave without VAT; with VAT on it the receivable is not the goods' price.
        raise UnfitInvoice(FitnessCode.TAX_CHARGED, "totals.tax")
    if totals.payable != totals.with_tax:
        raise UnfitInvoice(FitnessCode.PARTLY_PAID, "totals.payable")
    for number, line in enumerate(invoice.lines, start=1):
        if not _price_agrees(line, invoice.currency):
            raise UnfitInvoice(FitnessCode.LINE_PRICE_DISAGREES, f"lines[{number}].net")


def _price_agrees(line: Line, currency: str) -> bool:
    """Whether quantity times price, with the line's own adjustments, is its net amount, rounded once."""
    if line.price_quantity == 0:
        return False
    exponent = decimals(currency)
    exact = line.quantity * line.price / line.price_quantity * Decimal(10) ** exponent + line.adjustment
    return abs(exact - line.net) <= Decimal("0.5")
