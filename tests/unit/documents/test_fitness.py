"""An invoice that was read is an export invoice to lend on, or is refused with the first reason."""

from collections.abc import Callable

import pytest
from counterfoil_documents import FitnessCode, UnfitInvoice, export_invoice, read_invoice
from counterfoil_documents.social_credit_code import check_character, is_social_credit_code

Change = Callable[[str, str], bytes]
SELLER = "91440300MA5GF2614U"
DUE = "<cbc:DueDate>2027-01-01</cbc:DueDate>"
PAYEE = "<cac:PayeeParty><cac:PartyName><cbc:Name>Factor Ltd</cbc:Name></cac:PartyName></cac:PayeeParty>"
PAYABLE = '<cbc:PayableAmount currencyID="USD">70000.00'


def test_a_sample_is_fit(ubl: Change) -> None:
    found = export_invoice(read_invoice(ubl("", "")))
    assert (found.seller_code, found.buyer_country) == (SELLER, "AE")
    assert (found.currency, found.total) == ("USD", 7_000_000)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (f"<cbc:CompanyID>{SELLER}</cbc:CompanyID>", "", FitnessCode.SELLER_CODE_MISSING),
        (SELLER, "91440300MA5GF26140", FitnessCode.SELLER_CODE_INVALID),
        (SELLER, "57151520", FitnessCode.SELLER_CODE_INVALID),
        ("<cbc:IdentificationCode>CN", "<cbc:IdentificationCode>HK", FitnessCode.SELLER_NOT_IN_CHINA),
        (
            "<cbc:IdentificationCode>AE</cbc:IdentificationCode>",
            "",
            FitnessCode.BUYER_COUNTRY_MISSING,
        ),
        ("<cbc:IdentificationCode>AE", "<cbc:IdentificationCode>XX", FitnessCode.BUYER_COUNTRY_UNKNOWN),
        ("<cbc:IdentificationCode>AE", "<cbc:IdentificationCode>CN", FitnessCode.BUYER_NOT_ABROAD),
        ("<cac:TaxTotal>", f"{PAYEE}<cac:TaxTotal>", FitnessCode.PAYEE_IS_NOT_SELLER),
        (DUE, "", FitnessCode.DUE_DATE_MISSING),
        (DUE, "<cbc:DueDate>2026-10-02</cbc:DueDate>", FitnessCode.DUE_BEFORE_ISSUE),
        (
            PAYABLE,
            '<cbc:PrepaidAmount currencyID="USD">0.01</cbc:PrepaidAmount>'
            '<cbc:PayableAmount currencyID="USD">69999.99',
            FitnessCode.PARTLY_PAID,
        ),
        ('unitCode="LO">1<', 'unitCode="LO">2<', FitnessCode.LINE_PRICE_DISAGREES),
    ],
)
def test_unfit_invoices(ubl: Change, old: str, new: str, code: FitnessCode) -> None:
    invoice = read_invoice(ubl(old, new))
    with pytest.raises(UnfitInvoice) as refused:
        export_invoice(invoice)
    assert refused.value.code is code


def test_a_credit_note_and_nothing_and_tax_are_unfit(cii: Change) -> None:
    with pytest.raises(UnfitInvoice) as refused:
        export_invoice(read_invoice(cii(">380<", ">381<")))
    assert refused.value.code is FitnessCode.NOT_A_COMMERCIAL_INVOICE
    nothing = cii("70000.00", "0.00").replace(b"41998.60", b"0").replace(b"28001.40", b"0")
    with pytest.raises(UnfitInvoice) as refused:
        export_invoice(read_invoice(nothing))
    assert refused.value.code is FitnessCode.AMOUNT_NOT_POSITIVE
    taxed = (
        cii("ApplicablePercent>0<", "ApplicablePercent>13<")
        .replace(b"CalculatedAmount>0.00<", b"CalculatedAmount>9100.00<")
        .replace(b'currencyID="USD">0.00<', b'currencyID="USD">9100.00<')
        .replace(b"GrandTotalAmount>70000.00", b"GrandTotalAmount>79100.00")
        .replace(b"DuePayableAmount>70000.00", b"DuePayableAmount>79100.00")
    )
    with pytest.raises(UnfitInvoice) as refused:
        export_invoice(read_invoice(taxed))
    assert refused.value.code is FitnessCode.TAX_CHARGED


def test_a_code_in_real_use_can_be_accepted(ubl: Change) -> None:
    odd = "91350211M0000XUF46"
    invoice = read_invoice(ubl(SELLER, odd))
    with pytest.raises(UnfitInvoice):
        export_invoice(invoice)
    assert export_invoice(invoice, accepted_codes=[odd]).seller_code == odd


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91350100M000100Y43", True),
        ("91110000101623741K", True),
        ("911101066976941872", True),
        # The weighted sum leaves nothing: the outer modulus matters.
        ("91310000MA00000100", True),
        ("91350211M0000XUF46", False),
        ("91110000101623741k", False),
        ("91110000101623741", False),
        ("9111000010162374１K", False),
        ("9I110000101623741K", False),
    ],
)
def test_social_credit_codes(code: str, *, valid: bool) -> None:
    assert is_social_credit_code(code) is valid
    if valid:
        assert check_character(code[:-1]) == code[-1]
