"""Requests that contradict themselves, and records that the caller may not name: each refused by its code."""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from freight_ledger import PAYEE, PAYER, RATE, FreightLedger, digital, fresh

UNKNOWN = "ff" * 16


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(*(found.facts(at, 7_000) for at in range(2)))
    return found


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 11},
        {"uses": (ops.StatedUse(0, 5, 35, RATE), ops.StatedUse(0, 5, 35, RATE))},
        {"uses": (ops.StatedUse(2, 10, 70, RATE),)},
        {"transports": (0,)},
        {"transports": (0, 0)},
        {"payee": PAYER},
        {"currency": "XXX"},
    ],
)
def test_a_payment_that_contradicts_itself(trade: FreightLedger, changed: dict[str, Any]) -> None:
    look = trade.verify("BankA", trade.facts(0, 7_000), trade.facts(1, 7_000))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.mark("BankA", look, [(0, 10, 70)], **changed)


@pytest.mark.parametrize(
    "asked",
    [
        ops.Verify(),
        ops.Verify((ops.InvoiceTuple(digital(0), "2026-02-30", PAYEE, PAYER, 7_000),)),
        ops.Verify((ops.InvoiceTuple("12345678", "2026-02-20", PAYEE, PAYER, 7_000),)),
        ops.Verify((ops.InvoiceTuple(digital(0), "2026-02-20", PAYEE, PAYER, 7_000),) * 2),
        ops.Verify(transports=(ops.AskedTransport("COSU", "1"),) * 2),
    ],
)
def test_a_look_that_means_nothing(trade: FreightLedger, asked: ops.Verify) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.submit(trade.person("BankA"), ops.VERIFY, asked)


def test_what_another_bank_has_is_not_found_as_what_does_not_exist(trade: FreightLedger) -> None:
    look = trade.verify("BankA", trade.facts(0, 7_000))
    payment = trade.mark("BankA", look, [(0, 10, 70)])
    for named in (payment, UNKNOWN):
        with pytest.raises(Refused, match="NOT_FOUND"):
            trade.paid("BankB", named)
        with pytest.raises(Refused, match="NOT_FOUND"):
            trade.undo("BankB", ops.Cancel(named))
    for changed in ({"verification": look}, {"verification": UNKNOWN}, {"slip": UNKNOWN}):
        own = {"verification": trade.verify("BankB", trade.facts(0, 7_000))} | changed
        with pytest.raises(Refused, match="NOT_FOUND"):
            trade.mark("BankB", "", [(0, 10, 70)], **own)


def test_days_to_come_or_too_long_ago(trade: FreightLedger) -> None:
    payment = trade.mark("BankA", trade.verify("BankA", trade.facts(0, 7_000)), [(0, 10, 70)])
    approver = trade.person("BankA", "approver")
    for day in ("2026-03-03", "2026-01-30", "2026-02-30"):
        with pytest.raises(Refused, match="BAD_INPUT"):
            trade.submit(approver, ops.PAID, ops.Paid(payment, day))


def test_an_approver_s_limit_holds_for_payments(trade: FreightLedger) -> None:
    payment = trade.mark("BankA", trade.verify("BankA", trade.facts(0, 7_000)), [(0, 1_000, 7_000)])
    head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
    own = registry.Limits(trade.person("BankA", "approver").staff, (registry.LimitAmount("USD", 999),))
    proposal = trade.submit(head, registry.LIMIT_PUT, registry.PutLimits((own,))).proposal
    trade.submit(deputy, registry.LIMIT_CONFIRM, registry.ConfirmOwn(proposal))
    with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
        trade.paid("BankA", payment)


def test_the_same_request_again_changes_nothing(trade: FreightLedger) -> None:
    look = trade.verify("BankA", trade.facts(0, 7_000))
    body = trade.order("BankA", look, [(0, 10, 70)])
    person, name = trade.person("BankA"), "ab" * 16
    first = trade.submit(person, ops.MARK, body, name)
    assert trade.submit(person, ops.MARK, body, name) == first
    assert trade.pool(0).marked == 70
    with pytest.raises(Refused, match="IDEMPOTENCY_CONFLICT"):
        trade.submit(person, ops.MARK, trade.order("BankA", look, [(0, 11, 70)]), name)
