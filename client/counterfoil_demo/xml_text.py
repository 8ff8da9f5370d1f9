"""Nested tuples to an XML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from counterfoil_documents.currency import format_amount
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def elements(root: str, namespaces: Iterable[tuple[str, str]], children: Sequence[object]) -> bytes:
    """An indented XML file in UTF-8.

    A child is `(name, content)`; content is a text, a pair of text and attributes, or a list of children.
    """
    prefixes = {name.partition(":")[2] or None: uri for name, uri in namespaces}
    top = etree.Element(_qualified(root, prefixes), nsmap=prefixes)  # type: ignore[arg-type] # None is the default
    _append(top, children, prefixes)
    etree.indent(top)
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8") + b"\n"


def amount(minor: int, currency: str) -> str:
    """Minor units as an XML decimal with the currency's own number of decimals."""
    return format_amount(minor, currency)


def number(value: int) -> str:
    """A whole number as text."""
    return str(value)


def _append(parent: etree._Element, children: Sequence[object], prefixes: dict[str | None, str]) -> None:
    for child in children:
        name, content = cast("tuple[str, object]", child)
        element = etree.SubElement(parent, _qualified(name, prefixes))
        if isinstance(content, list):
            _append(element, content, prefixes)
        elif isinstance(content, tuple):
            text, attributes = cast("tuple[str, dict[str, str]]", content)
            element.text = text
            for key, value in attributes.items():
                element.set(key, value)
        else:
            element.text = cast("str", content)


def _qualified(name: str, prefixes: dict[str | None, str]) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{prefixes[prefix or None]}}}{local}"
