"""A bank's own register and limits: two approvers for each entry, and nobody for one's own.

Without limits one approver of a bank can bind it for any amount.
"""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Caller, Refused
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import LimitAmount, Limits, StaffRecord
from counterfoil_contracts.testing import TradeLedger
from counterfoil_protocol.confidential import Operation

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


def put(
    trade: TradeLedger,
    operations: tuple[Operation[Any, registry.Proposed], Operation[Any, registry.Confirmed]],
    body: object,
    second: Caller | None = None,
) -> None:
    first = trade.person("BankA", "approver", "head")
    proposal = trade.submit(first, operations[0], body).proposal
    by = second or trade.person("BankA", "approver", "deputy")
    trade.submit(by, operations[1], registry.ConfirmOwn(proposal))


STAFF = (registry.STAFF_PUT, registry.STAFF_CONFIRM)
LIMITS = (registry.LIMIT_PUT, registry.LIMIT_CONFIRM)


def test_the_register_takes_two_approvers_and_is_the_bank_s_and_the_regulator_s(trade: TradeLedger) -> None:
    officer = trade.person("BankA")
    body = registry.PutStaff((StaffRecord(officer.staff, "Pudong"),))
    with pytest.raises(Refused, match="SAME_PERSON"):
        put(trade, STAFF, body, trade.person("BankA", "approver", "head"))
    with pytest.raises(Refused, match="NOT_FOUND"):
        put(trade, STAFF, body, trade.person("BankB", "approver", "deputy"))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(officer, registry.STAFF_READ, registry.ReadStaff(officer.staff))
    put(trade, STAFF, body)
    assert trade.ask(officer, registry.STAFF_READ, registry.ReadStaff(officer.staff)).branch == "Pudong"
    put(trade, STAFF, registry.PutStaff((StaffRecord(officer.staff, "Pudong", active=False),)))
    assert not trade.ask(officer, registry.STAFF_READ, registry.ReadStaff(officer.staff)).active
    assert not any("staff" in key for key in trade.ledger.private("PortMSP", "marks_BankA"))
    with pytest.raises(Refused, match="BAD_INPUT"):
        put(trade, STAFF, registry.PutStaff(body.records * 2))


def test_an_approver_approves_up_to_the_limit_of_the_loan_s_currency(trade: TradeLedger) -> None:
    approver = trade.person("BankA", "approver")
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    mark = trade.lock("BankA", view, [(0, D1, 1000)])
    put(trade, LIMITS, registry.PutLimits((Limits(approver.staff, (LimitAmount("CNY", 10_000),)),)))
    with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
        trade.approve("BankA", mark, 1)
    amounts = (LimitAmount("CNY", 10_000), LimitAmount("USD", 999))
    put(trade, LIMITS, registry.PutLimits((Limits(approver.staff, amounts),)))
    assert trade.ask(approver, registry.LIMIT_READ, registry.ReadLimits(approver.staff)).amounts == amounts
    with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
        trade.approve("BankA", mark, 1000)
    trade.approve("BankA", mark, 999)


def test_nobody_confirms_limits_of_one_s_own_and_no_proposal_twice(trade: TradeLedger) -> None:
    approver = trade.person("BankA", "approver")
    body = registry.PutLimits((Limits(approver.staff, (LimitAmount("USD", 10**12),)),))
    with pytest.raises(Refused, match="SAME_PERSON"):
        put(trade, LIMITS, body, approver)
    head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
    proposal = registry.ConfirmOwn(trade.submit(head, registry.LIMIT_PUT, body).proposal)
    trade.submit(deputy, registry.LIMIT_CONFIRM, proposal)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(deputy, registry.LIMIT_CONFIRM, proposal)
    twice = registry.PutLimits((Limits(approver.staff, (LimitAmount("USD", 1), LimitAmount("USD", 2))),))
    with pytest.raises(Refused, match="BAD_INPUT"):
        put(trade, LIMITS, twice)
