"""Read the values out of LevelDB's files, in which Fabric's peer keeps states and private data.

A journal (`.log`) cuts what is long into pieces of 32 KB blocks, and a table (`.ldb`) is compressed: a plain
search of the bytes would overlook facts. Forms: LevelDB's doc/log_format.md and doc/table_format.md, Snappy's
format_description.txt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOURNAL_BLOCK: Final = 32 * 1024
_JOURNAL_HEADER: Final = 7
"""CRC (4), length (2), type (1)."""
_FULL, _FIRST, _LAST = 1, 2, 4
_FOOTER: Final = 48
_TABLE_MAGIC: Final = bytes.fromhex("57fb808b247547db")
_SNAPPY: Final = 1


def journal_records(content: bytes) -> Iterator[bytes]:
    """The records of a journal, put together again; a torn last one as far as it is there."""
    whole = b""
    for start in range(0, len(content), _JOURNAL_BLOCK):
        block = content[start : start + _JOURNAL_BLOCK]
        place = 0
        while place + _JOURNAL_HEADER <= len(block):
            length, kind = int.from_bytes(block[place + 4 : place + 6], "little"), block[place + 6]
            if not kind:
                break
            piece = block[place + _JOURNAL_HEADER : place + _JOURNAL_HEADER + length]
            whole = piece if kind in (_FULL, _FIRST) else whole + piece
            if kind in (_FULL, _LAST):
                yield whole
                whole = b""
            place += _JOURNAL_HEADER + length
    if whole:
        yield whole


def is_table(content: bytes) -> bool:
    """Whether it ends as a table does."""
    return content.endswith(_TABLE_MAGIC)


def table_blocks(content: bytes) -> Iterator[bytes]:
    """The data blocks of a table, uncompressed.

    Raises:
        ValueError: it is none, or damaged.
    """
    footer = content[-_FOOTER:]
    _, place = _handle(footer, 0)
    (offset, size), _ = _handle(footer, place)
    for entry in _entries(_block(content, offset, size)):
        (offset, size), _ = _handle(entry, 0)
        yield _block(content, offset, size)


def _handle(data: bytes, place: int) -> tuple[tuple[int, int], int]:
    offset, place = _varint(data, place)
    size, place = _varint(data, place)
    return (offset, size), place


def _block(content: bytes, offset: int, size: int) -> bytes:
    if offset + size >= len(content):
        raise ValueError("a block lies outside the table")
    data = content[offset : offset + size]
    return snappy(data) if content[offset + size] == _SNAPPY else data


def _entries(block: bytes) -> Iterator[bytes]:
    """The values of a block's entries; keys share their beginnings and are not needed."""
    restarts = int.from_bytes(block[-4:], "little")
    end, place = len(block) - 4 - 4 * restarts, 0
    while place < end:
        _, place = _varint(block, place)
        unshared, place = _varint(block, place)
        length, place = _varint(block, place)
        place += unshared
        yield block[place : place + length]
        place += length


def snappy(data: bytes) -> bytes:
    """Uncompress a Snappy block.

    Raises:
        ValueError: it is damaged.
    """
    length, place = _varint(data, 0)
    found = bytearray()
    while place < len(data):
        tag = data[place]
        place += 1
        if tag & 3 == 0:
            size, place = _literal_size(data, tag >> 2, place)
            found += data[place : place + size]
            place += size
            continue
        size, distance, place = _copy(data, tag, place)
        if not 0 < distance <= len(found):
            raise ValueError("a copy from before the beginning")
        for _ in range(size):
            found.append(found[-distance])
    if len(found) != length:
        raise ValueError("another length than stated")
    return bytes(found)


def _literal_size(data: bytes, size: int, place: int) -> tuple[int, int]:
    if size < 60:
        return size + 1, place
    width = size - 59
    return int.from_bytes(data[place : place + width], "little") + 1, place + width


def _copy(data: bytes, tag: int, place: int) -> tuple[int, int, int]:
    """Size, distance and the next place."""
    kind = tag & 3
    if kind == 1:
        return (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[place], place + 1
    width = 2 if kind == 2 else 4
    return (tag >> 2) + 1, int.from_bytes(data[place : place + width], "little"), place + width


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data):
            raise ValueError("it ends within a number")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
