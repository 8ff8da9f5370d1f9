"""Requests as clerks state them, against the contracts on the testing kit."""

from typing import Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_cli.trade.command import Command, request_of
from counterfoil_cli.trade.groups import commands
from counterfoil_cli.trade.pledges import least_worth, parts_of
from counterfoil_cli.trade.values import BadEntry, Money
from counterfoil_contracts.core.money import converted_floor
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradeLedger
from kit_desk import KitDesk

D1 = "224820260000000001"
RATE = registry.Rate("USD-CNY", "USD", "CNY", 71_234, 4, "2026-03-02")


def command(group: str, name: str) -> Command:
    return next(each for each in commands() if (each.group, each.name) == (group, name))


@pytest.fixture
def kit() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def view(kit: TradeLedger) -> str:
    return kit.view("BankA", [kit.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])


@pytest.fixture
def officer(kit: TradeLedger) -> KitDesk:
    return KitDesk(kit, kit.person("BankA"))


def done(desk: KitDesk, group: str, name: str, **stated: Any) -> Any:
    """The command's request, submitted; its answer."""
    made = command(group, name)
    return desk.submit(made.operation, request_of(made, stated, desk)).answer


def test_a_lock_needs_no_more_than_view_and_terms(kit: TradeLedger, view: str, officer: KitDesk) -> None:
    terms = kit.put_terms("BankA", 6_000_000)
    body = request_of(command("financing", "lock"), {"view": view, "terms": terms}, officer)
    assert body == trade.Lock(
        view, terms, "USD", 6_000_000, (trade.Pledge(0, D1, 6_000_000, 6_000_000, 6_000_000),)
    )
    assert officer.submit(trade.LOCK, body).answer.mark


def test_a_loan_in_another_currency_holds_just_enough(kit: TradeLedger, view: str, officer: KitDesk) -> None:
    """One cent less would be refused, one more would hold what another bank could lend on."""
    kit.put_tables(registry.TableEntries(rates=(RATE,)))
    terms = kit.put_terms("BankA", 30_000_001, "CNY")
    stated = {"view": view, "terms": terms, "pledges": [parts_of("rate=USD-CNY")]}
    (pledge,) = request_of(command("financing", "lock"), stated, officer).pledges
    assert pledge.invoice_amount == pledge.declaration_amount == least_worth(30_000_001, "USD", "CNY", RATE)
    assert converted_floor(pledge.invoice_amount, "USD", "CNY", 71_234, 4) >= 30_000_001
    assert converted_floor(pledge.invoice_amount - 1, "USD", "CNY", 71_234, 4) < 30_000_001
    assert (pledge.invoice_rate, pledge.declaration_rate) == ("USD-CNY", "USD-CNY")


@pytest.mark.parametrize(
    ("pledge", "way_out"),
    [
        ("invoice=7", r"state invoice=, by position or number: 0 \(I1\)"),
        ("declaration=1", f"one of {D1}"),
        ("invoice_amount=1.234", "USD has 2 decimals"),
        ("rate=EUR-CNY", "rates from USD to CNY: USD-CNY"),
        ("", "state rate="),
    ],
)
def test_what_a_pledge_lacks_is_told(
    kit: TradeLedger, view: str, officer: KitDesk, pledge: str, way_out: str
) -> None:
    kit.put_tables(registry.TableEntries(rates=(RATE,)))
    stated = {"view": view, "terms": kit.put_terms("BankA", 100, "CNY")}
    with pytest.raises(BadEntry, match=way_out):
        request_of(
            command("financing", "lock"), stated | {"pledges": [parts_of(pledge)] if pledge else []}, officer
        )
    with pytest.raises(BadEntry, match="write invoice=0"):
        parts_of("colour=red")


def test_amounts_are_in_the_currency_of_what_they_are_about(
    kit: TradeLedger, view: str, officer: KitDesk
) -> None:
    mark = kit.lock("BankA", view, [(0, D1, 6_000_000)])
    approver = KitDesk(kit, kit.person("BankA", APPROVER))
    with pytest.raises(BadEntry, match=r"--amount: '1 JPY': the amount is in USD here"):
        done(approver, "financing", "approve", mark=mark, amount=Money("1 JPY"))
    moved = done(approver, "financing", "approve", mark=mark, amount=Money("50,000.00"))
    assert moved.approved == 5_000_000
    act = done(officer, "financing", "disburse", mark=mark, amount=Money("50000"), value_date=kit.today).act
    assert done(approver, "financing", "confirm", act=act).mark.drawn == 5_000_000
    stated = {"mark": mark, "principal": Money("100"), "source": "EXPORT_PROCEEDS", "value_date": kit.today}
    act = done(
        officer, "financing", "repay", **stated, received=Money("100,000.00 USD"), reference="IN-1"
    ).act
    read = officer.ask(trade.ACT_READ, trade.ReadAct(act))
    assert (read.body.received, read.body.invoice) == (10_000_000, 0)


