"""Every value of a rule is a record: changed in the running network it changes the next answer, none before.

Without it the regulator changes a rule by a new chaincode, and what was decided before is decided again.
"""

from collections.abc import Callable
from pathlib import Path

import counterfoil_contracts
import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import Code, Parameter, TableEntries, standard_parameters
from counterfoil_contracts.testing import SELLER, TradeLedger

D1, TODAY, TOMORROW = "224820260000000001", "2026-03-02", "2026-03-03"
Answer = Callable[[TradeLedger], object]


def view(trade: TradeLedger) -> str:
    return trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])


def seen(trade: TradeLedger) -> messages.ViewedDeclaration:
    asked = messages.ReadViews((view(trade),))
    return trade.ask(trade.person("BankA"), ops.VIEW_READ, asked).views[0].declarations[0]


def lock(trade: TradeLedger) -> object:
    """What becomes of a lock that is not kept."""

    def run() -> None:
        trade.act("BankA", messages.Cancel(trade.lock("BankA", view(trade), [(0, D1, 1_000)])))

    return tried(trade, run)


def todays(trade: TradeLedger) -> object:
    """Whether a declaration of today can be financed."""
    number = f"22482026{trade.ledger.height:010d}"
    trade.put_declaration(number, 1_000, declared_on=TODAY)
    asked = messages.ReadViews((trade.view("BankA", [], [number]),))
    return trade.ask(trade.person("BankA"), ops.VIEW_READ, asked).views[0].declarations[0].financeable


def tried(trade: TradeLedger, run: Callable[[], object]) -> str:
    height = trade.ledger.height
    try:
        run()
    except Refused as refused:
        return refused.code
    return f"OK after {trade.ledger.height - height} transactions"


def lock_expiry(trade: TradeLedger) -> object:
    mark = trade.lock("BankA", view(trade), [(0, D1, 1_000)])
    found = trade.ask(trade.person("BankA"), ops.FINANCING_READ, ops.ReadFinancing(mark))
    trade.submit(trade.person("BankA", "approver"), ops.APPROVE, messages.Approve(mark, 1_000))
    trade.act("BankA", messages.Cancel(mark))
    return found.expires - trade.ledger.clock.seconds()


def view_expiry(trade: TradeLedger) -> object:
    view_id = view(trade)
    answer = trade.ask(trade.person("BankA"), ops.VIEW_READ, messages.ReadViews((view_id,)))
    return answer.views[0].expires - trade.ledger.clock.seconds()


def act_expiry(trade: TradeLedger) -> object:
    receipt = messages.Receipt(trade.invoice("I1", 7_000_000), 1, TODAY)
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(receipt))
    return prepared.expires - trade.ledger.clock.seconds()


def second_extension(trade: TradeLedger) -> object:
    mark = trade.lock("BankA", view(trade), [(0, D1, 1_000)])
    trade.act("BankA", messages.Extend(mark))
    found = tried(trade, lambda: trade.act("BankA", messages.Extend(mark)))
    trade.act("BankA", messages.Cancel(mark))
    return found


def old_receipt(trade: TradeLedger) -> object:
    receipt = messages.Receipt(trade.invoice("I1", 7_000_000), 1, "2026-02-20")
    return tried(trade, lambda: trade.act("BankA", receipt))


def old_rate(trade: TradeLedger) -> object:
    pledge = messages.Pledge(0, D1, 1_000, 1_000, 6_000, "R", "R")
    given = trade.view(
        "BankA",
        [trade.invoice("I1", 7_000_000)],
        [D1],
        [(0, 0, 6_000_000, 6_000_000)],
        currency="CNY",
    )

    def run() -> None:
        mark = trade.lock_pledges("BankA", given, (pledge,), "CNY")
        trade.act("BankA", messages.Cancel(mark))

    return tried(trade, run)


CASES: dict[str, tuple[str, int, Answer]] = {
    "ceiling_basis_points": ("DECLARATION/0110", 5000, lambda trade: seen(trade).available),
    "declaration_age_days": ("", 0, lambda trade: seen(trade).financeable),
    "financeable_trade_mode": ("0110", 0, todays),
    "lock_business_days": ("", 2, lock_expiry),
    "lock_extensions": ("", 2, second_extension),
    "view_days": ("", 3, view_expiry),
    "act_days": ("", 1, act_expiry),
    "rate_age_days": ("", 0, old_rate),
    "back_dating_days": ("", 1, old_receipt),
    "admission": ("EXPORT_INVOICE", 0, lock),
    "class_rule": ("A", 0, lock),
}
"""Name: key and value of a change, and an answer that it changes."""


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000, declared_on="2026-03-01")
    found.put_tables(TableEntries(rates=(registry.Rate("R", "USD", "CNY", 7, 0, "2026-03-01"),)))
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_changed_parameter_changes_the_next_answer(trade: TradeLedger, name: str) -> None:
    key, value, answer = CASES[name]
    before = answer(trade)
    trade.put_tables(TableEntries(parameters=(Parameter(name, key, TOMORROW, value),)))
    assert answer(trade) == before, "what counts from tomorrow counts today"
    trade.put_tables(TableEntries(parameters=(Parameter(name, key, TODAY, value),)))
    assert answer(trade) != before


