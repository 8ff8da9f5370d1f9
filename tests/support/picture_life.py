"""One enterprise's life over all contracts, on a network that is ready; the books are kept at each step."""

from itertools import count

from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as credit
from counterfoil_contracts.credit_authorization import statements as s
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as trade_ops
from counterfoil_contracts.freight_payment import operations as freight
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, social_credit_code
from counterfoil_protocol.confidential import (
    TRANSACT,
    build_request,
    new_request_id,
    new_salt,
    organizations,
)
from credit_network import network_life
from msgspec import to_builtins
from picture_books import Books, ToldTrade
from scenarios.exporter import Exporter

A, B = "BankAMSP", "BankBMSP"
_others = count(7_000)


def live(trade: ToldTrade) -> Books:
    """All of it: more than a hundred transactions."""
    books = _begun(trade)
    number = _declare(books, 10_000_000)
    _troubled_loan(books, number)
    _handed_over_loan(books)
    _late_loan(books)
    look, at = _tax_invoice(books)
    day = {"day": trade.today, "payer": books.uscc, "payee": trade.payee}
    _paid_invoice(books, look, day)
    _red_invoice(books, at)
    _payments_of_a_day(books, day)
    _payee(books)
    grant = _credit(books)
    _too_late(books, grant)
    _disputed(books, books.enquiry)
    _refused_and_ended(books, grant)
    _predecessor(books)
    _class_b(books, frozen=False)
    _class_b(books, frozen=True)
    return books


def live_briefly(trade: ToldTrade) -> Books:
    """Something of each contract: some two dozen transactions."""
    books = _begun(trade)
    number = _declare(books, 2_000_000)
    mark = _finance(books, books.exporter.invoice("P-1", 1_000_000), number, 500_000, 400_000)
    trade.act("BankB", messages.Repay(mark, "EXPORT_PROCEEDS", 100_000, trade.today, 100_000))
    books.repaid(B, "EXPORT_PROCEEDS", 100_000)
    books.received(B, "EXPORT_PROCEEDS", 100_000)
    books.state("financings", "DISBURSED", "PARTIALLY_REPAID", bank=B)
    look, _ = _tax_invoice(books)
    _paid_invoice(books, look, {})
    _credit(books)
    _class_b(books, frozen=True)
    return books


def _begun(trade: ToldTrade) -> Books:
    books = Books(trade, Exporter.entered(trade, region="31"))
    books.entered("A", frozen=False)
    return books


def _declare(books: Books, total: int) -> str:
    number = books.exporter.declare(total)
    books.moved("declared", total, "USD", status="CLEARED")
    books.moved("document_total", total, "USD", kind="DECLARATION")
    return number


def _finance(books: Books, invoice: Invoice, number: str, locked: int, amount: int) -> str:
    """BankB looks, locks, approves no more than `amount`, pays that out."""
    trade = books.trade
    line = (0, 0, invoice.amount, invoice.amount)
    view = books.exporter.view("BankB", [invoice], [number], [line])
    books.moved("views", 1, bank=B)
    books.moved("consents", 1, bank=B, state="GIVEN")
    mark = trade.lock("BankB", view, [(0, number, locked)])
    books.moved("document_total", invoice.amount, "USD", kind="INVOICE")
    books.moved("consent_used", locked, "USD", bank=B)
    books.held(B, locked, 0)
    books.loan(B, locked=locked)
    books.state("financings", "", "LOCKED", bank=B)
    trade.approve("BankB", mark, amount)
    books.held(B, amount - locked, 0)
    books.loan(B, locked=-locked, approved=amount)
    books.state("financings", "LOCKED", "APPROVED", bank=B)
    trade.act("BankB", messages.Disburse(mark, amount, trade.today))
    books.held(B, -amount, amount)
    books.loan(B, drawn=amount, outstanding=amount)
    books.state("financings", "APPROVED", "DISBURSED", bank=B)
    return mark


