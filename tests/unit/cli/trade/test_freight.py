"""Commands of freight payments on the testing kit: what is typed becomes what the contract takes."""

from pathlib import Path
from typing import Any

import pytest
from counterfoil.trade import freight as batches
from counterfoil_chaincode.testing import Caller
from counterfoil_cli.application import application
from counterfoil_cli.trade.command import Command, request_of
from counterfoil_cli.trade.groups import commands
from counterfoil_cli.trade.values import BadEntry
from freight_ledger import PAYEE, PAYER, RATE, FreightLedger, digital, fresh
from kit_desk import KitDesk
from typer.testing import CliRunner

INVOICE = f"number={digital(0)},issued_on=2026-02-20,seller={PAYEE},buyer={PAYER},amount=7000.00 CNY"


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(found.facts(0, 700_000))
    return found


def command(name: str) -> Command:
    (found,) = [each for each in commands() if (each.group, each.name) == ("freight", name)]
    return found


def typed(trade: FreightLedger, caller: Caller, name: str, **given: Any) -> Any:
    """The answer to a command of which these options were typed."""
    of, desk = command(name), KitDesk(trade, caller)
    kinds = {field.name: field.kind for field in of.stated}
    stated = {
        key: [kinds[key].read(each) for each in value] if kinds[key].many else kinds[key].read(value)
        for key, value in given.items()
    }
    body = request_of(of, stated, desk)
    ask = desk.submit if of.operation.is_submit else desk.ask
    found = ask(of.operation, body)
    return found.answer if of.operation.is_submit else found


def test_a_payment_by_commands(trade: FreightLedger) -> None:
    officer, approver = trade.person("BankA"), trade.person("BankA", "approver")
    look = typed(trade, officer, "verify", invoices=[INVOICE]).verification
    use = f"invoice=0,amount=100.00 USD,use=700.00 CNY,rate={RATE}"
    marked = typed(
        trade, officer, "mark", verification=look, payer=PAYER, payee=PAYEE, currency="USD",
        amount="100.00", uses=[use], reference="R-77", bop_code="222014",
    )  # fmt: skip
    assert (marked.amount, trade.pool(0).marked) == (10_000, 70_000)
    slip = trade.supervised(0).payments[0].slip
    assert (slip.reference, slip.bop_code) == ("R-77", "222014")
    typed(trade, approver, "paid", payment=marked.payment, value_date=trade.today)
    refund = typed(
        trade,
        officer,
        "refund",
        payment=marked.payment,
        amount="40.00",
        value_date=trade.today,
        reason="half",
    )
    typed(trade, approver, "confirm", act=refund.act)
    assert trade.pool(0).remaining == 700_000 - 70_000 + 28_000
    assert typed(trade, officer, "payment-read", payment=marked.payment).refunded == 4_000
    typed(trade, trade.tax, "invoice-reverse", number=digital(0), red=digital(9), amount="1000.00")
    assert trade.pool(0).total == 600_000


def test_a_payment_that_is_cancelled_and_an_old_one(trade: FreightLedger) -> None:
    officer = trade.person("BankA")
    look = typed(trade, officer, "verify", invoices=[INVOICE]).verification
    payment = trade.mark("BankA", look, [(0, 100, 700)])
    act = typed(trade, officer, "cancel", payment=payment).act
    typed(trade, trade.person("BankA", "approver"), "confirm", act=act)
    assert trade.pool(0).remaining == 700_000
    use = f"invoice=0,amount=100.00 USD,use=700.00 CNY,rate={RATE}"
    act = typed(
        trade, officer, "legacy", verification=look, payer=PAYER, payee=PAYEE, currency="USD",
        amount="100.00", uses=[use], paid_on="2026-01-20",
    ).act  # fmt: skip
    typed(trade, trade.person("BankA", "approver"), "confirm", act=act)
    typed(trade, trade.regulators[0], "admit", bank="BankA", act=act)
    assert trade.pool(0).paid == 70_000


def test_an_amount_without_its_currency_is_asked_for(trade: FreightLedger) -> None:
    with pytest.raises(BadEntry):
        typed(trade, trade.person("BankA"), "verify", invoices=[INVOICE.removesuffix(" CNY")])


def test_a_sheet_is_rehearsed_without_any_network(tmp_path: Path) -> None:
    sheet = tmp_path / "payments.csv"
    good = f"P-1,{PAYER},{PAYEE},USD,100.00,,{digital(0)},2026-02-20,,,,7000.00,700.00,{RATE},,,,\r\n"
    app = application(["freight"])
    told = CliRunner().invoke(app, ["freight", "template"])
    assert told.stdout.replace("\r", "").strip() == batches.template().strip()
    sheet.write_text(batches.template() + good)
    assert CliRunner().invoke(app, ["freight", "rehearse", str(sheet)]).exit_code == 0
    sheet.write_text(batches.template() + good.replace("100.00", "a lot"))
    told = CliRunner().invoke(app, ["freight", "rehearse", str(sheet)])
    assert told.exit_code == 2
    assert "row 2  P-1  INVALID  amount: write a decimal number, such as 1234.50" in told.stdout
    sheet.write_text("a,b\r\n")
    assert CliRunner().invoke(app, ["freight", "import", str(sheet)]).exit_code == 2
