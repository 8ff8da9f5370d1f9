"""A sample invoice as a UN/CEFACT CII D16B file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_demo.xml_text import amount, elements, number

if TYPE_CHECKING:
    from datetime import date

    from counterfoil_demo.parties import Buyer, Seller
    from counterfoil_demo.samples import Goods, SampleInvoice

_NAMESPACES = (
    ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
)


def write_cii(invoice: SampleInvoice) -> bytes:
    """The file's bytes (UTF-8), with the fields of EN 16931."""
    return elements(
        "rsm:CrossIndustryInvoice",
        _NAMESPACES,
        [
            (
                "rsm:ExchangedDocumentContext",
                [
                    (
                        "ram:GuidelineSpecifiedDocumentContextParameter",
                        [("ram:ID", "urn:cen.eu:en16931:2017")],
                    )
                ],
            ),
            (
                "rsm:ExchangedDocument",
                [
                    ("ram:ID", invoice.number),
                    ("ram:TypeCode", "380"),
                    ("ram:IssueDateTime", _day(invoice.issue_date)),
                ],
            ),
            (
                "rsm:SupplyChainTradeTransaction",
                [
                    *(
                        ("ram:IncludedSupplyChainTradeLineItem", _line(at, goods, invoice.currency))
                        for at, goods in enumerate(invoice.goods, start=1)
                    ),
                    (
                        "ram:ApplicableHeaderTradeAgreement",
                        [
                            ("ram:SellerTradeParty", _party(invoice.seller.code, invoice.seller, "CN")),
                            (
                                "ram:BuyerTradeParty",
                                _party(invoice.buyer.number, invoice.buyer, invoice.buyer.country),
                            ),
                        ],
                    ),
                    ("ram:ApplicableHeaderTradeDelivery", []),
                    ("ram:ApplicableHeaderTradeSettlement", _settlement(invoice)),
                ],
            ),
        ],
    )


def _day(day: date) -> list[object]:
    return [("udt:DateTimeString", (f"{day:%Y%m%d}", {"format": "102"}))]


def _party(registration: str, party: Seller | Buyer, country: str) -> list[object]:
    return [
        ("ram:Name", party.name),
        ("ram:SpecifiedLegalOrganization", [("ram:ID", registration)]),
        ("ram:PostalTradeAddress", [("ram:CityName", party.city), ("ram:CountryID", country)]),
    ]


def _settlement(invoice: SampleInvoice) -> list[object]:
    currency = invoice.currency
    total = amount(invoice.total, currency)
    return [
        ("ram:InvoiceCurrencyCode", currency),
        (
            "ram:ApplicableTradeTax",
            [
                ("ram:CalculatedAmount", amount(0, currency)),
                ("ram:TypeCode", "VAT"),
                ("ram:ExemptionReason", "Export outside the customs territory"),
                ("ram:BasisAmount", total),
                ("ram:CategoryCode", "G"),
                ("ram:RateApplicablePercent", "0"),
            ],
        ),
        ("ram:SpecifiedTradePaymentTerms", [("ram:DueDateDateTime", _day(invoice.due_date))]),
        (
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            [
                ("ram:LineTotalAmount", total),
                ("ram:TaxBasisTotalAmount", total),
                ("ram:TaxTotalAmount", (amount(0, currency), {"currencyID": currency})),
                ("ram:GrandTotalAmount", total),
                ("ram:DuePayableAmount", total),
            ],
        ),
    ]


def _line(at: int, goods: Goods, currency: str) -> list[object]:
    return [
        ("ram:AssociatedDocumentLineDocument", [("ram:LineID", number(at))]),
        ("ram:SpecifiedTradeProduct", [("ram:Name", goods.name)]),
        (
            "ram:SpecifiedLineTradeAgreement",
            [
                (
                    "ram:NetPriceProductTradePrice",
                    [("ram:ChargeAmount", amount(goods.price, currency))],
                )
            ],
        ),
        (
            "ram:SpecifiedLineTradeDelivery",
            [("ram:BilledQuantity", (number(goods.quantity), {"unitCode": goods.unit}))],
        ),
        (
            "ram:SpecifiedLineTradeSettlement",
            [
                (
                    "ram:ApplicableTradeTax",
                    [
                        ("ram:TypeCode", "VAT"),
                        ("ram:CategoryCode", "G"),
                        ("ram:RateApplicablePercent", "0"),
                    ],
                ),
                (
                    "ram:SpecifiedTradeSettlementLineMonetarySummation",
                    [("ram:LineTotalAmount", amount(goods.amount, currency))],
                ),
            ],
        ),
    ]
