"""A bank's desk: what its officers and approvers do with one loan, each step told and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_contracts.export_invoice import operations as trade

from counterfoil_demo import reference
from counterfoil_demo.cast import Refused
from counterfoil_demo.narration import Check, Money, StoryBroken
from counterfoil_demo.stage import business_day

if TYPE_CHECKING:
    from datetime import date

    from counterfoil_demo.papers import LoanPapers
    from counterfoil_demo.stage import Stage

OFFICER: Final = "officer1"
APPROVER: Final = "approver1"
AUDITOR: Final = "auditor"
RATE_USD_CNY: Final = "USD-CNY-fixing"


@dataclass(slots=True)
class Loan:
    """One loan on one invoice. `held` is what it asks of invoice and declaration, in their currency.

    `amount` is the loan in minor units of `currency`; `rate` names the rate between the two, or is "".
    `terms_by` and `locked_by` are the transactions that made terms and mark: transaction id and block.
    """

    name: str
    bank: str
    invoice: int
    held: int
    currency: str
    amount: int
    papers: LoanPapers
    rate: str = ""
    view: str = ""
    mark: str = ""
    terms_by: tuple[str, int | None] = ("", None)
    locked_by: tuple[str, int | None] = ("", None)
    drawn: int = 0
    repaid: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """One bank's desk on the stage."""

    stage: Stage
    bank: str

    def view(self, consent: str, text: str, expected: dict[int, bool]) -> str:
        """Look at the documents of a consent; `expected` says of each invoice whether it is a duplicate.

        Gives the view's id. The bank's auditor reads the answer at one of the authorities.
        """
        stage = self.stage
        officer = stage.cast(self.bank, OFFICER)
        with stage.narration.doing(text):
            done = officer.submit(trade.VIEW, trade.View(consent=consent, purpose="export invoice finance"))
            auditor = stage.cast(self.bank, AUDITOR)
            answers = auditor.ask(trade.VIEW_READ, trade.ReadViews(views=(done.answer.view,)))
        (answer,) = answers.views
        checks = []
        for declaration in answer.declarations:
            place = next(d.place for d in stage.samples.declarations if d.number == declaration.number)
            money = Money(declaration.available, declaration.currency)
            due = Money(stage.declarations[place].available, stage.declaration(place).currency)
            genuine = declaration.authentic and declaration.parties_match and declaration.financeable
            checks.append(Check(auditor.name, f"declaration {place} genuine", genuine, expected=True))
            checks.append(Check(auditor.name, f"declaration {place} available", money, due))
        for invoice, (place, duplicate) in zip(answer.invoices, expected.items(), strict=True):
            checks.append(
                Check(auditor.name, f"invoice {place} in a live financing", invoice.duplicate, duplicate)
            )
        stage.narration.committed(officer.name, text, done.told, checks)
        return done.answer.view

    def available(self, view: str, place: int) -> Check:
        """What the bank's auditor reads of a declaration in an earlier view, against the sums."""
        stage = self.stage
        auditor = stage.cast(self.bank, AUDITOR)
        (answer,) = auditor.ask(trade.VIEW_READ, trade.ReadViews(views=(view,))).views
        sample = stage.declaration(place)
        found = next(d for d in answer.declarations if d.number == sample.number)
        return Check(
            auditor.name,
            f"declaration {place} available",
            Money(found.available, found.currency),
            Money(stage.declarations[place].available, sample.currency),
        )

    def put_terms(self, loan: Loan, maturity: date | None = None) -> str:
        """Put the loan's terms between bank and regulator, due with the invoice or later; gives their id."""
        stage = self.stage
        officer = stage.cast(self.bank, OFFICER)
        invoice = stage.invoice(loan.invoice)
        terms = trade.PutTerms(
            product=loan.papers.product,
            branch=loan.papers.branch,
            currency=loan.currency,
            amount=loan.amount,
            rate=loan.papers.rate,
            maturity=(maturity or invoice.due_date).isoformat(),
            payer=invoice.buyer.name,
            reference=loan.papers.loan_reference,
        )
        text = f"puts the terms of {Money(loan.amount, loan.currency)}; the port never sees them"
        with stage.narration.doing(text):
            done = officer.submit(trade.TERMS_PUT, terms)
            auditor = stage.cast(self.bank, AUDITOR)
            answer = auditor.ask(trade.TERMS_READ, trade.ReadTerms(terms=done.answer.terms))
        loan.terms_by = loan.terms_by if maturity else (done.transaction_id, done.block)
        checks = [Check(auditor.name, "the same terms", answer.terms == terms, expected=True)]
        stage.narration.committed(officer.name, text, done.told, checks)
        return done.answer.terms

    def lock(self, loan: Loan, *, refused_as: str = "") -> None:
        """Hold the loan's documents, or be refused with the code that is expected."""
        stage = self.stage
        place = stage.declaration_of(loan.invoice)
        officer = stage.cast(self.bank, OFFICER)
        currency = stage.invoice(loan.invoice).currency
        body = self._lock_body(loan, self.put_terms(loan))
        text = f"locks {Money(loan.held, currency)} on invoice {loan.invoice}"
        with stage.narration.doing(text):
            outcome = officer.attempt(trade.LOCK, body)
        if isinstance(outcome, Refused):
            checks = stage.read_back(place)
            stage.narration.refused(officer.name, text, outcome.told, refused_as, checks)
            if not refused_as:
                raise StoryBroken(f"{officer.name} could not lock")
            return
        loan.mark = outcome.answer.mark
        loan.locked_by = (outcome.transaction_id, outcome.block)
        stage.hold(loan.name, loan.invoice, loan.held)
        checks = [Check(officer.name, "refused as", "", refused_as)] if refused_as else []
        checks += stage.read_back(place) + stage.read_back_invoice(loan.invoice)
        stage.narration.committed(officer.name, text, outcome.told, checks)

    def approve(self, loan: Loan, amount: int) -> None:
        """A second person approves; what is not approved is freed."""
        stage = self.stage
        approver = stage.cast(self.bank, APPROVER)
        text = f"approves {Money(amount, loan.currency)}"
        with stage.narration.doing(text):
            done = approver.submit(trade.APPROVE, trade.Approve(mark=loan.mark, amount=amount))
        loan.held = reference.kept(loan.held, amount, loan.amount)
        loan.amount = amount
        stage.hold(loan.name, loan.invoice, loan.held)
        stage.narration.committed(approver.name, text, done.told, self._financing(loan, "APPROVED"))

    def disburse(self, loan: Loan) -> None:
        """Pay the whole loan out: one person prepares it, another confirms it."""
        act = trade.Disburse(mark=loan.mark, amount=loan.amount, value_date=business_day())
        text = f"pay out {Money(loan.amount, loan.currency)}"
        done = self._two_people(act, text, loan.papers.payout_reference)
        loan.drawn = loan.amount
        approver = self.stage.cast(self.bank, APPROVER)
        self.stage.narration.committed(
            approver.name, f"confirms: {text}", done, self._financing(loan, "DISBURSED")
        )

    def repay(self, loan: Loan, principal: int, source: trade.messages.Source, *, received: int = 0) -> None:
        """Take principal back: from own funds, or out of the buyer's payment of `received`."""
        stage = self.stage
        act = trade.Repay(
            mark=loan.mark,
            source=source,
            principal=principal,
            value_date=business_day(),
            received=received,
            invoice=0,
        )
        text = f"take back {Money(principal, loan.currency)} from {source.replace('_', ' ').lower()}"
        done = self._two_people(act, text, loan.papers.receipt_reference)
        loan.repaid += principal
        self._hold_what_is_left(loan)
        place = stage.declaration_of(loan.invoice)
        if received:
            stage.declarations[place] = stage.declarations[place].paid(received)
            stage.invoices[loan.invoice] = stage.invoices[loan.invoice].paid(received)
        approver = stage.cast(self.bank, APPROVER)
        checks = [*stage.read_back(place), *self._financing(loan, "PARTIALLY_REPAID")]
        stage.narration.committed(approver.name, f"confirms: {text}", done, checks)

    def reverse(self, loan: Loan, principal: int) -> None:
        """Undo the last act, a repayment from own funds that never happened: all it freed is held again."""
        stage = self.stage
        auditor = stage.cast(self.bank, AUDITOR)
        acts = auditor.ask(trade.FINANCING_READ, trade.ReadFinancing(mark=loan.mark)).acts
        text = f"undo the mistaken repayment of {Money(principal, loan.currency)}"
        done = self._two_people(trade.Reverse(act=acts[-1].act), text, loan.papers.receipt_reference)
        loan.repaid -= principal
        self._hold_what_is_left(loan)
        checks = [
            *stage.read_back(stage.declaration_of(loan.invoice)),
            *self._financing(loan, "PARTIALLY_REPAID"),
        ]
        approver = stage.cast(self.bank, APPROVER)
        stage.narration.committed(approver.name, f"confirms: {text}", done, checks)

    def credit(self, loan: Loan, amount: int) -> None:
        """The seller has credited the buyer a part of the invoice: it carries less from now on."""
        stage = self.stage
        currency = stage.invoice(loan.invoice).currency
        act = trade.CreditNote(mark=loan.mark, invoice=0, amount=amount, value_date=business_day())
        text = f"record a credit note of {Money(amount, currency)} on invoice {loan.invoice}"
        done = self._two_people(act, text, loan.papers.receipt_reference)
        book = stage.invoices[loan.invoice]
        stage.invoices[loan.invoice] = book.amended(book.total - amount)
        approver = stage.cast(self.bank, APPROVER)
        checks = stage.read_back_invoice(loan.invoice)
        stage.narration.committed(approver.name, f"confirms: {text}", done, checks)

    def extend(self, loan: Loan, maturity: date) -> None:
        """Give the borrower more time: other terms, and the earlier ones stay on record."""
        stage = self.stage
        terms = self.put_terms(loan, maturity)
        text = f"extend the loan to {maturity.isoformat()}"
        act = trade.Extend(mark=loan.mark, terms=terms)
        done = self._two_people(act, text, loan.papers.payout_reference)
        auditor = stage.cast("Regulator", "auditor")
        sample = stage.declaration(stage.declaration_of(loan.invoice))
        answer = auditor.ask(trade.SUPERVISE, trade.Supervise(declaration=sample.number))
        found = next(each for each in answer.financings if each.financing.mark == loan.mark)
        checks = [
            Check(auditor.name, "due", found.terms.maturity, maturity.isoformat()),
            Check(auditor.name, "earlier terms on record", len(found.financing.earlier_terms), 1),
        ]
        approver = stage.cast(self.bank, APPROVER)
        stage.narration.committed(approver.name, f"confirms: {text}", done, checks)

    def cancel(self, loan: Loan) -> None:
        """Free a loan of which nothing is drawn."""
        stage = self.stage
        text = f"free invoice {loan.invoice} again, nothing was drawn"
        done = self._two_people(trade.Cancel(mark=loan.mark), text, loan.papers.receipt_reference)
        stage.hold(loan.name, loan.invoice, 0)
        approver = stage.cast(self.bank, APPROVER)
        checks = stage.read_back(stage.declaration_of(loan.invoice))
        stage.narration.committed(approver.name, f"confirms: {text}", done, checks)

    def _hold_what_is_left(self, loan: Loan) -> None:
        freed = reference.released(loan.held, loan.repaid, loan.drawn)
        self.stage.hold(loan.name, loan.invoice, loan.held - freed)

    def _two_people(self, act: trade.Act, text: str, slip_reference: str) -> tuple[str, int | None, float]:
        """Slip, prepare, confirm; the confirmation is told by the caller."""
        stage = self.stage
        officer, approver = stage.cast(self.bank, OFFICER), stage.cast(self.bank, APPROVER)
        with stage.narration.doing(text):
            slip = officer.submit(trade.SLIP_PUT, trade.PutSlip(reference=slip_reference))
            checks = stage.on_ledger(slip.transaction_id)
        stage.narration.committed(officer.name, "puts a slip with the bank's reference", slip.told, checks)
        with stage.narration.doing(text):
            prepared = officer.submit(trade.PREPARE, trade.Prepare(act=act, slip=slip.answer.slip))
            checks = stage.on_ledger(prepared.transaction_id)
        stage.narration.committed(officer.name, f"prepares: {text}", prepared.told, checks)
        with stage.narration.doing(text):
            confirmed = approver.submit(trade.CONFIRM, trade.ConfirmAct(act=prepared.answer.act))
        return confirmed.told

    def _lock_body(self, loan: Loan, terms: str) -> trade.Lock:
        declaration = self.stage.declaration(self.stage.declaration_of(loan.invoice))
        pledge = trade.Pledge(
            invoice=self._position(loan),
            declaration=declaration.number,
            invoice_amount=loan.held,
            declaration_amount=loan.held,
            loan_amount=loan.amount,
            invoice_rate=loan.rate,
            declaration_rate=loan.rate,
        )
        return trade.Lock(
            view=loan.view, terms=terms, currency=loan.currency, amount=loan.amount, pledges=(pledge,)
        )

    def _position(self, loan: Loan) -> int:
        """Where the loan's invoice stands in its view: BankB's view of declaration 1 shows two."""
        (answer,) = (
            self.stage.cast(self.bank, OFFICER)
            .ask(trade.VIEW_READ, trade.ReadViews(views=(loan.view,)))
            .views
        )
        number = self.stage.invoice(loan.invoice).number
        return next(at for at, shown in enumerate(answer.invoices) if shown.invoice.number == number)

    def _financing(self, loan: Loan, state: str) -> list[Check]:
        """What the regulator's auditor reads of the loan."""
        stage = self.stage
        sample = stage.declaration(stage.declaration_of(loan.invoice))
        auditor = stage.cast("Regulator", "auditor")
        answer = auditor.ask(trade.SUPERVISE, trade.Supervise(declaration=sample.number))
        found = next(f.financing for f in answer.financings if f.financing.mark == loan.mark)
        drawn, repaid = Money(found.drawn, found.currency), Money(found.repaid, found.currency)
        return [
            Check(auditor.name, f"{found.bank}'s loan is", found.state, state),
            Check(auditor.name, "drawn", drawn, Money(loan.drawn, loan.currency)),
            Check(auditor.name, "repaid", repaid, Money(loan.repaid, loan.currency)),
        ]
