"""Where the repayment comes from decides what is free again."""

from typing import Any

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradePeople

from .exporter import Exporter, refused


def _example(trade: TradePeople[Any]) -> tuple[Exporter, str, tuple[Invoice, Invoice], str]:
    """BankA has lent 6,000,000 cents on a declaration of 10,000,000, BankB 3,000,000: nothing is left."""
    exporter = Exporter.entered(trade)
    first, second = exporter.invoice("I1", 7_000_000), exporter.invoice("I2", 5_000_000)
    number = exporter.declare(10_000_000)
    lines = [(0, 0, 6_000_000, 6_000_000), (1, 0, 4_000_000, 4_000_000)]
    view = exporter.view("BankA", [first, second], [number], lines)
    mark = trade.finance("BankA", view, [(0, number, 6_000_000)])
    other = exporter.view("BankB", [first, second], [number], lines)
    with refused("DUPLICATE"):
        trade.lock("BankB", other, [(0, number, 1_000_000)])
    with refused("OVER_FINANCING"):
        trade.lock("BankB", other, [(1, number, 4_000_000)])
    trade.lock("BankB", other, [(1, number, 3_000_000)])
    assert exporter.available(number) == 0
    return exporter, number, (first, second), mark


def both_branches_of_the_worked_example(trade: TradePeople[Any]) -> None:
    """Without it the regulator's own published figures do not come out, and no bank believes another sum."""
    exporter, number, _, mark = _example(trade)
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
    assert exporter.available(number) == 1_500_000
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(number, 1, 9_500_000))
    assert exporter.available(number) == 1_050_000
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(number, 2, 8_000_000))
    assert (exporter.available(number), exporter.flags(declaration=number)) == (0, {"OVER_PLEDGED"})

    exporter, number, _, mark = _example(trade)
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 1_500_000, trade.today, 1_500_000))
    assert exporter.available(number) == 150_000


def settled_from_proceeds_then_asked_elsewhere(trade: TradePeople[Any]) -> None:
    """A second bank lends on an invoice that the buyer has paid already: there is nothing to collect."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    lines = [(0, 0, 1_000_000, 1_000_000)]
    view = exporter.view("BankA", [invoice], [number], lines)
    mark = trade.finance("BankA", view, [(0, number, 900_000)])
    done = trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 900_000, trade.today, 1_000_000))
    assert done is not None
    assert done.state == "SETTLED"
    other = exporter.view("BankB", [invoice], [number], lines)
    (seen,) = exporter.seen("BankB", other).invoices
    assert (seen.available, seen.duplicate) == (0, False)
    with refused("ALREADY_COLLECTED"):
        trade.lock("BankB", other, [(0, number, 100)])
    # Repaid from the exporter's own funds, the same receivable is financed again.
    invoice, number = exporter.invoice("I2", 1_000_000), exporter.declare(1_000_000)
    mark = trade.finance("BankA", exporter.view("BankA", [invoice], [number], lines), [(0, number, 900_000)])
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 900_000, trade.today))
    other = exporter.view("BankB", [invoice], [number], lines)
    trade.finance("BankB", other, [(0, number, 900_000)])


def proceeds_arrive_at_a_third_bank(trade: TradePeople[Any]) -> None:
    """The buyer pays into another bank: the lender waits for money that has come, and nobody tells it."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    view = exporter.view("BankA", [invoice], [number], [(0, 0, 1_000_000, 1_000_000)])
    mark = trade.finance("BankA", view, [(0, number, 900_000)])
    receipt = trade.prepare("BankC", messages.Receipt(invoice, 600_000, trade.today))
    assert trade.confirm("BankC", receipt) is None
    assert exporter.flags(invoice) == {"PROCEEDS_DIVERTED"}
    mine = trade.ask(trade.person("BankA"), ops.FLAGS_MINE, ops.ReadFlags()).documents
    ours = [flag.code for each in mine if mark in each.marks for flag in each.flags]
    assert set(ours) == {"PROCEEDS_DIVERTED"}
    trade.act("BankA", messages.Repay(mark, "REFINANCED", 600_000, trade.today))
    assert exporter.flags(invoice) == set()
    # It was booked by mistake: what it took is given back.
    trade.act("BankC", messages.Reverse(receipt))
    assert exporter.available(number) == 600_000
