"""The sums an invoice states against what it lists (EN 16931, rules BR-CO-10 to BR-CO-17, BR-S-08 and kin).

The net amount of a line is taken as stated: no rule of EN 16931 ties it to price and quantity, and several
of its published examples break the product. `fitness` asks for it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from counterfoil_documents.errors import DisagreeingTotals, DocumentCode

if TYPE_CHECKING:
    from counterfoil_documents.invoice import Invoice

# Tax of one category is the rate on its sum, rounded once; some issuers round at each line before.
TAX_TOLERANCE_MINOR_UNITS: Final = 1


def check_totals(invoice: Invoice) -> None:
    """Raises DisagreeingTotals TOTALS_DISAGREE naming the first sum that is not what it should be."""
    totals = invoice.totals
    stated_and_due = (
        ("totals.lines", totals.lines, sum(line.net for line in invoice.lines)),
        ("totals.allowances", totals.allowances, _adjustments(invoice, is_charge=False)),
        ("totals.charges", totals.charges, _adjustments(invoice, is_charge=True)),
        ("totals.without_tax", totals.without_tax, totals.lines - totals.allowances + totals.charges),
        ("totals.tax", totals.tax, sum(tax.tax for tax in invoice.taxes)),
        ("totals.with_tax", totals.with_tax, totals.without_tax + totals.tax),
        ("totals.payable", totals.payable, totals.with_tax - totals.prepaid + totals.rounding),
    )
    for field, stated, due in stated_and_due:
        if stated != due:
            raise DisagreeingTotals(DocumentCode.TOTALS_DISAGREE, field)
    _check_taxes(invoice)


def _adjustments(invoice: Invoice, *, is_charge: bool) -> int:
    return sum(a.amount for a in invoice.adjustments if a.is_charge is is_charge)


def _check_taxes(invoice: Invoice) -> None:
    """The breakdown covers every line, allowance and charge, each category at its rate."""
    due: dict[tuple[str, Decimal], int] = {}
    for line in invoice.lines:
        key = (line.tax_category, line.tax_rate)
        due[key] = due.get(key, 0) + line.net
    for adjustment in invoice.adjustments:
        key = (adjustment.tax_category, adjustment.tax_rate)
        amount = adjustment.amount if adjustment.is_charge else -adjustment.amount
        due[key] = due.get(key, 0) + amount
    for number, tax in enumerate(invoice.taxes, start=1):
        if due.pop((tax.category, tax.rate), None) != tax.taxable:
            raise DisagreeingTotals(DocumentCode.TOTALS_DISAGREE, f"taxes[{number}].taxable")
        exact = (tax.taxable * tax.rate / 100).quantize(Decimal(1), ROUND_HALF_UP)
        if abs(tax.tax - int(exact)) > TAX_TOLERANCE_MINOR_UNITS:
            raise DisagreeingTotals(DocumentCode.TOTALS_DISAGREE, f"taxes[{number}].tax")
    for category, rate in due:
        raise DisagreeingTotals(DocumentCode.TOTALS_DISAGREE, f"taxes[{category} {rate}]")
