"""A fact that happened can always be recorded, whether there is room for it or not."""

from typing import Any

from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import APPROVER, TradePeople

from .exporter import Exporter, refused

_WHOLE = [(0, 0, 1_000_000, 1_000_000)]


def a_wrong_release_is_reversed_when_the_room_is_gone(trade: TradePeople[Any]) -> None:
    """A repayment booked on the wrong loan: refused for want of room, the books would stay wrong for ever."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    mark = trade.finance("BankA", exporter.view("BankA", [invoice], [number], _WHOLE), [(0, number, 900_000)])
    wrong = trade.prepare("BankA", messages.Repay(mark, "OWN_FUNDS", 900_000, trade.today))
    trade.confirm("BankA", wrong)
    other = exporter.view("BankB", [invoice], [number], _WHOLE)
    taken = trade.finance("BankB", other, [(0, number, 800_000)])
    trade.act("BankA", messages.Reverse(wrong))
    assert exporter.held(number) == 1_700_000
    assert exporter.flags(declaration=number) == {"OVER_PLEDGED"}
    with refused("BAD_STATE"):
        trade.act("BankA", messages.Reverse(wrong))
    trade.act("BankB", messages.Repay(taken, "REFINANCED", 800_000, trade.today))
    assert exporter.flags(declaration=number) == set()
    assert exporter.available(number) == 0


def disbursed_while_the_network_was_down(trade: TradePeople[Any]) -> None:
    """The bank has paid out by telephone: kept off the record, the goods are free for another loan."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    held = (messages.Pledge(0, number, 900_000, 900_000, 900_000),)
    terms = trade.put_terms("BankA", 900_000)
    view = exporter.view("BankA", [invoice], [number], _WHOLE)
    late = messages.Register("LATE", view, terms, "USD", 900_000, held, trade.day(-3), 100_000)
    act = trade.prepare("BankA", late)
    with refused("BAD_STATE"):  # two people of the bank first
        trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", act))
    trade.confirm("BankA", act)
    assert exporter.available(number) == 900_000
    mark = trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", act)).mark
    assert exporter.available(number) == 100_000
    assert exporter.flags(invoice) == {"LATE_REGISTERED"}
    other = exporter.view("BankB", [invoice], [number], _WHOLE)
    with refused("DUPLICATE"):
        trade.lock("BankB", other, [(0, number, 1)])
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 800_000, trade.today))
    assert (exporter.available(number), exporter.flags(invoice)) == (900_000, set())


def a_bank_leaves_with_open_financings(trade: TradePeople[Any]) -> None:
    """Its loans are sold: freed and locked anew, another bank might come in between."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    mark = trade.finance("BankA", exporter.view("BankA", [invoice], [number], _WHOLE), [(0, number, 900_000)])
    first, second = trade.regulators
    offer = ops.ProposeTransfer("BankAMSP", "BankBMSP", (mark,))
    transfer = trade.submit(first, ops.TRANSFER_PROPOSE, offer).transfer
    with refused("BAD_STATE"):  # the successor agrees first
        trade.submit(second, ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))
    accepted = ops.AcceptTransfer(transfer, (trade.put_terms("BankB", 900_000),))
    trade.submit(trade.person("BankB", APPROVER), ops.TRANSFER_ACCEPT, accepted)
    with refused("SAME_PERSON"):
        trade.submit(first, ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))
    trade.submit(second, ops.TRANSFER_EXECUTE, ops.ExecuteTransfer(transfer))
    assert exporter.available(number) == 0
    with refused("BAD_STATE"):
        trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1, trade.today))
    done = trade.act("BankB", messages.Repay(mark, "OWN_FUNDS", 900_000, trade.today))
    assert done is not None
    assert (done.state, exporter.available(number)) == ("SETTLED", 900_000)


def a_hundred_documents_with_one_bad(trade: TradePeople[Any]) -> None:
    """Ninety-nine locked of a hundred: the bank believes in a security that it has not got."""
    exporter = Exporter.entered(trade)
    invoices = [exporter.invoice(f"B{at}", 10_000) for at in range(100)]
    stated = tuple(messages.StatedLine(each, 10_000, 10_000) for each in invoices)
    number = exporter.declare(2_000_000, lines=stated)
    # BankB has the last of them.
    other = exporter.view("BankB", invoices[99:], [number])
    mark = trade.lock("BankB", other, [(0, number, 9_000)])
    view = exporter.view("BankA", invoices, [number])
    seen = exporter.seen("BankA", view)
    assert [each.duplicate for each in seen.invoices] == [False] * 99 + [True]
    wanted = [(at, number, 9_000) for at in range(100)]
    with refused("DUPLICATE"):
        trade.lock("BankA", view, wanted)
    assert exporter.held(number) == 9_000
    trade.act("BankB", messages.Cancel(mark))
    trade.lock("BankA", view, wanted)
    assert exporter.held(number) == 900_000
