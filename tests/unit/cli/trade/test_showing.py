"""What people read: money in its own currency, what a step moves side by side, flags with what ends them."""

import pytest
from counterfoil_cli.trade.showing import Table, laid_out
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import APPROVER, TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def view(trade: TradeLedger) -> str:
    invoices = [trade.invoice("I1", 7_000_000), trade.invoice("I2", 3_000_000)]
    return trade.view("BankA", invoices, [D1], [(0, 0, 6_000_000, 6_000_000)])


def table(tables: list[Table], title: str) -> list[dict[str, str]]:
    (found,) = (each for each in tables if each.title == title)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_a_view_is_laid_out_document_by_document(trade: TradeLedger, view: str) -> None:
    answer = trade.ask(trade.person("BankA"), ops.VIEW_READ, messages.ReadViews((view,)))
    facts, tables = laid_out(answer)
    assert dict(facts)["view"] == view
    (declaration,) = table(tables, "declarations")
    assert (declaration["total"], declaration["available"]) == ("100,000.00 USD", "90,000.00 USD")
    assert [each["number"] for each in table(tables, "invoices")] == ["I1", "I2"]


def test_a_dry_run_shows_what_moves_and_no_more(trade: TradeLedger, view: str) -> None:
    mark = trade.lock("BankA", view, [(0, D1, 5_000_000)])
    approver = trade.person("BankA", APPROVER)
    facts, tables = laid_out(trade.ask(approver, ops.APPROVE_PREVIEW, messages.Approve(mark, 4_000_000)))
    assert facts == [("mark", mark)]
    moves = {each[""]: (each["now"], each["then"]) for each in table(tables, "what moves")}
    assert moves["state"] == ("LOCKED", "APPROVED")
    assert moves["approved"] == ("0.00 USD", "40,000.00 USD")
    (held,) = (
        each for name, each in moves.items() if name.startswith("invoice") and name.endswith(" locked")
    )
    assert held == ("50,000.00 USD", "40,000.00 USD")
    assert not {"currency", "acts 1"} & set(moves)
    assert laid_out(ops.Preview(None, None))[0][0][0] == "moves"


def test_a_document_shows_its_flags_with_what_ends_them(trade: TradeLedger, view: str) -> None:
    trade.finance("BankA", view, [(0, D1, 5_000_000)])
    body = messages.AmendDeclaration(D1, 1, 5_000_000)
    trade.submit(trade.customs, ops.DECLARATION_AMEND, body)
    answer = trade.ask(trade.regulators[0], ops.SUPERVISE, answers.Supervise(declaration=D1))
    facts, tables = laid_out(answer)
    assert (dict(facts)["pool.total"], dict(facts)["pool.label"]) == ("50,000.00 USD", D1)
    (flag,) = table(tables, "pool flags")
    assert (flag["flag"], flag["state"], flag["held by"]) == ("OVER_PLEDGED", "open", "BankAMSP")
    assert flag["ends when"].startswith("what is used falls")
    (loan,) = table(tables, "financings")
    assert (loan["state"], loan["drawn"]) == ("DISBURSED", "50,000.00 USD")
    (held,) = table(tables, "pool marks")
    assert held["outstanding"] == "50,000.00 USD"


def test_an_act_that_waits_is_one_line(trade: TradeLedger, view: str) -> None:
    mark = trade.lock("BankA", view, [(0, D1, 5_000_000)])
    trade.prepare("BankA", messages.Cancel(mark))
    facts, tables = laid_out(trade.ask(trade.person("BankA"), ops.ACTS_PENDING, ops.ReadPage()))
    assert facts == []
    (act,) = table(tables, "acts")
    assert (act["body"], act["confirmed at"]) == ("CANCEL", "-")
