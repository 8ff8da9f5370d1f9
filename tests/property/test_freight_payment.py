"""Random lives of freight payments: three banks, three invoices, any order of steps, against plain sums.

`make test-long` tries `COUNTERFOIL_LIVES` of them, 400 if it is not set: 12,000 steps. Planted mistakes in
the contract must each be found by the same comparison.
"""

import os
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from counterfoil_chaincode.contract_api.serializer import BadValue
from counterfoil_contracts.core import flags, money
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.freight_payment import acts, parties, payment_case, payments, tax_invoices, worth
from counterfoil_contracts.freight_payment.payments import Use
from freight_life import ON_PAYMENTS, STEPS, Life
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

LIVES = int(os.environ.get("COUNTERFOIL_LIVES", "400"))
STEPS_A_LIFE = 30
STEPS_TO_FIND_A_MISTAKE = 1500
AT, PERCENT = st.integers(0, 17), st.integers(1, 100)


class Lives(RuleBasedStateMachine):
    """Steps in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    @rule(name=st.sampled_from(("mark", *sorted(set(STEPS) - ON_PAYMENTS))), at=AT, percent=PERCENT)
    def invoice(self, name: str, at: int, percent: int) -> None:
        self.life.step(name, at, percent)

    @precondition(lambda self: self.life.reference.payments)
    @rule(name=st.sampled_from(sorted(ON_PAYMENTS)), at=AT, percent=PERCENT | st.just(100))
    def payment(self, name: str, at: int, percent: int) -> None:
        self.life.step(name, at, percent)

    def teardown(self) -> None:
        self.life.audit()


def test_lives_of_payments_follow_the_sums() -> None:
    try_lives(4)


@pytest.mark.slow
def test_many_lives_of_payments_follow_the_sums() -> None:
    try_lives(LIVES)


def try_lives(lives: int) -> None:
    tried = settings(
        max_examples=lives,
        stateful_step_count=STEPS_A_LIFE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=tried)


def nothing(*_: object, **__: object) -> None:
    return None


def keeps_a_rest(use: Use, part: int) -> Use:
    """A whole refund that is rounded as a part is."""
    back = use.refunded + part
    released = use.hold.amount * back // use.amount - (1 if back == use.amount else 0)
    return replace(use, refunded=back, hold=replace(use.hold, released=max(0, released)))


def tolerance_of_each_alone(
    right: Callable[..., None],
) -> Callable[[Sequence[Use], Mapping[str, Pool], int], None]:
    def wrong(uses: Sequence[Use], books: Mapping[str, Pool], basis_points: int) -> None:
        right(uses, {name: replace(pool, tolerated=0) for name, pool in books.items()}, basis_points)

    return wrong


MISTAKES: dict[str, tuple[object, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "an invoice is paid beyond what is left": (worth, "check_room", lambda right: nothing),
    "a payment is worth what it likes": (worth, "check_tolerance", lambda right: nothing),
    "each payment has a tolerance of its own": (worth, "check_tolerance", tolerance_of_each_alone),
    "a rate is rounded down": (money, "converted_ceiling", lambda right: money.converted_floor),
    "a refund frees nothing": (
        payments, "_given_back", lambda right: lambda use, part: replace(use, refunded=use.refunded + part),
    ),
    "a refund is rounded up": (payments, "share_floor", lambda right: money.share_ceiling),
    "a whole refund keeps a rest": (payments, "_given_back", lambda right: keeps_a_rest),
    "a cancellation frees nothing": (
        payments,
        "cancelled",
        lambda right: lambda payment: replace(right(payment), uses=payment.uses),
    ),
    "a cancellation keeps the tolerance": (
        payments,
        "cancelled",
        lambda right: lambda payment: replace(
            right(payment), uses=tuple(replace(each, returned=0) for each in right(payment).uses)
        ),
    ),
    "a refund is reversed twice": (
        acts, "_check_reversible", lambda right: lambda act: right(replace(act, reversed_by="")),
    ),
    "a reversal moves back half": (
        payments,
        "_moved_back",
        lambda right: lambda use, entry: right(use, replace(entry, released=entry.released // 2)),
    ),
    "only the first invoice is marked": (
        payments, "movements", lambda right: lambda before, after: right(before[:1], after[:1]),
    ),
    "a red invoice takes nothing back": (
        tax_invoices, "left_of", lambda right: lambda stated: stated.invoice.facts.amount,
    ),
    "a void invoice is paid": (
        tax_invoices, "left_of", lambda right: lambda stated: right(replace(stated, void_at=0)),
    ),
    "use above what is left raises no flag": (flags, "raised", lambda right: lambda known, cause: known),
    "anybody pays for anybody": (payment_case, "check_parties", lambda right: nothing),
    "a withdrawn mandate stands": (parties, "_is_mandated", lambda right: lambda *_: True),
}  # fmt: skip


HARD_TO_FIND = {"each payment has a tolerance of its own", "a refund is reversed twice"}
"""The long run looks for these; `tests/unit/contracts/freight_payment` meets both on its way."""


@pytest.mark.parametrize(
    "mistake",
    [pytest.param(each, marks=[pytest.mark.slow] if each in HARD_TO_FIND else []) for each in MISTAKES],
)
def test_each_planted_mistake_is_found(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    place, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(place, name, wrong(getattr(place, name)))
    # A record that cannot be, an amount below nothing, is found as well.
    with pytest.raises((AssertionError, BadValue)):
        lead_a_life(random.Random(f"{mistake} 0"))


def test_the_same_lives_without_a_mistake_are_right() -> None:
    """What finds the mistakes is quiet where there is none."""
    lead_a_life(random.Random("none"), 60)


def lead_a_life(choose: random.Random, steps: int = STEPS_TO_FIND_A_MISTAKE) -> None:
    """Random steps, several lives long; each life ends with the regulator's look."""
    life = Life()
    for count in range(1, steps + 1):
        percent = choose.choice((100, *choose.choices(range(1, 60), k=3)))
        life.step(some_step(life, choose), choose.randrange(18), percent)
        if count % STEPS_A_LIFE == 0:
            life.audit()
            life = Life()


def some_step(life: Life, choose: random.Random) -> str:
    """A step of any kind, or, more often, one that the newest payments allow: so that lives get far."""
    if not life.reference.payments or choose.random() < 0.3:
        return choose.choice((*STEPS, "mark", "mark"))
    newest = list(life.reference.payments.values())[-1]
    if newest.state == "MARKED":
        return choose.choice(("paid", "paid", "cancel"))
    return choose.choice(("refund", "refund", "reverse", "reverse", "mark"))
