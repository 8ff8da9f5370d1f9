"""A payment over several invoices: asked, marked by one person, paid by another."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from freight_ledger import PAYER, FreightLedger, digital, fresh
from msgspec.structs import replace


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 700_000) for at in range(3)))
    return found


def test_one_payment_uses_many_invoices_and_a_second_bank_finds_the_rest(trade: FreightLedger) -> None:
    asked = [trade.facts(at, 700_000) for at in range(3)]
    look = trade.verify("BankA", *asked)
    assert [each.remaining for each in trade.verified("BankA", look).invoices] == [700_000] * 3
    payment = trade.mark("BankA", look, [(0, 100_000, 700_000), (2, 40_000, 280_000)])
    assert trade.payment("BankA", payment).state == "MARKED"
    pool = trade.pool(2)
    assert (pool.marked, pool.paid, pool.remaining) == (280_000, 0, 420_000)
    trade.paid("BankA", payment)
    pool = trade.pool(2)
    assert (pool.marked, pool.paid, pool.remaining) == (0, 280_000, 420_000)
    other = trade.verify("BankB", *asked)
    assert [each.remaining for each in trade.verified("BankB", other).invoices] == [0, 700_000, 420_000]
    with pytest.raises(Refused, match="OVER_USE") as refused:
        trade.mark("BankB", other, [(0, 100, 700)])
    assert "BankA" not in str(refused.value.text)
    assert trade.payment("BankA", payment).state == "PAID"


def test_all_or_nothing(trade: FreightLedger) -> None:
    asked = [trade.facts(at, 700_000) for at in range(3)]
    trade.pay("BankA", trade.verify("BankA", *asked), [(1, 100_000, 700_000)])
    look = trade.verify("BankB", *asked)
    with pytest.raises(Refused, match="OVER_USE"):
        trade.mark("BankB", look, [(0, 10, 70), (1, 10, 70)])
    assert trade.pool(0).remaining == 700_000


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 700_001},
        {"issued_on": "2026-02-21"},
        {"seller": PAYER},
        {"buyer": "91370200MA3N00008X"},
        {"number": digital(77)},
    ],
)
def test_any_other_field_gives_one_and_the_same_answer(trade: FreightLedger, changed: dict[str, str]) -> None:
    asked = replace(trade.facts(0, 700_000), **changed)
    look = trade.verify("BankA", asked)
    assert trade.verified("BankA", look).invoices == (ops.VerifiedInvoice(),)
    with pytest.raises(Refused, match="NOT_VERIFIED") as refused:
        trade.mark("BankA", look, [(0, 10, 70)])
    assert refused.value.text == "an invoice that nobody has stated so"


def test_the_second_person_is_another(trade: FreightLedger) -> None:
    look = trade.verify("BankA", trade.facts(0, 700_000))
    body = trade.order("BankA", look, [(0, 10, 70)])
    both = trade.person("BankA", "approver", "officer")
    payment = trade.submit(trade.person("BankA"), ops.MARK, body).payment
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(both, ops.PAID, ops.Paid(payment, trade.today))
    trade.paid("BankA", payment)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.paid("BankA", payment)


def test_an_older_invoice_is_known_by_code_and_number(trade: FreightLedger) -> None:
    """Code and number of an older one may read like the 20 digits of a digital one, which is another."""
    older = trade.facts(0, 900, code=digital(0)[:12], number=digital(0)[12:])
    trade.put_invoices(older)
    look = trade.verify("BankA", older, trade.facts(0, 700_000))
    assert [each.remaining for each in trade.verified("BankA", look).invoices] == [900, 700_000]
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.verify("BankA", replace(older, code=""))
