"""Suspensions, holds, disputes: by two officers. And the enterprise's right to object."""

from collections.abc import Callable
from functools import partial

import pytest
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from credit_life import OTHER, KitLife

Code = Callable[[Callable[[], object]], str]


def test_a_suspended_grant_stands_again(life: KitLife) -> None:
    grant = life.grant()
    life.act(m.Suspend("BankAMSP", grant, "a case"))
    assert life.standing(grant).standing == "GRANT_SUSPENDED"
    life.act(m.Resume("BankAMSP", grant, "it ended"))
    assert life.standing(grant).standing == "GRANTED"
    assert life.enquire(grant).refused == ""


def test_nobody_acts_alone(life: KitLife, code: Code) -> None:
    grant = life.grant()
    first, second = life.trade.regulators
    body = m.ProposeAct(m.Suspend("BankAMSP", grant, "a case"))
    proposal = life.trade.submit(first, ops.ACT_PROPOSE, body).proposal
    assert code(lambda: life.trade.submit(first, ops.ACT_CONFIRM, m.ConfirmAct(proposal))) == "SAME_PERSON"
    assert life.standing(grant).standing == "GRANTED"
    waiting = life.trade.ask(second, ops.ACT_READ, m.ReadProposal(proposal))
    assert (waiting.body, waiting.confirmed_by) == (body.body, "")
    life.trade.submit(second, ops.ACT_CONFIRM, m.ConfirmAct(proposal))
    assert code(lambda: life.trade.submit(second, ops.ACT_CONFIRM, m.ConfirmAct(proposal))) == "BAD_STATE"
    assert code(lambda: life.trade.submit(second, ops.ACT_CONFIRM, m.ConfirmAct("0" * 32))) == "NOT_FOUND"
    assert life.trade.ask(second, ops.ACT_READ, m.ReadProposal(proposal)).confirmed_by == second.staff


def test_an_act_needs_what_it_is_about(life: KitLife, code: Code) -> None:
    grant = life.grant()
    enquiry = life.enquire(grant).enquiry
    bank = "BankAMSP"
    for act, expected in (
        (m.Suspend(bank, "0" * 32, "x"), "NOT_FOUND"),
        (m.Suspend("BankBMSP", grant, "x"), "NOT_FOUND"),
        (m.Resume(bank, grant, "x"), "BAD_STATE"),
        (m.Hold(bank, enquiry, "x"), "NOT_FOUND"),
        (m.Resolve(bank, enquiry, "x"), "NOT_FOUND"),
    ):
        assert code(partial(life.act, act)) == expected, act
    life.deliver(enquiry)
    assert code(lambda: life.act(m.Lift(bank, enquiry, "x"))) == "BAD_STATE"


@pytest.mark.parametrize("upheld", [True, False])
def test_a_dispute_shows_with_the_report_until_it_is_decided(life: KitLife, code: Code, upheld: bool) -> None:
    enquiry = life.enquire(life.grant()).enquiry
    assert code(lambda: life.dispute(enquiry)) == "NOT_FOUND"
    life.deliver(enquiry)
    assert code(lambda: life.dispute(enquiry, enterprise=OTHER)) == "NOT_FOUND"
    life.dispute(enquiry)
    disputed = life.read(enquiry).dispute
    assert disputed is not None
    assert disputed.state == "OPEN"
    assert code(lambda: life.deliver(enquiry, reason="sum", height=41)) == "BAD_STATE"
    assert code(lambda: life.dispute(enquiry)) == "ALREADY_EXISTS"
    life.act(m.Resolve("BankAMSP", enquiry, "we looked", upheld=upheld))
    decided = life.read(enquiry).dispute
    assert decided is not None
    assert decided.state == ("UPHELD" if upheld else "REJECTED")
    assert life.deliver(enquiry, reason="sum", height=41).version == 2
