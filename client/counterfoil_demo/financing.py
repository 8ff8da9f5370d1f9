"""The banks' chapters: one finances, another is refused, both branches of the worked example, yen."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from counterfoil_contracts.export_invoice import operations as trade

from counterfoil_demo import reference
from counterfoil_demo.cast import Refused
from counterfoil_demo.desk import OFFICER, RATE_USD_CNY, Desk, Loan
from counterfoil_demo.enterprise import sign_consent
from counterfoil_demo.narration import Check, Money
from counterfoil_demo.papers import draw_papers

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterfoil_network.identities import Enterprise

    from counterfoil_demo.stage import Stage

_MISTAKE_SHARE = 20
_CREDIT_SHARE = 50
_MORE_TIME = timedelta(days=60)
_OVER_FINANCING = trade.RefusalCode.OVER_FINANCING.value
_DUPLICATE = trade.RefusalCode.DUPLICATE.value
_SAME_PERSON = trade.RefusalCode.SAME_PERSON.value


def finance_first_invoice(stage: Stage, enterprise: Enterprise) -> Loan:
    """BankA lends yuan on invoice 1; one person cannot do it alone."""
    figures = stage.samples.figures
    stage.narration.chapter("BankA finances invoice 1", "a loan in yuan on an invoice in dollars")
    desk = Desk(stage, "BankA")
    loan = Loan(
        name="BankA on invoice 1",
        bank="BankA",
        invoice=1,
        held=figures.dollars.first_line,
        currency="CNY",
        amount=figures.own_funds.loan,
        papers=draw_papers(stage.random, "BankA"),
        rate=RATE_USD_CNY,
    )
    consent = _consent(stage, enterprise, "BankA", {1: "ubl"}, maximum=loan.amount, currency="CNY")
    loan.view = desk.view(consent, "looks at invoice 1, read from UBL", {1: False})
    desk.lock(loan)
    _approve_alone(stage, loan)
    desk.approve(loan, loan.amount)
    desk.disburse(loan)
    return loan


def be_refused_and_take_the_rest(stage: Stage, enterprise: Enterprise) -> Loan:
    """BankB is shown the same invoice, then asks for too much on the second, then takes what is left."""
    dollars = stage.samples.figures.dollars
    stage.narration.chapter("The same invoice at BankB", "in the other XML syntax, with the second invoice")
    desk = Desk(stage, "BankB")
    consent = _consent(
        stage, enterprise, "BankB", {1: "cii", 2: "cii"}, maximum=dollars.total * 2, currency="USD"
    )
    view = desk.view(consent, "looks at invoices 1 and 2, read from CII", {1: True, 2: False})
    left = stage.declarations[1].available
    desk.lock(_dollar_loan(stage, "BankB", 1, left, view), refused_as=_DUPLICATE)
    desk.lock(_dollar_loan(stage, "BankB", 2, dollars.second_line, view), refused_as=_OVER_FINANCING)
    loan = _dollar_loan(stage, "BankB", 2, left, view)
    desk.lock(loan)
    desk.approve(loan, loan.amount)
    return loan


def repay_from_own_funds(stage: Stage, first: Loan, second: Loan) -> None:
    """Branch one: own funds free the balance; then customs amends, at last below what is used."""
    own = stage.samples.figures.own_funds
    stage.narration.chapter(
        "Branch one: repaid from own funds", "the receivable is still there, so the balance comes free"
    )
    bank_a, bank_b = Desk(stage, "BankA"), Desk(stage, "BankB")
    bank_a.repay(first, own.repaid, "OWN_FUNDS")
    _look(stage, lambda: [bank_b.available(second.view, 1)])
    _amend(stage, bank_b, second, own.amended_above_use)
    _amend(stage, bank_b, second, own.amended_below_use)
    bank_b.cancel(second)
    _amend(stage, bank_b, second, own.amended_below_rest)
    asked = reference.cap(stage.declarations[1].total) // 2
    bank_b.lock(_dollar_loan(stage, "BankB", 2, asked, second.view), refused_as=_OVER_FINANCING)


def be_paid_by_the_buyer(stage: Stage, enterprise: Enterprise) -> Loan:
    """Branch two, on a second declaration with the same figures: the buyer pays, the balance stays."""
    figures = stage.samples.figures
    stage.narration.chapter(
        "Branch two: repaid out of the buyer's payment", "that part of the receivable is gone for good"
    )
    bank_a, bank_b = Desk(stage, "BankA"), Desk(stage, "BankB")
    first = _dollar_loan(stage, "BankA", 3, figures.dollars.first_line, "")
    first.amount = figures.proceeds.loan
    consent = _consent(stage, enterprise, "BankA", {3: "ubl"}, maximum=first.amount, currency="USD")
    first.view = bank_a.view(consent, "looks at invoice 3", {3: False})
    bank_a.lock(first)
    bank_a.approve(first, first.amount)
    bank_a.disburse(first)
    left = stage.declarations[2].available
    consent = _consent(stage, enterprise, "BankB", {4: "cii"}, maximum=left, currency="USD")
    second = _dollar_loan(stage, "BankB", 4, left, "")
    second.view = bank_b.view(consent, "looks at invoice 4", {4: False})
    bank_b.lock(second)
    bank_b.approve(second, second.amount)
    bank_a.repay(first, figures.proceeds.principal, "EXPORT_PROCEEDS", received=figures.proceeds.received)
    _look(stage, lambda: [bank_b.available(second.view, 2)])
    return first


def put_right_and_extend(stage: Stage, loan: Loan) -> None:
    """A repayment booked by mistake, a credit note of the seller's, and more time for the borrower."""
    stage.narration.chapter(
        "What goes otherwise than planned",
        "nothing is deleted: every step is undone or changed by another one",
    )
    desk = Desk(stage, "BankA")
    mistaken = loan.amount // _MISTAKE_SHARE
    desk.repay(loan, mistaken, "OWN_FUNDS")
    desk.reverse(loan, mistaken)
    desk.credit(loan, stage.invoice(loan.invoice).total // _CREDIT_SHARE)
    desk.extend(loan, stage.invoice(loan.invoice).due_date + _MORE_TIME)


def finance_in_yen(stage: Stage, enterprise: Enterprise) -> None:
    """A currency without a minor unit, approved in part; and one look at the invoice in euro."""
    figures = stage.samples.figures
    stage.narration.chapter("Yen and euro", "amounts are whole minor units; the yen has none")
    bank_a, bank_b = Desk(stage, "BankA"), Desk(stage, "BankB")
    loan = Loan(
        name="BankA on invoice 6",
        bank="BankA",
        invoice=6,
        held=stage.declarations[4].available,
        currency="JPY",
        amount=figures.yen_loan,
        papers=draw_papers(stage.random, "BankA"),
    )
    consent = _consent(stage, enterprise, "BankA", {6: "cii"}, maximum=loan.amount, currency="JPY")
    loan.view = bank_a.view(consent, "looks at invoice 6", {6: False})
    bank_a.lock(loan)
    bank_a.approve(loan, figures.yen_loan * 2 // 3)
    _look(stage, lambda: stage.read_back(4))
    consent = _consent(stage, enterprise, "BankB", {5: "ubl"}, maximum=figures.euro_total, currency="EUR")
    bank_b.view(consent, "looks at invoice 5", {5: False})


def _dollar_loan(stage: Stage, bank: str, invoice: int, held: int, view: str) -> Loan:
    papers = draw_papers(stage.random, bank)
    return Loan(f"{bank} on invoice {invoice}", bank, invoice, held, "USD", held, papers, view=view)


def _consent(  # noqa: PLR0913 - what an enterprise consents to
    stage: Stage, enterprise: Enterprise, bank: str, files: dict[int, str], *, maximum: int, currency: str
) -> str:
    """The enterprise hands files to a bank and signs; `files` are syntaxes by the invoices' places."""
    began = time.monotonic()
    stated = [(place, stage.read(place, syntax)) for place, syntax in files.items()]
    consent = sign_consent(stage, enterprise, bank, stated, maximum=maximum, currency=currency)
    seconds = time.monotonic() - began
    named = " and ".join(map(str, files))
    checks = [
        Check(
            bank,
            f"invoice {place} from {files[place].upper()} is what customs states",
            found == stage.stated(place),
            expected=True,
        )
        for place, found in stated
    ]
    stage.narration.looked(
        "enterprise", f"signs a consent (JWS) for {bank}: invoice {named}", seconds, checks
    )
    return consent


def _approve_alone(stage: Stage, loan: Loan) -> None:
    """The officer who locked tries to approve, with a renewed certificate that says approver."""
    person = stage.cast.renewed(stage.crypto.organisation(loan.bank), OFFICER, "bank.approver")
    text = "tries to approve: the same person, a renewed certificate"
    with stage.narration.doing(text):
        outcome = person.attempt(trade.APPROVE, trade.Approve(mark=loan.mark, amount=loan.amount))
    if not isinstance(outcome, Refused):
        outcome = Refused("", outcome.transaction_id, outcome.seconds)
    checks = stage.read_back(stage.declaration_of(loan.invoice))
    stage.narration.refused(person.name, text, outcome.told, _SAME_PERSON, checks)


def _amend(stage: Stage, reader: Desk, loan: Loan, total: int) -> None:
    """Customs states another total of declaration 1; regulator and the other bank read it."""
    sample = stage.declaration(1)
    customs = stage.cast("Port", "customs")
    text = f"amends declaration 1 to {Money(total, sample.currency)}"
    with stage.narration.doing(text):
        versions = customs.ask(trade.DECLARATION_READ, trade.ReadDeclaration(number=sample.number)).versions
        done = customs.submit(
            trade.DECLARATION_AMEND,
            trade.AmendDeclaration(number=sample.number, version=len(versions), total=total),
        )
    stage.declarations[1] = stage.declarations[1].amended(total)
    checks = [*stage.read_back(1), reader.available(loan.view, 1)]
    stage.narration.committed(customs.name, text, done.told, checks)


def _look(stage: Stage, look: Callable[[], list[Check]]) -> None:
    began = time.monotonic()
    checks = look()
    stage.narration.looked(checks[0].by, "looks again", time.monotonic() - began, checks)
