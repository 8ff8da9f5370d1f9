"""The committed samples are what the generator makes of seed 1; every seed's documents can be used."""

import json
from pathlib import Path

import pytest
from counterfoil_contracts.export_invoice.operations import Declaration
from counterfoil_demo.sample_files import sample_files, write_samples
from counterfoil_demo.samples import make_samples
from counterfoil_documents import export_invoice, read_invoice
from counterfoil_documents.fingerprint import fingerprint, statement
from counterfoil_documents.social_credit_code import is_social_credit_code

ROOT = Path(__file__).resolve().parents[3]
SEEDS = (1, 2, 3, 4, 99, 2**40)


def test_the_committed_samples_are_those_of_seed_one(tmp_path: Path) -> None:
    write_samples(make_samples(1), tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    others = {"README.md", "asset.py"}  # asset.py is the contract of docs/chaincode.md
    files = (path for path in (ROOT / "samples").iterdir() if path.is_file() and path.name not in others)
    kept = {path.name: path.read_bytes() for path in files}
    assert made == kept


def test_seed_one_has_the_worked_example() -> None:
    dollars = make_samples(1).figures.dollars
    assert dollars.total == 10_000_000
    assert (dollars.first_invoice, dollars.first_line) == (7_000_000, 6_000_000)
    assert (dollars.second_invoice, dollars.second_line) == (5_000_000, 4_000_000)


@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_six_invoices_on_four_declarations_in_three_currencies(seed: int) -> None:
    samples = make_samples(seed)
    assert [len(declaration.invoices) for declaration in samples.declarations] == [2, 2, 1, 1]
    assert {declaration.currency for declaration in samples.declarations} == {"USD", "EUR", "JPY"}
    assert is_social_credit_code(samples.seller.code)
    assert len({invoice.buyer for invoice in samples.invoices}) == len(samples.invoices)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_file_says_what_was_drawn(seed: int) -> None:
    samples = make_samples(seed)
    prints: dict[str, set[str]] = {}
    for name, content in sample_files(samples).items():
        place = name.split("-")[1][0]
        if name.startswith("declaration"):
            stated = json.loads(content)
            declaration = samples.declarations[int(place) - 1]
            assert stated["total"] == declaration.total
            assert sum(line["declaration_amount"] for line in stated["lines"]) <= declaration.total
            assert set(stated) == set(Declaration.__struct_fields__)
            continue
        invoice = read_invoice(content)
        fit = export_invoice(invoice)
        drawn = samples.invoices[int(place) - 1]
        assert (fit.number, fit.total, fit.currency) == (drawn.number, drawn.total, drawn.currency)
        assert (fit.seller_code, fit.buyer_name) == (drawn.seller.code, drawn.buyer.name)
        prints.setdefault(place, set()).add(fingerprint(invoice))
    assert all(len(found) == 1 for found in prints.values())
    assert len(set.union(*prints.values())) == len(samples.invoices)


def test_customs_and_the_files_state_one_invoice() -> None:
    files = sample_files(make_samples(1))
    line = json.loads(files["declaration-1.json"])["lines"][0]["invoice"]
    stated = statement(read_invoice(files["invoice-1.cii.xml"]))
    assert line == {name: getattr(stated, name) for name in stated.__struct_fields__}


def test_two_seeds_differ() -> None:
    assert sample_files(make_samples(2)) != sample_files(make_samples(3))
    assert sample_files(make_samples(2)) == sample_files(make_samples(2))
