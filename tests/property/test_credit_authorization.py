"""Random lives of grants: two banks, two enterprises, any order of steps, against sums over what happened.

`make test-long` tries `COUNTERFOIL_LIVES` of them. Each planted mistake must be found by the same comparison.
"""

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_contracts.credit_authorization import deliveries, standing
from credit_steps import CreditSteps
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

LIVES = int(os.environ.get("COUNTERFOIL_LIVES", "200"))
STEPS_A_LIFE = 30
STEPS_TO_FIND_A_MISTAKE = 900
ON_GRANTS = ("enquire", "enquire", "enquire", "revoke", "suspend", "wait")
ON_ENQUIRIES = ("deliver", "deliver", "deliver", "refuse", "dispute", "hold", "purge")
AT, KIND = st.integers(0, 11), st.integers(0, 27)


class Lives(RuleBasedStateMachine):
    """Steps in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = CreditSteps()

    @rule(at=AT, kind=KIND)
    def grant(self, at: int, kind: int) -> None:
        self.steps.grant(at, kind)

    @precondition(lambda self: self.steps.reference.leaves)
    @rule(name=st.sampled_from(ON_GRANTS), at=AT, kind=KIND)
    def on_grant(self, name: str, at: int, kind: int) -> None:
        getattr(self.steps, name)(at, kind)

    @precondition(lambda self: self.steps.enquiries)
    @rule(name=st.sampled_from(ON_ENQUIRIES), at=AT, kind=KIND)
    def on_enquiry(self, name: str, at: int, kind: int) -> None:
        getattr(self.steps, name)(at, kind)

    def teardown(self) -> None:
        self.steps.audit()


def test_lives_of_grants_follow_the_sums() -> None:
    try_lives(6)


@pytest.mark.slow
def test_many_lives_of_grants_follow_the_sums() -> None:
    try_lives(LIVES)


def try_lives(lives: int) -> None:
    tried = settings(
        max_examples=lives,
        stateful_step_count=STEPS_A_LIFE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=tried)


def without(code: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """A rule that forgets one reason."""
    return lambda right: lambda *given: "" if (found := right(*given)) == code else found


def uncounted(right: Callable[..., Any]) -> Callable[..., Any]:
    """Enquiries that wait do not count."""
    return lambda *given: replace(right(*given), pending=())


def never_given_back(right: Callable[..., Any]) -> Callable[..., Any]:
    """What was refused or timed out goes on counting."""
    return lambda ledger, grant: replace(right(ledger, grant), pending=grant.pending)


def forgets_the_first(right: Callable[..., Any]) -> Callable[..., Any]:
    """A correction takes the place of what was delivered."""
    return lambda *given: replace(found := right(*given), digests=found.digests[-1:])


MISTAKES: dict[str, tuple[object, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "a revocation does not count": (standing, "ended", without("GRANT_REVOKED")),
    "a suspension does not count": (standing, "ended", without("GRANT_SUSPENDED")),
    "a grant never expires": (standing, "obstacle", without("GRANT_EXPIRED")),
    "any purpose will do": (standing, "obstacle", without("PURPOSE_MISMATCH")),
    "any scope will do": (standing, "obstacle", without("SCOPE_EXCEEDED")),
    "there is no maximum": (standing, "obstacle", without("GRANT_EXHAUSTED")),
    "what waits does not count": (standing, "recounted", uncounted),
    "nothing is given back": (standing, "recounted", never_given_back),
    "a resumed grant stays suspended": (standing, "is_suspended", lambda _: lambda known: known is not None),
    "a correction wipes out the first": (deliveries, "_corrected", forgets_the_first),
    "reports are kept for no time": (
        deliveries, "_first", lambda right: lambda *given: replace(right(*given), retain_until=0),
    ),
    "a body is left after its purge": (
        deliveries, "body_id", lambda right: lambda enquiry, version: right(enquiry, version + 7),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_planted_mistake_is_found(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    place, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(place, name, wrong(getattr(place, name)))
    with pytest.raises(AssertionError):
        lead_lives(random.Random(mistake))


def test_the_same_lives_without_a_mistake_are_right() -> None:
    """What finds the mistakes is quiet where there is none."""
    lead_lives(random.Random("none"), 60)


def lead_lives(choose: random.Random, steps: int = STEPS_TO_FIND_A_MISTAKE) -> None:
    """Random steps, several lives long; each life ends with the comparison of everything."""
    life = CreditSteps()
    for count in range(1, steps + 1):
        names = ["grant"] if not life.reference.leaves else ["grant", *ON_GRANTS]
        names += ON_ENQUIRIES if life.enquiries else ()
        getattr(life, choose.choice(names))(choose.randint(0, 11), choose.randint(0, 27))
        if count % STEPS_A_LIFE == 0:
            life.audit()
            life = CreditSteps()
