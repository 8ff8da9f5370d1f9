"""Look for yourself: BankB's files and logs are searched for BankA's business.

Searched for is every number, name and amount that stood in BankA's requests and answers and in none of
BankB's, in the forms in which a file could hold them: UTF-8, UTF-16, JSON-escaped, hex, base64 at any offset.
Files are read as bytes, and databases value by value as well, because on disk a long value is cut into pages,
or compressed.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil_demo.leveldb_file import is_table, journal_records, table_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SQLITE_HEADER = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact that was found, in which file and in which form."""

    fact: str
    file: Path
    form: str


def search(facts: Iterable[str], folder: Path) -> list[Hit]:
    """Every fact that is in a file under `folder`, once a file and form."""
    wanted = [(fact, form, spellings) for fact in sorted(facts) for form, spellings in forms(fact).items()]
    hits = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = b"\x00".join(contents(path))
        hits += [
            Hit(fact, path, form)
            for fact, form, spellings in wanted
            if any(_is_in(spelling, content) for spelling in spellings)
        ]
    return hits


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and every value of every table where it is a database (SQLite, LevelDB)."""
    # Fabric's orderer fills its write-ahead log with 64 MB of zeros in advance; no fact ends in one.
    content = path.read_bytes().rstrip(b"\x00")
    yield content
    if content.startswith(_SQLITE_HEADER):
        yield from _values(path)
    elif is_table(content):
        yield from table_blocks(content)
    elif path.suffix == ".log" and path.stem.isdigit():
        yield from journal_records(content)


def forms(fact: str) -> dict[str, set[bytes]]:
    """The forms in which bytes can hold a fact, each with its spellings."""
    plain = fact.encode()
    encoded = plain.hex().encode()
    escaped = json.dumps(fact)[1:-1].encode()
    return {
        "UTF-8": {plain},
        "UTF-16": {fact.encode("utf-16-le"), fact.encode("utf-16-be")},
        "JSON-escaped": {escaped, escaped.upper().replace(b"\\U", b"\\u")} - {plain},
        "hex": {encoded, encoded.upper()},
        "base64": {spelling for offset in range(3) for spelling in _base64(plain, offset)},
    }


def _is_in(spelling: bytes, content: bytes) -> bool:
    """Whether it is there; a number in digits must not be part of a longer one."""
    place = content.find(spelling)
    if not spelling.isdigit():
        return place >= 0
    while place >= 0:
        around = content[max(0, place - 1) : place] + content[place + len(spelling) :][:1]
        if not any(chr(byte).isdecimal() for byte in around):
            return True
        place = content.find(spelling, place + 1)
    return False


def _base64(plain: bytes, offset: int) -> set[bytes]:
    """What base64 makes of `plain` where it begins `offset` bytes after a group of three, in both alphabets.

    The characters that also depend on the neighbours are left out.
    """
    encoded = base64.b64encode(b"\x00" * offset + plain)
    first = -(-offset * 8 // 6)
    whole = (offset + len(plain)) * 8 // 6
    core = encoded[first:whole]
    return {core, core.replace(b"+", b"-").replace(b"/", b"_")}


def _values(path: Path) -> Iterator[bytes]:
    """Every text and blob of a database, read through a connection that sees what is in the WAL too."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in names:
            quoted = name.replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - the file's own names
                for value in row:
                    if isinstance(value, bytes):
                        yield value
                    elif isinstance(value, str):
                        yield value.encode()
    finally:
        database.close()
