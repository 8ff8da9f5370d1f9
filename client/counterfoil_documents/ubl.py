"""UBL 2.1 Invoice and CreditNote (OASIS), as EN 16931 binds it (CEN/TS 16931-3-2)."""

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
from counterfoil_documents.node import Node

if TYPE_CHECKING:
    from datetime import date

    from lxml import etree

INVOICE: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE: Final = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
_CAC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
ROOTS: Final = {f"{{{INVOICE}}}Invoice": Kind.INVOICE, f"{{{CREDIT_NOTE}}}CreditNote": Kind.CREDIT_NOTE}
_PREFIXES: Final = {_CAC: "cac", _CBC: "cbc"}

# References, places and texts: understood, and nothing of them is in the model.
_HEADER: Final = (
    "cbc:CustomizationID", "cbc:ProfileID", "cbc:ProfileExecutionID", "cbc:UUID", "cbc:IssueTime", "cbc:Note",
    "cbc:TaxPointDate", "cbc:AccountingCost", "cbc:BuyerReference", "cbc:LineCountNumeric",
    "cac:InvoicePeriod", "cac:OrderReference", "cac:ContractDocumentReference",
    "cac:AdditionalDocumentReference", "cac:DespatchDocumentReference", "cac:ReceiptDocumentReference",
    "cac:OriginatorDocumentReference", "cac:ProjectReference", "cac:TaxRepresentativeParty", "cac:Delivery",
    "cac:DeliveryTerms",
)  # fmt: skip
_PARTY: Final = ("cbc:EndpointID", "cac:Contact", "cbc:WebsiteURI", "cac:Language")
_ADDRESS: Final = (
    "cbc:ID", "cbc:Postbox", "cbc:BuildingName", "cbc:BuildingNumber", "cbc:StreetName", "cbc:CityName",
    "cbc:AdditionalStreetName", "cbc:PostalZone", "cbc:CountrySubentity", "cac:AddressLine",
)  # fmt: skip
_MEANS: Final = (
    "cbc:PaymentMeansCode", "cbc:PaymentID", "cbc:InstructionNote", "cac:PayeeFinancialAccount",
    "cac:CardAccount", "cac:PaymentMandate",
)  # fmt: skip
_REASONS: Final = (
    "cbc:AllowanceChargeReasonCode",
    "cbc:AllowanceChargeReason",
    "cbc:MultiplierFactorNumeric",
)
_LINE: Final = (
    "cbc:Note", "cbc:AccountingCost", "cac:InvoicePeriod", "cac:OrderLineReference", "cac:DocumentReference"
)  # fmt: skip
_ITEM: Final = (
    "cbc:Description", "cac:BuyersItemIdentification", "cac:SellersItemIdentification",
    "cac:StandardItemIdentification", "cac:OriginCountry", "cac:CommodityClassification",
    "cac:AdditionalItemProperty",
)  # fmt: skip


def read_ubl(root: etree._Element) -> Invoice:
    """The invoice of a UBL root element (a key of ROOTS). Raises RefusedField."""
    kind = ROOTS[str(root.tag)]
    with Node(root, _PREFIXES) as document:
        _check_header(document, kind)
        currency = document.one("cbc:DocumentCurrencyCode").currency()
        tax_total, taxes = _taxes(document, currency)
        payee = document.optional("cac:PayeeParty")
        return Invoice(
            syntax=Syntax.UBL,
            kind=kind,
            number=document.text("cbc:ID"),
            issue_date=document.one("cbc:IssueDate").day(),
            due_date=_due_date(document),
            currency=currency,
            seller=_trading_party(document.one("cac:AccountingSupplierParty")),
            buyer=_trading_party(document.one("cac:AccountingCustomerParty")),
            payee=None if payee is None else _party(payee),
            totals=_totals(document.one("cac:LegalMonetaryTotal"), currency, tax_total),
            taxes=taxes,
            adjustments=tuple(_adjustment(n, currency) for n in document.many("cac:AllowanceCharge")),
            lines=_lines(document, kind, currency),
            preceding=tuple(_preceding(n) for n in document.many("cac:BillingReference")),
        )


def _check_header(document: Node, kind: Kind) -> None:
    document.ignore(*_HEADER)
    version = document.optional("cbc:UBLVersionID")
    if version is not None and version.value() != "2.1":
        raise RefusedField(DocumentCode.UNSUPPORTED, version.path, version.value())
    copy = document.optional("cbc:CopyIndicator")
    if copy is not None and copy.boolean():
        raise RefusedField(DocumentCode.UNSUPPORTED, copy.path, "true")
    code = document.one("cbc:InvoiceTypeCode" if kind is Kind.INVOICE else "cbc:CreditNoteTypeCode")
    if code.value() != kind.value:
        raise RefusedField(DocumentCode.UNSUPPORTED, code.path, code.value())


