"""Mistakes undone: each act once, by a counter-entry, even where the room is gone meanwhile.

Without it a bank that books a repayment on the wrong loan has freed room for ever, and nobody sees it.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"
LINES = [(0, 0, 6_000_000, 6_000_000), (1, 0, 4_000_000, 4_000_000)]


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


def view(trade: TradeLedger, bank: str) -> str:
    return trade.view(bank, [trade.invoice("I1", 7_000_000), trade.invoice("I2", 5_000_000)], [D1], LINES)


@pytest.fixture
def mark(trade: TradeLedger) -> str:
    return trade.finance("BankA", view(trade, "BankA"), [(0, D1, 6_000_000)])


def do(trade: TradeLedger, act: messages.Act, bank: str = "BankA") -> str:
    """Let two people do an act; gives its id."""
    prepared = trade.submit(trade.person(bank), ops.PREPARE, messages.Prepare(act)).act
    trade.submit(trade.person(bank, "approver"), ops.CONFIRM, messages.ConfirmAct(prepared))
    return prepared


def financing(trade: TradeLedger, mark: str) -> answers.Financing:
    return trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))


def pool_flags(trade: TradeLedger) -> list[tuple[str, bool]]:
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=D1))
    return [(flag.code, flag.ended > 0) for flag in seen.pool.flags]


def test_a_repayment_is_moved_back_exactly_and_once(trade: TradeLedger, mark: str) -> None:
    act = do(trade, messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
    other = do(trade, messages.Repay(mark, "OWN_FUNDS", 500_000, trade.today))
    counter = do(trade, messages.Reverse(act))
    assert trade.available(D1) == 3_500_000
    seen = financing(trade, mark)
    assert (seen.state, seen.repaid) == ("PARTIALLY_REPAID", 500_000)
    told = {each.act: each.reversed_by for each in seen.acts}
    assert (told[act], told[other], told[counter]) == (counter, "", "")
    with pytest.raises(Refused, match="BAD_STATE"):
        do(trade, messages.Reverse(act))
    with pytest.raises(Refused, match="BAD_STATE"):
        do(trade, messages.Reverse(counter))
    assert do(trade, messages.Reverse(other))
    assert financing(trade, mark).state == "DISBURSED"


def test_two_reversals_prepared_before_either_is_confirmed_count_once(trade: TradeLedger, mark: str) -> None:
    act = do(trade, messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
    officer, approver = trade.person("BankA"), trade.person("BankA", "approver")
    both = [trade.submit(officer, ops.PREPARE, messages.Prepare(messages.Reverse(act))).act for _ in range(2)]
    trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(both[0]))
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(both[1]))
    assert financing(trade, mark).repaid == 0


def test_a_wrong_release_is_reversed_though_the_room_is_gone(trade: TradeLedger, mark: str) -> None:
    """A's whole loan was booked as repaid by mistake; B has lent on the same invoice since."""
    act = do(trade, messages.Repay(mark, "OWN_FUNDS", 6_000_000, trade.today))
    theirs = trade.finance("BankB", view(trade, "BankB"), [(0, D1, 5_000_000)])
    do(trade, messages.Reverse(act))
    assert financing(trade, mark).state == "DISBURSED"
    assert (trade.available(D1), pool_flags(trade)) == (0, [("OVER_PLEDGED", False)])
    mine = trade.ask(trade.person("BankB"), ops.FLAGS_MINE, answers.ReadFlags())
    assert {document.kind for document in mine.documents} == {"DECLARATION", "INVOICE"}
    do(trade, messages.Repay(theirs, "OWN_FUNDS", 2_000_000, trade.today), "BankB")
    assert pool_flags(trade) == [("OVER_PLEDGED", True)]
    invoice = trade.invoice("I1", 7_000_000)
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(invoice=invoice)).pool
    assert [flag.ended for flag in seen.flags] == [0]  # it is still in two live financings
    do(trade, messages.Repay(theirs, "OWN_FUNDS", 3_000_000, trade.today), "BankB")
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(invoice=invoice)).pool
    assert all(flag.ended for flag in seen.flags)


