"""UN/CEFACT Cross Industry Invoice D16B, as EN 16931 binds it (CEN/TS 16931-3-3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from counterfoil_documents.errors import DocumentCode, RefusedField
from counterfoil_documents.invoice import (
    OUTSIDE_VAT,
    AllowanceCharge,
    Identifier,
    Invoice,
    Kind,
    Line,
    Party,
    Syntax,
    TaxSubtotal,
    Totals,
)
from counterfoil_documents.node import Node, parse_date

if TYPE_CHECKING:
    from datetime import date

    from lxml import etree

NAMESPACE: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_QDT: Final = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
ROOT: Final = f"{{{NAMESPACE}}}CrossIndustryInvoice"
_PREFIXES: Final = {NAMESPACE: "rsm", _RAM: "ram", _UDT: "udt", _QDT: "qdt"}
_DAY: Final = "102"  # UNTDID 2379: YYYYMMDD

# References, places and texts: understood, and nothing of them is in the model.
_AGREEMENT: Final = (
    "ram:BuyerReference", "ram:SellerTaxRepresentativeTradeParty", "ram:SellerOrderReferencedDocument",
    "ram:BuyerOrderReferencedDocument", "ram:ContractReferencedDocument", "ram:AdditionalReferencedDocument",
    "ram:SpecifiedProcuringProject", "ram:ApplicableTradeDeliveryTerms",
)  # fmt: skip
_SETTLEMENT: Final = (
    "ram:CreditorReferenceID", "ram:PaymentReference", "ram:BillingSpecifiedPeriod",
    "ram:SpecifiedTradeSettlementPaymentMeans", "ram:ReceivableSpecifiedTradeAccountingAccount",
)  # fmt: skip
_PARTY: Final = ("ram:DefinedTradeContact", "ram:URIUniversalCommunication", "ram:Description")
_ADDRESS: Final = (
    "ram:PostcodeCode", "ram:LineOne", "ram:LineTwo", "ram:LineThree", "ram:CityName",
    "ram:CountrySubDivisionName",
)  # fmt: skip
_REASONS: Final = ("ram:ReasonCode", "ram:Reason", "ram:CalculationPercent")
_TAX_TEXTS: Final = (
    "ram:ExemptionReason", "ram:ExemptionReasonCode", "ram:TaxPointDate", "ram:DueDateTypeCode"
)  # fmt: skip
_PRODUCT: Final = (
    "ram:GlobalID", "ram:SellerAssignedID", "ram:BuyerAssignedID", "ram:Description",
    "ram:ApplicableProductCharacteristic", "ram:DesignatedProductClassification", "ram:OriginTradeCountry",
)  # fmt: skip


def read_cii(root: etree._Element) -> Invoice:
    """The invoice of a CII root element (tag ROOT). Raises RefusedField."""
    with Node(root, _PREFIXES) as message:
        with message.one("rsm:ExchangedDocumentContext") as context:
            context.ignore(
                "ram:GuidelineSpecifiedDocumentContextParameter",
                "ram:BusinessProcessSpecifiedDocumentContextParameter",
            )
        kind, number, issued = _header(message.one("rsm:ExchangedDocument"))
        with message.one("rsm:SupplyChainTradeTransaction") as trade:
            with trade.one("ram:ApplicableHeaderTradeAgreement") as agreement:
                agreement.ignore(*_AGREEMENT)
                seller = _party(agreement.one("ram:SellerTradeParty"))
                buyer = _party(agreement.one("ram:BuyerTradeParty"))
            trade.ignore("ram:ApplicableHeaderTradeDelivery")
            lines = trade.many("ram:IncludedSupplyChainTradeLineItem")
            if not lines:
                raise RefusedField(DocumentCode.MISSING, f"{trade.path}/ram:IncludedSupplyChainTradeLineItem")
            with trade.one("ram:ApplicableHeaderTradeSettlement") as settlement:
                settlement.ignore(*_SETTLEMENT)
                currency = settlement.one("ram:InvoiceCurrencyCode").currency()
                payee = settlement.optional("ram:PayeeTradeParty")
                return Invoice(
                    syntax=Syntax.CII,
                    kind=kind,
                    number=number,
                    issue_date=issued,
                    due_date=_due_date(settlement),
                    currency=currency,
                    seller=seller,
                    buyer=buyer,
                    payee=None if payee is None else _party(payee),
                    totals=_totals(settlement, currency),
                    taxes=tuple(_tax(n, currency) for n in settlement.many("ram:ApplicableTradeTax")),
                    adjustments=tuple(
                        _adjustment(n, currency) for n in settlement.many("ram:SpecifiedTradeAllowanceCharge")
                    ),
                    lines=tuple(_line(n, currency) for n in lines),
                    preceding=tuple(_preceding(n) for n in settlement.many("ram:InvoiceReferencedDocument")),
                )


def _header(node: Node) -> tuple[Kind, str, date]:
    with node as header:
        header.ignore("ram:Name", "ram:IncludedNote", "ram:LanguageID")
        code = header.one("ram:TypeCode")
        if code.value() not in (Kind.INVOICE.value, Kind.CREDIT_NOTE.value):
            raise RefusedField(DocumentCode.UNSUPPORTED, code.path, code.value())
        return Kind(code.value()), header.text("ram:ID"), _date_time(header.one("ram:IssueDateTime"))


def _date_time(node: Node) -> date:
    with node as outer:
        inner = outer.one("udt:DateTimeString")
        if inner.attribute("format") != _DAY:
            raise RefusedField(DocumentCode.UNSUPPORTED, f"{inner.path}/@format", inner.attribute("format"))
        text = inner.value("format")
        return parse_date(f"{text[:4]}-{text[4:6]}-{text[6:]}", inner.path)


def _party(node: Node) -> Party:
    with node as party:
        party.ignore(*_PARTY)
        name = party.text("ram:Name")
        legal, trading_name = _organisation(party.optional("ram:SpecifiedLegalOrganization"))
        vat, tax = _tax_registrations(party)
        address = party.optional("ram:PostalTradeAddress")
        others = [*party.many("ram:GlobalID"), *party.many("ram:ID")]
        return Party(
            name=name,
            trading_name=trading_name,
            legal=legal,
            vat=vat,
            tax=tax,
            others=tuple(_identifier(n) for n in others),
            country="" if address is None else _country(address),
        )


def _identifier(node: Node) -> Identifier:
    return Identifier(scheme=node.attribute("schemeID"), value=node.value())


def _organisation(node: Node | None) -> tuple[Identifier | None, str]:
    if node is None:
        return None, ""
    with node as organisation:
        number = organisation.optional("ram:ID")
        trading_name = organisation.optional_text("ram:TradingBusinessName")
        return None if number is None else _identifier(number), trading_name


def _tax_registrations(party: Node) -> tuple[Identifier | None, Identifier | None]:
    """The VAT identifier (scheme VA) and another tax registration (FC), at most one of each."""
    found: dict[str, Identifier] = {}
    for node in party.many("ram:SpecifiedTaxRegistration"):
        with node as registration:
            number = registration.one("ram:ID")
            scheme = number.attribute("schemeID")
            if scheme not in ("VA", "FC"):
                raise RefusedField(DocumentCode.UNSUPPORTED, f"{number.path}/@schemeID", scheme)
            if scheme in found:
                raise RefusedField(DocumentCode.REPEATED, registration.path)
            found[scheme] = Identifier("", number.value())
    return found.get("VA"), found.get("FC")


def _country(node: Node) -> str:
    with node as address:
        address.ignore(*_ADDRESS)
        return address.optional_text("ram:CountryID")


def _due_date(settlement: Node) -> date | None:
    found: date | None = None
    for node in settlement.many("ram:SpecifiedTradePaymentTerms"):
        with node as terms:
            terms.ignore("ram:Description", "ram:DirectDebitMandateID")
            due = terms.optional("ram:DueDateDateTime")
            if due is not None:
                if found is not None:
                    raise RefusedField(DocumentCode.REPEATED, due.path)
                found = _date_time(due)
    return found


def _totals(settlement: Node, currency: str) -> Totals:
    tax_currency = settlement.optional_text("ram:TaxCurrencyCode")
    with settlement.one("ram:SpecifiedTradeSettlementHeaderMonetarySummation") as total:
        return Totals(
            lines=total.amount("ram:LineTotalAmount", currency),
            allowances=total.optional_amount("ram:AllowanceTotalAmount", currency) or 0,
            charges=total.optional_amount("ram:ChargeTotalAmount", currency) or 0,
            without_tax=total.amount("ram:TaxBasisTotalAmount", currency),
            tax=_tax_total(total, currency, tax_currency),
            with_tax=total.amount("ram:GrandTotalAmount", currency),
            prepaid=total.optional_amount("ram:TotalPrepaidAmount", currency) or 0,
            rounding=total.optional_amount("ram:RoundingAmount", currency) or 0,
            payable=total.amount("ram:DuePayableAmount", currency),
        )


def _tax_total(total: Node, currency: str, tax_currency: str) -> int:
    """The total in the invoice's currency; a second one states it in the tax currency (BT-111)."""
    found: int | None = None
    for amount in total.many("ram:TaxTotalAmount"):
        stated = amount.attribute("currencyID") or currency
        if stated != currency and stated == tax_currency:
            amount.money(stated)
            continue
        if found is not None:
            raise RefusedField(DocumentCode.REPEATED, amount.path)
        found = amount.money(currency)
    return found or 0