def _due_date(document: Node) -> date | None:
    """BT-9: in an invoice a field of its own, in a credit note inside the payment means."""
    found: list[tuple[str, date]] = []
    own = document.optional("cbc:DueDate")
    if own is not None:
        found.append((own.path, own.day()))
    for node in document.many("cac:PaymentMeans"):
        with node as means:
            means.ignore(*_MEANS)
            due = means.optional("cbc:PaymentDueDate")
            if due is not None:
                found.append((due.path, due.day()))
    for node in document.many("cac:PaymentTerms"):
        with node as terms:
            terms.ignore("cbc:Note")
    for path, day in found:
        if day != found[0][1]:
            raise RefusedField(DocumentCode.REPEATED, path)
    return found[0][1] if found else None


def _trading_party(node: Node) -> Party:
    with node as outer:
        return _party(outer.one("cac:Party"))


def _party(node: Node) -> Party:
    with node as party:
        party.ignore(*_PARTY)
        others = tuple(_identification(n) for n in party.many("cac:PartyIdentification"))
        trading_name = _inner_text(party.optional("cac:PartyName"), "cbc:Name")
        vat, tax = _tax_registrations(party)
        name, legal = _legal_entity(party.optional("cac:PartyLegalEntity"))
        address = party.optional("cac:PostalAddress")
        if not name and not trading_name:
            raise RefusedField(
                DocumentCode.MISSING, f"{party.path}/cac:PartyLegalEntity/cbc:RegistrationName"
            )
        return Party(
            # A payee (BG-10) has no registered name in UBL, only PartyName.
            name=name or trading_name,
            trading_name=trading_name if name else "",
            legal=legal,
            vat=vat,
            tax=tax,
            others=others,
            country="" if address is None else _country(address),
        )


def _inner_text(node: Node | None, name: str) -> str:
    if node is None:
        return ""
    with node as inner:
        return inner.text(name)


def _identification(node: Node) -> Identifier:
    with node as inner:
        return _identifier(inner.one("cbc:ID"))


def _identifier(node: Node) -> Identifier:
    return Identifier(scheme=node.attribute("schemeID"), value=node.value())


def _legal_entity(node: Node | None) -> tuple[str, Identifier | None]:
    if node is None:
        return "", None
    with node as entity:
        entity.ignore("cbc:CompanyLegalForm")
        number = entity.optional("cbc:CompanyID")
        return entity.optional_text("cbc:RegistrationName"), None if number is None else _identifier(number)


def _tax_registrations(party: Node) -> tuple[Identifier | None, Identifier | None]:
    """The VAT identifier (tax scheme VAT) and another tax registration, at most one of each."""
    vat: Identifier | None = None
    tax: Identifier | None = None
    for node in party.many("cac:PartyTaxScheme"):
        with node as registration:
            number = Identifier("", registration.text("cbc:CompanyID"))
            is_vat = _inner_text(registration.one("cac:TaxScheme"), "cbc:ID") == "VAT"
            if (vat if is_vat else tax) is not None:
                raise RefusedField(DocumentCode.REPEATED, registration.path)
            vat, tax = (number, tax) if is_vat else (vat, number)
    return vat, tax


def _country(node: Node) -> str:
    with node as address:
        address.ignore(*_ADDRESS)
        country = address.optional("cac:Country")
        if country is None:
            return ""
        with country as inner:
            inner.ignore("cbc:Name")
            return inner.optional_text("cbc:IdentificationCode")


def _taxes(document: Node, currency: str) -> tuple[int, tuple[TaxSubtotal, ...]]:
    """Total and breakdown in the document's currency. A second TaxTotal states it in the tax currency."""
    tax_currency = document.optional_text("cbc:TaxCurrencyCode")
    total: int | None = None
    subtotals: tuple[TaxSubtotal, ...] = ()
    for node in document.many("cac:TaxTotal"):
        with node as tax:
            amount = tax.one("cbc:TaxAmount")
            stated = amount.attribute("currencyID") or currency
            if stated != currency:
                if stated != tax_currency:
                    raise RefusedField(DocumentCode.CURRENCY_CONFLICT, f"{amount.path}/@currencyID", stated)
                amount.money(stated)
                continue
            if total is not None:
                raise RefusedField(DocumentCode.REPEATED, tax.path)
            total = amount.money(currency)
            subtotals = tuple(_subtotal(n, currency) for n in tax.many("cac:TaxSubtotal"))
    return total or 0, subtotals


def _subtotal(node: Node, currency: str) -> TaxSubtotal:
    with node as subtotal:
        taxable = subtotal.amount("cbc:TaxableAmount", currency)
        tax = subtotal.amount("cbc:TaxAmount", currency)
        category, rate = _category(subtotal.one("cac:TaxCategory"))
        return TaxSubtotal(category, rate, taxable, tax)