def _troubled_loan(books: Books, number: str) -> None:
    """Repaid from four sources, once by mistake; overdue, written off, a part recovered."""
    trade = books.trade
    invoice = books.exporter.invoice("P-1", 9_000_000)
    mark = _finance(books, invoice, number, 5_000_000, 4_000_000)
    trade.act("BankB", messages.Repay(mark, "OWN_FUNDS", 1_000_000, trade.today))
    books.repaid(B, "OWN_FUNDS", 1_000_000)
    books.state("financings", "DISBURSED", "PARTIALLY_REPAID", bank=B)
    trade.act("BankB", messages.Repay(mark, "EXPORT_PROCEEDS", 500_000, trade.today, 600_000))
    books.repaid(B, "EXPORT_PROCEEDS", 500_000)
    books.received(B, "EXPORT_PROCEEDS", 600_000)
    mistaken = trade.prepare("BankB", messages.Repay(mark, "GUARANTOR", 300_000, trade.today))
    trade.confirm("BankB", mistaken)
    books.repaid(B, "GUARANTOR", 300_000)
    trade.act("BankB", messages.Reverse(mistaken))
    books.repaid(B, "GUARANTOR", -300_000)
    trade.act("BankA", messages.Receipt(invoice, 100_000, trade.today))
    books.received(A, "RECEIPT", 100_000)
    trade.act("BankB", messages.CreditNote(mark, 0, 50_000, trade.today))
    books.moved("document_total", -50_000, "USD", kind="INVOICE")
    books.moved("credited", 50_000, "USD", bank=B)
    out = 4_000_000 - 1_000_000 - 500_000
    # The terms had the wrong day, which is past.
    terms = trade.put_terms("BankB", 4_000_000, maturity=trade.day(-2))
    trade.act("BankB", messages.Correct(mark, terms))
    trade.act("BankB", messages.Overdue(mark))
    books.loan(B, overdue=out)
    books.state("financings", "PARTIALLY_REPAID", "OVERDUE", bank=B)
    trade.act("BankB", messages.WriteOff(mark, trade.today))
    books.loan(B, overdue=-out, written_off=out)
    books.state("financings", "OVERDUE", "WRITTEN_OFF", bank=B)
    trade.act("BankB", messages.Recover(mark, "GUARANTOR", 200_000, trade.today))
    books.repaid(B, "GUARANTOR", 200_000)
    books.loan(B, written_off=-200_000)
    body = messages.AmendDeclaration(number, 1, 9_500_000)
    trade.submit(trade.customs, trade_ops.DECLARATION_AMEND, body)
    books.moved("declared", -500_000, "USD", status="CLEARED")
    books.moved("document_total", -500_000, "USD", kind="DECLARATION")


def _handed_over_loan(books: Books) -> None:
    """A loan that BankB hands over to BankA: counted once, where it is."""
    trade = books.trade
    number = _declare(books, 1_000_000)
    mark = _finance(books, books.exporter.invoice("P-2", 1_000_000), number, 700_000, 700_000)
    trade.act("BankB", messages.Repay(mark, "OWN_FUNDS", 100_000, trade.today))
    books.repaid(B, "OWN_FUNDS", 100_000)
    books.state("financings", "DISBURSED", "PARTIALLY_REPAID", bank=B)
    first, second = trade.regulators
    offer = trade_ops.ProposeTransfer(B, A, (mark,))
    transfer = trade.submit(first, trade_ops.TRANSFER_PROPOSE, offer).transfer
    accepted = trade_ops.AcceptTransfer(transfer, (trade.put_terms("BankA", 700_000),))
    trade.submit(trade.person("BankA", APPROVER), trade_ops.TRANSFER_ACCEPT, accepted)
    trade.submit(second, trade_ops.TRANSFER_EXECUTE, trade_ops.ExecuteTransfer(transfer))
    for bank, sign in ((B, -1), (A, 1)):
        for kind in ("INVOICE", "DECLARATION"):
            books.moved("document_outstanding", sign * 600_000, "USD", kind=kind, bank=bank)
        books.loan(
            bank, approved=sign * 700_000, drawn=sign * 700_000, repaid=sign * 100_000,
            outstanding=sign * 600_000,
        )  # fmt: skip
        books.moved("loan_repaid_from", sign * 100_000, "USD", bank=bank, source="OWN_FUNDS")
    books.state("financings", "PARTIALLY_REPAID", "TRANSFERRED", bank=B)
    books.state("financings", "", "PARTIALLY_REPAID", bank=A)
    trade.act("BankA", messages.Repay(mark, "REFINANCED", 50_000, trade.today))
    books.repaid(A, "REFINANCED", 50_000)