def _tax(node: Node, currency: str) -> TaxSubtotal:
    with node as tax:
        category, rate = _category(tax)
        return TaxSubtotal(
            category=category,
            rate=rate,
            taxable=tax.amount("ram:BasisAmount", currency),
            tax=tax.amount("ram:CalculatedAmount", currency),
        )


def _category(tax: Node) -> tuple[str, Decimal]:
    tax.ignore(*_TAX_TEXTS)
    kind = tax.one("ram:TypeCode")
    if kind.value() != "VAT":
        raise RefusedField(DocumentCode.UNSUPPORTED, kind.path, kind.value())
    code = tax.text("ram:CategoryCode")
    # Only what is outside the scope of VAT has no rate (BR-O-5 and kin).
    rate = "ram:RateApplicablePercent"
    percent = tax.optional(rate) if code == OUTSIDE_VAT else tax.one(rate)
    return code, Decimal(0) if percent is None else percent.decimal()


def _charge_indicator(adjustment: Node) -> bool:
    with adjustment.one("ram:ChargeIndicator") as indicator:
        return indicator.one("udt:Indicator").boolean()


def _adjustment(node: Node, currency: str) -> AllowanceCharge:
    with node as adjustment:
        adjustment.ignore(*_REASONS)
        adjustment.optional_amount("ram:BasisAmount", currency)
        with adjustment.one("ram:CategoryTradeTax") as tax:
            category, rate = _category(tax)
        return AllowanceCharge(
            is_charge=_charge_indicator(adjustment),
            amount=adjustment.amount("ram:ActualAmount", currency),
            tax_category=category,
            tax_rate=rate,
        )


