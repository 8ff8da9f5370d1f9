"""Admission, classes and freezes: what the regulator decides counts for the next lock and for no earlier one.

Without it a bank goes on lending where the regulator has closed the business, or on goods it has stopped.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import Freeze, Parameter, TableEntries
from counterfoil_contracts.testing import SELLER, TradeLedger

D1 = "224820260000000001"
TODAY = "2026-03-02"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


def lock(trade: TradeLedger, bank: str = "BankA", number: str = "I1", amount: int = 1000) -> str:
    view = trade.view(bank, [trade.invoice(number, 7_000_000)], [D1], [(0, 0, 1_000_000, 1_000_000)])
    return trade.lock(bank, view, [(0, D1, amount)])


def put_parameter(trade: TradeLedger, name: str, key: str, value: int) -> None:
    trade.put_tables(TableEntries(parameters=(Parameter(name, key, TODAY, value),)))


def freeze(trade: TradeLedger, body: Freeze) -> None:
    first, second = trade.regulators
    proposed = trade.submit(first, registry.FREEZE_PROPOSE, body)
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(first, registry.FREEZE_CONFIRM, registry.Confirm(proposed.proposal))
    trade.submit(second, registry.FREEZE_CONFIRM, registry.Confirm(proposed.proposal))


def test_a_business_opens_by_region_and_bank(trade: TradeLedger) -> None:
    put_parameter(trade, "admission", "EXPORT_INVOICE", 0)
    with pytest.raises(Refused, match="SCENARIO_NOT_OPEN"):
        lock(trade)
    put_parameter(trade, "admission", "EXPORT_INVOICE/310000/BankAMSP", 1)
    with pytest.raises(Refused, match="SCENARIO_NOT_OPEN"):
        lock(trade)
    first, second = trade.regulators
    record = registry.Enterprise(SELLER, "Exports", "A", region="310000", size="SMALL")
    proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
    trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    mark = lock(trade)
    with pytest.raises(Refused, match="SCENARIO_NOT_OPEN"):
        lock(trade, "BankB", "I2")
    put_parameter(trade, "admission", "EXPORT_INVOICE/310000/BankAMSP", 0)
    trade.approve("BankA", mark, 1000)  # what is locked goes on


def test_what_a_class_may_do_is_a_parameter(trade: TradeLedger) -> None:
    trade.put_enterprise(SELLER, "B")
    put_parameter(trade, "class_rule", "B", 1)
    mark = lock(trade)
    put_parameter(trade, "class_rule", "B", 0)
    with pytest.raises(Refused, match="CLASS_RESTRICTED"):
        lock(trade, "BankB", "I2")
    trade.approve("BankA", mark, 1000)


@pytest.mark.parametrize(
    "named",
    [
        {"declaration": D1},
        {"invoice": TradeLedger.invoice("I1", 7_000_000)},
        {"enterprise": SELLER},
        {"bank": "BankAMSP"},
    ],
    ids=lambda named: next(iter(named)),
)
def test_what_is_frozen_takes_no_lock_and_releases_go_on(
    trade: TradeLedger, named: dict[str, object]
) -> None:
    mark = lock(trade)
    trade.approve("BankA", mark, 1000)
    trade.act("BankA", messages.Disburse(mark, 1000, trade.today))
    freeze(trade, Freeze(frozen=True, **named))  # type: ignore[arg-type] # one of several fields
    number = "I1" if "invoice" in named else "I2"
    if number == "I2":
        with pytest.raises(Refused, match="FROZEN"):
            lock(trade, number="I2")
    moved = trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 1000, trade.today))
    assert moved is not None
    assert moved.state == "SETTLED"
    with pytest.raises(Refused, match="FROZEN"):
        lock(trade, number=number)
    if "bank" in named:
        lock(trade, "BankB", "I3")
    freeze(trade, Freeze(frozen=False, **named))  # type: ignore[arg-type] # one of several fields
    lock(trade, number=number)


def test_a_bank_sees_that_a_document_is_frozen_and_never_why(trade: TradeLedger) -> None:
    lock(trade, "BankB", "I9")
    view = trade.view("BankA", [trade.invoice("I9", 7_000_000)], [D1])
    freeze(trade, Freeze(frozen=True, declaration=D1))
    freeze(trade, Freeze(frozen=True, invoice=trade.invoice("I9", 7_000_000)))
    seen = trade.ask(trade.person("BankA"), ops.VIEW_READ, messages.ReadViews((view,))).views[0]
    assert seen.declarations[0].frozen
    assert seen.invoices[0].frozen


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (Freeze(frozen=True), "BAD_INPUT"),
        (Freeze(frozen=True, declaration=D1, bank="BankAMSP"), "BAD_INPUT"),
        (Freeze(frozen=True, declaration="1"), "NOT_FOUND"),
        (Freeze(frozen=True, enterprise="91440300MA5G00000R"), "NOT_FOUND"),
        (Freeze(frozen=True, invoice=TradeLedger.invoice("nowhere", 1)), "NOT_FOUND"),
    ],
)
def test_a_freeze_names_one_thing_that_is_there(trade: TradeLedger, body: Freeze, code: str) -> None:
    with pytest.raises(Refused, match=code):
        freeze(trade, body)


def test_proposals_of_one_kind_are_not_confirmed_as_another(trade: TradeLedger) -> None:
    first, second = trade.regulators
    body = Freeze(frozen=True, bank="BankAMSP")
    proposal = trade.submit(first, registry.FREEZE_PROPOSE, body).proposal
    for operation in (registry.TABLE_CONFIRM, registry.ENTERPRISE_CONFIRM):
        with pytest.raises(Refused, match="NOT_FOUND"):
            trade.submit(second, operation, registry.Confirm(proposal))


def test_a_code_that_breaks_its_rule_is_entered_only_from_the_list_of_overrides(trade: TradeLedger) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.put_enterprise("91310000MA1FL00070")
    put_parameter(trade, "uscc_override", "91350211M0000XUF46", 1)
    trade.put_enterprise("91350211M0000XUF46")
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.put_enterprise("91310000MA1FL00070")
