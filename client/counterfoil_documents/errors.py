"""What reading a trade document can answer instead of a model.

    DocumentError            (code, field, value)
      UnreadableDocument     the file as such: size, XML, document type, root element
      RefusedField           one field: unknown to the reader, missing, repeated, badly formed
      DisagreeingTotals      the document's own sums do not add up
    UnfitInvoice             (code, field): read without fault, but not an export invoice to lend on

Codes are stable and are declared in the order in which a file is looked at. A message names the field
by its path in the document. It shows a value only where the value is structure (a type code, an
attribute, a namespace), never a name, a number or an amount.
"""

from __future__ import annotations

from enum import StrEnum


class DocumentCode(StrEnum):
    """Why a document was refused, in the order in which a file is looked at."""

    TOO_LARGE = "TOO_LARGE"
    DOCTYPE_FORBIDDEN = "DOCTYPE_FORBIDDEN"
    NOT_XML = "NOT_XML"
    NOT_JSON = "NOT_JSON"
    NOT_AN_INVOICE = "NOT_AN_INVOICE"
    NOT_A_TRANSPORT_DOCUMENT = "NOT_A_TRANSPORT_DOCUMENT"
    UNSUPPORTED = "UNSUPPORTED"
    MISSING = "MISSING"
    REPEATED = "REPEATED"
    MALFORMED = "MALFORMED"
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    CURRENCY_CONFLICT = "CURRENCY_CONFLICT"
    TOTALS_DISAGREE = "TOTALS_DISAGREE"


class DocumentError(Exception):
    """A document that is not read, and why.

    `code` is stable; `field` is the path inside the document ("" where the whole file is meant);
    `value` is shown for faults of structure only, else None.
    """

    def __init__(self, code: DocumentCode, field: str = "", value: str | None = None) -> None:
        super().__init__(code, field, value)
        self.code = code
        self.field = field
        self.value = value

    def __str__(self) -> str:
        shown = "" if self.value is None else f" ({self.value[:80]!r})"
        place = f": {self.field}" if self.field else ""
        return f"{self.code}{place}{shown}"


class UnreadableDocument(DocumentError):  # noqa: N818 - an expected refusal, see above
    """The file as such cannot be read: too large, not XML, with a document type, another document."""


class RefusedField(DocumentError):  # noqa: N818 - an expected refusal, see above
    """One field that the reader does not understand, or that is missing, repeated or badly formed."""


class DisagreeingTotals(DocumentError):  # noqa: N818 - an expected refusal, see above
    """A sum that the document states is not the sum of what it lists; `field` names the sum."""


class FitnessCode(StrEnum):
    """Why an invoice that was read is no export invoice to lend on, in the order of the checks."""

    NOT_A_COMMERCIAL_INVOICE = "NOT_A_COMMERCIAL_INVOICE"
    SELLER_CODE_MISSING = "SELLER_CODE_MISSING"
    SELLER_CODE_INVALID = "SELLER_CODE_INVALID"
    SELLER_NOT_IN_CHINA = "SELLER_NOT_IN_CHINA"
    BUYER_COUNTRY_MISSING = "BUYER_COUNTRY_MISSING"
    BUYER_COUNTRY_UNKNOWN = "BUYER_COUNTRY_UNKNOWN"
    BUYER_NOT_ABROAD = "BUYER_NOT_ABROAD"
    PAYEE_IS_NOT_SELLER = "PAYEE_IS_NOT_SELLER"
    DUE_DATE_MISSING = "DUE_DATE_MISSING"
    DUE_BEFORE_ISSUE = "DUE_BEFORE_ISSUE"
    AMOUNT_NOT_POSITIVE = "AMOUNT_NOT_POSITIVE"
    TAX_CHARGED = "TAX_CHARGED"
    PARTLY_PAID = "PARTLY_PAID"
    LINE_PRICE_DISAGREES = "LINE_PRICE_DISAGREES"


class UnfitInvoice(Exception):  # noqa: N818 - an expected refusal, see above
    """A readable invoice that is no export invoice to lend on; `field` names what stands in the way."""

    def __init__(self, code: FitnessCode, field: str) -> None:
        super().__init__(code, field)
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return f"{self.code}: {self.field}"
