"""What undoes a payment: cancellation, refund, reversal; and payments of before the ledger's first day."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from freight_ledger import PAYEE, PAYER, RATE, FreightLedger, fresh


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 700_000) for at in range(3)))
    return found


def look(trade: FreightLedger, bank: str = "BankA") -> str:
    return trade.verify(bank, *(trade.facts(at, 700_000) for at in range(3)))


def left(trade: FreightLedger) -> list[int]:
    return [trade.pool(at).remaining for at in range(3)]


def test_cancelled_it_frees_all_and_only_before_it_is_paid(trade: FreightLedger) -> None:
    payment = trade.mark("BankA", look(trade), [(0, 100, 700), (1, 100, 701)])
    trade.undo("BankA", ops.Cancel(payment))
    assert left(trade) == [700_000] * 3
    assert trade.payment("BankA", payment).state == "CANCELLED"
    paid = trade.pay("BankA", look(trade), [(0, 100, 700)])
    for name in (payment, paid):
        with pytest.raises(Refused, match="BAD_STATE"):
            trade.undo("BankA", ops.Cancel(name))


def test_a_refund_is_proportional_rounded_down_and_the_last_takes_the_rest(trade: FreightLedger) -> None:
    """1,000 cents over three invoices in thirds that do not come out even."""
    uses = [(0, 333, 2_331), (1, 333, 2_333), (2, 334, 2_338)]
    payment = trade.pay("BankA", look(trade), uses)
    trade.refund("BankA", payment, 100)
    # 100 falls on them as 33, 33 and 34; each gives floor(use x part / amount) back.
    assert [each.refunded for each in trade.payment("BankA", payment).uses] == [33, 33, 34]
    freed = [2_331 * 33 // 333, 2_333 * 33 // 333, 2_338 * 34 // 334]
    assert left(trade) == [700_000 - use + back for (_, _, use), back in zip(uses, freed, strict=True)]
    trade.refund("BankA", payment, 900)
    assert trade.payment("BankA", payment).state == "REFUNDED"
    assert left(trade) == [700_000] * 3
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.refund("BankA", payment, 1)


def test_a_refund_is_spread_as_stated_and_never_above_what_is_left(trade: FreightLedger) -> None:
    payment = trade.pay("BankA", look(trade), [(0, 100, 700), (1, 100, 700)])
    trade.refund("BankA", payment, 60, 0, 60)
    assert left(trade) == [699_300, 699_720, 700_000]
    for refund, code in (((141,), "OVER_AMOUNT"), ((50, 0, 50), "OVER_AMOUNT"), ((50, 1, 50), "BAD_INPUT")):
        with pytest.raises(Refused, match=code):
            trade.refund("BankA", payment, *refund)


def test_a_mistaken_refund_moves_back_exactly_what_it_moved(trade: FreightLedger) -> None:
    payment = trade.pay("BankA", look(trade), [(0, 333, 2_333)])
    first, second = trade.refund("BankA", payment, 100), trade.refund("BankA", payment, 100)
    trade.undo("BankA", ops.Reverse(first))
    assert trade.payment("BankA", payment).refunded == 100
    assert trade.pool(0).remaining == 700_000 - 2_333 + (2_333 * 200 // 333 - 2_333 * 100 // 333)
    trade.undo("BankA", ops.Reverse(second))
    assert trade.payment("BankA", payment).state == "PAID"
    assert trade.pool(0).remaining == 700_000 - 2_333
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.undo("BankA", ops.Reverse(first))


def test_what_was_not_paid_after_all_is_marked_again(trade: FreightLedger) -> None:
    payment = trade.mark("BankA", look(trade), [(0, 333, 2_331)])
    trade.paid("BankA", payment)
    (act,) = trade.payment("BankA", payment).acts
    trade.undo("BankA", ops.Reverse(act))
    assert trade.payment("BankA", payment).state == "MARKED"
    assert trade.pool(0).marked == 2_331
    trade.undo("BankA", ops.Cancel(payment))
    assert trade.pool(0).remaining == 700_000


def test_a_reversal_that_finds_no_room_is_recorded_and_flagged(trade: FreightLedger) -> None:
    payment = trade.pay("BankA", look(trade), [(0, 100_000, 700_000)])
    act = trade.refund("BankA", payment, 100_000)
    trade.pay("BankB", look(trade, "BankB"), [(0, 100_000, 700_000)])
    trade.undo("BankA", ops.Reverse(act))
    pool = trade.pool(0)
    assert (pool.paid, pool.remaining, [flag.code for flag in pool.flags]) == (1_400_000, 0, ["OVER_PLEDGED"])
    trade.refund("BankA", payment, 100_000)
    assert trade.pool(0).flags[0].ended


def test_an_act_takes_two_people_and_does_not_wait_for_ever(trade: FreightLedger) -> None:
    payment = trade.mark("BankA", look(trade), [(0, 100, 700)])
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, ops.Prepare(ops.Cancel(payment))).act
    waiting = trade.ask(trade.person("BankA"), ops.ACTS_PENDING, ops.ReadPage())
    assert [each.act for each in waiting.acts] == [prepared]
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(trade.person("BankA", "approver", "officer"), ops.CONFIRM, ops.ConfirmAct(prepared))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(trade.person("BankB", "approver"), ops.CONFIRM, ops.ConfirmAct(prepared))
    trade.ledger.clock.advance(days=5)
    with pytest.raises(Refused, match="EXPIRED"):
        trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, ops.ConfirmAct(prepared))


def legacy(trade: FreightLedger, bank: str, amount: int, use: int) -> str:
    """Two people state a payment of last year; gives the act."""
    body = ops.LegacyUse(
        PAYER, PAYEE, "USD", amount, look(trade, bank), (ops.StatedUse(0, amount, use, RATE),), "2026-02-25"
    )
    return str(trade.undo(bank, body))


def test_a_payment_of_before_the_first_day_counts_once_the_regulator_admits_it(trade: FreightLedger) -> None:
    trade.pay("BankB", look(trade, "BankB"), [(0, 50_000, 350_000)])
    act = legacy(trade, "BankA", 100_000, 700_000)
    assert trade.pool(0).remaining == 350_000
    admitted = trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", act))
    assert admitted.state == "PAID"
    pool = trade.pool(0)
    assert (pool.paid, pool.remaining, [flag.code for flag in pool.flags]) == (1_050_000, 0, ["OVER_PLEDGED"])
    found = trade.payment("BankA", act)
    assert (found.origin, found.day) == ("LEGACY", "2026-02-25")
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.regulators[1], ops.ADMIT, ops.Admit("BankAMSP", act))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(trade.regulators[1], ops.ADMIT, ops.Admit("BankBMSP", act))


def test_an_invoice_that_nobody_stated_makes_no_old_payment(trade: FreightLedger) -> None:
    seen = trade.verify("BankA", trade.facts(0, 700_001))
    uses = (ops.StatedUse(0, 100, 700, RATE),)
    body = ops.LegacyUse(PAYER, PAYEE, "USD", 100, seen, uses, "2026-02-25")
    with pytest.raises(Refused, match="NOT_VERIFIED"):
        trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", str(trade.undo("BankA", body))))
