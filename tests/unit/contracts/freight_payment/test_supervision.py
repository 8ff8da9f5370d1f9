"""What the regulator sees: probes, payments without documents over the banks, an enterprise's invoices."""

from typing import TYPE_CHECKING, Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import answers
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from freight_ledger import PAYEE, PAYER, FreightLedger, digital, fresh

if TYPE_CHECKING:
    from counterfoil_protocol.confidential import Operation

BANKS = ("BankAMSP", "BankBMSP")


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 700_000) for at in range(2)))
    return found


def test_probes_are_counted_by_bank_and_what_was_stated_later_is_none(trade: FreightLedger) -> None:
    guesses = [trade.facts(0, amount) for amount in (699_999, 700_000)]
    trade.verify("BankB", guesses[0], trade.facts(9, 5))
    trade.verify("BankA", guesses[1])
    trade.ledger.clock.advance(seconds=1)
    trade.put_invoices(trade.facts(9, 5))
    page = trade.ask(trade.regulators[0], ops.SUPERVISE_PROBES, ops.ReadKeys())
    assert (page.looks, page.asked) == (2, 3)
    (probed,) = page.probes
    assert (probed.bank, probed.asked) == ("BankBMSP", 2)
    assert [(each.asked.amount, each.known) for each in probed.probes] == [(699_999, True), (5, False)]
    # Stated meanwhile, it is answered now, and was none when it was asked.
    trade.verify("BankA", trade.facts(9, 5))
    assert len(trade.ask(trade.regulators[0], ops.SUPERVISE_PROBES, ops.ReadKeys()).probes) == 1


def days(trade: FreightLedger) -> tuple[answers.PaymentDay, ...]:
    asked = answers.SuperviseDays(BANKS, "2026-03-02", "2026-03-03")
    return trade.ask(trade.regulators[0], ops.SUPERVISE_DAYS, asked).days


def test_a_payer_s_day_is_added_up_across_banks(trade: FreightLedger) -> None:
    """Two payments that each need no document are above the limit together."""
    trade.pay("BankA", "", amount=3_000_000)
    assert not days(trade)
    second = trade.mark("BankB", "", amount=2_000_001)
    (day,) = days(trade)
    assert (day.day, day.payer, day.payee) == ("2026-03-02", PAYER, PAYEE)
    assert (day.usd, day.undocumented_usd, day.split) == (5_000_001, 5_000_001, True)
    assert sorted(each.bank for each in day.payments) == list(BANKS)
    trade.undo("BankB", ops.Cancel(second))
    assert not days(trade)
    trade.ledger.clock.advance(days=1)
    trade.pay("BankB", "", amount=3_000_000)
    assert not days(trade)


def test_what_is_documented_is_shown_and_not_called_split(trade: FreightLedger) -> None:
    trade.put_invoices(trade.facts(5, 70_000_000))
    look = trade.verify("BankA", trade.facts(5, 70_000_000))
    trade.pay("BankA", look, [(0, 10_000_000, 70_000_000)])
    trade.pay("BankB", "", amount=5_000_000)
    (day,) = days(trade)
    assert (day.usd, day.undocumented_usd, day.split) == (15_000_000, 5_000_000, False)


def test_everything_about_an_invoice_and_an_enterprise(trade: FreightLedger) -> None:
    look = trade.verify("BankA", trade.facts(0, 700_000))
    payment = trade.pay("BankA", look, [(0, 40_000, 280_000)])
    found = trade.supervised(0)
    assert [(each.payment.payment, each.slip.reference) for each in found.payments] == [(payment, "R-1")]
    assert [mark.bank for mark in found.pool.marks] == ["BankAMSP"]
    asked = answers.SuperviseEnterprise(PAYER)
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE_ENTERPRISE, asked).invoices
    assert {each.stated.invoice.facts.number: each.pool.remaining for each in seen} == {
        digital(0): 420_000,
        digital(1): 700_000,
    }
    paged = answers.SuperviseBank("BankAMSP", limit=1)
    page = trade.ask(trade.regulators[0], ops.SUPERVISE_BANK, paged)
    assert [each.payment.payment for each in page.payments] == [payment]
    after = answers.SuperviseBank("BankAMSP", page.next)
    assert not trade.ask(trade.regulators[0], ops.SUPERVISE_BANK, after).payments
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.supervised(7)


def test_a_bank_reads_its_own_payments_and_no_other_s(trade: FreightLedger) -> None:
    look = trade.verify("BankA", trade.facts(0, 700_000))
    payment = trade.pay("BankA", look, [(0, 40_000, 280_000)])
    changes = trade.ask(trade.person("BankA"), ops.CHANGES, answers.ReadChanges()).payments
    assert [each.payment for each in changes] == [payment]
    (act,) = changes[0].acts
    assert trade.ask(trade.person("BankA"), ops.ACT_READ, answers.ReadAct(act)).payment == payment
    slip = trade.ask(trade.person("BankA"), ops.SLIP_READ, ops.ReadSlip(changes[0].slip))
    assert slip.slip.bop_code == "222014"
    other = trade.person("BankB")
    assert not trade.ask(other, ops.CHANGES, answers.ReadChanges()).payments
    asked: tuple[tuple[Operation[Any, Any], object], ...] = (
        (ops.PAYMENT_READ, ops.ReadPayment(payment)),
        (ops.ACT_READ, answers.ReadAct(act)),
        (ops.SLIP_READ, ops.ReadSlip(changes[0].slip)),
        (ops.VERIFY_READ, ops.ReadVerification(look)),
    )
    for operation, body in asked:
        with pytest.raises(Refused, match="NOT_FOUND"):
            trade.ask(other, operation, body)


def test_an_invoice_reversed_after_use_stands_in_the_worklist_of_all_scenarios(trade: FreightLedger) -> None:
    trade.pay("BankA", trade.verify("BankA", trade.facts(0, 700_000)), [(0, 40_000, 280_000)])
    trade.reverse(0, 700_000)
    (work,) = trade.ask(trade.regulators[0], registry.WORKLIST_READ, registry.ReadWorklist()).matters
    assert (work.matter.code, work.kind, work.label) == ("REVERSED_AFTER_USE", "TAX_INVOICE", digital(0))
    assert work.must_act == "RegulatorMSP"
