"""Nothing in a file can make its reader fetch, expand or run out of memory."""

from pathlib import Path

import pytest
from counterfoil_documents.errors import DocumentCode, UnreadableDocument
from counterfoil_documents.reading import read_invoice
from counterfoil_documents.xml_source import MAX_BYTES, read_limited

UBL = 'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice {}>&x;</Invoice>',
    "external parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><Invoice {}/>',
    "external subset": '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/invoice.dtd"><Invoice {}/>',
    "a billion laughs": f'<!DOCTYPE Invoice [<!ENTITY l0 "ha">{LAUGHS}]><Invoice {{}}>&l11;</Invoice>',
    "laughs in an attribute": f'<!DOCTYPE Invoice [<!ENTITY l0 "ha">{LAUGHS}]><Invoice {{}} a="&l11;"/>',
    "quadratic": f'<!DOCTYPE Invoice [<!ENTITY x "{"x" * 50_000}">]><Invoice {{}}>{"&x;" * 5_000}</Invoice>',
    "harmless document type": "<!DOCTYPE Invoice><Invoice {}/>",
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_whatever_it_says(name: str, encoding: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_invoice(BOMBS[name].replace("{}", UBL).encode(encoding))
    assert refused.value.code in {DocumentCode.DOCTYPE_FORBIDDEN, DocumentCode.NOT_XML}
    assert "root:" not in str(refused.value)
    if encoding == "utf-8":
        assert refused.value.code is DocumentCode.DOCTYPE_FORBIDDEN


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(50 * 1024**3)
    with pytest.raises(UnreadableDocument) as refused:
        read_limited(huge)
    assert refused.value.code is DocumentCode.TOO_LARGE
    with pytest.raises(UnreadableDocument) as refused:
        read_invoice(b" " * (MAX_BYTES + 1))
    assert refused.value.code is DocumentCode.TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"<Invoice>", b"<a/><b/>", b"<a>" * 100_000, b"\xff\xfe\x00", b"<a>&#0;</a>"],
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_invoice(content)
    assert refused.value.code is DocumentCode.NOT_XML


@pytest.mark.parametrize("content", [b"<html/>", b"<Invoice/>", f"<Order {UBL}/>".encode()])
def test_another_document_is_named(content: bytes) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_invoice(content)
    assert refused.value.code is DocumentCode.NOT_AN_INVOICE