def _line(node: Node, currency: str) -> Line:
    with node as line:
        with line.one("ram:AssociatedDocumentLineDocument") as document:
            document.ignore("ram:IncludedNote")
            number = document.text("ram:LineID")
        with line.one("ram:SpecifiedTradeProduct") as product:
            product.ignore(*_PRODUCT)
            name = product.text("ram:Name")
        with line.one("ram:SpecifiedLineTradeAgreement") as agreement:
            agreement.ignore("ram:BuyerOrderReferencedDocument", "ram:GrossPriceProductTradePrice")
            price, price_quantity = _price(agreement.one("ram:NetPriceProductTradePrice"), currency)
        with line.one("ram:SpecifiedLineTradeDelivery") as delivery:
            quantity = delivery.one("ram:BilledQuantity")
        category, rate, adjustment, net = _line_settlement(
            line.one("ram:SpecifiedLineTradeSettlement"), currency
        )
        return Line(
            number=number,
            name=name,
            quantity=quantity.decimal("unitCode"),
            unit=quantity.attribute("unitCode"),
            price=price,
            price_quantity=price_quantity,
            adjustment=adjustment,
            net=net,
            tax_category=category,
            tax_rate=rate,
        )


def _price(node: Node, currency: str) -> tuple[Decimal, Decimal]:
    with node as price:
        amount = price.one("ram:ChargeAmount")
        stated = amount.attribute("currencyID")
        if stated and stated != currency:
            raise RefusedField(DocumentCode.CURRENCY_CONFLICT, f"{amount.path}/@currencyID", stated)
        per = price.optional("ram:BasisQuantity")
        return amount.decimal("currencyID"), Decimal(1) if per is None else per.decimal("unitCode")


def _line_settlement(node: Node, currency: str) -> tuple[str, Decimal, int, int]:
    """Tax category, tax rate, own charges less own allowances, net amount."""
    with node as settlement:
        settlement.ignore(
            "ram:BillingSpecifiedPeriod",
            "ram:AdditionalReferencedDocument",
            "ram:ReceivableSpecifiedTradeAccountingAccount",
        )
        with settlement.one("ram:ApplicableTradeTax") as tax:
            category, rate = _category(tax)
        adjustments = [
            _line_adjustment(n, currency) for n in settlement.many("ram:SpecifiedTradeAllowanceCharge")
        ]
        with settlement.one("ram:SpecifiedTradeSettlementLineMonetarySummation") as summation:
            return category, rate, sum(adjustments), summation.amount("ram:LineTotalAmount", currency)


def _line_adjustment(node: Node, currency: str) -> int:
    with node as adjustment:
        adjustment.ignore(*_REASONS)
        adjustment.optional_amount("ram:BasisAmount", currency)
        amount = adjustment.amount("ram:ActualAmount", currency)
        return amount if _charge_indicator(adjustment) else -amount


def _preceding(node: Node) -> str:
    with node as reference:
        reference.ignore("ram:FormattedIssueDateTime")
        return reference.text("ram:IssuerAssignedID")
