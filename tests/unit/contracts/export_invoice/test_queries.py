"""Who sees what of one financing: the bank its own, the regulator all with the terms, customs none of it."""

import pytest
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.testing import TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    line = messages.StatedLine(found.invoice("I1", 7_000_000), 6_000_000, 6_000_000)
    found.put_declaration(D1, 10_000_000, lines=(line,))
    return found


@pytest.fixture
def mark(trade: TradeLedger) -> str:
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1])
    mark = trade.lock("BankA", view, [(0, D1, 6_000_000)])
    trade.approve("BankA", mark, 5_000_000)
    trade.act("BankA", messages.Disburse(mark, 4_000_000, trade.today))
    return mark


def test_the_bank_sees_its_own_financing_at_any_peer_that_holds_it(trade: TradeLedger, mark: str) -> None:
    person = trade.person("BankA")
    seen = [
        trade.ask(person, ops.FINANCING_READ, answers.ReadFinancing(mark), at)
        for at in ("BankAMSP", "RegulatorMSP", "PortMSP")
    ]
    assert seen[0] == seen[1] == seen[2]
    financing = seen[0]
    assert (financing.state, financing.locked_amount, financing.approved) == (
        "DISBURSED",
        6_000_000,
        5_000_000,
    )
    (pledge,) = financing.pledges
    assert (pledge.invoice_locked, pledge.invoice_outstanding) == (1_000_000, 4_000_000)
    assert (pledge.declaration_amount, pledge.loan, pledge.drawn) == (5_000_000, 5_000_000, 4_000_000)
    assert financing.locked_by == person.staff != financing.approved_by
    terms = trade.ask(person, ops.TERMS_READ, messages.ReadTerms(financing.terms), "BankAMSP")
    assert terms.terms.rate == 325


def test_the_regulator_sees_all_banks_and_terms_of_a_document(trade: TradeLedger, mark: str) -> None:
    for asked in (ops.Supervise(declaration=D1), ops.Supervise(invoice=trade.invoice("I1", 7_000_000))):
        seen = trade.ask(trade.regulators[1], ops.SUPERVISE, asked)
        assert [each.mark for each in seen.pool.marks] == [mark]
        assert (seen.pool.locked, seen.pool.outstanding) == (1_000_000, 4_000_000)
        assert seen.pool.lines[0].pledged == 5_000_000
        assert seen.financings[0].terms.rate == 325
        assert seen.financings[0].financing.bank == "BankAMSP"
    page = trade.ask(trade.regulators[0], ops.SUPERVISE_BANK, ops.SuperviseBank("BankAMSP"))
    assert [each.financing.mark for each in page.financings] == [mark]
    assert trade.ask(trade.regulators[0], ops.SUPERVISE_BANK, ops.SuperviseBank("BankBMSP")).financings == ()


@pytest.mark.parametrize("asked", [ops.Supervise(), ops.Supervise("x", TradeLedger.invoice("I1", 1))])
def test_the_regulator_asks_for_one_document(trade: TradeLedger, asked: ops.Supervise) -> None:
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.ask(trade.regulators[0], ops.SUPERVISE, asked)


def test_customs_sees_its_declaration_and_nothing_of_its_use(trade: TradeLedger) -> None:
    before = trade.ask(trade.customs, ops.DECLARATION_READ, messages.ReadDeclaration(D1))
    view = trade.view("BankA", [trade.invoice("I1", 7_000_000)], [D1])
    trade.finance("BankA", view, [(0, D1, 6_000_000)])
    assert trade.ask(trade.customs, ops.DECLARATION_READ, messages.ReadDeclaration(D1)) == before
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.ask(trade.customs, ops.SUPERVISE, ops.Supervise(D1))
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.ask(trade.customs, ops.CHANGES, answers.ReadChanges(), "RegulatorMSP")


def test_versions_of_a_declaration_are_kept(trade: TradeLedger) -> None:
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 1, 9_000_000))
    trade.ledger.clock.advance(hours=1)
    trade.submit(trade.customs, ops.DECLARATION_CANCEL, messages.CancelDeclaration(D1, 2))
    seen = trade.ask(trade.customs, ops.DECLARATION_READ, messages.ReadDeclaration(D1))
    assert [(each.status, each.total) for each in seen.versions] == [
        ("CLEARED", 10_000_000),
        ("CLEARED", 9_000_000),
        ("CANCELLED", 9_000_000),
    ]
    assert seen.times[2] - seen.times[1] == 3600
    assert trade.available(D1) == 0
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 3, 1))


def test_a_cancelled_declaration_under_a_loan_is_flagged(trade: TradeLedger, mark: str) -> None:
    trade.submit(trade.customs, ops.DECLARATION_CANCEL, messages.CancelDeclaration(D1, 1))
    flags = trade.ask(trade.person("BankA"), ops.FLAGS_MINE, answers.ReadFlags())
    (document,) = flags.documents
    assert (document.kind, document.marks) == ("DECLARATION", (mark,))
    assert document.flags[0].code == "OVER_PLEDGED"
    assert trade.ask(trade.person("BankB"), ops.FLAGS_MINE, answers.ReadFlags()).documents == ()


def test_changes_come_page_by_page(trade: TradeLedger, mark: str) -> None:
    marks = [mark]
    for at in range(4):
        view = trade.view("BankA", [trade.invoice(f"X{at}", 100)], [D1])
        with pytest.raises(Refused, match="CURRENCY_MISMATCH"):
            trade.lock("BankA", view, [(0, D1, 1)])
    trade.put_declaration("224820260000000002", 1_000)
    for at in range(4):
        view = trade.view("BankA", [trade.invoice(f"X{at}", 100)], ["224820260000000002"], [(0, 0, 100, 100)])
        marks.append(trade.lock("BankA", view, [(0, "224820260000000002", 1)]))
    person = trade.person("BankA")
    found: list[str] = []
    after = ""
    while True:
        page = trade.ask(person, ops.CHANGES, answers.ReadChanges(after=after, limit=2))
        found += [each.mark for each in page.financings]
        after = page.next
        if not after:
            break
    assert found == sorted(marks)
    trade.ledger.clock.advance(hours=1)
    now = int(trade.ledger.clock.seconds())
    trade.act("BankA", messages.Cancel(marks[2]))
    changed = trade.ask(person, ops.CHANGES, answers.ReadChanges(since=now)).financings
    assert [(each.mark, each.state) for each in changed] == [(marks[2], "CANCELLED")]


def test_an_auditor_reads_and_does_not_act(trade: TradeLedger, mark: str) -> None:
    auditor = make_caller("BankAMSP", "bank.auditor", "auditor")
    assert trade.ask(auditor, ops.FINANCING_READ, answers.ReadFinancing(mark)).mark == mark
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.submit(auditor, ops.APPROVE, messages.Approve(mark, 1))
