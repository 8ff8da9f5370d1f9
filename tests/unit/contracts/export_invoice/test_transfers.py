"""A bank leaves with open financings: a successor takes them over, and nothing is free in between.

Without it a leaving bank's marks stay for ever, or are released while the loans live on.
"""

from collections.abc import Sequence

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"
LINES = [(0, 0, 6_000_000, 6_000_000), (1, 0, 3_000_000, 3_000_000)]


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger(["BankAMSP", "BankBMSP", "BankCMSP"])
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def marks(trade: TradeLedger) -> list[str]:
    """A drawn and partly repaid loan, and a lock."""
    invoices = [trade.invoice("I1", 7_000_000), trade.invoice("I2", 5_000_000)]
    view = trade.view("BankA", invoices, [D1], LINES)
    mark = trade.finance("BankA", view, [(0, D1, 6_000_000)])
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1_000_000, trade.today))
    return [mark, trade.lock("BankA", view, [(1, D1, 2_000_000)])]


def propose(trade: TradeLedger, marks: Sequence[str], successor: str = "BankBMSP") -> str:
    body = ops.ProposeTransfer("BankAMSP", successor, tuple(marks))
    return trade.submit(trade.regulators[0], ops.TRANSFER_PROPOSE, body).transfer


def accept(trade: TradeLedger, transfer: str, count: int, bank: str = "BankB") -> None:
    terms = tuple(trade.put_terms(bank) for _ in range(count))
    approver = trade.person(bank, "approver")
    trade.submit(approver, ops.TRANSFER_ACCEPT, ops.AcceptTransfer(transfer, terms))


def execute(trade: TradeLedger, transfer: str, officer: int = 1) -> None:
    trade.submit(trade.regulators[officer], ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))


def financing(trade: TradeLedger, bank: str, mark: str) -> answers.Financing:
    return trade.ask(trade.person(bank), ops.FINANCING_READ, answers.ReadFinancing(mark))


def test_the_successor_holds_what_the_leaving_bank_held(trade: TradeLedger, marks: list[str]) -> None:
    available = trade.available(D1)
    transfer = propose(trade, marks)
    offered = trade.ask(trade.person("BankB"), ops.TRANSFER_READ, ops.ReadTransfer(transfer))
    assert [(each.mark, each.drawn, each.repaid) for each in offered.marks] == [
        (marks[0], 6_000_000, 1_000_000),
        (marks[1], 0, 0),
    ]
    accept(trade, transfer, 2)
    execute(trade, transfer)
    assert trade.available(D1) == available == 2_000_000
    left, taken = financing(trade, "BankA", marks[0]), financing(trade, "BankB", marks[0])
    assert (left.state, left.successor, left.pledges[0].invoice_outstanding) == ("TRANSFERRED", "BankBMSP", 0)
    assert (taken.state, taken.pledges[0].invoice_outstanding) == ("PARTIALLY_REPAID", 5_000_000)
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=D1))
    held = {(each.bank, each.mark): each.locked + each.outstanding for each in seen.pool.marks}
    assert held == {
        ("BankAMSP", marks[0]): 0,
        ("BankAMSP", marks[1]): 0,
        ("BankBMSP", marks[0]): 5_000_000,
        ("BankBMSP", marks[1]): 2_000_000,
    }


def test_the_successor_goes_on_and_the_leaving_bank_does_not(trade: TradeLedger, marks: list[str]) -> None:
    repaid = financing(trade, "BankA", marks[0]).acts[-1].act
    transfer = propose(trade, marks)
    accept(trade, transfer, 2)
    execute(trade, transfer)
    for act in (messages.Repay(marks[0], "OWN_FUNDS", 1, trade.today), messages.Reverse(repaid)):
        with pytest.raises(Refused, match="BAD_STATE"):
            trade.act("BankA", act)
    trade.act("BankB", messages.Reverse(repaid))
    trade.approve("BankB", marks[1], 2_000_000)
    trade.act("BankB", messages.Repay(marks[0], "OWN_FUNDS", 6_000_000, trade.today))
    assert financing(trade, "BankB", marks[0]).state == "SETTLED"
    assert trade.available(D1) == 7_000_000
    view = trade.view("BankC", [trade.invoice("I1", 7_000_000)], [D1], LINES[:1])
    trade.lock("BankC", view, [(0, D1, 1_000_000)])


def test_two_officers_and_the_successor_agree(trade: TradeLedger, marks: list[str]) -> None:
    transfer = propose(trade, marks)
    with pytest.raises(Refused, match="BAD_STATE"):
        execute(trade, transfer)
    with pytest.raises(Refused, match="NOT_FOUND"):
        accept(trade, transfer, 2, "BankC")
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.person("BankC"), ops.TRANSFER_READ, ops.ReadTransfer(transfer))
    with pytest.raises(Refused, match="BAD_INPUT"):
        accept(trade, transfer, 1)
    accept(trade, transfer, 2)
    with pytest.raises(Refused, match="SAME_PERSON"):
        execute(trade, transfer, officer=0)
    execute(trade, transfer)
    with pytest.raises(Refused, match="BAD_STATE"):
        execute(trade, transfer)
    with pytest.raises(Refused, match="BAD_STATE"):
        accept(trade, transfer, 2)
    with pytest.raises(Refused, match="BAD_STATE"):
        propose(trade, marks)


def test_a_transfer_names_other_banks_and_marks_that_are_there(trade: TradeLedger, marks: list[str]) -> None:
    for given, code in ((marks[:1] * 2, "BAD_INPUT"), (["ee" * 16], "NOT_FOUND")):
        with pytest.raises(Refused, match=code):
            propose(trade, given)
    with pytest.raises(Refused, match="BAD_INPUT"):
        propose(trade, marks, "BankAMSP")


def test_a_financing_that_ended_meanwhile_stops_the_transfer(trade: TradeLedger, marks: list[str]) -> None:
    transfer = propose(trade, marks)
    accept(trade, transfer, 2)
    trade.act("BankA", messages.Cancel(marks[1]))
    with pytest.raises(Refused, match="BAD_STATE"):
        execute(trade, transfer)
    assert financing(trade, "BankA", marks[0]).state == "PARTIALLY_REPAID"


def test_a_financing_comes_back(trade: TradeLedger, marks: list[str]) -> None:
    transfer = propose(trade, marks[:1])
    accept(trade, transfer, 1)
    execute(trade, transfer)
    back = ops.ProposeTransfer("BankBMSP", "BankAMSP", (marks[0],))
    transfer = trade.submit(trade.regulators[0], ops.TRANSFER_PROPOSE, back).transfer
    accept(trade, transfer, 1, "BankA")
    execute(trade, transfer)
    trade.act("BankA", messages.Repay(marks[0], "OWN_FUNDS", 5_000_000, trade.today))
    assert financing(trade, "BankA", marks[0]).state == "SETTLED"
    assert financing(trade, "BankB", marks[0]).state == "TRANSFERRED"
    assert trade.available(D1) == 7_000_000
