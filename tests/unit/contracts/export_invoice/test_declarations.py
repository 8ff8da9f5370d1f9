"""Customs' statements: lines that bind, and statements that contradict an earlier one."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1, D2 = "224820260000000001", "224820260000000002"


@pytest.fixture
def trade() -> TradeLedger:
    return TradeLedger()


def line(
    trade: TradeLedger, own: int, declared: int, number: str = "I1", total: int = 1000
) -> messages.StatedLine:
    return messages.StatedLine(trade.invoice(number, total), own, declared)


def test_customs_lines_bind_whatever_the_enterprise_says(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 1000, lines=(line(trade, 600, 600),))
    invoices = [trade.invoice("I1", 1000), trade.invoice("I2", 1000)]
    agreeing = trade.view("BankA", invoices, [D1], [(0, 0, 600, 600)])
    differing = trade.view("BankA", invoices, [D1], [(0, 0, 601, 600)])
    adding = trade.view("BankA", invoices, [D1], [(1, 0, 100, 100)])
    silent = trade.view("BankA", invoices, [D1])
    for view, position in ((differing, 0), (adding, 1)):
        with pytest.raises(Refused, match="STATEMENT_CONFLICT"):
            trade.lock("BankA", view, [(position, D1, 1)])
    trade.act("BankA", messages.Cancel(trade.lock("BankA", silent, [(0, D1, 1)])))
    trade.lock("BankA", agreeing, [(0, D1, 1)])


def test_one_invoice_on_two_declarations(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 500, lines=(line(trade, 400, 500),))
    trade.put_declaration(D2, 700, lines=(line(trade, 600, 700),))
    view = trade.view("BankA", [trade.invoice("I1", 1000)], [D1, D2])
    mark = trade.lock("BankA", view, [(0, D1, 400), (0, D2, 500)])
    assert trade.available(D1) == 50
    assert trade.available(D2) == 130
    moved = trade.approve("BankA", mark, 900)
    assert moved.approved == 900
    trade.act("BankA", messages.Disburse(mark, 900, trade.today))
    # The buyer pays 500: 400 are the first line's (all 500 of D1), 100 the second's (117 of D2, rounded up).
    trade.act(
        "BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 500, trade.today, received=500, amounts=(400, 100))
    )
    regulator = trade.regulators[0]
    first = trade.ask(regulator, ops.SUPERVISE, ops.Supervise(declaration=D1)).pool
    second = trade.ask(regulator, ops.SUPERVISE, ops.Supervise(declaration=D2)).pool
    assert (first.collected, first.outstanding) == (500, 0)
    assert (second.collected, second.outstanding) == (117, 400)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([(1001, 1)], "STATEMENT_CONFLICT"),
        ([(1, 1001)], "STATEMENT_CONFLICT"),
        ([(1, 1), (1, 1)], "BAD_INPUT"),
    ],
)
def test_lines_stay_within_totals_and_name_an_invoice_once(
    trade: TradeLedger, lines: list[tuple[int, int]], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        trade.put_declaration(D1, 1000, lines=tuple(line(trade, own, declared) for own, declared in lines))


def test_lines_of_two_declarations_stay_within_the_invoice(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 1000, lines=(line(trade, 600, 600),))
    with pytest.raises(Refused, match="STATEMENT_CONFLICT"):
        trade.put_declaration(D2, 1000, lines=(line(trade, 401, 401),))


def test_a_batch_is_recorded_whole_or_not_at_all(trade: TradeLedger) -> None:
    def declaration(at: int, number: str = "") -> messages.Declaration:
        facts = (
            number or f"22482026{at:010d}",
            "2026-03-01",
            "CLEARED",
            "91310000MA1FL0007C",
            "ACME",
            "0110",
            "USD",
            7,
        )
        return messages.Declaration(*facts)  # type: ignore[arg-type] # a row of fields

    batch = tuple(declaration(at) for at in range(100))
    assert (
        trade.submit(trade.customs, ops.DECLARATION_PUT, messages.PutDeclarations(batch)).declarations == 100
    )
    later = tuple(declaration(at) for at in range(101, 150))
    with pytest.raises(Refused, match="ALREADY_EXISTS"):
        trade.submit(trade.customs, ops.DECLARATION_PUT, messages.PutDeclarations((*later, declaration(99))))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.customs, ops.DECLARATION_READ, messages.ReadDeclaration(f"22482026{101:010d}"))
    twice = (declaration(200), declaration(200))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.submit(trade.customs, ops.DECLARATION_PUT, messages.PutDeclarations(twice))


@pytest.mark.parametrize(
    "facts", [{"declared_on": "2026-02-30"}, {"trade_mode": "01101"}, {"consignor": "x"}]
)
def test_fields_that_mean_nothing_are_refused(trade: TradeLedger, facts: dict[str, str]) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.put_declaration(D1, 1000, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "ACCEPTED"},
        {"declared_on": "2025-09-01"},
        {"declared_on": "2026-03-03"},
        {"trade_mode": "0214"},
    ],
)
def test_a_declaration_that_carries_no_financing(trade: TradeLedger, facts: dict[str, str]) -> None:
    trade.put_declaration(D1, 1000, **facts)
    view = trade.view("BankA", [trade.invoice("I1", 1000)], [D1], [(0, 0, 600, 600)])
    with pytest.raises(Refused, match="NOT_FINANCEABLE"):
        trade.lock("BankA", view, [(0, D1, 1)])


def test_an_import_declaration_carries_none(trade: TradeLedger) -> None:
    number = "224820261000000001"
    trade.put_declaration(number, 1000)
    view = trade.view("BankA", [trade.invoice("I1", 1000)], [number], [(0, 0, 600, 600)])
    with pytest.raises(Refused, match="NOT_FINANCEABLE"):
        trade.lock("BankA", view, [(0, number, 1)])


@pytest.mark.parametrize("value_date", ["2026-03-03", "2026-01-30", "2026-02-30"])
def test_value_dates_are_not_to_come_nor_long_ago(trade: TradeLedger, value_date: str) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.act("BankA", messages.Receipt(trade.invoice("I1", 1000), 1, value_date))