def test_a_reversed_near_duplicate_lives_again(trade: TradeLedger, mark: str) -> None:
    act = do(trade, messages.Repay(mark, "OWN_FUNDS", 6_000_000, trade.today))
    do(trade, messages.Reverse(act))
    its = trade.view("BankB", [trade.invoice("i 1", 7_000_001)], [D1], [(0, 0, 100, 100)])
    with pytest.raises(Refused, match="NEAR_DUPLICATE"):
        trade.lock("BankB", its, [(0, D1, 1)])


def test_proceeds_booked_by_mistake_come_back(trade: TradeLedger, mark: str) -> None:
    act = do(trade, messages.Repay(mark, "EXPORT_PROCEEDS", 1_500_000, trade.today, received=2_000_000))
    receipt = do(trade, messages.Receipt(trade.invoice("I1", 7_000_000), 1_000_000, trade.today), "BankB")
    assert trade.available(D1) == 6_300_000 - 4_500_000
    do(trade, messages.Reverse(act))
    assert trade.available(D1) == 8_100_000 - 6_000_000
    do(trade, messages.Reverse(receipt), "BankB")
    assert trade.available(D1) == 3_000_000


def test_a_drawdown_is_reversed_unless_it_was_repaid(trade: TradeLedger) -> None:
    mark = trade.lock("BankA", view(trade, "BankA"), [(0, D1, 6_000_000)])
    trade.approve("BankA", mark, 6_000_000)
    first = do(trade, messages.Disburse(mark, 1_000_000, trade.today))
    second = do(trade, messages.Disburse(mark, 2_000_000, trade.today))
    repaid = do(trade, messages.Repay(mark, "OWN_FUNDS", 1_500_000, trade.today))
    with pytest.raises(Refused, match="BAD_STATE"):
        do(trade, messages.Reverse(second))
    do(trade, messages.Reverse(first))
    assert financing(trade, mark).drawn == 2_000_000
    do(trade, messages.Reverse(repaid))
    do(trade, messages.Reverse(second))
    assert financing(trade, mark).state == "APPROVED"
    trade.act("BankA", messages.Cancel(mark))
    assert trade.available(D1) == 9_000_000


def test_overdue_and_written_off_by_mistake(trade: TradeLedger, mark: str) -> None:
    trade.ledger.clock.advance(days=200)
    overdue = do(trade, messages.Overdue(mark))
    lost = do(trade, messages.WriteOff(mark, trade.today))
    with pytest.raises(Refused, match="BAD_STATE"):
        do(trade, messages.Reverse(overdue))
    got = do(trade, messages.Recover(mark, "GUARANTOR", 6_000_000, trade.today))
    assert financing(trade, mark).state == "SETTLED"
    do(trade, messages.Reverse(got))
    assert financing(trade, mark).state == "WRITTEN_OFF"
    do(trade, messages.Reverse(lost))
    assert financing(trade, mark).state == "OVERDUE"
    do(trade, messages.Reverse(overdue))
    assert (financing(trade, mark).state, trade.available(D1)) == ("DISBURSED", 3_000_000)


@pytest.mark.parametrize("kind", ["cancel", "unconfirmed", "another bank's", "unknown"])
def test_what_is_not_reversed(trade: TradeLedger, mark: str, kind: str) -> None:
    repay = messages.Repay(mark, "OWN_FUNDS", 1, trade.today)
    if kind == "cancel":
        lock = trade.lock("BankA", view(trade, "BankA"), [(1, D1, 100)])
        act, code, bank = do(trade, messages.Cancel(lock)), "BAD_STATE", "BankA"
    elif kind == "unconfirmed":
        prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(repay))
        act, code, bank = prepared.act, "BAD_STATE", "BankA"
    elif kind == "another bank's":
        act, code, bank = do(trade, repay), "NOT_FOUND", "BankB"
    else:
        act, code, bank = "ee" * 16, "NOT_FOUND", "BankA"
    with pytest.raises(Refused, match=code):
        do(trade, messages.Reverse(act), bank)
