"""What must hold of a picture, found out without the program that drew it: from books and from blocks."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterfoil import EventsError
from counterfoil_audit import audit
from counterfoil_cli.audit import app
from counterfoil_cli.audit_export import ExportRequest, export
from counterfoil_history import compute_report, read_ledger
from counterfoil_protocol.block import parse_block, transactions_filter
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.messages import rwset, transaction
from counterfoil_protocol.rwset import ReadWriteSet
from picture_books import Books, ToldTrade
from ready_desks import export_of
from running_network import ROOT, RunningNetwork
from typer.testing import CliRunner

HEIGHTS = 2


def picture(folder: Path, uscc: str, height: int = 0) -> Any:
    """What the command prints for machines."""
    arguments = ["picture", str(folder), uscc, "--json", "--height", str(height)]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def refusal(folder: Path, uscc: str) -> str:
    """The code of a refusal, which tells no figure."""
    told = CliRunner().invoke(app, ["picture", str(folder), uscc, "--json"])
    assert told.exit_code == 1, told.output
    said = json.loads(told.stdout)
    assert set(said) == {"error"}
    return str(said["error"]["code"])


def whole_picture(trade: ToldTrade, books: Books, folder: Path) -> None:
    """The picture of a life from the regulator's export; a bank's export gives none."""
    trade.network.await_level_peers()
    exported = export_of(trade.network, folder / "export")
    found = picture(exported, books.uscc)
    figures_are_those_of_the_books(found, books)
    entries_are_those_of_the_books(found, books)
    attempts_are_those_of_the_books(found, books)
    a_report_says_the_same(exported, books)
    transactions_are_in_the_blocks(found, exported)
    people_read_it_too(found, exported)
    earlier_pictures_are_parts(found, exported)
    a_bank_has_none(trade.network, books.uscc, exported, folder)


def figures_are_those_of_the_books(found: Any, books: Books) -> None:
    """Every figure, by name, currency and what it is of, moved by these transactions by these amounts."""
    told = {(each["name"], frozenset(each["of"].items()), each["currency"]): each for each in _figures(found)}
    assert set(told) == set(books.moves)
    for key, moves in books.moves.items():
        movements = [(each["transaction"], each["change"]) for each in told[key]["movements"]]
        assert sorted(movements) == sorted(moves), key
        assert told[key]["amount"] == sum(change for _, change in moves), key


def entries_are_those_of_the_books(found: Any, books: Books) -> None:
    """Class, freeze and take-over, each by its transaction."""
    entries = [
        (each["transaction"], each["record"]["enterprise_class"], each["record"]["frozen"])
        for each in found["directory"]
    ]
    assert entries == books.directory
    assert [each["transaction"] for each in found["predecessors"]] == books.predecessors


def attempts_are_those_of_the_books(found: Any, books: Books) -> None:
    """What came too late stands beside what it would have written, and moved nothing."""
    tried = {by for section in found["sections"] for each in section["records"] for by in each["attempts"]}
    assert tried == set(books.attempts)
    codes = {each["id"]: each["code"] for each in found["transactions"]}
    assert all(codes[by] == "MVCC_READ_CONFLICT" for by in books.attempts)


def a_report_says_the_same(exported: Path, books: Books) -> None:
    """A credit report of the same height comes to the same sums."""
    told = compute_report(read_ledger(exported), "BankA", books.enquiry).trade
    assert told is not None
    for totals, name, of in (
        (told.declared, "declared", {("status", "CLEARED")}),
        (told.collected, "document_collected", {("kind", "INVOICE")}),
        (told.outstanding, "loan_outstanding", set()),
    ):
        moves = [
            moved for key, moved in books.moves.items() if key[0] == name and key[2] == "USD" and of <= key[1]
        ]
        due = sum(change for moved in moves for _, change in moved)
        assert [(each.currency, each.amount) for each in totals] == [("USD", due)], name


def transactions_are_in_the_blocks(found: Any, exported: Path) -> None:
    """Each stands where the picture says, with that code and that request, and wrote the record it moved."""
    placed = _placed(exported)
    for each in found["transactions"]:
        block, code, arguments, _ = placed[each["id"]]
        assert (each["block"], each["code"]) == (block, code)
        assert arguments == [each["function"], each["request"]]
        assert (each["request"] in each["outcome"]) == (code == "VALID")
    named = {each["id"] for each in found["transactions"]}
    for by, record in _writes(found):
        assert by in named
        _, code, _, written = placed[by]
        assert code == "VALID"
        assert (record["collection"], hashlib.sha256(record["key"].encode()).digest()) in written


def people_read_it_too(found: Any, exported: Path) -> None:
    """Without `--json` the same is told in lines; the page explains every figure."""
    told = CliRunner().invoke(app, ["picture", str(exported), found["enterprise"]])
    assert told.exit_code == 0, told.output
    assert all(each["id"] in told.stdout for each in found["transactions"])
    page = (ROOT / "docs/whole-picture.md").read_text(encoding="utf-8")
    for each in _figures(found):
        of = ", ".join(each["of"].values())
        assert f"\n  {each['name'].replace('_', ' ')} ({of}): " in told.stdout
        assert f"`{each['name']}`" in page, each["name"]


def earlier_pictures_are_parts(found: Any, exported: Path) -> None:
    """At any height the figures are what moved until then."""
    blocks = sorted({each["block"] for each in found["transactions"]})
    # A day is only told once it is above its limit.
    figures = [each for each in _figures(found) if not each["name"].startswith("day_")]
    for height in blocks[1 :: len(blocks) // HEIGHTS]:
        then = picture(exported, found["enterprise"], height)
        assert then["height"] == height
        told = {
            (each["name"], *sorted(each["of"].items()), each["currency"]): each for each in _figures(then)
        }
        for each in figures:
            moved = [move["change"] for move in each["movements"] if move["block"] < height]
            key = (each["name"], *sorted(each["of"].items()), each["currency"])
            assert (told[key]["amount"] if moved else None) == (sum(moved) if moved else None)


def a_bank_has_none(network: RunningNetwork, uscc: str, regulators: Path, folder: Path) -> None:
    """What BankA's peer keeps, as it is, in the regulator's name, and with the regulator's manifest."""
    with pytest.raises(EventsError, match="FORBIDDEN"):
        export_as(network, "BankA", folder / "asked")
    own = kept_by("BankA", regulators, folder / "bank")
    assert audit(own).passed, "what the bank has is genuine"
    told = CliRunner().invoke(app, ["picture", str(own), uscc])
    assert told.exit_code == 1
    assert told.stderr.startswith("counterfoil: NOT_WHOLE: the export of BankAMSP")
    assert "it lacks authority, " in told.stderr
    assert uscc not in told.output
    manifest = own / "manifest.json"
    fields = json.loads(manifest.read_text()) | {"peers": ["RegulatorMSP"]}
    whole = json.loads((regulators / "manifest.json").read_text())["collections"]
    (own / "blocks/BankAMSP").rename(own / "blocks/RegulatorMSP")
    for changed, code in (
        ({}, "NOT_WHOLE"),
        ({"chaincode": "other", "collections": whole}, "NOT_WHOLE"),
        ({"collections": whole}, "NOT_PROVED"),
    ):
        manifest.write_text(json.dumps(fields | changed))
        assert refusal(own, uscc) == code, changed


