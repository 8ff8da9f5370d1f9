"""Reading LevelDB's journals and tables, and Snappy's blocks."""

import struct
from pathlib import Path

import pytest
from counterfoil_demo.leak_search import search
from counterfoil_demo.leveldb_file import is_table, journal_records, snappy, table_blocks

FACT = b"Lujiazui sub-branch 629"


def varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def journal(*records: bytes) -> bytes:
    """As LevelDB's log_writer.cc cuts them; the checksum is not looked at."""
    written = bytearray()
    for record in records:
        rest, is_first = record, True
        while True:
            space = 32768 - len(written) % 32768
            if space < 7:
                written += bytes(space)
                space = 32768
            piece, rest = rest[: space - 7], rest[space - 7 :]
            kind = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[
                is_first, not rest
            ]
            written += bytes(4) + struct.pack("<HB", len(piece), kind) + piece
            is_first = False
            if not rest:
                break
    return bytes(written)


def block(*values: bytes) -> bytes:
    entries = b"".join(
        varint(0) + varint(3) + varint(len(value)) + b"k%02d" % number + value
        for number, value in enumerate(values)
    )
    return entries + struct.pack("<II", 0, 1)


def compressed(data: bytes) -> bytes:
    """Literals of up to 60 bytes, and a copy in place of the second half of what repeats itself."""
    pieces = [data[place : place + 60] for place in range(0, len(data), 60)]
    return varint(len(data)) + b"".join(bytes([len(piece) - 1 << 2]) + piece for piece in pieces)


def table(*blocks: bytes) -> bytes:
    written, handles = b"", []
    for data in blocks:
        packed = compressed(data)
        handles.append(varint(len(written)) + varint(len(packed)))
        written += packed + b"\x01" + bytes(4)
    index = block(*handles)
    footer = varint(0) + varint(0) + varint(len(written)) + varint(len(index))
    written += index + b"\x00" + bytes(4)
    return written + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def test_records_that_are_cut_are_put_together() -> None:
    records = [b"a" * 32740 + FACT + b"b" * 70000, b"short", b"c" * 32768]
    content = journal(*records)
    assert FACT not in content, "it lies across two blocks"
    assert list(journal_records(content)) == records


def test_a_torn_record_is_given_as_far_as_it_is_there() -> None:
    assert list(journal_records(journal(b"x" * 40000)[:35000])) == [b"x" * (35000 - 14)]


def test_a_table_s_blocks_are_uncompressed() -> None:
    first, second = block(FACT + b"!" * 100), block(b"y" * 10)
    content = table(first, second)
    assert is_table(content)
    assert list(table_blocks(content)) == [first, second]


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x05\x10hello", b"hello"),
        # "ab", then ten bytes copied from two back (two-byte distance), as in format_description.txt.
        (b"\x0c\x04ab" + bytes([9 << 2 | 2, 2, 0]), b"abababababab"),
        # A copy of four to eleven bytes with a distance of up to 2047.
        (b"\x07\x08abc" + bytes([0 << 2 | 1, 3]), b"abcabca"),
        (varint(100) + bytes([60 << 2, 99]) + b"z" * 100, b"z" * 100),
    ],
)
def test_snappy(packed: bytes, plain: bytes) -> None:
    assert snappy(packed) == plain


@pytest.mark.parametrize(
    "packed", [b"\x05\x10hell", b"\x04\x02\x01\x00", b"\x02\x00a" + bytes([2, 9, 0]), b"\xff"]
)
def test_damaged_blocks_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"length|beginning|number"):
        snappy(packed)


def test_a_fact_in_a_compressed_table_is_found(tmp_path: Path) -> None:
    # Literals of 60 bytes cut the fact in two.
    content = table(block(b"." * 40 + FACT + b"." * 40))
    assert FACT not in content
    (tmp_path / "000002.ldb").write_bytes(content)
    assert [hit.fact for hit in search([FACT.decode()], tmp_path)] == [FACT.decode()]
