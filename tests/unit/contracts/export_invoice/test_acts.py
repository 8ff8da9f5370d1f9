"""Acts after the money is out: more time, other terms, overdue, written off, recovered.

Without them a bank's book and the ledger part at the first loan that is not repaid on its day.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def view(trade: TradeLedger) -> str:
    return trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])


@pytest.fixture
def mark(trade: TradeLedger, view: str) -> str:
    return trade.finance("BankA", view, [(0, D1, 6_000_000)])


def state(trade: TradeLedger, mark: str) -> str:
    return financing(trade, mark).state


def financing(trade: TradeLedger, mark: str) -> answers.Financing:
    return trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))


def mature(trade: TradeLedger) -> None:
    """Let the day of the fixture's terms, 1 September 2026, pass."""
    trade.ledger.clock.advance(days=200)


def terms(trade: TradeLedger, maturity: str, currency: str = "USD") -> str:
    body = messages.PutTerms("packing loan", "Pudong", currency, 6_000_000, 325, maturity)
    return trade.submit(trade.person("BankA"), ops.TERMS_PUT, body).terms


def test_a_loan_is_overdue_only_after_its_maturity_and_frees_nothing(trade: TradeLedger, mark: str) -> None:
    with pytest.raises(Refused, match="BAD_STATE") as caught:
        trade.act("BankA", messages.Overdue(mark))
    assert not caught.value.is_final  # only the regulator's peer may know the maturity
    mature(trade)
    trade.act("BankA", messages.Overdue(mark))
    assert state(trade, mark) == "OVERDUE"
    assert trade.available(D1) == 3_000_000
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1_000_000, trade.today))
    assert (state(trade, mark), trade.available(D1)) == ("OVERDUE", 4_000_000)
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 5_000_000, trade.today))
    assert (state(trade, mark), trade.available(D1)) == ("SETTLED", 9_000_000)


def test_a_write_off_never_frees_and_only_recovery_does(trade: TradeLedger, mark: str) -> None:
    trade.act("BankA", messages.WriteOff(mark, trade.today))
    assert (state(trade, mark), trade.available(D1)) == ("WRITTEN_OFF", 3_000_000)
    other = trade.view("BankB", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    with pytest.raises(Refused, match="DUPLICATE"):
        trade.lock("BankB", other, [(0, D1, 1)])
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1, trade.today))
    with pytest.raises(Refused, match="OVER_AMOUNT"):
        trade.act("BankA", messages.Recover(mark, "GUARANTOR", 6_000_001, trade.today))
    trade.act("BankA", messages.Recover(mark, "GUARANTOR", 2_000_000, trade.today))
    assert (state(trade, mark), trade.available(D1)) == ("WRITTEN_OFF", 5_000_000)
    trade.act("BankA", messages.Recover(mark, "INSURANCE_CLAIM", 4_000_000, trade.today, received=4_000_000))
    assert state(trade, mark) == "SETTLED"
    assert trade.available(D1) == 5_400_000  # 90 % of what the insurer has not paid
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Recover(mark, "GUARANTOR", 1, trade.today))


def test_what_is_not_drawn_is_cancelled_before_a_write_off(trade: TradeLedger, view: str) -> None:
    mark = trade.lock("BankA", view, [(0, D1, 6_000_000)])
    trade.approve("BankA", mark, 6_000_000)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.WriteOff(mark, trade.today))
    trade.act("BankA", messages.Disburse(mark, 1_000_000, trade.today))
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.WriteOff(mark, trade.today))
    trade.act("BankA", messages.Cancel(mark))
    trade.act("BankA", messages.WriteOff(mark, trade.today))
    assert trade.available(D1) == 8_000_000


def test_a_lock_is_extended_once(trade: TradeLedger, view: str) -> None:
    mark = trade.lock("BankA", view, [(0, D1, 6_000_000)])
    before = financing(trade, mark).expires
    trade.act("BankA", messages.Extend(mark))
    assert financing(trade, mark).expires == before + 7 * 86_400  # five business days and a weekend
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Extend(mark))
    trade.ledger.clock.advance(days=8)
    trade.approve("BankA", mark, 6_000_000)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Extend(mark))


def test_an_extension_has_a_later_maturity_and_ends_overdue(trade: TradeLedger, mark: str) -> None:
    mature(trade)
    trade.act("BankA", messages.Overdue(mark))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.act("BankA", messages.Extend(mark, terms(trade, "2026-09-01")))
    longer = terms(trade, "2026-12-01")
    first = financing(trade, mark)
    trade.act("BankA", messages.Extend(mark, longer))
    after = financing(trade, mark)
    assert (after.state, after.terms) == ("DISBURSED", longer)
    assert after.terms_hash != first.terms_hash
    assert [each.terms for each in after.earlier_terms] == [first.terms]
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.act("BankA", messages.Overdue(mark))


def test_terms_are_corrected_as_a_new_version(trade: TradeLedger, mark: str) -> None:
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.act("BankA", messages.Correct(mark, "ee" * 16))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.act("BankA", messages.Correct(mark, terms(trade, "2026-09-01", "CNY")))
    corrected = terms(trade, "2026-08-01")
    trade.act("BankA", messages.Correct(mark, corrected))
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(declaration=D1)).financings[0]
    assert (seen.financing.state, seen.terms.maturity) == ("DISBURSED", "2026-08-01")
    with pytest.raises(Refused, match="STALE_VERSION"):
        trade.act("BankA", messages.Correct(mark, corrected))


def test_an_act_prepared_under_other_terms_does_not_take_effect(trade: TradeLedger, mark: str) -> None:
    mature(trade)
    officer, approver = trade.person("BankA"), trade.person("BankA", "approver")
    late = trade.submit(officer, ops.PREPARE, messages.Prepare(messages.Overdue(mark))).act
    trade.act("BankA", messages.Extend(mark, terms(trade, "2026-12-01")))
    with pytest.raises(Refused, match="STALE_VERSION"):
        trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(late))
