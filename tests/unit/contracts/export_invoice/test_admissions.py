"""Loans that exist already: paid out while the network was down, or before its first day.

Without them the ledger says that goods are free on which a bank has lent.
"""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"
LINE = [(0, 0, 6_000_000, 6_000_000)]


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def invoice(trade: TradeLedger) -> Invoice:
    return trade.invoice("I1", 7_000_000)


def body(trade: TradeLedger, invoice: Invoice, bank: str = "BankA", **changed: Any) -> messages.Register:
    given: dict[str, Any] = {
        "origin": "LATE",
        "view": trade.view(bank, [invoice], [D1], LINE),
        "terms": trade.put_terms(bank),
        "currency": "USD",
        "amount": 4_000_000,
        "pledges": (messages.Pledge(0, D1, 4_000_000, 4_000_000, 4_000_000),),
        "disbursed_on": "2026-02-27",
        "repaid": 1_000_000,
        **changed,
    }
    return messages.Register(**given)


def register(trade: TradeLedger, given: messages.Register, bank: str = "BankA") -> str:
    """Let two people of the bank register a loan; gives the act's id."""
    act = trade.submit(trade.person(bank), ops.PREPARE, messages.Prepare(given)).act
    confirmed = trade.submit(trade.person(bank, "approver"), ops.CONFIRM, messages.ConfirmAct(act))
    assert confirmed.mark is None
    return act


def admit(trade: TradeLedger, act: str, bank: str = "BankA") -> str:
    return trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit(f"{bank}MSP", act)).mark


def flags(trade: TradeLedger, invoice: Invoice) -> set[str]:
    seen = trade.ask(trade.regulators[0], ops.SUPERVISE, ops.Supervise(invoice=invoice))
    return {flag.code for flag in seen.pool.flags if not flag.ended}


def test_a_loan_paid_out_while_the_network_was_down(trade: TradeLedger, invoice: Invoice) -> None:
    act = register(trade, body(trade, invoice))
    assert trade.available(D1) == 9_000_000
    mark = admit(trade, act)
    assert trade.available(D1) == 6_000_000
    found = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert (found.state, found.drawn, found.repaid, found.origin) == (
        "PARTIALLY_REPAID", 4_000_000, 1_000_000, "LATE",
    )  # fmt: skip
    assert flags(trade, invoice) == {"LATE_REGISTERED"}
    with pytest.raises(Refused, match="DUPLICATE"):
        trade.lock("BankB", trade.view("BankB", [invoice], [D1], LINE), [(0, D1, 1)])
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 3_000_000, trade.today))
    assert (trade.available(D1), flags(trade, invoice)) == (9_000_000, set())


def test_what_happened_is_recorded_where_there_is_no_room_and_flagged(
    trade: TradeLedger, invoice: Invoice
) -> None:
    view = trade.view("BankB", [invoice], [D1], LINE)
    trade.finance("BankB", view, [(0, D1, 6_000_000)])
    admit(trade, register(trade, body(trade, invoice, origin="LEGACY", repaid=0)))
    assert trade.available(D1) == 0
    assert flags(trade, invoice) == {"OVER_PLEDGED", "LATE_REGISTERED"}
    mine = trade.ask(trade.person("BankB"), ops.FLAGS_MINE, answers.ReadFlags())
    assert {document.kind for document in mine.documents} == {"INVOICE", "DECLARATION"}


def test_an_invoice_bears_one_late_registration(trade: TradeLedger, invoice: Invoice) -> None:
    admit(trade, register(trade, body(trade, invoice)))
    other = register(trade, body(trade, invoice, "BankB"), "BankB")
    with pytest.raises(Refused, match="BAD_STATE"):
        admit(trade, other, "BankB")


def test_the_regulator_admits_once_what_two_people_confirmed(trade: TradeLedger, invoice: Invoice) -> None:
    given = body(trade, invoice)
    act = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(given)).act
    with pytest.raises(Refused, match="BAD_STATE"):
        admit(trade, act)
    same = make_caller("BankAMSP", "bank.approver", "officer", serial_number=2)
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(same, ops.CONFIRM, messages.ConfirmAct(act))
    trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, messages.ConfirmAct(act))
    with pytest.raises(Refused, match="NOT_FOUND"):
        admit(trade, act, "BankB")
    admit(trade, act)
    with pytest.raises(Refused, match="BAD_STATE"):
        admit(trade, act)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"repaid": 4_000_000}, "BAD_INPUT"),
        ({"amount": 4_000_001}, "BAD_INPUT"),
        ({"disbursed_on": "2026-03-03"}, "BAD_INPUT"),
        ({"disbursed_on": "2026-02-30"}, "BAD_INPUT"),
        ({"terms": "ee" * 16}, "NOT_FOUND"),
        ({"view": "ee" * 16}, "NOT_FOUND"),
        ({"pledges": (messages.Pledge(0, D1, 9, 9, 4_000_000),)}, "LOAN_ABOVE_PLEDGE"),
        ({"currency": "CNY"}, "CONSENT_EXCEEDED"),
    ],
)
def test_a_registration_that_does_not_hold(
    trade: TradeLedger, invoice: Invoice, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        admit(trade, register(trade, body(trade, invoice, **changed)))


def test_documents_of_a_late_loan_are_the_enterprise_s_and_known(trade: TradeLedger) -> None:
    foreign = trade.invoice("I1", 7_000_000, seller="91440300MA5G00000R")
    with pytest.raises(Refused, match="PARTY_MISMATCH"):
        admit(trade, register(trade, body(trade, foreign)))
