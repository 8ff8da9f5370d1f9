"""What every member can tell by how many keys a transaction reads and writes, and what it cannot.

It tells no amount. Of the acts that a second person confirms it tells a receipt and a replaced invoice from
the others, whatever they are.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from counterfoil_chaincode.testing import Committed
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER
from freight_ledger import FreightLedger
from recorder import Recorder

NUMBER, OTHER, TOTAL = "224820260000000001", "224820260000000002", 10_000_000
PART, WHOLE = 3_000_001, 6_000_000


@lru_cache
def ready() -> tuple[FreightLedger, Recorder, str, str]:
    """A loan that is locked, a freight payment that is marked."""
    trade = FreightLedger()
    recorder = Recorder(trade.ledger)
    trade.put_declaration(NUMBER, TOTAL)
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [NUMBER], [(0, 0, WHOLE, WHOLE)])
    mark = trade.lock("BankA", view, [(0, NUMBER, WHOLE)])
    facts = trade.facts(0, 7_000_000)
    trade.put_invoices(facts)
    payment = trade.mark("BankA", trade.verify("BankA", facts), [(0, 700_000, 4_900_000)])
    trade.ledger.checkpoint()
    return trade, recorder, mark, payment


def shape(committed: Committed) -> list[object]:
    """What a block shows of a transaction besides hashes."""
    collections = [each for namespace in committed.rwset.namespaces for each in namespace.collections]
    return [(each.name, len(each.reads), len(each.writes)) for each in collections]


Steps = Callable[[FreightLedger, str, str, int], object]


def approved(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    trade.approve("BankA", mark, amount)


def disbursed(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    trade.approve("BankA", mark, WHOLE)
    trade.act("BankA", messages.Disburse(mark, amount, trade.today))


def repaid(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    disbursed(trade, mark, "", WHOLE)
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", amount, trade.today))


def repaid_of_proceeds(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    disbursed(trade, mark, "", WHOLE)
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", amount, trade.today, amount))


def credited(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    disbursed(trade, mark, "", WHOLE)
    trade.act("BankA", messages.CreditNote(mark, 0, amount, trade.today))


def received(trade: FreightLedger, mark: str, _: str, amount: int) -> None:
    trade.act("BankA", messages.Receipt(trade.invoice("I1", 7_000_000), amount, trade.today))


def refunded(trade: FreightLedger, _: str, payment: str, amount: int) -> None:
    trade.paid("BankA", payment)
    trade.refund("BankA", payment, amount)


def reversed_by_tax(trade: FreightLedger, _: str, payment: str, amount: int) -> None:
    trade.reverse(0, amount)


@pytest.mark.parametrize(
    ("steps", "amounts"),
    [
        (approved, (1, PART, WHOLE)),
        (disbursed, (1, PART, WHOLE)),
        (repaid, (1, PART, WHOLE)),
        (repaid_of_proceeds, (1, PART, WHOLE)),
        (credited, (1, PART, WHOLE)),
        (received, (1, PART, WHOLE)),
        (refunded, (1, 333_333, 700_000)),
        (reversed_by_tax, (1, PART, 7_000_000)),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_the_number_of_keys_is_the_same_for_every_amount(steps: Steps, amounts: tuple[int, ...]) -> None:
    seen = [shapes(steps, amount) for amount in amounts]
    assert all(each == seen[0] for each in seen)


def test_acts_of_a_group_look_alike() -> None:
    groups: dict[str, set[str]] = {}
    for name in ACTS:
        groups.setdefault(repr(confirmed(name)), set()).add(name)
    assert sorted(map(sorted, groups.values())) == [
        sorted(set(ACTS) - {"receipt", "replace invoice"}),
        ["receipt"],
        ["replace invoice"],
    ]


def test_proceeds_do_not_show_where_the_invoice_stands_on_more_than_is_pledged() -> None:
    """What is collected goes on to every declaration of the invoice, as customs knows them."""
    trade = FreightLedger()
    recorder = Recorder(trade.ledger)
    invoice = trade.invoice("I1", 7_000_000)
    trade.put_declaration(NUMBER, TOTAL)
    trade.put_declaration(OTHER, TOTAL, lines=(messages.StatedLine(invoice, 1_000_000, 1_000_000),))
    view = trade.view("BankA", [invoice], [NUMBER], [(0, 0, WHOLE, WHOLE)])
    mark = trade.finance("BankA", view, [(0, NUMBER, WHOLE)])
    seen = []
    for name in ("repay of own", "repay of proceeds", "write off"):
        trade.act("BankA", ACTS[name](trade, mark))
        seen.append(shape(recorder.blocks[-1]))
    assert all(each == seen[0] for each in seen)


def test_a_freeze_does_not_show_among_decisions_on_enterprises() -> None:
    """Its list has one key for all, which everybody can make: a new class writes it, too."""
    trade, recorder, *_ = ready()
    seen = []
    decisions: tuple[Callable[[], object], ...] = (
        lambda: trade.put_enterprise(SELLER, "B"),
        lambda: trade.freeze(registry.Freeze(frozen=True, enterprise=SELLER)),
        lambda: trade.freeze(registry.Freeze(frozen=False, enterprise=SELLER)),
        lambda: trade.freeze(registry.Freeze(frozen=True, bank="BankBMSP")),
    )
    for decide in decisions:
        trade.ledger.rollback()
        before = len(recorder.blocks)
        decide()
        seen.append([shape(each) for each in recorder.blocks[before:]])
    assert all(each == seen[0] for each in seen)


def shapes(steps: Steps, amount: int) -> list[Any]:
    """What every transaction of some steps shows."""
    trade, recorder, mark, payment = ready()
    trade.ledger.rollback()
    before = len(recorder.blocks)
    steps(trade, mark, payment, amount)
    return [shape(each) for each in recorder.blocks[before:]]


def confirmed(name: str) -> list[object]:
    """What the confirmation of an act shows, on a loan that is paid out, or of paying the rest out."""
    trade, recorder, mark, payment = ready()
    trade.ledger.rollback()
    disbursed(trade, mark, payment, PART if name in ("disburse", "cancel") else WHOLE)
    trade.act("BankA", ACTS[name](trade, mark))
    return shape(recorder.blocks[-1])


ACTS: dict[str, Callable[[FreightLedger, str], messages.Act]] = {
    "disburse": lambda trade, mark: messages.Disburse(mark, 1, trade.today),
    "repay of own": lambda trade, mark: messages.Repay(mark, "OWN_FUNDS", 1, trade.today),
    "repay of guarantee": lambda trade, mark: messages.Repay(mark, "GUARANTOR", 1, trade.today),
    "repay of proceeds": lambda trade, mark: messages.Repay(mark, "EXPORT_PROCEEDS", 1, trade.today, 1),
    "cancel": lambda _, mark: messages.Cancel(mark),
    "write off": lambda trade, mark: messages.WriteOff(mark, trade.today),
    "extend": lambda trade, mark: messages.Extend(
        mark, trade.put_terms("BankA", WHOLE, maturity=trade.day(300))
    ),
    "correct": lambda trade, mark: messages.Correct(mark, trade.put_terms("BankA", WHOLE)),
    "credit note": lambda trade, mark: messages.CreditNote(mark, 0, 1, trade.today),
    "replace invoice": lambda trade, mark: messages.ReplaceInvoice(mark, 0, trade.invoice("I1-B", 7_000_000)),
    "receipt": lambda trade, _: messages.Receipt(trade.invoice("I1", 7_000_000), 1, trade.today),
}
