"""What the tax authority takes back: red invoices over a part or the whole, and void ones."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from freight_ledger import FreightLedger, digital, fresh


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(found.facts(0, 700_000))
    return found


def look(trade: FreightLedger, bank: str = "BankA") -> str:
    return trade.verify(bank, trade.facts(0, 700_000))


def seen(trade: FreightLedger) -> ops.VerifiedInvoice:
    return trade.verified("BankB", look(trade, "BankB")).invoices[0]


def test_a_partial_red_reversal_lowers_what_is_left(trade: FreightLedger) -> None:
    trade.pay("BankA", look(trade), [(0, 40_000, 280_000)])
    assert trade.reverse(0, 100_000) == ops.InvoiceRestated("PARTLY_REVERSED", 600_000)
    assert (seen(trade).status, seen(trade).remaining) == ("PARTLY_REVERSED", 320_000)
    assert not trade.pool(0).flags


def test_below_what_is_used_it_is_flagged_until_enough_came_back(trade: FreightLedger) -> None:
    payment = trade.pay("BankA", look(trade), [(0, 40_000, 280_000)])
    trade.reverse(0, 500_000)
    assert seen(trade).remaining == 0
    assert [flag.code for flag in trade.pool(0).flags] == ["REVERSED_AFTER_USE"]
    own = trade.ask(trade.person("BankA"), ops.FLAGS_MINE, ops.ReadFlags()).flags
    assert [each.code for each in own] == ["REVERSED_AFTER_USE"]
    assert not trade.ask(trade.person("BankB"), ops.FLAGS_MINE, ops.ReadFlags()).flags
    trade.refund("BankA", payment, 20_000)
    assert trade.pool(0).flags[0].ended
    assert seen(trade).remaining == 60_000


@pytest.mark.parametrize("void", [False, True])
def test_reversed_or_void_it_takes_no_new_use(trade: FreightLedger, void: bool) -> None:
    trade.pay("BankA", look(trade), [(0, 10, 70)])
    if void:
        trade.submit(trade.tax, ops.INVOICE_VOID, ops.VoidInvoice(digital(0)))
    else:
        trade.reverse(0, 300_000, 900)
        trade.reverse(0, 400_000, 901)
    assert (seen(trade).status, seen(trade).remaining) == ("VOID" if void else "REVERSED", 0)
    with pytest.raises(Refused, match="REVERSED"):
        trade.pay("BankA", look(trade), [(0, 10, 70)])
    assert [flag.code for flag in trade.pool(0).flags] == ["REVERSED_AFTER_USE"]


def test_what_was_marked_before_may_still_be_paid_and_stays_flagged(trade: FreightLedger) -> None:
    """The contract cannot stop money that went: a fact is recorded."""
    payment = trade.mark("BankA", look(trade), [(0, 10, 70)])
    trade.reverse(0, 700_000)
    trade.paid("BankA", payment)
    assert not trade.pool(0).flags[0].ended


def test_each_red_invoice_counts_once_and_none_takes_more_than_is_left(trade: FreightLedger) -> None:
    trade.reverse(0, 300_000)
    for amount, red, code in ((1, 900, "ALREADY_EXISTS"), (400_001, 901, "OVER_AMOUNT")):
        with pytest.raises(Refused, match=code):
            trade.reverse(0, amount, red)
    trade.submit(trade.tax, ops.INVOICE_VOID, ops.VoidInvoice(digital(0)))
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.reverse(0, 1, 902)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.tax, ops.INVOICE_VOID, ops.VoidInvoice(digital(0)))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.reverse(7, 1, 903)
    stated = trade.ask(trade.tax, ops.INVOICE_READ, ops.ReadInvoice(digital(0)))
    assert [red.amount for red in stated.reds] == [300_000]
    assert stated.void_at


def test_invoices_are_stated_once_all_or_none_and_listed_without_their_use(trade: FreightLedger) -> None:
    with pytest.raises(Refused, match="ALREADY_EXISTS"):
        trade.put_invoices(trade.facts(1, 5), trade.facts(0, 5))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.put_invoices(trade.facts(1, 5), trade.facts(1, 6))
    listed = trade.ask(trade.tax, ops.INVOICE_LIST, ops.ReadKeys())
    assert [each.invoice.facts.number for each in listed.invoices] == [digital(0)]


def test_five_hundred_at_once() -> None:
    trade = fresh()
    facts = tuple(trade.facts(at, 700 + at) for at in range(500))
    trade.put_invoices(*facts)
    found = trade.verified("BankA", trade.verify("BankA", *facts)).invoices
    assert [each.remaining for each in found] == [700 + at for at in range(500)]
