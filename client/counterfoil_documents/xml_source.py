"""Bytes to an XML tree, with everything switched off that XML can do to its reader.

A document with a DOCTYPE is refused whatever it says, so there are no entities, no external files and no
bombs. The parser does not expand, load or fetch, and keeps libxml2's own limits on depth and size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from counterfoil_documents.errors import DocumentCode, UnreadableDocument

if TYPE_CHECKING:
    from pathlib import Path

# Invoices carry attachments (BT-125); what is larger than this is no business document.
MAX_BYTES: Final = 8 * 1024 * 1024


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def read_limited(path: Path) -> bytes:
    """The file's bytes; raises UnreadableDocument TOO_LARGE after reading MAX_BYTES, or OSError."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(DocumentCode.TOO_LARGE)
    return content


def parse_xml(content: bytes) -> etree._Element:
    """The root element. Raises UnreadableDocument: TOO_LARGE, DOCTYPE_FORBIDDEN, NOT_XML."""
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(DocumentCode.TOO_LARGE)
    parser = _parser()
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        # A bomb inside a DOCTYPE trips libxml2's limits before the tree is there.
        code = DocumentCode.DOCTYPE_FORBIDDEN if b"<!DOCTYPE" in content else DocumentCode.NOT_XML
        raise UnreadableDocument(code) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # the stubs lack it
        raise UnreadableDocument(DocumentCode.DOCTYPE_FORBIDDEN)
    return root
