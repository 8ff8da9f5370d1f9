"""A CNY loan on two USD invoices and one JPY invoice, approved at 80 %, three odd repayments, ends at zero.

Three quarters of early business was lent in CNY on documents in another currency; one rounded unit left
behind in a mark would keep an invoice from ever being financed again.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry.operations import Rate, TableEntries
from counterfoil_contracts.testing import TradeLedger

D1, D2, D3 = "224820260000000001", "224820260000000002", "224820260000000003"
RATES = TableEntries(
    rates=(
        Rate("USDCNY-0302", "USD", "CNY", 71_234, 4, "2026-03-02"),
        Rate("JPYCNY-0302", "JPY", "CNY", 465, 4, "2026-03-02"),
        Rate("USDCNY-0201", "USD", "CNY", 71_000, 4, "2026-02-01"),
        Rate("USDCNY-0303", "USD", "CNY", 71_000, 4, "2026-03-03"),
    )
)


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_tables(RATES)
    found.put_declaration(D1, 10_000_000)
    found.put_declaration(D2, 3_000_000)
    found.put_declaration(D3, 900_000_000, "JPY")
    return found


def view_of(trade: TradeLedger, bank: str = "BankA") -> str:
    invoices = [
        trade.invoice("U1", 7_000_000),
        trade.invoice("U2", 2_500_000),
        trade.invoice("J1", 800_000_000, "JPY"),
    ]
    lines = [(0, 0, 7_000_000, 7_000_000), (1, 1, 2_500_000, 2_500_000), (2, 2, 800_000_000, 800_000_000)]
    return trade.view(bank, invoices, [D1, D2, D3], lines, currency="CNY")


def pledge(position: int, number: str, amount: int, loan: int, rate: str) -> messages.Pledge:
    return messages.Pledge(position, number, amount, amount, loan, rate, rate)


PLEDGES = (
    pledge(0, D1, 5_000_001, 35_617_000, "USDCNY-0302"),
    pledge(1, D2, 2_000_000, 14_246_800, "USDCNY-0302"),
    pledge(2, D3, 700_000_000, 3_255_000_000, "JPYCNY-0302"),
)


def test_ends_at_zero(trade: TradeLedger) -> None:
    mark = trade.lock_pledges("BankA", view_of(trade), PLEDGES, "CNY")
    loan = sum(each.loan_amount for each in PLEDGES)
    approved = loan * 4 // 5
    moved = trade.approve("BankA", mark, approved)
    assert (moved.state, moved.approved) == ("APPROVED", approved)
    trade.act("BankA", messages.Disburse(mark, approved, trade.today))
    for principal in (1, 999_999_937, approved - 999_999_938):
        last = trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", principal, trade.today))
    assert last is not None
    assert (last.state, last.repaid) == ("SETTLED", approved)
    for number in (D1, D2, D3):
        pool = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=number)).pool
        assert (pool.locked, pool.outstanding, pool.marks[0].live) == (0, 0, False)
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert all(each.invoice_outstanding == each.invoice_locked == 0 for each in financing.pledges)
    assert len(financing.acts) == 4


def test_approval_keeps_its_share_rounded_up(trade: TradeLedger) -> None:
    mark = trade.lock_pledges("BankA", view_of(trade), PLEDGES[:1], "CNY")
    trade.approve("BankA", mark, 35_616_999)
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    # 5,000,001 x 35,616,999 / 35,617,000 is 5,000,000.86: what is kept is rounded up.
    assert financing.pledges[0].invoice_amount == 5_000_001
    mark = trade.lock_pledges("BankA", view_of(trade), PLEDGES[1:2], "CNY")
    trade.approve("BankA", mark, 7_123_400)
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert financing.pledges[0].declaration_locked == 1_000_000


def test_stated_amounts_of_pledges(trade: TradeLedger) -> None:
    mark = trade.lock_pledges("BankA", view_of(trade), PLEDGES[:2], "CNY")
    trade.approve("BankA", mark, 14_246_800, (0, 14_246_800))
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert [each.invoice_locked for each in financing.pledges] == [0, 2_000_000]
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.act("BankA", messages.Disburse(mark, 2, trade.today, (1, 2)))
    with pytest.raises(Refused, match="OVER_AMOUNT"):
        trade.act("BankA", messages.Disburse(mark, 2, trade.today, (1, 1)))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (pledge(0, D1, 5_000_000, 35_617_000, "USDCNY-9999"), "NO_RATE"),
        (pledge(0, D1, 5_000_000, 35_617_000, "JPYCNY-0302"), "NO_RATE"),
        (pledge(0, D1, 5_000_000, 35_617_000, ""), "NO_RATE"),
        (pledge(0, D1, 5_000_000, 35_000_000, "USDCNY-0201"), "STALE_RATE"),
        (pledge(0, D1, 5_000_000, 35_000_000, "USDCNY-0303"), "STALE_RATE"),
        (pledge(0, D1, 5_000_000, 35_617_001, "USDCNY-0302"), "LOAN_ABOVE_PLEDGE"),
        (pledge(0, D1, 7_000_000, 35_617_000, "USDCNY-0302"), "OVER_FINANCING"),
    ],
)
def test_rates_are_named_fresh_and_enough(trade: TradeLedger, changed: messages.Pledge, code: str) -> None:
    with pytest.raises(Refused, match=rf"{code}: "):
        trade.lock_pledges("BankA", view_of(trade), [changed], "CNY")


def test_a_rate_s_id_never_changes_its_meaning(trade: TradeLedger) -> None:
    with pytest.raises(Refused, match="ALREADY_EXISTS"):
        trade.put_tables(TableEntries(rates=(Rate("USDCNY-0302", "USD", "CNY", 70_000, 4, "2026-03-02"),)))
