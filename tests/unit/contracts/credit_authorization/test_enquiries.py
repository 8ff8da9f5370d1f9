"""Enquiries: a bank looks as far as the enterprise has let it. Without these, leave would bound nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization.report import Figure
from counterfoil_contracts.testing import SELLER
from credit_life import DAY, KitLife

Code = Callable[[Callable[[], object]], str]


def test_three_reports_and_the_grant_is_used_up(life: KitLife) -> None:
    grant = life.grant(maximum=3)
    for _ in range(3):
        life.deliver(life.enquire(grant).enquiry)
    assert life.standing(grant).standing == "GRANT_EXHAUSTED"
    assert life.enquire(grant).refused == "GRANT_EXHAUSTED"


def test_what_waits_counts_too(life: KitLife) -> None:
    grant = life.grant(maximum=2)
    life.enquire(grant)
    life.enquire(grant)
    assert life.enquire(grant).refused == "GRANT_EXHAUSTED"
    assert (life.standing(grant).delivered, life.standing(grant).pending) == (0, 2)


def test_a_refusal_gives_the_count_back(life: KitLife) -> None:
    grant = life.grant(maximum=1)
    enquiry = life.enquire(grant).enquiry
    life.refuse(enquiry)
    assert life.state(enquiry) == "REFUSED"
    assert life.enquire(grant).refused == ""


def test_an_enquiry_times_out_and_gives_the_count_back(life: KitLife, code: Code) -> None:
    grant = life.grant(maximum=1)
    enquiry = life.enquire(grant).enquiry
    life.trade.ledger.clock.advance(seconds=5 * DAY - 1)
    assert life.state(enquiry) == "PENDING"
    assert life.enquire(grant).refused == "GRANT_EXHAUSTED"
    life.trade.ledger.clock.advance(seconds=1)
    assert life.state(enquiry) == "TIMED_OUT"
    assert life.enquire(grant).refused == ""
    assert code(lambda: life.deliver(enquiry)) == "BAD_STATE"


def test_a_timed_out_enquiry_is_not_delivered_by_a_transaction_dated_back(life: KitLife, code: Code) -> None:
    """Else one would be delivered whose count another has taken."""
    grant = life.grant(maximum=1)
    late = life.enquire(grant).enquiry
    life.trade.ledger.clock.advance(seconds=5 * DAY)
    life.enquire(grant)
    life.trade.ledger.clock.advance(seconds=-60)
    assert code(lambda: life.deliver(late)) == "BAD_STATE"


@pytest.mark.parametrize(("seconds", "refused"), [(-1, ""), (0, "GRANT_EXPIRED")])
def test_a_grant_expires_to_the_second(life: KitLife, seconds: int, refused: str) -> None:
    expiry = life.now + 10 * DAY
    grant = life.grant(expiry=expiry)
    life.trade.ledger.clock.advance(seconds=10 * DAY + seconds)
    assert life.enquire(grant).refused == refused


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"purpose": "ACCOUNT_OPENING"}, "PURPOSE_MISMATCH"),
        ({"scope": ("REGULATORY",)}, "SCOPE_EXCEEDED"),
        ({"scope": ("BASIC", "REGULATORY", "TRADE")}, "SCOPE_EXCEEDED"),
        ({"scope": ("BASIC",)}, ""),
    ],
)
def test_purpose_and_scope_are_the_enterprises(life: KitLife, facts: dict[str, Any], refused: str) -> None:
    assert life.enquire(life.grant(), **facts).refused == refused


def test_a_figure_needs_leave_for_trade(life: KitLife) -> None:
    figure = Figure("DECLARED", "USD", 100)
    assert life.enquire(life.grant(), scope=(), figure=figure).refused == ""
    assert life.enquire(life.grant(scope=("BASIC",)), scope=(), figure=figure).refused == "SCOPE_EXCEEDED"


def test_reasons_come_in_order(life: KitLife) -> None:
    """Whoever may not look learns the first reason, whatever else holds."""
    grant = life.grant(maximum=1, expiry=life.now + DAY)
    life.enquire(grant)
    wrong: dict[str, Any] = {"purpose": "ACCOUNT_OPENING", "scope": ("REGULATORY",)}
    assert life.enquire(grant).refused == "GRANT_EXHAUSTED"
    assert life.enquire(grant, scope=("REGULATORY",)).refused == "SCOPE_EXCEEDED"
    assert life.enquire(grant, **wrong).refused == "PURPOSE_MISMATCH"
    life.trade.ledger.clock.advance(seconds=DAY)
    assert life.enquire(grant, **wrong).refused == "GRANT_EXPIRED"
    life.act(m.Suspend("BankAMSP", grant, "a case"))
    assert life.enquire(grant, **wrong).refused == "GRANT_SUSPENDED"
    life.revoke(grant)
    assert life.enquire(grant, **wrong).refused == "GRANT_REVOKED"


def test_every_attempt_is_on_record_a_refused_one_too(life: KitLife) -> None:
    grant = life.grant(maximum=1)
    life.enquire(grant)
    life.enquire(grant)
    life.revoke(grant)
    life.enquire(grant)
    seen = [(each.state, each.code, each.enterprise) for each in life.enquiries()]
    assert sorted(seen) == [
        ("PENDING", "", SELLER),
        ("REFUSED", "GRANT_EXHAUSTED", SELLER),
        ("REFUSED", "GRANT_REVOKED", SELLER),
    ]


def test_a_grant_is_its_own_banks(life: KitLife, code: Code) -> None:
    grant = life.grant("BankA")
    assert code(lambda: life.enquire(grant, "BankB")) == "NOT_FOUND"
    assert code(lambda: life.standing(grant, "BankB")) == "NOT_FOUND"


@pytest.mark.parametrize(
    "facts",
    [
        {"scope": ()},
        {"figure": Figure("DECLARED", "USD", 1)},
        {"scope": ("TRADE", "BASIC")},
        {"scope": ("BASIC", "BASIC")},
    ],
)
def test_a_malformed_enquiry(life: KitLife, code: Code, facts: dict[str, Any]) -> None:
    grant = life.grant()
    assert code(lambda: life.enquire(grant, **facts)) == "BAD_INPUT"
    assert life.enquiries() == ()
