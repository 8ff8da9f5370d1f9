"""Scenarios of freight payments as banks and authorities live them, on whatever runs the contracts.

Each opens with what somebody would lose without it. All are independent: parties and invoices of their own.
`ALL` lists them.
"""

from collections.abc import Callable
from typing import Any

from counterfoil import ContractRefusal
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import answers
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.testing.enterprises import social_credit_code
from freight_people import FreightPeople

People = FreightPeople[Any]
Scenario = Callable[[People], None]
BANKS = ("BankAMSP", "BankBMSP")


def shenzhens_first_day(trade: People) -> None:
    """Sixteen invoices in eight payments at two banks; shown at the other bank, each would be paid twice."""
    parties(trade, 100)
    amounts = [700_000 + 70_000 * at for at in range(16)]
    facts = [trade.facts(10_000 + at, amount) for at, amount in enumerate(amounts)]
    trade.put_invoices(*facts)
    looks = {bank: trade.verify(bank, *facts) for bank in ("BankA", "BankB")}
    for place in range(8):
        bank = ("BankA", "BankB")[place % 2]
        pair = [(at, amounts[at] // 7, amounts[at]) for at in (2 * place, 2 * place + 1)]
        trade.pay(bank, looks[bank], pair)
    for bank, look in looks.items():
        assert [each.remaining for each in trade.verified(bank, look).invoices] == [0] * 16
    refusal = refused(trade, "BankB", looks["BankB"], [(0, 100, 700)])
    assert refusal.startswith("OVER_USE")
    assert "BankA" not in refusal
    assert trade.pool(10_000).paid == 700_000


def a_red_invoice_after_use(trade: People) -> None:
    """The tax authority takes most of a paid invoice back: money went for a service that was not bought."""
    parties(trade, 200)
    facts = trade.facts(20_000, 700_000)
    trade.put_invoices(facts)
    look = trade.verify("BankA", facts)
    payment = trade.pay("BankA", look, [(0, 60_000, 420_000)])
    trade.reverse(20_000, 140_000, 20_900)
    assert (trade.pool(20_000).remaining, flags(trade, 20_000)) == (140_000, [])
    trade.reverse(20_000, 350_000, 20_901)
    assert (trade.pool(20_000).remaining, flags(trade, 20_000)) == (0, ["REVERSED_AFTER_USE"])
    assert refused(trade, "BankA", look, [(0, 10, 70)]).startswith("OVER_USE")
    trade.refund("BankA", payment, 30_000)
    assert (trade.pool(20_000).remaining, flags(trade, 20_000)) == (0, [])
    trade.refund("BankA", payment, 30_000)
    assert trade.pool(20_000).remaining == 210_000


def a_refund_that_does_not_come_out_even(trade: People) -> None:
    """With a unit lost or made up, an invoice can never be paid in full, or is paid once too often."""
    parties(trade, 300)
    facts = [trade.facts(30_000 + at, 700_000) for at in range(3)]
    trade.put_invoices(*facts)
    uses = [(0, 333, 2_331), (1, 333, 2_333), (2, 334, 2_338)]
    payment = trade.pay("BankA", trade.verify("BankA", *facts), uses)
    trade.refund("BankA", payment, 100)
    freed = [2_331 * 33 // 333, 2_333 * 33 // 333, 2_338 * 34 // 334]
    left = [trade.pool(30_000 + at).remaining for at in range(3)]
    assert left == [700_000 - use + back for (_, _, use), back in zip(uses, freed, strict=True)]
    mistaken = trade.refund("BankA", payment, 500)
    trade.undo("BankA", ops.Reverse(mistaken))
    assert [trade.pool(30_000 + at).remaining for at in range(3)] == left
    trade.refund("BankA", payment, 900)
    assert [trade.pool(30_000 + at).remaining for at in range(3)] == [700_000] * 3
    assert trade.payment("BankA", payment).state == "REFUNDED"


def split_over_two_banks(trade: People) -> None:
    """Two payments that each need no document, at two banks: neither can see that they were one."""
    parties(trade, 400)
    trade.pay("BankA", "", amount=3_000_000)
    trade.pay("BankB", "", amount=2_000_001)
    today = trade.today
    asked = answers.SuperviseDays(BANKS, today, today)
    found = trade.ask(trade.regulators[0], ops.SUPERVISE_DAYS, asked).days
    (day,) = [each for each in found if each.payer == trade.payer]
    assert (day.payee, day.undocumented_usd, day.split) == (trade.payee, 5_000_001, True)
    assert sorted(each.bank for each in day.payments) == list(BANKS)


def paid_by_an_agent(trade: People) -> None:
    """Forwarders pay for their customers; without the customer's word anybody could use up his invoices."""
    parties(trade, 500)
    agent = social_credit_code(502)
    facts = trade.facts(50_000, 700_000)
    trade.put_invoices(facts)
    look = trade.verify("BankA", facts)
    assert refused(trade, "BankA", look, [(0, 10, 70)], payer=agent).startswith("PARTY_MISMATCH")
    trade.register(trade.mandate(trade.payer, agent, "PAYER"))
    trade.pay("BankA", look, [(0, 10, 70)], payer=agent)
    assert trade.pool(50_000).paid == 70


ALL: tuple[Scenario, ...] = (
    shenzhens_first_day,
    a_red_invoice_after_use,
    a_refund_that_does_not_come_out_even,
    split_over_two_banks,
    paid_by_an_agent,
)


def parties(trade: People, number: int) -> None:
    """A payer and a payee of this scenario alone."""
    trade.payer, trade.payee = social_credit_code(number), social_credit_code(number + 1)


def flags(trade: People, at: int) -> list[str]:
    """Codes of the open flags of an invoice."""
    return [flag.code for flag in trade.pool(at).flags if not flag.ended]


def refused(trade: People, bank: str, look: str, uses: list[tuple[int, int, int]], **changed: Any) -> str:
    """Code and text of the refusal to mark."""
    try:
        trade.mark(bank, look, uses, **changed)
    except Refused as refusal:
        return f"{refusal.code}: {refusal.text}"
    except ContractRefusal as refusal:
        return f"{refusal.code}: {refusal.text}"
    raise AssertionError("the payment was marked")
