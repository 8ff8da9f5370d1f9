"""What is planted in a file is found, in every form; what is not there is not."""

import base64
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_demo.leak_search import search

NAME = "Établissements Dupont-Exemple SAS"
AMOUNT = "42761604"

PLANTS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda fact: fact.encode(),
    "UTF-16": lambda fact: fact.encode("utf-16"),
    "hex": lambda fact: fact.encode().hex().upper().encode(),
    "base64": lambda fact: base64.b64encode(b"." + fact.encode() + b".."),
}


@pytest.mark.parametrize("form", PLANTS)
@pytest.mark.parametrize("fact", [NAME, AMOUNT, "深圳虚舟纺织有限公司"])
def test_a_plant_is_found(tmp_path: Path, form: str, fact: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "peer.log").write_bytes(b"\x00 a " + PLANTS[form](fact) + b" b")
    assert {(hit.fact, hit.form) for hit in search([fact], tmp_path)} == {(fact, form)}


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_found_at_any_offset(tmp_path: Path, offset: int, alphabet: object) -> None:
    assert callable(alphabet)
    token = b"ey." + alphabet(b"x" * offset + b'{"buyer":"' + NAME.encode() + b'?>~"}')
    (tmp_path / "file").write_bytes(token)
    assert [hit.form for hit in search([NAME], tmp_path)] == ["base64"]


def test_escaped_json_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(json.dumps({"buyer": NAME}), encoding="ascii")
    assert [hit.form for hit in search([NAME], tmp_path)] == ["JSON-escaped"]


@pytest.mark.parametrize("text", ["1427616049", "042761604", "42761604999", "4276160"])
def test_a_number_inside_another_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(f"a {text} b", encoding="utf-8")
    assert search([AMOUNT], tmp_path) == []
    (tmp_path / "other").write_text(f"a {text} {AMOUNT}", encoding="utf-8")
    assert len(search([AMOUNT], tmp_path)) == 1


def test_a_database_is_read_value_by_value_with_its_wal(tmp_path: Path) -> None:
    """A long value is cut into pages: only the rows show it whole."""
    path = tmp_path / "ledger.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute('CREATE TABLE "a ""table" (value BLOB)')
    page = database.execute("PRAGMA page_size").fetchone()[0]
    for start in range(0, 60, 5):
        value = b"." * (page * 2 - start) + NAME.encode() + b"." * page
        database.execute('INSERT INTO "a ""table" VALUES (?)', (value,))
    database.commit()
    hits = search([NAME], tmp_path)
    assert path in {hit.file for hit in hits}
    database.close()


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    assert search([NAME, AMOUNT], tmp_path) == []
