"""Two officers for each supervisory act; tables that count from a day on and never rewrite an answer."""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import directory, tables
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import Parameter, TableEntries, Tables
from counterfoil_contracts.testing import SELLER, TradeLedger, root_pem

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    return TradeLedger()


def view(trade: TradeLedger, number: str = "I1", bank: str = "BankA") -> str:
    return trade.view(bank, [trade.invoice(number, 7_000_000)], [D1], [(0, 0, 3_000_000, 3_000_000)])


def test_the_secret_takes_two_officers_and_each_half_is_used_once(trade: TradeLedger) -> None:
    first, second = trade.regulators
    waiting = trade.submit(first, registry.SECRET_CONTRIBUTE, registry.ContributeSecret("33" * 32))
    assert waiting.number == 2
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(first, registry.SECRET_COMPLETE, registry.CompleteSecret("44" * 32))
    assert trade.submit(second, registry.SECRET_COMPLETE, registry.CompleteSecret("44" * 32)).number == 2
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(first, registry.SECRET_COMPLETE, registry.CompleteSecret("55" * 32))
    kept = "".join(value.decode() for value in trade.ledger.private("RegulatorMSP", "authority").values())
    assert "33" * 32 not in kept


def test_records_made_under_an_older_secret_are_found_and_keep_their_keys(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 10_000_000)
    before = {key for key in trade.ledger.private("PortMSP", "authority") if key.startswith("pool/")}
    first, second = trade.regulators
    trade.submit(first, registry.SECRET_CONTRIBUTE, registry.ContributeSecret("33" * 32))
    trade.submit(second, registry.SECRET_COMPLETE, registry.CompleteSecret("44" * 32))
    trade.finance("BankA", view(trade), [(0, D1, 3_000_000)])
    assert trade.available(D1) == 6_000_000
    after = {key for key in trade.ledger.private("PortMSP", "authority") if key.startswith("pool/")}
    assert before < after
    assert len(after) == 2
    trade.put_enterprise(SELLER, "C")
    with pytest.raises(Refused, match="CLASS_RESTRICTED"):
        trade.lock("BankB", view(trade, "I2", "BankB"), [(0, D1, 1)])


def test_an_enterprise_keeps_its_history_over_new_secrets(trade: TradeLedger) -> None:
    first, second = trade.regulators
    trade.put_enterprise(SELLER, "B")
    changes: tuple[tuple[registry.EnterpriseClass, str], ...] = (("C", "33"), ("A", "55"))
    for enterprise_class, half in changes:
        trade.submit(first, registry.SECRET_CONTRIBUTE, registry.ContributeSecret(half * 32))
        trade.submit(second, registry.SECRET_COMPLETE, registry.CompleteSecret("44" * 32))
        trade.put_enterprise(SELLER, enterprise_class)
    trade.put_enterprise(SELLER, "B")
    found = trade.ask(first, registry.ENTERPRISE_READ, registry.ReadEnterprise(SELLER))
    assert "".join(each.enterprise_class for each in found.records)[-4:] == "BCAB"
    assert len(found.since) == len(found.records)


def test_tables_take_two_officers(trade: TradeLedger) -> None:
    first, second = trade.regulators
    entries = TableEntries(parameters=(Parameter("view_days", "", "2026-03-02", 7),))
    proposed = trade.submit(first, registry.TABLE_PROPOSE, registry.ProposeTables(entries))
    assert tables.parameter(read(trade), "2026-03-02", "view_days") == 30
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.submit(first, registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    assert trade.submit(second, registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal)).entries == 1
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(second, registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))
    assert tables.parameter(read(trade), "2026-03-02", "view_days") == 7
    assert tables.parameter(read(trade), "2026-03-01", "view_days") == 30


def read(trade: TradeLedger) -> Tables:
    return trade.ask(trade.customs, registry.TABLES_READ, registry.ReadTables())


