"""Both syntaxes give one model; what is not understood is refused by the name of its field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from counterfoil_documents import (
    DisagreeingTotals,
    DocumentCode,
    DocumentError,
    Invoice,
    RefusedField,
    Syntax,
    read_invoice,
)
from counterfoil_documents.invoice import Kind

Change = Callable[[str, str], bytes]


def in_ubl(invoice: Invoice) -> Invoice:
    """What the syntaxes of one invoice differ in: only the syntax."""
    return replace(invoice, syntax=Syntax.UBL)


def test_both_syntaxes_give_one_model(ubl: Change, cii: Change) -> None:
    first, second = read_invoice(ubl("", "")), read_invoice(cii("", ""))
    assert (first.syntax, second.syntax) == (Syntax.UBL, Syntax.CII)
    assert first == in_ubl(second)


def test_the_model_holds_what_the_file_states(ubl: Change) -> None:
    invoice = read_invoice(ubl("", ""))
    assert invoice.kind is Kind.INVOICE
    assert invoice.due_date == invoice.issue_date.replace(year=2027, month=1, day=1)
    assert invoice.issue_date == date(2026, 10, 3)
    assert (invoice.currency, invoice.totals.payable, invoice.totals.tax) == ("USD", 7_000_000, 0)
    assert invoice.seller.legal is not None
    assert (invoice.seller.country, invoice.buyer.country) == ("CN", "AE")
    assert [line.net for line in invoice.lines] == [4_199_860, 2_800_140]


def test_a_repr_shows_no_content(ubl: Change) -> None:
    invoice = read_invoice(ubl("", ""))
    shown = f"{invoice!r} {invoice.seller!r} {invoice.totals!r} {invoice.lines!r}"
    for secret in (invoice.number, invoice.seller.name, invoice.buyer.name, "7000000"):
        assert secret not in shown


CBC = "cbc:DueDate>2027-01-01</cbc:DueDate>"
TOTAL = "cac:LegalMonetaryTotal"


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("<cbc:ID>EXP-2610-279267</cbc:ID>", "", DocumentCode.MISSING, "cbc:ID"),
        ("<cbc:ID>EXP-2610-279267</cbc:ID>", "<cbc:ID> </cbc:ID>", DocumentCode.MISSING, "cbc:ID"),
        (
            "<cbc:ID>EXP-2610-279267</cbc:ID>",
            "<cbc:ID>A</cbc:ID><cbc:ID>B</cbc:ID>",
            DocumentCode.REPEATED,
            "cbc:ID",
        ),
        ("2026-10-03", "2026-10-03Z", DocumentCode.MALFORMED, "cbc:IssueDate"),
        ("2026-10-03", "2026-02-30", DocumentCode.MALFORMED, "cbc:IssueDate"),
        (">380<", ">384<", DocumentCode.UNSUPPORTED, "cbc:InvoiceTypeCode"),
        (">380<", ">381<", DocumentCode.UNSUPPORTED, "cbc:InvoiceTypeCode"),
        (">USD<", ">USX<", DocumentCode.UNKNOWN_CURRENCY, "cbc:DocumentCurrencyCode"),
        (
            '<cbc:PayableAmount currencyID="USD">',
            '<cbc:PayableAmount currencyID="EUR">',
            DocumentCode.CURRENCY_CONFLICT,
            f"{TOTAL}/cbc:PayableAmount/@currencyID",
        ),
        (
            '<cbc:PayableAmount currencyID="USD">70000.00',
            '<cbc:PayableAmount currencyID="USD">70000.000',
            DocumentCode.TOO_MANY_DECIMALS,
            f"{TOTAL}/cbc:PayableAmount",
        ),
        (
            '<cbc:PayableAmount currencyID="USD">70000.00',
            '<cbc:PayableAmount currencyID="USD">7.000.000',
            DocumentCode.MALFORMED,
            f"{TOTAL}/cbc:PayableAmount",
        ),
        (
            f"<{CBC}",
            f"<{CBC}<cac:PrepaidPayment/>",
            DocumentCode.UNSUPPORTED,
            "cac:PrepaidPayment",
        ),
        (
            f"<{CBC}",
            f"<{CBC}<cbc:PaymentCurrencyCode>CNY</cbc:PaymentCurrencyCode>",
            DocumentCode.UNSUPPORTED,
            "cbc:PaymentCurrencyCode",
        ),
        (
            f"<{CBC}",
            f"<{CBC}<cbc:CopyIndicator>true</cbc:CopyIndicator>",
            DocumentCode.UNSUPPORTED,
            "cbc:CopyIndicator",
        ),
        (
            f"<{CBC}",
            f"<{CBC}<cac:PaymentMeans><cbc:PaymentDueDate>2027-01-02</cbc:PaymentDueDate></cac:PaymentMeans>",
            DocumentCode.REPEATED,
            "cac:PaymentMeans/cbc:PaymentDueDate",
        ),
        (
            f"<{CBC}",
            f'<{CBC}<x:Note xmlns:x="urn:x"/>',
            DocumentCode.UNSUPPORTED,
            "{urn:x}Note",
        ),
        (f"<{CBC}", f"<{CBC}loose text", DocumentCode.UNSUPPORTED, "text()"),
        (
            "<cbc:InvoiceTypeCode>",
            '<cbc:InvoiceTypeCode nil="true">',
            DocumentCode.UNSUPPORTED,
            "cbc:InvoiceTypeCode/@nil",
        ),
        (
            "<cbc:InvoiceTypeCode>380",
            "<cbc:InvoiceTypeCode>3<cbc:Note/>80",
            DocumentCode.UNSUPPORTED,
            "cbc:InvoiceTypeCode/cbc:Note",
        ),
        (
            "<cac:Price>",
            "<cac:SubInvoiceLine/><cac:Price>",
            DocumentCode.UNSUPPORTED,
            "cac:InvoiceLine/cac:SubInvoiceLine",
        ),
    ],
)
def test_a_ubl_field_is_refused_by_name(
    ubl: Change, old: str, new: str, code: DocumentCode, field: str
) -> None:
    with pytest.raises(RefusedField) as refused:
        read_invoice(ubl(old, new))
    assert (refused.value.code, refused.value.field) == (code, field)


HEADER = "rsm:ExchangedDocument"
SETTLEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
LINE = "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem"


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("<ram:ID>EXP-2610-279267</ram:ID>", "", DocumentCode.MISSING, f"{HEADER}/ram:ID"),
        (">380<", ">875<", DocumentCode.UNSUPPORTED, f"{HEADER}/ram:TypeCode"),
        (
            'format="102">20261003',
            'format="203">202610030000',
            DocumentCode.UNSUPPORTED,
            f"{HEADER}/ram:IssueDateTime/udt:DateTimeString/@format",
        ),
        (
            "20261003",
            "2026-10-3",
            DocumentCode.MALFORMED,
            f"{HEADER}/ram:IssueDateTime/udt:DateTimeString",
        ),
        (
            "<ram:TypeCode>380</ram:TypeCode>",
            "<ram:TypeCode>380</ram:TypeCode><ram:CopyIndicator/>",
            DocumentCode.UNSUPPORTED,
            f"{HEADER}/ram:CopyIndicator",
        ),
        (
            "<ram:GuidelineSpecifiedDocumentContextParameter>",
            "<ram:TestIndicator/><ram:GuidelineSpecifiedDocumentContextParameter>",
            DocumentCode.UNSUPPORTED,
            "rsm:ExchangedDocumentContext/ram:TestIndicator",
        ),
        (
            "<ram:InvoiceCurrencyCode>USD",
            "<ram:SpecifiedLogisticsServiceCharge/><ram:InvoiceCurrencyCode>USD",
            DocumentCode.UNSUPPORTED,
            f"{SETTLEMENT}/ram:SpecifiedLogisticsServiceCharge",
        ),
        (
            '<ram:TaxTotalAmount currencyID="USD">',
            '<ram:TaxTotalAmount currencyID="CNY">',
            DocumentCode.CURRENCY_CONFLICT,
            f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount/@currencyID",
        ),
        (
            "<ram:SpecifiedTradePaymentTerms>",
            "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format='102'>20261231"
            "</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
            "<ram:SpecifiedTradePaymentTerms>",
            DocumentCode.REPEATED,
            f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime",
        ),
        (
            "<ram:LineID>1</ram:LineID>",
            "<ram:LineID>1</ram:LineID><ram:ParentLineID>2</ram:ParentLineID>",
            DocumentCode.UNSUPPORTED,
            f"{LINE}/ram:AssociatedDocumentLineDocument/ram:ParentLineID",
        ),
        (
            "<ram:TypeCode>VAT</ram:TypeCode>",
            "<ram:TypeCode>GST</ram:TypeCode>",
            DocumentCode.UNSUPPORTED,
            f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:TypeCode",
        ),
    ],
)
def test_a_cii_field_is_refused_by_name(
    cii: Change, old: str, new: str, code: DocumentCode, field: str
) -> None:
    with pytest.raises(RefusedField) as refused:
        read_invoice(cii(old, new))
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("41998.60", "41998.61", "totals.lines"),
        (
            'TaxExclusiveAmount currencyID="USD">70000.00',
            'TaxExclusiveAmount currencyID="USD">1.00',
            "without_tax",
        ),
        (
            'TaxInclusiveAmount currencyID="USD">70000.00',
            'TaxInclusiveAmount currencyID="USD">1.00',
            "with_tax",
        ),
        ('PayableAmount currencyID="USD">70000.00', 'PayableAmount currencyID="USD">69999.99', "payable"),
        ('TaxAmount currencyID="USD">0.00', 'TaxAmount currencyID="USD">1.00', "with_tax"),
        (
            'TaxableAmount currencyID="USD">70000.00',
            'TaxableAmount currencyID="USD">1.00',
            "taxes[1].taxable",
        ),
        ("<cbc:Percent>0</cbc:Percent>", "<cbc:Percent>13</cbc:Percent>", "taxes[1].tax"),
        (
            "<cac:LegalMonetaryTotal>",
            '<cac:LegalMonetaryTotal><cbc:ChargeTotalAmount currencyID="USD">1.00</cbc:ChargeTotalAmount>',
            "totals.charges",
        ),
    ],
)
def test_a_sum_that_is_none_is_refused_by_name(ubl: Change, old: str, new: str, field: str) -> None:
    with pytest.raises(DisagreeingTotals) as refused:
        read_invoice(ubl(old, new))
    assert refused.value.code is DocumentCode.TOTALS_DISAGREE
    assert refused.value.field.endswith(field)


def test_prepaid_and_rounding_are_part_of_what_is_payable(ubl: Change) -> None:
    changed = ubl(
        '<cbc:PayableAmount currencyID="USD">70000.00',
        '<cbc:PrepaidAmount currencyID="USD">20000.00</cbc:PrepaidAmount>'
        '<cbc:PayableRoundingAmount currencyID="USD">-0.50</cbc:PayableRoundingAmount>'
        '<cbc:PayableAmount currencyID="USD">49999.50',
    )
    totals = read_invoice(changed).totals
    assert (totals.prepaid, totals.rounding, totals.payable) == (2_000_000, -50, 4_999_950)


def test_a_refusal_shows_structure_and_never_a_value(ubl: Change) -> None:
    with pytest.raises(DocumentError) as refused:
        read_invoice(ubl(">380<", ">384<"))
    assert "384" in str(refused.value)
    with pytest.raises(DocumentError) as refused:
        read_invoice(ubl("41998.60", "41998.606"))
    assert "41998" not in str(refused.value)
