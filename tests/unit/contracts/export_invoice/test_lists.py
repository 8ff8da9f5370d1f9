"""Lists page by page: a bank's waiting acts and branch, customs' declarations, the regulator's flags."""

from collections.abc import Callable

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER, TradeLedger

NUMBERS = tuple(f"22482026000000000{at}" for at in range(1, 6))
OTHER = "91440300MA5G00000R"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger(enterprises=(SELLER, OTHER))
    for number in NUMBERS:
        found.put_declaration(number, 1_000, consignor=OTHER if number == NUMBERS[4] else SELLER)
    return found


def lock(trade: TradeLedger, at: int, bank: str = "BankA") -> str:
    view = trade.view(bank, [trade.invoice(f"I{at}", 1_000)], [NUMBERS[at]], [(0, 0, 1_000, 1_000)])
    return trade.lock(bank, view, [(0, NUMBERS[at], 900)])


def pages(ask: Callable[[str], tuple[list[str], str]]) -> list[str]:
    """All that the pages of a list hold."""
    found, after = ask("")
    while after:
        more, after = ask(after)
        found += more
    return found


def test_acts_wait_until_they_are_confirmed_or_expire(trade: TradeLedger) -> None:
    officer, approver = trade.person("BankA"), trade.person("BankA", "approver")
    acts = [
        trade.submit(officer, ops.PREPARE, messages.Prepare(messages.Cancel(lock(trade, at)))).act
        for at in range(3)
    ]

    def ask(after: str) -> tuple[list[str], str]:
        page = trade.ask(approver, ops.ACTS_PENDING, ops.ReadPage(after, 2))
        return [each.act for each in page.acts], page.next

    assert sorted(pages(ask)) == sorted(acts)
    trade.submit(approver, ops.CONFIRM, messages.ConfirmAct(acts[1]))
    assert sorted(pages(ask)) == sorted([acts[0], acts[2]])
    assert trade.ask(trade.person("BankB"), ops.ACTS_PENDING, ops.ReadPage()).acts == ()
    trade.ledger.clock.advance(days=5)
    assert pages(ask) == []


def test_a_person_sees_the_branch_of_the_register(trade: TradeLedger) -> None:
    marks = [lock(trade, at) for at in range(2)]
    officer = trade.person("BankA")
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(officer, ops.BRANCH_READ, ops.ReadPage())
    for branch, seen in (("Pudong", sorted(marks)), ("Minhang", [])):
        records = registry.PutStaff((registry.StaffRecord(officer.staff, branch),))
        head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
        proposal = trade.submit(head, registry.STAFF_PUT, records).proposal
        trade.submit(deputy, registry.STAFF_CONFIRM, registry.ConfirmOwn(proposal))
        page = trade.ask(officer, ops.BRANCH_READ, ops.ReadPage())
        assert [each.mark for each in page.financings] == seen


def test_customs_lists_its_declarations(trade: TradeLedger) -> None:
    def ask(after: str) -> tuple[list[str], str]:
        page = trade.ask(trade.customs, ops.DECLARATION_LIST, ops.ReadKeys(after, 2))
        return [each.number for each in page.declarations], page.next

    assert sorted(pages(ask)) == list(NUMBERS)
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.ask(trade.person("BankA"), ops.DECLARATION_LIST, ops.ReadKeys(), "PortMSP")


def test_the_regulator_lists_flags_and_an_enterprise_s_documents(trade: TradeLedger) -> None:
    lock(trade, 0)
    lock(trade, 1, "BankB")
    amended = messages.AmendDeclaration(NUMBERS[1], 1, 500)
    trade.submit(trade.customs, ops.DECLARATION_AMEND, amended)

    def flagged(after: str) -> tuple[list[str], str]:
        page = trade.ask(trade.regulators[0], ops.SUPERVISE_FLAGGED, ops.ReadKeys(after, 3))
        return [f"{each.kind} {each.total}" for each in page.pools], page.next

    assert pages(flagged) == ["DECLARATION 500"]

    def own(after: str) -> tuple[list[str], str]:
        body = ops.ReadEnterpriseDocuments(SELLER, after, 3)
        page = trade.ask(trade.regulators[0], ops.SUPERVISE_ENTERPRISE, body)
        return [each.kind for each in page.pools], page.next

    assert sorted(pages(own)) == ["DECLARATION"] * 4 + ["INVOICE"] * 2