def _late_loan(books: Books) -> None:
    """A loan of before, of which a part had come back when the regulator admitted it."""
    trade = books.trade
    number, invoice = _declare(books, 2_000_000), books.exporter.invoice("P-3", 1_500_000)
    view = books.exporter.view("BankB", [invoice], [number], [(0, 0, 1_500_000, 1_500_000)])
    books.moved("views", 1, bank=B)
    books.moved("consents", 1, bank=B, state="GIVEN")
    pledge = messages.Pledge(0, number, 800_000, 800_000, 800_000)
    terms = trade.put_terms("BankB", 800_000)
    loan = messages.Register("LATE", view, terms, "USD", 800_000, (pledge,), trade.day(-3), 200_000)
    act = trade.prepare("BankB", loan)
    trade.confirm("BankB", act)
    trade.submit(trade.regulators[0], trade_ops.ADMIT, trade_ops.Admit(B, act))
    books.moved("document_total", 1_500_000, "USD", kind="INVOICE")
    books.moved("documents_flagged", 1, kind="INVOICE", flag="LATE_REGISTERED")
    books.moved("consent_used", 800_000, "USD", bank=B)
    books.held(B, 0, 600_000)
    books.loan(B, approved=800_000, drawn=800_000, repaid=200_000, outstanding=600_000)
    books.moved("loan_repaid_from", 200_000, "USD", bank=B, source="BEFORE_REGISTRATION")
    books.state("financings", "", "PARTIALLY_REPAID", bank=B)


def _tax_invoice(books: Books) -> tuple[str, int]:
    """An invoice to the enterprise, and BankA's look at it."""
    trade, at = books.trade, next(_others)
    trade.payer, trade.payee = books.uscc, social_credit_code(next(_others))
    facts = trade.facts(at, 700_000)
    trade.put_invoices(facts)
    books.moved("invoiced", 700_000, "CNY", side="BUYER")
    books.moved("document_total", 700_000, "CNY", side="BUYER", kind="TAX_INVOICE")
    look = trade.verify("BankA", facts)
    books.moved("looks", 1, bank=A)
    return look, at


