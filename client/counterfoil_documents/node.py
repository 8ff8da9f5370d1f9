"""Reading an XML element so that nothing in it goes unnoticed.

A `Node` gives out each child once. On leaving the `with` block it refuses the first child that nobody
asked for, by its path: what the reader does not understand, it does not skip. What it understands to
carry nothing for the model is named in `ignore`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

from lxml import etree

from counterfoil_documents.currency import decimals, minor_units
from counterfoil_documents.errors import DocumentCode, RefusedField

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_SCHEMA_LOCATION: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
# Attributes of the UN/CEFACT core data types that qualify a value without changing it.
_QUALIFIER_NAMES = """
schemeID schemeName schemeAgencyID schemeAgencyName schemeVersionID listID listName listAgencyID
listAgencyName listVersionID languageID name unitCodeListID currencyCodeListVersionID
"""
_QUALIFIERS: Final = frozenset(_QUALIFIER_NAMES.split())
_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?", re.ASCII)
_FALSE_TRUE: Final = {"false": False, "0": False, "true": True, "1": True}


class Node:
    """One element of a document; `prefixes` maps the namespaces it may use to their usual prefixes."""

    def __init__(self, element: etree._Element, prefixes: Mapping[str, str], path: str = "") -> None:
        self._element = element
        self._prefixes = prefixes
        self.path = path
        self._children: dict[str, list[etree._Element]] = {}
        for child in element.iterchildren():
            self._children.setdefault(self._name(child), []).append(child)

    def _name(self, element: etree._Element) -> str:
        name = etree.QName(element)
        prefix = self._prefixes.get(name.namespace or "")
        return f"{prefix}:{name.localname}" if prefix else str(name.text)

    def _path(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def __enter__(self) -> Self:
        self._check_attributes(frozenset())
        if (self._element.text or "").strip() or any((c.tail or "").strip() for c in self._element):
            raise RefusedField(DocumentCode.UNSUPPORTED, self._path("text()"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._children:
            raise RefusedField(DocumentCode.UNSUPPORTED, self._path(next(iter(self._children))))

    def _check_attributes(self, known: frozenset[str]) -> None:
        for attribute in self._element.attrib:
            name = str(attribute)
            if name not in known and name not in _QUALIFIERS and name != _SCHEMA_LOCATION:
                raise RefusedField(DocumentCode.UNSUPPORTED, f"{self.path}/@{name}")

    def many(self, name: str) -> list[Node]:
        """Every child of that name, in the order of the document."""
        return [Node(e, self._prefixes, self._path(name)) for e in self._children.pop(name, [])]

    def optional(self, name: str) -> Node | None:
        """The child of that name or None; raises RefusedField REPEATED."""
        found = self.many(name)
        if len(found) > 1:
            raise RefusedField(DocumentCode.REPEATED, self._path(name))
        return found[0] if found else None

    def one(self, name: str) -> Node:
        """The one child of that name; raises RefusedField MISSING or REPEATED."""
        found = self.optional(name)
        if found is None:
            raise RefusedField(DocumentCode.MISSING, self._path(name))
        return found

    def ignore(self, *names: str) -> None:
        """Children with their whole content that say nothing the model holds."""
        for name in names:
            self._children.pop(name, None)

    def attribute(self, name: str) -> str:
        """An attribute without the space around it, "" where absent."""
        return str(self._element.get(name, "")).strip()

    def value(self, *attributes: str) -> str:
        """This element's text, runs of white space as one space; raises RefusedField MISSING, UNSUPPORTED.

        `attributes` are those the caller reads itself.
        """
        self._check_attributes(frozenset(attributes))
        if len(self._element):
            raise RefusedField(DocumentCode.UNSUPPORTED, self._path(next(iter(self._children))))
        text = " ".join((self._element.text or "").split())
        if not text:
            raise RefusedField(DocumentCode.MISSING, self.path)
        return text

    def text(self, name: str) -> str:
        """The text of the one child of that name."""
        return self.one(name).value()

    def optional_text(self, name: str) -> str:
        """The text of the child of that name, "" where there is none."""
        child = self.optional(name)
        return "" if child is None else child.value()

    def currency(self) -> str:
        """This element as a code of ISO 4217; raises RefusedField UNKNOWN_CURRENCY."""
        code = self.value()
        decimals(code, self.path)
        return code

    def money(self, currency: str) -> int:
        """This element as minor units of `currency`; another `currencyID` is CURRENCY_CONFLICT."""
        stated = self.attribute("currencyID")
        if stated and stated != currency:
            raise RefusedField(DocumentCode.CURRENCY_CONFLICT, f"{self.path}/@currencyID", stated)
        return minor_units(self.value("currencyID"), currency, self.path)

    def amount(self, name: str, currency: str) -> int:
        """The one child of that name as minor units of `currency`."""
        return self.one(name).money(currency)

    def optional_amount(self, name: str, currency: str) -> int | None:
        """The child of that name as minor units of `currency`, None where there is none."""
        child = self.optional(name)
        return None if child is None else child.money(currency)

    def decimal(self, *attributes: str) -> Decimal:
        """This element as an exact decimal number (a quantity, a unit price, a rate)."""
        text = self.value(*attributes)
        if _DECIMAL.fullmatch(text) is None:
            raise RefusedField(DocumentCode.MALFORMED, self.path)
        return Decimal(text)

    def boolean(self) -> bool:
        """This element as xsd:boolean."""
        found = _FALSE_TRUE.get(self.value())
        if found is None:
            raise RefusedField(DocumentCode.MALFORMED, self.path)
        return found

    def day(self) -> date:
        """This element as xsd:date without a time zone (YYYY-MM-DD)."""
        return parse_date(self.value(), self.path)


def parse_date(text: str, field: str) -> date:
    """YYYY-MM-DD as a date; raises RefusedField MALFORMED naming `field`."""
    match = _DATE.fullmatch(text)
    if match is not None:
        try:
            return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
        except ValueError:
            pass
    raise RefusedField(DocumentCode.MALFORMED, field)
