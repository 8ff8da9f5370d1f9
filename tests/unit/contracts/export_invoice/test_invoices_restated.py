"""The seller credits an invoice or issues it anew: the receivable changes under a loan that exists.

Without it a credited invoice goes on carrying what the buyer will never pay, and a re-issued one is a second
receivable for the same goods.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.export_invoice.answers import PoolAnswer
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"
LINE = [(0, 0, 6_000_000, 6_000_000)]


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


def view(trade: TradeLedger, bank: str, invoice: Invoice) -> str:
    return trade.view(bank, [invoice], [D1], LINE)


@pytest.fixture
def old(trade: TradeLedger) -> Invoice:
    return trade.invoice("I1", 7_000_000)


@pytest.fixture
def mark(trade: TradeLedger, old: Invoice) -> str:
    return trade.finance("BankA", view(trade, "BankA", old), [(0, D1, 6_000_000)])


def pool(trade: TradeLedger, invoice: Invoice) -> PoolAnswer:
    return trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(invoice=invoice)).pool


def test_a_credit_note_lowers_the_invoice_and_flags_it_below_use(
    trade: TradeLedger, mark: str, old: Invoice
) -> None:
    trade.act("BankA", messages.CreditNote(mark, 0, 300_000, trade.today))
    assert (pool(trade, old).total, pool(trade, old).flags) == (6_700_000, ())
    person = trade.person("BankA")
    act = trade.submit(
        person, ops.PREPARE, messages.Prepare(messages.CreditNote(mark, 0, 100_000, trade.today))
    )
    trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, messages.ConfirmAct(act.act))
    assert [flag.code for flag in pool(trade, old).flags] == ["OVER_PLEDGED"]  # 90 % of 6.6 m is below 6 m
    trade.act("BankA", messages.Reverse(act.act))
    assert pool(trade, old).total == 6_700_000
    assert all(flag.ended for flag in pool(trade, old).flags)
    with pytest.raises(Refused, match="OVER_AMOUNT"):
        trade.act("BankA", messages.CreditNote(mark, 0, 6_700_001, trade.today))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.act("BankA", messages.CreditNote(mark, 1, 1, trade.today))


def test_a_re_issued_invoice_is_the_same_document(trade: TradeLedger, mark: str, old: Invoice) -> None:
    new = trade.invoice("I1-A", 6_800_000)
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, new))
    assert pool(trade, new) == pool(trade, old)
    assert (pool(trade, new).total, pool(trade, new).outstanding) == (6_800_000, 6_000_000)
    for shown, code in ((new, "DUPLICATE"), (old, "STATEMENT_CONFLICT")):
        its = view(trade, "BankB", shown)
        seen = (
            trade.ask(trade.person("BankB"), ops.VIEW_READ, messages.ReadViews((its,))).views[0].invoices[0]
        )
        assert seen.duplicate
        assert seen.replaced == (shown is old)
        with pytest.raises(Refused, match=code):
            trade.lock("BankB", its, [(0, D1, 1)])
    trade.act("BankA", messages.Repay(mark, "EXPORT_PROCEEDS", 6_000_000, trade.today, received=6_000_000))
    assert pool(trade, new).collected == 6_000_000
    trade.act("BankB", messages.Receipt(old, 800_000, trade.today))  # the buyer pays naming the old number
    with pytest.raises(Refused, match="ALREADY_COLLECTED"):
        trade.lock("BankB", view(trade, "BankB", new), [(0, D1, 1)])


def test_a_replaced_invoice_is_financed_again_under_its_new_name(
    trade: TradeLedger, mark: str, old: Invoice
) -> None:
    new = trade.invoice("I1-A", 7_000_000)
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, new))
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 6_000_000, trade.today))
    theirs = trade.finance("BankB", view(trade, "BankB", new), [(0, D1, 6_000_000)])
    assert trade.available(D1) == 3_000_000
    assert [each.mark for each in pool(trade, old).marks] == [mark, theirs]
    line = messages.StatedLine(new, 1_000_000, 1_000_000)
    trade.put_declaration("224820260000000002", 2_000_000, lines=(line,))
    assert len(pool(trade, old).lines) == 2


def test_the_old_name_comes_back(trade: TradeLedger, mark: str, old: Invoice) -> None:
    new = trade.invoice("I1-A", 6_800_000)
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, new))
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, old))
    assert (pool(trade, new).total, pool(trade, old).total) == (7_000_000, 7_000_000)


def test_a_replacement_is_of_the_same_seller_and_currency_and_no_other_document(
    trade: TradeLedger, mark: str
) -> None:
    rows = [
        (trade.invoice("I1-A", 1, seller="91440300MA5G00000R"), "PARTY_MISMATCH"),
        (trade.invoice("I1-A", 1, currency="EUR"), "CURRENCY_MISMATCH"),
    ]
    for invoice, code in rows:
        with pytest.raises(Refused, match=code):
            trade.act("BankA", messages.ReplaceInvoice(mark, 0, invoice))
    other = trade.invoice("I2", 5_000_000)
    its = trade.view("BankB", [other], [D1], [(0, 0, 1_000_000, 1_000_000)])
    theirs = trade.lock("BankB", its, [(0, D1, 1_000_000)])
    with pytest.raises(Refused, match="DUPLICATE"):
        trade.act("BankA", messages.ReplaceInvoice(mark, 0, other))
    trade.act("BankB", messages.Cancel(theirs))
    with pytest.raises(Refused, match="STATEMENT_CONFLICT"):
        trade.act("BankA", messages.ReplaceInvoice(mark, 0, other))


def test_a_replacement_that_resembles_another_live_invoice_is_flagged(trade: TradeLedger, mark: str) -> None:
    other = trade.invoice("I2", 5_000_000)
    its = trade.view("BankB", [other], [D1], [(0, 0, 1_000_000, 1_000_000)])
    trade.lock("BankB", its, [(0, D1, 1_000_000)])
    new = trade.invoice("i-2", 7_000_000)
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, new))
    assert [flag.code for flag in pool(trade, new).flags] == ["NEAR_DUPLICATE"]


def test_a_credit_note_is_not_reversed_on_an_invoice_that_was_issued_anew(
    trade: TradeLedger, mark: str, old: Invoice
) -> None:
    credit = messages.CreditNote(mark, 0, 300_000, trade.today)
    act = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(credit)).act
    trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, messages.ConfirmAct(act))
    new = trade.invoice("I1-A", 6_700_000)
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, new))
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Reverse(act))
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, old))
    trade.act("BankA", messages.Reverse(act))
    assert pool(trade, old).total == 7_000_000