def test_every_parameter_of_an_export_invoice_is_tried() -> None:
    folder = Path(counterfoil_contracts.__file__).parent
    sources = [
        path for name in ("core", "registry", "export_invoice") for path in (folder / name).rglob("*.py")
    ]
    text = "".join(each.read_text() for each in sources if each.name != "table_messages.py")
    asked_for = {each.name for each in standard_parameters(TODAY) if f'"{each.name}"' in text}
    assert asked_for == set(CASES)


def test_a_lock_keeps_the_time_it_was_given(trade: TradeLedger) -> None:
    mark = trade.lock("BankA", view(trade), [(0, D1, 1_000)])
    found = trade.ask(trade.person("BankA"), ops.FINANCING_READ, ops.ReadFinancing(mark))
    trade.put_tables(TableEntries(parameters=(Parameter("lock_business_days", "", TODAY, 1),)))
    assert trade.ask(trade.person("BankA"), ops.FINANCING_READ, ops.ReadFinancing(mark)) == found
    trade.ledger.clock.advance(days=3)
    assert trade.approve("BankA", mark, 1_000).state == "APPROVED"


@pytest.mark.parametrize(
    ("table", "code"), [("CUSTOMS_OFFICE", "2248"), ("CURRENCY", "USD")], ids=["office", "currency"]
)
def test_a_document_is_judged_by_the_codes_of_its_date(trade: TradeLedger, table: str, code: str) -> None:
    assert seen(trade).financeable, "a table that is not kept stops nobody"
    trade.put_tables(TableEntries(codes=(Code(table, "9999" if code == "2248" else "EUR", TODAY),)))
    assert seen(trade).financeable, "the document is older than the table"
    trade.put_tables(TableEntries(codes=(Code(table, code, "2026-01-01", name="it"),)))
    assert seen(trade).financeable
    later = TradeLedger()
    later.put_tables(TableEntries(codes=(Code(table, code, "2026-01-01"),)))
    later.put_declaration(D1, 10_000_000, declared_on=TODAY)
    assert seen(later).financeable
    later.put_tables(TableEntries(codes=(Code(table, code, TODAY, listed=False),)))
    assert not seen(later).financeable
    assert lock(later) == "NOT_FINANCEABLE"


def test_an_invoice_is_judged_by_the_currencies_of_its_date(trade: TradeLedger) -> None:
    trade.put_tables(TableEntries(codes=(Code("CURRENCY", "EUR", "2026-02-01"),)))
    assert lock(trade) == "NOT_FINANCEABLE"
    trade.put_tables(TableEntries(codes=(Code("CURRENCY", "USD", "2026-02-02"),)))
    assert str(lock(trade)).startswith("OK")


def test_a_code_that_counts_already_is_not_changed_for_the_past(trade: TradeLedger) -> None:
    trade.put_tables(TableEntries(codes=(Code("CURRENCY", "USD", "2026-02-01"),)))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.put_tables(TableEntries(codes=(Code("CURRENCY", "USD", "2026-02-15", listed=False),)))


def test_a_successor_finances_what_it_has_taken_over_and_the_predecessor_nothing(trade: TradeLedger) -> None:
    """A firm that has merged would else be shut out of its own receivables, or lend on them twice."""
    heir, stranger = "91440300MA5G00000R", "91330100MA2A0000XC"
    first, second = trade.regulators
    trade.put_enterprise(heir)
    trade.put_enterprise(stranger)
    invoice, line = trade.invoice("I1", 7_000_000), [(0, 0, 6_000_000, 6_000_000)]

    def lock_by(enterprise: str) -> str:
        given = trade.view("BankA", [invoice], [D1], line, enterprise=enterprise)
        answer = trade.ask(trade.person("BankA"), ops.VIEW_READ, messages.ReadViews((given,))).views[0]
        assert answer.declarations[0].parties_match == answer.invoices[0].parties_match
        found = tried(trade, lambda: trade.lock("BankA", given, [(0, D1, 1_000)]))
        assert answer.invoices[0].parties_match == (found != "PARTY_MISMATCH")
        return found.split()[0]

    assert lock_by(heir) == "PARTY_MISMATCH"
    record = registry.Enterprise(SELLER, "taken over", "A", successor=heir)
    proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
    trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    assert lock_by(SELLER) == "CLASS_RESTRICTED"
    assert lock_by(stranger) == "PARTY_MISMATCH"
    assert lock_by(heir) == "OK"