def export_as(network: RunningNetwork, bank: str, target: Path) -> None:
    """Export as a bank's auditor, from the bank's own peer."""
    own = network.folder.connection_profile(bank)
    export(ExportRequest(own, own, "auditor", "trade", "trade", {}), target, lambda _: None)


def kept_by(bank: str, regulators: Path, target: Path) -> Path:
    """An export out of a bank's own files: its peer keeps every block, and the values of its collections."""
    fields = json.loads((regulators / "manifest.json").read_text())
    own = [name for name in fields["collections"] if name.endswith(f"_{bank}")]
    shutil.copytree(regulators / "trust", target / "trust")
    shutil.copytree(regulators / "blocks/RegulatorMSP", target / f"blocks/{bank}MSP")
    (target / "private").mkdir()
    for path in (regulators / "private").iterdir():
        values = rwset.TxPvtReadWriteSet.FromString(path.read_bytes())
        for namespace in values.ns_pvt_rwset:
            kept = [each for each in namespace.collection_pvt_rwset if each.collection_name in own]
            del namespace.collection_pvt_rwset[:]
            namespace.collection_pvt_rwset.extend(kept)
        (target / "private" / path.name).write_bytes(values.SerializeToString())
    manifest = json.dumps({**fields, "peers": [f"{bank}MSP"], "collections": own})
    (target / "manifest.json").write_text(manifest)
    return target


def _figures(found: Any) -> Iterator[Any]:
    for section in found["sections"]:
        yield from section["figures"]


def _writes(found: Any) -> Iterator[tuple[str, Any]]:
    """Transactions and the records that they are said to have written."""
    for each in (*found["directory"], *found["predecessors"]):
        yield each["transaction"], each
    for section in found["sections"]:
        for figure in section["figures"]:
            for each in figure["movements"]:
                yield each["transaction"], each
        for record in section["records"]:
            for by in record["transactions"]:
                yield by, record


_Placed = tuple[int, str, list[str], set[tuple[str, bytes]]]
"""Block, validation code, arguments, and the hashed keys written by collection."""


def _placed(exported: Path) -> dict[str, _Placed]:
    """What the block files themselves say of each transaction."""
    found: dict[str, _Placed] = {}
    for path in sorted((exported / "blocks/RegulatorMSP").glob("*.block")):
        block = parse_block(path.read_bytes())
        for data, code in zip(block.data.data, transactions_filter(block), strict=True):
            parsed = parse_transaction(data)
            if not parsed.actions:
                continue
            (action,) = parsed.actions
            written = {
                (stated.name, write.key_hash)
                for namespace in ReadWriteSet.parse(action.payload.results).namespaces
                for stated in namespace.collections
                for write in stated.writes
            }
            name = transaction.TxValidationCode.Name(code)  # type: ignore[arg-type]  # an enum's number
            arguments = [each.decode(errors="replace") for each in action.arguments()]
            found.setdefault(parsed.transaction_id, (block.header.number, name, arguments, written))
    return found