def _category(node: Node) -> tuple[str, Decimal]:
    with node as category:
        category.ignore("cbc:TaxExemptionReason", "cbc:TaxExemptionReasonCode", "cbc:Name")
        scheme = category.one("cac:TaxScheme")
        scheme_path, scheme_name = scheme.path, _inner_text(scheme, "cbc:ID")
        if scheme_name != "VAT":
            raise RefusedField(DocumentCode.UNSUPPORTED, f"{scheme_path}/cbc:ID", scheme_name)
        code = category.text("cbc:ID")
        # Only what is outside the scope of VAT has no rate (BR-O-5 and kin).
        percent = category.optional("cbc:Percent") if code == OUTSIDE_VAT else category.one("cbc:Percent")
        return code, Decimal(0) if percent is None else percent.decimal()


def _totals(node: Node, currency: str, tax: int) -> Totals:
    with node as total:
        return Totals(
            lines=total.amount("cbc:LineExtensionAmount", currency),
            allowances=total.optional_amount("cbc:AllowanceTotalAmount", currency) or 0,
            charges=total.optional_amount("cbc:ChargeTotalAmount", currency) or 0,
            without_tax=total.amount("cbc:TaxExclusiveAmount", currency),
            tax=tax,
            with_tax=total.amount("cbc:TaxInclusiveAmount", currency),
            prepaid=total.optional_amount("cbc:PrepaidAmount", currency) or 0,
            rounding=total.optional_amount("cbc:PayableRoundingAmount", currency) or 0,
            payable=total.amount("cbc:PayableAmount", currency),
        )


def _adjustment(node: Node, currency: str) -> AllowanceCharge:
    with node as adjustment:
        adjustment.ignore(*_REASONS)
        adjustment.optional_amount("cbc:BaseAmount", currency)
        category, rate = _category(adjustment.one("cac:TaxCategory"))
        return AllowanceCharge(
            is_charge=adjustment.one("cbc:ChargeIndicator").boolean(),
            amount=adjustment.amount("cbc:Amount", currency),
            tax_category=category,
            tax_rate=rate,
        )


def _lines(document: Node, kind: Kind, currency: str) -> tuple[Line, ...]:
    name, quantity = (
        ("cac:InvoiceLine", "cbc:InvoicedQuantity")
        if kind is Kind.INVOICE
        else ("cac:CreditNoteLine", "cbc:CreditedQuantity")
    )
    lines = tuple(_line(n, quantity, currency) for n in document.many(name))
    if not lines:
        raise RefusedField(DocumentCode.MISSING, name)
    return lines


def _line(node: Node, quantity_name: str, currency: str) -> Line:
    with node as line:
        line.ignore(*_LINE)
        quantity = line.one(quantity_name)
        price, price_quantity = _price(line.one("cac:Price"), currency)
        name, category, rate = _item(line.one("cac:Item"))
        return Line(
            number=line.text("cbc:ID"),
            name=name,
            quantity=quantity.decimal("unitCode"),
            unit=quantity.attribute("unitCode"),
            price=price,
            price_quantity=price_quantity,
            adjustment=sum(_line_adjustment(n, currency) for n in line.many("cac:AllowanceCharge")),
            net=line.amount("cbc:LineExtensionAmount", currency),
            tax_category=category,
            tax_rate=rate,
        )


def _line_adjustment(node: Node, currency: str) -> int:
    with node as adjustment:
        adjustment.ignore(*_REASONS)
        adjustment.optional_amount("cbc:BaseAmount", currency)
        amount = adjustment.amount("cbc:Amount", currency)
        return amount if adjustment.one("cbc:ChargeIndicator").boolean() else -amount


def _price(node: Node, currency: str) -> tuple[Decimal, Decimal]:
    with node as price:
        # The discount that led to the net price (BT-147, BT-148) is already in it.
        price.ignore("cac:AllowanceCharge")
        amount = price.one("cbc:PriceAmount")
        stated = amount.attribute("currencyID")
        if stated and stated != currency:
            raise RefusedField(DocumentCode.CURRENCY_CONFLICT, f"{amount.path}/@currencyID", stated)
        per = price.optional("cbc:BaseQuantity")
        return amount.decimal("currencyID"), Decimal(1) if per is None else per.decimal("unitCode")


def _item(node: Node) -> tuple[str, str, Decimal]:
    with node as item:
        item.ignore(*_ITEM)
        category, rate = _category(item.one("cac:ClassifiedTaxCategory"))
        return item.text("cbc:Name"), category, rate


def _preceding(node: Node) -> str:
    with node as reference, reference.one("cac:InvoiceDocumentReference") as document:
        document.ignore("cbc:IssueDate")
        return document.text("cbc:ID")
