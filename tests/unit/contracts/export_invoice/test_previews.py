"""Dry runs: the second person sees what a step would move before it moves, and asking moves nothing.

Without them a second person confirms an id. A dry run that was an endorsement thrown away would hand the
private data of the step to the collections' members all the same.
"""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import APPROVER, TradeLedger

D1 = "224820260000000001"


@pytest.fixture
def trade() -> TradeLedger:
    found = TradeLedger()
    found.put_declaration(D1, 10_000_000)
    return found


@pytest.fixture
def mark(trade: TradeLedger) -> str:
    invoice = trade.invoice("I1", 7_000_000)
    view = trade.view("BankA", [invoice], [D1], [(0, 0, 6_000_000, 6_000_000)])
    return trade.lock("BankA", view, [(0, D1, 6_000_000)])


def read(trade: TradeLedger, mark: str) -> answers.Financing:
    return trade.ask(trade.person("BankA"), ops.FINANCING_READ, answers.ReadFinancing(mark))


def prepared(trade: TradeLedger, act: messages.Act) -> messages.ConfirmAct:
    return messages.ConfirmAct(trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(act)).act)


def test_an_approval_is_foretold_and_comes_out_so(trade: TradeLedger, mark: str) -> None:
    approver = trade.person("BankA", APPROVER)
    body = messages.Approve(mark, 4_000_000)
    before = read(trade, mark)
    told = trade.ask(approver, ops.APPROVE_PREVIEW, body)
    assert told.before == before == read(trade, mark)
    assert told.after is not None
    assert (told.after.state, told.after.approved) == ("APPROVED", 4_000_000)
    trade.submit(approver, ops.APPROVE, body)
    now = read(trade, mark)
    assert now.pledges == told.after.pledges
    assert now.pledges[0].invoice_locked == 4_000_000


def test_an_act_is_foretold_at_either_authority(trade: TradeLedger, mark: str) -> None:
    approver = trade.person("BankA", APPROVER)
    trade.approve("BankA", mark, 6_000_000)
    confirm = prepared(trade, messages.Disburse(mark, 2_500_000, trade.today))
    told = [
        trade.ask(approver, ops.CONFIRM_PREVIEW, confirm, at=peer) for peer in ("RegulatorMSP", "PortMSP")
    ]
    assert told[0] == told[1]
    assert told[0].after is not None
    assert (told[0].after.drawn, read(trade, mark).drawn) == (2_500_000, 0)
    trade.submit(approver, ops.CONFIRM, confirm)
    assert read(trade, mark).pledges == told[0].after.pledges


def test_a_step_that_would_be_refused_is_refused(trade: TradeLedger, mark: str) -> None:
    with pytest.raises(Refused, match="OVER_AMOUNT"):
        trade.ask(trade.person("BankA", APPROVER), ops.APPROVE_PREVIEW, messages.Approve(mark, 6_000_001))
    same = trade.person("BankA", APPROVER, "officer")
    with pytest.raises(Refused, match="SAME_PERSON"):
        trade.ask(same, ops.APPROVE_PREVIEW, messages.Approve(mark, 6_000_000))
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.person("BankB", APPROVER), ops.APPROVE_PREVIEW, messages.Approve(mark, 6_000_000))


def test_a_receipt_tells_nothing_of_what_else_the_invoice_bears(trade: TradeLedger, mark: str) -> None:
    """BankB could otherwise try amounts until a flag told it what BankA has lent."""
    assert mark
    body = messages.Receipt(trade.invoice("I1", 7_000_000), 6_900_000, trade.today)
    act = trade.submit(trade.person("BankB"), ops.PREPARE, messages.Prepare(body)).act
    told = trade.ask(trade.person("BankB", APPROVER), ops.CONFIRM_PREVIEW, messages.ConfirmAct(act))
    assert (told.before, told.after) == (None, None)


def test_officers_and_approvers_read_what_they_are_to_confirm(trade: TradeLedger) -> None:
    first, second = trade.regulators
    freeze = registry.Freeze(frozen=True, declaration=D1)
    proposal = trade.submit(first, registry.FREEZE_PROPOSE, freeze).proposal
    told = trade.ask(second, registry.PROPOSAL_READ, registry.ReadProposal(proposal))
    assert (told.freeze, told.proposed_by, told.confirmed_by) == (freeze, first.staff, "")
    records = (registry.StaffRecord("a" * 32, "Lujiazui"),)
    head = trade.person("BankA", APPROVER, "head")
    put = registry.ReadProposal(trade.submit(head, registry.STAFF_PUT, registry.PutStaff(records)).proposal)
    assert trade.ask(head, registry.STAFF_PROPOSAL_READ, put).records == records
    limits = (registry.Limits("a" * 32, (registry.LimitAmount("USD", 5),)),)
    put = registry.ReadProposal(trade.submit(head, registry.LIMIT_PUT, registry.PutLimits(limits)).proposal)
    assert trade.ask(head, registry.LIMIT_PROPOSAL_READ, put).limits == limits
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.ask(trade.person("BankB", APPROVER), registry.LIMIT_PROPOSAL_READ, put)