def test_a_changed_ceiling_changes_the_next_answer_and_no_earlier_one(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 10_000_000)
    mark = trade.finance("BankA", view(trade), [(0, D1, 3_000_000)])
    lower = Parameter("ceiling_basis_points", "DECLARATION/0110", "2026-03-02", 5000)
    trade.put_tables(TableEntries(parameters=(lower,)))
    assert trade.available(D1) == 2_000_000
    other = Parameter("ceiling_basis_points", "DECLARATION/0615", "2026-03-02", 1)
    trade.put_tables(TableEntries(parameters=(other, Parameter("ceiling_basis_points", "", "2026-03-02", 2))))
    assert trade.available(D1) == 2_000_000
    financing = trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))
    assert financing.state == "DISBURSED"


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"parameters": (Parameter("view_days", "", "2026-03-01", 7),)}, "BAD_INPUT"),
        ({"parameters": (Parameter("view_days", "", "2026-02-30", 7),)}, "BAD_INPUT"),
        ({"calendar": (registry.CalendarDay("2026-13-01", worked=True),)}, "BAD_INPUT"),
        ({"trust": (registry.Root("no certificate", "2026-03-02"),)}, "BAD_INPUT"),
    ],
)
def test_entries_that_mean_nothing_or_rewrite_the_past_are_refused(
    trade: TradeLedger, entries: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        trade.put_tables(TableEntries(**entries))


def test_a_lock_over_a_long_holiday(trade: TradeLedger) -> None:
    """Five business days from Monday 2 March; with the whole week a holiday, the mark lives a week longer."""
    trade.put_declaration(D1, 10_000_000)
    week = tuple(registry.CalendarDay(f"2026-03-0{day}", worked=False) for day in range(3, 7))
    trade.put_tables(TableEntries(calendar=week))
    mark = trade.lock("BankA", view(trade), [(0, D1, 3_000_000)])
    trade.ledger.clock.advance(days=11, hours=13)  # Friday 13 March, 23 h in China
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.person("BankA"), ops.EXPIRE, messages.Expire(mark))
    trade.ledger.clock.advance(hours=1)
    with pytest.raises(Refused, match="EXPIRED"):
        trade.approve("BankA", mark, 1)
    moved = trade.submit(trade.person("BankA"), ops.EXPIRE, messages.Expire(mark))
    assert moved.state == "EXPIRED"
    assert trade.available(D1) == 9_000_000


def test_the_directory_keeps_history_and_decides_locks(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 10_000_000)
    trade.put_enterprise(SELLER, "B")
    with pytest.raises(Refused, match="CLASS_RESTRICTED"):
        trade.lock("BankA", view(trade), [(0, D1, 1)])
    mark = trade.lock("BankA", view(trade), [(0, D1, 1)], review="ER-77")
    trade.put_enterprise(SELLER, "C")
    trade.approve("BankA", mark, 1)  # a class counts for new locks only
    auditor = trade.regulators[0]
    history = trade.ask(auditor, registry.ENTERPRISE_READ, registry.ReadEnterprise(SELLER))
    assert [record.enterprise_class for record in history.records] == ["A", "B", "C"]
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(auditor, registry.ENTERPRISE_READ, registry.ReadEnterprise("91440300MA5G00000R"))


def test_enterprises_share_buckets(trade: TradeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "BUCKETS", 1)
    found = TradeLedger(enterprises=(SELLER, "91440300MA5G00000R", "91330100MA2A0000XC"))
    keys = [key for key in found.ledger.private("PortMSP", "authority") if key.startswith("enterprise/")]
    assert len(keys) == 1
    history = found.ask(
        found.regulators[0], registry.ENTERPRISE_READ, registry.ReadEnterprise("91330100MA2A0000XC")
    )
    assert [record.uscc for record in history.records] == ["91330100MA2A0000XC"]
    assert trade is not found


def test_an_authority_that_is_no_longer_trusted_opens_no_view(trade: TradeLedger) -> None:
    trade.put_declaration(D1, 10_000_000)
    its = view(trade)
    trade.put_tables(TableEntries(trust=(registry.Root(root_pem(), "2026-03-02", trusted=False),)))
    with pytest.raises(Refused, match="CONSENT_INVALID"):
        view(trade)
    trade.lock("BankA", its, [(0, D1, 1)])


def test_a_trade_mode_is_judged_by_the_table_of_the_declaration_s_day(trade: TradeLedger) -> None:
    closed = Parameter("financeable_trade_mode", "0110", "2026-03-02", 0)
    trade.put_tables(TableEntries(parameters=(closed,)))
    trade.put_declaration(D1, 10_000_000, declared_on="2026-03-01")
    trade.lock("BankA", view(trade), [(0, D1, 1)])
    trade.put_declaration("224820260000000002", 10_000_000, declared_on="2026-03-02")
    its = trade.view("BankB", [trade.invoice("I9", 100)], ["224820260000000002"], [(0, 0, 100, 100)])
    with pytest.raises(Refused, match="NOT_FINANCEABLE"):
        trade.lock("BankB", its, [(0, "224820260000000002", 1)])
