"""Look for yourself: BankB's files and logs are searched for BankA's business.

Searched for is every number, name and amount that stood in BankA's requests and answers and in none of
BankB's, in the forms in which a file could hold them: UTF-8, UTF-16, JSON-escaped, hex, base64 at any offset.
Files are read as bytes, and databases row by row as well, because a long value is cut into pages on disk.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    patterns = [(fact, form, pattern) for fact in sorted(facts) for form, pattern in forms(fact)]
    hits = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = b"\x00".join(contents(path))
        hits += [Hit(fact, path, form) for fact, form, pattern in patterns if pattern.search(content)]
    return hits


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and every value of every table where it is a database."""
    content = path.read_bytes()
    yield content
    if content.startswith(_SQLITE_HEADER):
        yield from _values(path)


def forms(fact: str) -> Iterator[tuple[str, re.Pattern[bytes]]]:
    """The forms in which bytes can hold a fact. A number must not be part of a longer one."""
    plain = fact.encode()
    if fact.isdecimal():
        yield "UTF-8", re.compile(rb"(?<![0-9])" + plain + rb"(?![0-9])")
    else:
        yield "UTF-8", re.compile(re.escape(plain))
        escaped = json.dumps(fact)[1:-1].encode()
        if escaped != plain:
            yield "JSON-escaped", re.compile(re.escape(escaped), re.IGNORECASE)
    for encoding in ("utf-16-le", "utf-16-be"):
        yield encoding.upper(), re.compile(re.escape(fact.encode(encoding)))
    yield "hex", re.compile(plain.hex().encode(), re.IGNORECASE)
    for offset in range(3):
        yield "base64", re.compile(_base64(plain, offset))


def _base64(plain: bytes, offset: int) -> bytes:
    """What base64 makes of `plain` wherever it begins `offset` bytes after a group of three, both alphabets.

    The characters that also depend on the neighbours are left out.
    """
    encoded = base64.b64encode(b"\x00" * offset + plain)
    first = -(-offset * 8 // 6)
    whole = (offset + len(plain)) * 8 // 6
    core = re.escape(encoded[first:whole])
    return core.replace(rb"\+", rb"[+\-]").replace(b"/", rb"[/_]")


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
