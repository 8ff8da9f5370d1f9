"""The worked example, both branches, to the minor unit.

Without it two banks lend on one delivery: a declaration of 10,000,000 carries 9,000,000, whoever asks.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"
LINES = [(0, 0, 6_000_000, 6_000_000), (1, 0, 4_000_000, 4_000_000)]


def refusal_of(trade: TradeLedger, bank: str, view: str, pledge: tuple[int, str, int]) -> str:
    with pytest.raises(Refused) as caught:
        trade.lock(bank, view, [pledge])
    assert caught.value.is_final
    return caught.value.code


@pytest.fixture
def financed() -> tuple[TradeLedger, str, str]:
    """A has 6,000,000 on I1, B 3,000,000 on I2; the ledger, A's mark and B's view."""
    trade = TradeLedger()
    trade.put_declaration(D1, 10_000_000)
    invoices = [trade.invoice("I1", 7_000_000), trade.invoice("I2", 5_000_000)]
    view_a = trade.view("BankA", invoices, [D1], LINES)
    view_b = trade.view("BankB", invoices, [D1], LINES)
    mark = trade.finance("BankA", view_a, [(0, D1, 6_000_000)])
    assert trade.available(D1) == 3_000_000
    assert refusal_of(trade, "BankB", view_b, (0, D1, 6_000_000)) == "DUPLICATE"
    assert refusal_of(trade, "BankB", view_b, (1, D1, 4_000_000)) == "OVER_FINANCING"
    assert refusal_of(trade, "BankB", view_b, (1, D1, 3_000_001)) == "OVER_FINANCING"
    trade.finance("BankB", view_b, [(1, D1, 3_000_000)])
    assert trade.available(D1) == 0
    return trade, mark, view_b


def amend(trade: TradeLedger, version: int, total: int) -> None:
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, version, total))


def flags_of(trade: TradeLedger, view: str) -> list[str]:
    seen = trade.ask(trade.person("BankB"), ops.VIEW_READ, messages.ReadViews((view,))).views[0]
    return [flag.code for flag in seen.declarations[0].flags]


def test_a_repayment_from_own_funds_frees_the_balance(financed: tuple[TradeLedger, str, str]) -> None:
    trade, mark, view = financed
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
    assert trade.available(D1) == 1_500_000
    amend(trade, 1, 9_500_000)
    assert trade.available(D1) == 1_050_000
    assert flags_of(trade, view) == []
    amend(trade, 2, 8_000_000)
    assert trade.available(D1) == 0
    assert flags_of(trade, view) == ["OVER_PLEDGED"]
    mine = trade.ask(trade.person("BankA"), ops.FLAGS_MINE, answers.ReadFlags())
    assert [each.code for document in mine.documents for each in document.flags] == ["OVER_PLEDGED"]
    trade.act("BankA", messages.Repay(mark, "GUARANTOR", 300_000, trade.today))
    assert flags_of(trade, view) == []
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=D1))
    assert [(flag.code, flag.ended > 0) for flag in seen.pool.flags] == [("OVER_PLEDGED", True)]


def test_an_over_pledged_declaration_takes_no_new_lock(financed: tuple[TradeLedger, str, str]) -> None:
    trade, mark, view = financed
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 6_000_000, trade.today))
    amend(trade, 1, 3_000_000)
    assert flags_of(trade, view) == ["OVER_PLEDGED"]
    assert refusal_of(trade, "BankB", view, (0, D1, 1)) == "OVER_FINANCING"


def test_the_buyer_s_payment_frees_nothing(financed: tuple[TradeLedger, str, str]) -> None:
    trade, mark, _ = financed
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 1_500_000, trade.today, received=1_500_000))
    assert trade.available(D1) == 150_000
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=D1)).pool
    assert (seen.collected, seen.locked, seen.outstanding) == (1_500_000, 0, 7_500_000)


def test_settled_from_proceeds_then_asked_elsewhere(financed: tuple[TradeLedger, str, str]) -> None:
    trade, mark, view = financed
    moved = trade.act(
        "BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 6_000_000, trade.today, received=7_000_000)
    )
    assert moved is not None
    assert moved.state == "SETTLED"
    assert refusal_of(trade, "BankB", view, (0, D1, 1)) == "ALREADY_COLLECTED"


def test_settled_from_own_funds_then_financed_elsewhere(financed: tuple[TradeLedger, str, str]) -> None:
    trade, mark, view = financed
    trade.act("BankA", messages.Repay(mark, "REFINANCED", 6_000_000, trade.today))
    trade.finance("BankB", view, [(0, D1, 6_000_000)])
    assert trade.available(D1) == 0


def test_proceeds_at_a_third_bank_are_seen_by_lender_and_regulator(
    financed: tuple[TradeLedger, str, str],
) -> None:
    """The buyer pays into another bank: the lender's cover is gone, and nobody told it before."""
    trade, _, view = financed
    trade.act("BankB", messages.Receipt(trade.invoice("I1", 7_000_000), 7_000_000, trade.today))
    assert flags_of(trade, view) == ["PROCEEDS_DIVERTED"]
    mine = trade.ask(trade.person("BankA"), ops.FLAGS_MINE, answers.ReadFlags())
    assert {flag.code for document in mine.documents for flag in document.flags} == {"PROCEEDS_DIVERTED"}
    assert {document.kind for document in mine.documents} == {"INVOICE", "DECLARATION"}


def test_a_lender_that_keeps_proceeds_and_leaves_the_loan_open_is_flagged(
    financed: tuple[TradeLedger, str, str],
) -> None:
    trade, mark, view = financed
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 1_000_000, trade.today, received=7_000_000))
    assert flags_of(trade, view) == ["PROCEEDS_DIVERTED"]
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 5_000_000, trade.today))
    assert flags_of(trade, view) == []


def test_proceeds_that_came_before_any_statement_count_when_the_line_is_stated() -> None:
    trade = TradeLedger()
    invoice = trade.invoice("I1", 7_000_000)
    trade.act("BankA", messages.Receipt(invoice, 1_000_000, trade.today))
    line = messages.StatedLine(invoice, 6_000_000, 6_000_000)
    trade.put_declaration(D1, 10_000_000, lines=(line,))
    assert trade.available(D1) == 8_100_000
