"""A sample invoice as a UBL 2.1 file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_demo.xml_text import amount, elements, number

if TYPE_CHECKING:
    from counterfoil_demo.parties import Buyer, Seller
    from counterfoil_demo.samples import Goods, SampleInvoice

_NAMESPACES = (
    ("xmlns", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"),
    ("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
    ("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
)


def write_ubl(invoice: SampleInvoice) -> bytes:
    """The file's bytes (UTF-8), with the fields of EN 16931."""
    money = {"currencyID": invoice.currency}
    total = (amount(invoice.total, invoice.currency), money)
    return elements(
        "Invoice",
        _NAMESPACES,
        [
            ("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
            ("cbc:ID", invoice.number),
            ("cbc:IssueDate", invoice.issue_date.isoformat()),
            ("cbc:DueDate", invoice.due_date.isoformat()),
            ("cbc:InvoiceTypeCode", "380"),
            ("cbc:DocumentCurrencyCode", invoice.currency),
            ("cac:AccountingSupplierParty", [("cac:Party", _seller(invoice.seller))]),
            ("cac:AccountingCustomerParty", [("cac:Party", _buyer(invoice.buyer))]),
            ("cac:TaxTotal", _tax_total(invoice)),
            (
                "cac:LegalMonetaryTotal",
                [
                    ("cbc:LineExtensionAmount", total),
                    ("cbc:TaxExclusiveAmount", total),
                    ("cbc:TaxInclusiveAmount", total),
                    ("cbc:PayableAmount", total),
                ],
            ),
            *(
                ("cac:InvoiceLine", _line(at, goods, invoice.currency))
                for at, goods in enumerate(invoice.goods, start=1)
            ),
        ],
    )


def _tax_total(invoice: SampleInvoice) -> list[object]:
    """Exports leave without VAT: category G at nothing."""
    money = {"currencyID": invoice.currency}
    none = (amount(0, invoice.currency), money)
    category = [
        ("cbc:ID", "G"),
        ("cbc:Percent", "0"),
        ("cbc:TaxExemptionReason", "Export outside the customs territory"),
        ("cac:TaxScheme", [("cbc:ID", "VAT")]),
    ]
    subtotal = [
        ("cbc:TaxableAmount", (amount(invoice.total, invoice.currency), money)),
        ("cbc:TaxAmount", none),
        ("cac:TaxCategory", category),
    ]
    return [("cbc:TaxAmount", none), ("cac:TaxSubtotal", subtotal)]


def _seller(seller: Seller) -> list[object]:
    return [
        ("cac:PostalAddress", _address(seller.city, "CN")),
        (
            "cac:PartyLegalEntity",
            [("cbc:RegistrationName", seller.name), ("cbc:CompanyID", seller.code)],
        ),
    ]


def _buyer(buyer: Buyer) -> list[object]:
    return [
        ("cac:PostalAddress", _address(buyer.city, buyer.country)),
        (
            "cac:PartyLegalEntity",
            [("cbc:RegistrationName", buyer.name), ("cbc:CompanyID", buyer.number)],
        ),
    ]


def _address(city: str, country: str) -> list[object]:
    return [("cbc:CityName", city), ("cac:Country", [("cbc:IdentificationCode", country)])]


def _line(at: int, goods: Goods, currency: str) -> list[object]:
    money = {"currencyID": currency}
    return [
        ("cbc:ID", number(at)),
        ("cbc:InvoicedQuantity", (number(goods.quantity), {"unitCode": goods.unit})),
        ("cbc:LineExtensionAmount", (amount(goods.amount, currency), money)),
        (
            "cac:Item",
            [
                ("cbc:Name", goods.name),
                (
                    "cac:ClassifiedTaxCategory",
                    [
                        ("cbc:ID", "G"),
                        ("cbc:Percent", "0"),
                        ("cac:TaxScheme", [("cbc:ID", "VAT")]),
                    ],
                ),
            ],
        ),
        ("cac:Price", [("cbc:PriceAmount", (amount(goods.price, currency), money))]),
    ]
