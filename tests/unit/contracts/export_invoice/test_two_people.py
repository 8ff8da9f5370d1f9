"""Two people, proved: not one person with two certificates, and not one of another bank."""

import pytest
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import APPROVER, OFFICER, TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def mark(trade: TradeLedger) -> str:
    invoice = trade.invoice("I1", 7_000_000)
    view = trade.view("BankA", [invoice], [D1], [(0, 0, 6_000_000, 6_000_000)])
    return trade.lock("BankA", view, [(0, D1, 6_000_000)])


def test_the_officer_s_renewed_certificate_does_not_approve(trade: TradeLedger, mark: str) -> None:
    same = make_caller("BankAMSP", "bank.approver", OFFICER, serial_number=2)
    assert same.staff == trade.person("BankA").staff
    assert same.creator != trade.person("BankA").creator
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(same, ops.APPROVE, messages.Approve(mark, 6_000_000))
    trade.approve("BankA", mark, 6_000_000)


def test_the_preparer_does_not_confirm(trade: TradeLedger, mark: str) -> None:
    trade.approve("BankA", mark, 6_000_000)
    act = messages.Disburse(mark, 6_000_000, trade.today)
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(act))
    same = make_caller("BankAMSP", "bank.approver", OFFICER, serial_number=2)
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(same, ops.CONFIRM, messages.ConfirmAct(prepared.act))
    seen = trade.ask(trade.person("BankA", APPROVER), ops.ACT_READ, messages.ReadAct(prepared.act))
    assert seen.body == act
    trade.submit(trade.person("BankA", APPROVER, "another"), ops.CONFIRM, messages.ConfirmAct(prepared.act))


def test_a_second_confirmation_moves_nothing(trade: TradeLedger, mark: str) -> None:
    trade.approve("BankA", mark, 6_000_000)
    act = messages.Disburse(mark, 1_000_000, trade.today)
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(act))
    trade.submit(trade.person("BankA", APPROVER), ops.CONFIRM, messages.ConfirmAct(prepared.act))
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.person("BankA", APPROVER), ops.CONFIRM, messages.ConfirmAct(prepared.act))
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert financing.drawn == 1_000_000


def test_another_bank_finds_neither_mark_nor_act(trade: TradeLedger, mark: str) -> None:
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.approve("BankB", mark, 6_000_000)
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.person("BankB"), ops.FINANCING_READ, answers.ReadFinancing(mark))


def test_the_same_request_twice_acts_once_and_another_content_is_refused(trade: TradeLedger) -> None:
    invoice = trade.invoice("I1", 7_000_000)
    view = trade.view("BankA", [invoice], [D1], [(0, 0, 6_000_000, 6_000_000)])
    terms = trade.put_terms("BankA", 3_000_000)
    body = messages.Lock(
        view, terms, "USD", 3_000_000, (messages.Pledge(0, D1, 3_000_000, 3_000_000, 3_000_000),)
    )
    first = trade.submit(trade.person("BankA"), ops.LOCK, body, request_id="ab" * 16)
    again = trade.operations.endorse(trade.person("BankA"), ops.LOCK, body, request_id="ab" * 16)
    assert again.private is None or not any(c.writes for n in again.private.namespaces for c in n.collections)
    assert trade.operations.outcome(trade.person("BankA"), ops.LOCK, "ab" * 16) == first
    other = messages.Lock(view, terms, "USD", 3_000_000, body.pledges, review="x")
    with pytest.raises(Refused, match="IDEMPOTENCY_CONFLICT"):
        trade.submit(trade.person("BankA"), ops.LOCK, other, request_id="ab" * 16)
    assert trade.available(D1) == 6_000_000
