"""Pictures of ledgers made by hand: what no short life on a network comes to."""

from typing import Any

import msgspec
import pytest
from counterfoil_contracts.core.message import Message
from counterfoil_contracts.registry.directory import Bucket, Entry
from counterfoil_contracts.registry.operations import Enterprise
from counterfoil_history import Chronicle, LedgerAt, NothingKnown, picture_of
from counterfoil_history.chronicle import Transaction
from counterfoil_history.credit_report import facts_of
from counterfoil_history.figures import Measure, figures
from counterfoil_protocol import canonical_json

USCC, OTHER = "91310000MA1FL0007C", "91110108MA01ABCD2H"
Writes = dict[tuple[str, str], list[tuple[Transaction, bytes]]]


class Loan(Message, frozen=True):
    bank: str
    out: int


def by(block: int) -> Transaction:
    return Transaction(f"{block:064x}", block, 0, "VALID", 1000 + block, "RegulatorMSP", "x:transact", "")


def stored(value: Any) -> bytes:
    return canonical_json.encode({"salt": "00", "value": msgspec.to_builtins(value)})


def chronicle(writes: Writes) -> Chronicle:
    newest = {record: made[-1][1] for record, made in writes.items()}
    collections = tuple(sorted({collection for collection, _ in writes}))
    return Chronicle(LedgerAt("trade", "trade", 99, 2000, collections, {}, newest), writes, {})


def entered(uscc: str, *classes: tuple[str, int], successor: str = "") -> Entry:
    records = tuple(
        msgspec.convert(
            {"uscc": uscc, "name": "N", "enterprise_class": each, "successor": successor}, Enterprise
        )
        for each, _ in classes
    )
    return Entry(uscc, records, tuple(since for _, since in classes))


def test_a_figure_is_the_sum_of_what_moved_it() -> None:
    """A loan that goes from one bank to the other, and one that never counted for anything."""
    writes: Writes = {
        ("marks_BankA", "loan/1"): [
            (by(3), stored(Loan("BankA", 50))),
            (by(5), stored(Loan("BankA", 50))),
            (by(7), stored(Loan("BankB", 40))),
        ],
        ("marks_BankA", "loan/2"): [(by(4), stored(Loan("BankB", 0)))],
        ("marks_BankA", "loan/3"): [(by(6), stored(Loan("BankA", 5)))],
    }
    counted = [
        (
            track,
            lambda step: [(Measure.named("out", "USD", bank=step.value.bank), step.value.out)],
            lambda step: step.value.bank,
        )
        for track in chronicle(writes).tracks("marks_", "loan", Loan)
    ]
    first, second = figures(counted)
    assert (dict(first.of), first.amount) == ({"bank": "BankA"}, 5)
    assert [(each.block, each.change) for each in first.movements] == [(3, 50), (6, 5), (7, -50)]
    assert (dict(second.of), second.amount) == ({"bank": "BankB"}, 40)
    assert [(each.block, each.change) for each in second.movements] == [(7, 40)]


def test_a_history_goes_on_in_another_bucket_after_a_new_secret() -> None:
    """The key of a bucket comes from the secret: the contract begins the entry anew."""
    before, after = ("authority", "enterprise/ff"), ("authority", "enterprise/00")
    taken = entered(OTHER, ("A", 10), successor=USCC)
    known = chronicle(
        {
            before: [
                (by(1), stored(Bucket((taken, entered(USCC, ("A", 20)))))),
                (by(2), stored(Bucket((taken, entered(USCC, ("A", 20), ("B", 30)))))),
            ],
            after: [(by(3), stored(Bucket((entered(USCC, ("C", 40)),))))],
        }
    )
    found = picture_of(known, USCC)
    told = [(each.record.enterprise_class, each.since, each.block) for each in found.directory]
    assert told == [("A", 20, 1), ("B", 30, 2), ("C", 40, 3)]
    assert [(each.record.uscc, each.block) for each in found.predecessors] == [(OTHER, 1)]
    assert [each.block for each in found.transactions] == [1, 2, 3]
    history = facts_of(known.ledger, USCC).directory
    assert [each.enterprise_class for each in history.records] == ["A", "B", "C"]
    assert history.since == (20, 30, 40)


def test_nothing_is_told_of_an_enterprise_that_is_not_there() -> None:
    known = chronicle({("authority", "enterprise/00"): [(by(1), stored(Bucket((entered(USCC, ("A", 1)),))))]})
    with pytest.raises(NothingKnown, match=OTHER):
        picture_of(known, OTHER)