def test_reference_and_reason_become_a_slip(kit: TradeLedger, view: str) -> None:
    mark = kit.lock("BankA", view, [(0, D1, 6_000_000)])
    desk = KitDesk(kit, kit.person("BankA"), step="loan-4711")
    body = request_of(command("financing", "cancel"), {"mark": mark, "reason": "withdrawn"}, desk)
    assert body.slip
    assert desk.submit(trade.PREPARE, body).answer.act
    dry = KitDesk(kit, kit.person("BankA", APPROVER), is_dry=True)
    stated = {"mark": mark, "amount": Money("1"), "reason": "the same invoice"}
    assert request_of(command("financing", "approve"), stated, dry).slip == ""


def test_customs_amends_the_newest_version(kit: TradeLedger) -> None:
    customs = KitDesk(kit, kit.customs)
    assert done(customs, "declaration", "amend", number=D1, total=Money("95,000.00")).version == 2
    assert done(customs, "declaration", "amend", number=D1, total=Money("94,000.00 USD")).version == 3
    with pytest.raises(Refused, match="STALE_VERSION"):
        done(customs, "declaration", "cancel", number=D1, version=1)
    assert done(customs, "declaration", "cancel", number=D1).version == 4


def test_two_officers_set_tables_and_freeze(kit: TradeLedger, view: str, officer: KitDesk) -> None:
    first, second = (KitDesk(kit, each) for each in kit.regulators)
    stated = {
        "standard_from": "2026-01-01",
        "parameters": [registry.Parameter("view_days", "", "2026-01-01", 9)],
    }
    body = request_of(command("parameter", "propose"), stated, first)
    assert [each.value for each in body.entries.parameters if each.name == "view_days"] == [9]
    with pytest.raises(BadEntry, match="state at least one entry"):
        request_of(command("parameter", "propose"), {}, first)
    proposal = done(first, "declaration", "freeze", declaration=D1).proposal
    assert done(second, "declaration", "freeze-confirm", proposal=proposal).entries == 1
    with pytest.raises(Refused, match="FROZEN"):
        done(officer, "financing", "lock", view=view, terms=kit.put_terms("BankA", 100))
    proposal = done(first, "declaration", "freeze", declaration=D1, lift=True).proposal
    done(second, "declaration", "freeze-confirm", proposal=proposal)
    assert done(officer, "financing", "lock", view=view, terms=kit.put_terms("BankA", 100)).mark


def test_limits_are_stated_with_their_currency(kit: TradeLedger) -> None:
    staff = kit.person("BankA", APPROVER).staff
    head = KitDesk(kit, kit.person("BankA", APPROVER, "head"))
    stated = {"staff": staff, "amounts": [Money("500,000 USD"), Money("3000 JPY")]}
    body = request_of(command("bank", "limit-put"), stated, head)
    assert body.limits[0].amounts == (
        registry.LimitAmount("USD", 50_000_000),
        registry.LimitAmount("JPY", 3000),
    )
    with pytest.raises(BadEntry, match="write the currency too"):
        request_of(command("bank", "limit-put"), {"staff": staff, "amounts": [Money("5")]}, head)


def test_a_rate_is_typed_as_people_write_it() -> None:
    read = next(each for each in command("parameter", "propose").stated if each.name == "rates").kind.read
    typed = read("id=USD-CNY,source=USD,target=CNY,rate=7.1234,value_date=2026-03-02")
    assert typed == RATE
    assert read("id=USD-JPY,source=USD,target=JPY,rate=150,value_date=2026-03-02").mantissa == 150
    for wrong in ("rate=seven", "id=X,source=USD,target=CNY,rate=-1", "rate=NaN"):
        with pytest.raises(BadEntry):
            read(wrong)


def test_what_must_be_stated_is_asked_for(officer: KitDesk) -> None:
    with pytest.raises(BadEntry, match=r"--terms: state it: The id of the loan's terms"):
        request_of(command("financing", "lock"), {"view": "0" * 32}, officer)
    with pytest.raises(BadEntry, match="MARK: state it"):
        request_of(command("financing", "approve"), {}, officer)
