"""The worklist: a flag that nobody must act on is a flag that nobody reads.

Without it the regulator has a list of documents, and no bank has ever been asked.
"""

import pytest
from counterfoil_chaincode.testing import Refused, make_caller
from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.registry.operations import Office
from counterfoil_contracts.testing import SELLER, TradeLedger

D1 = "224820260000000001"
BANK, REGULATOR = "BankAMSP", "RegulatorMSP"


@pytest.fixture
def trade() -> TradeLedger:
    """A declaration on which more is lent than it carries since customs amended it."""
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    view = found.view("BankA", [found.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    found.finance("BankA", view, [(0, D1, 6_000_000)])
    found.submit(found.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 1, 5_000_000))
    return found


def worklist(trade: TradeLedger, *, ended: bool = False) -> tuple[registry.Work, ...]:
    asked = registry.ReadWorklist(ended=ended)
    return trade.ask(trade.regulators[0], registry.WORKLIST_READ, asked).matters


def the_matter(trade: TradeLedger) -> registry.Matter:
    (work,) = worklist(trade)
    return work.matter


def inquire(trade: TradeLedger, due: str = "2026-03-06") -> registry.MatterMoved:
    body = registry.InquireMatter(the_matter(trade), BANK, "which security stands for the rest?", due)
    return trade.submit(trade.regulators[0], registry.WORKLIST_INQUIRE, body)


def inquiries(trade: TradeLedger, bank: str = "BankA") -> tuple[registry.Inquiry, ...]:
    return trade.ask(trade.person(bank), registry.INQUIRY_READ, registry.ReadInquiries()).inquiries


def close(trade: TradeLedger, matter: registry.Matter, *, escalated: bool = False) -> None:
    body = registry.CloseMatter(matter, "explained by a guarantee", escalated)
    trade.submit(trade.regulators[1], registry.WORKLIST_CLOSE, body)


def hang(trade: TradeLedger) -> None:
    first, second = trade.regulators
    tree = (Office("BJ", "head office"), Office("SH", "Shanghai", "BJ"), Office("SZ", "Shenzhen", "BJ"))
    proposed = trade.submit(first, registry.OFFICE_PROPOSE, registry.ProposeOffices(tree))
    trade.submit(second, registry.OFFICE_CONFIRM, registry.Confirm(proposed.proposal))
    record = registry.Enterprise(SELLER, "Enterprise", "A", region="SH")
    proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,)))
    trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))


def test_a_flag_opens_a_matter_with_the_office_that_must_act(trade: TradeLedger) -> None:
    hang(trade)
    (work,) = worklist(trade)
    assert (work.matter.code, work.label, work.status) == ("OVER_PLEDGED", D1, "OPEN")
    assert (work.must_act, work.office) == (REGULATOR, "SH")
    officer = trade.regulators[1].staff
    assigned = registry.AssignMatter(work.matter, officer, "SZ", "the branch that granted it")
    trade.submit(trade.regulators[0], registry.WORKLIST_ASSIGN, assigned)
    (work,) = worklist(trade)
    assert (work.status, work.officer, work.office) == ("ASSIGNED", officer, "SZ")
    close(trade, work.matter, escalated=True)
    (work,) = worklist(trade)
    assert (work.status, work.must_act, work.office) == ("ESCALATED", REGULATOR, "BJ")


def test_a_bank_is_asked_answers_and_the_matter_is_closed(trade: TradeLedger) -> None:
    assert inquire(trade).status == "INQUIRED"
    (work,) = worklist(trade)
    assert (work.must_act, work.due, work.overdue) == (BANK, "2026-03-06", False)
    trade.ledger.clock.advance(days=5)
    assert worklist(trade)[0].overdue
    (asked,) = inquiries(trade)
    answer = registry.AnswerInquiry(asked.inquiry, "a guarantee of the parent company")
    trade.submit(trade.person("BankA"), registry.INQUIRY_ANSWER, answer)
    (work,) = worklist(trade)
    assert (work.status, work.must_act, work.answer) == ("EXPLAINED", REGULATOR, answer.answer)
    with pytest.raises(Refused, match="BAD_STATE"):
        trade.submit(trade.person("BankA"), registry.INQUIRY_ANSWER, answer)
    close(trade, work.matter)
    assert worklist(trade) == ()
    (work,) = worklist(trade, ended=True)
    assert (work.status, work.must_act) == ("CLOSED", "")
    assert [step.status for step in work.steps] == ["INQUIRED", "CLOSED"]
    with pytest.raises(Refused, match="BAD_STATE"):
        close(trade, work.matter)


def test_what_is_asked_is_between_the_regulator_and_that_bank(trade: TradeLedger) -> None:
    inquire(trade)
    assert inquiries(trade, "BankB") == ()
    (asked,) = inquiries(trade)
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(
            trade.person("BankB"), registry.INQUIRY_ANSWER, registry.AnswerInquiry(asked.inquiry, "x")
        )
    for collection in ("supervision", "notices_BankA"):
        assert not trade.ledger.private("PortMSP", collection)
        assert not trade.ledger.private("BankBMSP", collection)
    assert not trade.ledger.private(BANK, "supervision")


def test_a_flag_that_ended_waits_for_nobody_unless_somebody_has_it(trade: TradeLedger) -> None:
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 2, 10_000_000))
    assert worklist(trade) == ()
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 3, 5_000_000))
    inquire(trade)
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(D1, 4, 10_000_000))
    assert [work.must_act for work in worklist(trade)] == [BANK]


def test_matters_are_of_flags_that_are_there(trade: TradeLedger) -> None:
    matter = the_matter(trade)
    for wrong in (
        registry.Matter("0" * 64, matter.code, matter.cause),
        registry.Matter(matter.document, "NEAR_DUPLICATE", matter.cause),
        registry.Matter(matter.document, matter.code, "0" * 32),
    ):
        with pytest.raises(Refused, match="NOT_FOUND"):
            close(trade, wrong)
    for due in ("2026-03-01", "2026-02-30"):
        with pytest.raises(Refused, match="BAD_INPUT"):
            inquire(trade, due)
    body = registry.AssignMatter(matter, "0" * 32, "XX")
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.submit(trade.regulators[0], registry.WORKLIST_ASSIGN, body)
    auditor = make_caller(REGULATOR, "regulator.auditor", "auditor")
    with pytest.raises(Refused, match="NOT_AUTHORIZED"):
        trade.submit(auditor, registry.WORKLIST_CLOSE, registry.CloseMatter(matter, "x"))
