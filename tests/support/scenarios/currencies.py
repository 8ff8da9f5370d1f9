"""Loans in another currency than their documents; documents that are joined many to many."""

from typing import Any

from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import TradePeople

from .exporter import Exporter, refused


def a_loan_in_cny_on_three_invoices_ends_at_zero(trade: TradePeople[Any]) -> None:
    """Three quarters of the business: converted anew at each step, a repaid loan would leave cents behind
    that block the next one for ever."""
    exporter = Exporter.entered(trade)
    dollars, yen = f"USDCNY-{exporter.uscc}", f"JPYCNY-{exporter.uscc}"
    trade.put_tables(
        registry.TableEntries(
            rates=(
                registry.Rate(dollars, "USD", "CNY", 71_234, 4, trade.today),
                registry.Rate(yen, "JPY", "CNY", 48_765, 6, trade.today),
            )
        )
    )
    invoices = (
        exporter.invoice("U1", 1_000_001),
        exporter.invoice("U2", 333_333),
        exporter.invoice("J1", 12_345_678, "JPY"),
    )
    in_dollars = exporter.declare(1_500_000)
    in_yen = exporter.declare(12_345_678, "JPY")
    lines = [
        (0, 0, 1_000_001, 1_000_001),
        (1, 0, 333_333, 333_333),
        (2, 1, 12_345_678, 12_345_678),
    ]
    view = exporter.view("BankA", invoices, [in_dollars, in_yen], lines, currency="CNY")
    pledges = (
        messages.Pledge(0, in_dollars, 900_000, 900_000, 6_411_060, dollars, dollars),
        messages.Pledge(1, in_dollars, 299_999, 299_999, 2_137_012, dollars, dollars),
        messages.Pledge(2, in_yen, 11_111_110, 11_111_110, 54_183_327, yen, yen),
    )
    with refused("LOAN_ABOVE_PLEDGE"):
        wrong = messages.Pledge(2, in_yen, 11_111_110, 11_111_110, 54_183_328, yen, yen)
        trade.lock_pledges("BankA", view, (*pledges[:2], wrong), "CNY")
    mark = trade.lock_pledges("BankA", view, pledges, "CNY")
    loan = sum(each.loan_amount for each in pledges)
    approved = loan * 80 // 100
    assert trade.approve("BankA", mark, approved).approved == approved
    trade.act("BankA", messages.Disburse(mark, approved, trade.today))
    for odd in (1, 7_777_777, approved - 7_777_778):
        held = exporter.held(in_dollars), exporter.held(in_yen)
        assert min(held) > 0
        trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", odd, trade.today))
    found = trade.ask(trade.person("BankA"), ops.FINANCING_READ, ops.ReadFinancing(mark))
    assert (found.state, found.repaid) == ("SETTLED", approved)
    assert (exporter.held(in_dollars), exporter.held(in_yen)) == (0, 0)
    assert exporter.available(in_yen) == 12_345_678 * 9 // 10


def invoices_and_declarations_many_to_many(trade: TradePeople[Any]) -> None:
    """One shipment declared in two parts, two invoices on one declaration: bound to whole documents alone, a
    bank would be refused what is free, or given what is not."""
    exporter = Exporter.entered(trade)
    wide, narrow = exporter.invoice("I1", 6_000_000), exporter.invoice("I2", 3_000_000)
    stated = (
        messages.StatedLine(wide, 4_000_000, 4_000_000),
        messages.StatedLine(narrow, 3_000_000, 3_000_000),
    )
    first = exporter.declare(8_000_000, lines=stated)
    second = exporter.declare(2_500_000, lines=(messages.StatedLine(wide, 2_000_000, 2_000_000),))
    both = ([wide, narrow], [first, second])
    view = exporter.view("BankA", *both)
    with refused("OVER_FINANCING"):  # the declaration would carry it, the line does not
        trade.lock("BankA", view, [(0, first, 4_000_001)])
    with refused("OVER_FINANCING"):  # the lines would carry it, the invoice does not
        trade.lock("BankA", view, [(0, first, 3_500_000), (0, second, 2_000_000)])
    mark = trade.lock("BankA", view, [(0, first, 3_500_000), (0, second, 1_800_000)])
    assert (exporter.available(first), exporter.available(second)) == (3_700_000, 450_000)
    other = exporter.view("BankB", *both)
    with refused("DUPLICATE"):
        trade.lock("BankB", other, [(0, second, 1)])
    trade.lock("BankB", other, [(1, first, 2_700_000)])
    trade.approve("BankA", mark, 5_300_000, (3_500_000, 1_800_000))
    trade.act("BankA", messages.Disburse(mark, 5_300_000, trade.today))
    # The buyer pays the wide invoice in full: line by line, in order, on both declarations.
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 5_300_000, trade.today, 6_000_000))
    assert exporter.available(first) == (8_000_000 - 4_000_000) * 9 // 10 - 2_700_000
    assert exporter.available(second) == (2_500_000 - 2_000_000) * 9 // 10