def _paid_invoice(books: Books, look: str, day: dict[str, str]) -> None:
    """A part of it is paid, half of that comes back."""
    trade = books.trade
    payment = trade.mark("BankA", look, [(0, 60_000, 420_000)])
    books.paid(A, "PAYER", "", "MARKED", marked=60_000)
    books.invoice_used(A, 420_000, 0)
    if day:
        books.moved("day_usd", 60_000, "USD", **day)
    trade.paid("BankA", payment)
    books.paid(A, "PAYER", "MARKED", "PAID", marked=-60_000, paid=60_000)
    books.invoice_used(A, -420_000, 420_000)
    trade.refund("BankA", payment, 30_000)
    books.paid(A, "PAYER", "PAID", "PARTLY_REFUNDED", refunded=30_000)
    books.invoice_used(A, 0, -420_000 * 30_000 // 60_000)


def _red_invoice(books: Books, at: int) -> None:
    books.trade.reverse(at, 350_000, at + 500_000)
    books.moved("taken_back", 350_000, "CNY", side="BUYER")
    books.moved("document_total", -350_000, "CNY", side="BUYER", kind="TAX_INVOICE")


def _payments_of_a_day(books: Books, day: dict[str, str]) -> None:
    """Without documents, at two banks, above the limit together; one of them does not take place."""
    trade = books.trade
    for bank, amount in (("BankA", 3_000_000), ("BankB", 2_500_000)):
        _pay_undocumented(books, bank, amount, "PAYER", day)
    withdrawn = trade.mark("BankB", "", amount=1_000_000)
    books.paid(B, "PAYER", "", "MARKED", marked=1_000_000)
    for name in ("day_usd", "day_usd_undocumented"):
        books.moved(name, 1_000_000, "USD", **day)
    trade.undo("BankB", freight.Cancel(withdrawn))
    books.paid(B, "PAYER", "MARKED", "CANCELLED", marked=-1_000_000, cancelled=1_000_000)
    for name in ("day_usd", "day_usd_undocumented"):
        books.moved(name, -1_000_000, "USD", **day)


def _payee(books: Books) -> None:
    """The enterprise is paid, and lets another pay in its stead."""
    trade, other = books.trade, books.trade.payee
    trade.payer, trade.payee = other, books.uscc
    _pay_undocumented(books, "BankA", 100_000, "PAYEE", {})
    trade.register(trade.mandate(books.uscc, other, "PAYER"))
    books.moved("mandates", 1, role="PRINCIPAL", side="PAYER", state="GIVEN")


def _pay_undocumented(books: Books, bank: str, amount: int, role: str, day: dict[str, str]) -> None:
    """`day` is the one that is above its limit, nothing otherwise."""
    msp_id = f"{bank}MSP"
    payment = books.trade.mark(bank, "", amount=amount)
    books.paid(msp_id, role, "", "MARKED", marked=amount)
    for name in ("day_usd", "day_usd_undocumented") if day else ():
        books.moved(name, amount, "USD", **day)
    books.trade.paid(bank, payment)
    books.paid(msp_id, role, "MARKED", "PAID", marked=-amount, paid=amount)


def _credit(books: Books) -> str:
    """Asked for, granted, read; gives the grant."""
    life, uscc = network_life(books.trade), books.uscc
    ask = life.ask("BankA", enterprise=uscc)
    books.moved("asks", 1, bank=A, state="WAITING_OR_ENDED")
    grant = life.grant("BankA", enterprise=uscc, ask=ask)
    books.state("asks", "WAITING_OR_ENDED", "GRANTED", bank=A)
    books.moved("grants", 1, bank=A)
    books.enquiry = life.enquire(grant).enquiry
    books.moved("enquiries", 1, bank=A)
    life.deliver(books.enquiry, enterprise=uscc)
    books.moved("reports_delivered", 1, bank=A)
    return grant


def _too_late(books: Books, grant: str) -> None:
    """Two enquiries endorsed on one state: the second to be ordered writes nothing."""
    trade = books.trade
    trade.network.await_level_peers()
    with trade.network.gateway("BankA", "officer1") as gateway:
        contract = gateway.network("trade").contract("trade", credit.CONTRACT)
        body = to_builtins(m.Enquire(grant, "CREDIT_REVIEW", ("BASIC", "TRADE")))
        first, second = (
            contract.propose(
                TRANSACT,
                new_request_id(),
                transient=build_request(credit.ENQUIRE.name, body, new_salt()),
                endorsing_organizations=organizations(credit.ENQUIRE.endorsers, A),
            )
            .endorse()
            .sign()
            for _ in range(2)
        )
        assert first.submit().status().name == "VALID"
        assert second.submit().status().name == "MVCC_READ_CONFLICT"
    trade.last = first.transaction_id
    books.moved("enquiries", 1, bank=A)
    books.attempts.append(second.transaction_id)


def _disputed(books: Books, read: str) -> None:
    """The report is wrong, and corrected."""
    life, uscc = network_life(books.trade), books.uscc
    life.dispute(read, enterprise=uscc)
    books.moved("disputes", 1, bank=A, state="OPEN")
    life.act(m.Resolve(A, read, upheld=True, reason="a declaration counted twice"))
    books.state("disputes", "OPEN", "UPHELD", bank=A)
    life.deliver(read, enterprise=uscc, reason="a declaration counted twice", height=41)
    books.moved("reports_corrected", 1, bank=A)


def _refused_and_ended(books: Books, grant: str) -> None:
    """Refused at once and by the regulator; suspended, resumed, revoked; elsewhere declined."""
    life, uscc = network_life(books.trade), books.uscc
    assert life.enquire(grant, purpose="ACCOUNT_OPENING").refused == "PURPOSE_MISMATCH"
    books.moved("enquiries", 1, bank=A)
    books.moved("enquiries_refused", 1, bank=A, code="PURPOSE_MISMATCH")
    unanswered = life.enquire(grant).enquiry
    books.moved("enquiries", 1, bank=A)
    life.refuse(unanswered, "NO_DATA")
    books.moved("enquiries_refused", 1, bank=A, code="NO_DATA")
    life.act(m.Suspend(A, grant, "the signatory is in doubt"))
    books.moved("suspensions", 1, bank=A)
    books.moved("grants_suspended", 1, bank=A)
    life.act(m.Resume(A, grant, "the signatory was right"))
    books.moved("grants_suspended", -1, bank=A)
    ended = s.CreditRevocation(s.CREDIT_REVOCATION, uscc, A, grant, **life.times())
    life.trade.submit(life.relay, credit.REVOKE, m.Statement(life.sign(ended)))
    books.moved("revocations", 1, bank=A)
    declined = life.ask("BankB", enterprise=uscc)
    books.moved("asks", 1, bank=B, state="WAITING_OR_ENDED")
    life.decline(declined, "BankB", enterprise=uscc)
    books.moved("declines", 1, bank=B)


def _predecessor(books: Books) -> None:
    """The enterprise takes another over."""
    trade = books.trade
    taken = registry.Enterprise(social_credit_code(next(_others)), "Taken over", "A", successor=books.uscc)
    first, second = trade.regulators
    proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((taken,)))
    trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    books.predecessors.append(trade.last)


def _class_b(books: Books, *, frozen: bool) -> None:
    books.trade.put_enterprise(books.uscc, "B", region="31", frozen=frozen)
    books.entered("B", frozen=frozen)
