"""Rates, tolerance and the limit for payments without documents; one US dollar is seven yuan."""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from freight_ledger import RATE, FreightLedger, fresh


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 700_000) for at in range(2)))
    return found


def look(trade: FreightLedger, bank: str = "BankA") -> str:
    return trade.verify(bank, *(trade.facts(at, 700_000) for at in range(2)))


def test_a_payment_may_be_worth_two_percent_more_than_it_uses(trade: FreightLedger) -> None:
    """102,000 cents are 714,000 fen: 700,000 and 2 %."""
    with pytest.raises(Refused, match="OVER_TOLERANCE"):
        trade.mark("BankA", look(trade), [(0, 102_001, 700_000)])
    payment = trade.mark("BankA", look(trade), [(0, 102_000, 700_000)])
    assert (trade.pool(0).tolerated, trade.pool(0).remaining) == (14_000, 0)
    trade.undo("BankA", ops.Cancel(payment))
    assert trade.pool(0).tolerated == 0


def test_the_tolerance_is_one_for_all_payments_of_an_invoice_at_whatever_bank(trade: FreightLedger) -> None:
    trade.pay("BankA", look(trade), [(0, 51_000, 350_000)])  # 7,000 more than used: all of its 2 %
    with pytest.raises(Refused, match="OVER_TOLERANCE"):
        trade.mark("BankB", look(trade, "BankB"), [(0, 20_401, 140_000)])
    trade.mark("BankB", look(trade, "BankB"), [(0, 20_400, 140_000)])
    assert trade.pool(0).tolerated == 9_800


def test_what_comes_back_gives_its_share_of_the_tolerance_back(trade: FreightLedger) -> None:
    payment = trade.pay("BankA", look(trade), [(0, 51_000, 350_000)])
    trade.refund("BankA", payment, 17_000)
    assert trade.pool(0).tolerated == 7_000 - 7_000 // 3
    trade.refund("BankA", payment, 34_000)
    assert trade.pool(0).tolerated == 0


def test_in_the_invoice_s_own_currency_there_is_no_tolerance(trade: FreightLedger) -> None:
    rate = registry.Rate("CNYUSD", "CNY", "USD", 14, 2, "2026-03-02")
    trade.put_tables(registry.TableEntries(rates=(rate,)))
    own: dict[str, Any] = {"currency": "CNY", "usd_rate": "CNYUSD"}
    more = (ops.StatedUse(0, 701, 700),)
    with pytest.raises(Refused, match="OVER_TOLERANCE"):
        trade.mark("BankA", look(trade), uses=more, amount=701, **own)
    payment = trade.mark("BankA", look(trade), uses=(ops.StatedUse(0, 700, 700),), amount=700, **own)
    assert trade.payment("BankA", payment).usd == 98


def test_rates_are_named_where_currencies_differ_and_are_fresh(trade: FreightLedger) -> None:
    old = registry.Rate("old", "USD", "CNY", 7, 0, "2026-02-20")
    back = registry.Rate("back", "CNY", "USD", 14, 2, "2026-03-02")
    trade.put_tables(registry.TableEntries(rates=(old, back)))
    for rate, code in (("", "NO_RATE"), ("none", "NO_RATE"), ("back", "NO_RATE"), ("old", "STALE_RATE")):
        with pytest.raises(Refused, match=code):
            trade.mark("BankA", look(trade), uses=(ops.StatedUse(0, 10, 70, rate),), amount=10)
    with pytest.raises(Refused, match="NO_RATE"):
        trade.mark("BankA", look(trade), [(0, 10, 70)], usd_rate=RATE)


def test_above_fifty_thousand_dollars_a_document_is_needed(trade: FreightLedger) -> None:
    trade.mark("BankA", "", amount=5_000_000)
    with pytest.raises(Refused, match="DOCUMENTS_REQUIRED"):
        trade.mark("BankA", "", amount=5_000_001)
    shown = ops.AskedTransport("COSU", "6281234560")
    asked = trade.verify("BankA", transports=(shown,))
    with pytest.raises(Refused, match="DOCUMENTS_REQUIRED"):
        trade.mark("BankA", asked, amount=5_000_001, transports=(0,))
    document = ops.TransportDocument("COSU", "6281234560")
    trade.submit(trade.port, ops.TRANSPORT_PUT, ops.PutTransports((document,)))
    payment = trade.mark("BankA", asked, amount=5_000_001, transports=(0,))
    assert trade.payment("BankA", payment).documented
    undocumented = trade.pay("BankA", "", amount=900)
    trade.refund("BankA", undocumented, 400)
    assert trade.payment("BankA", undocumented).state == "PARTLY_REFUNDED"
