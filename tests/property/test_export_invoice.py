"""Random lives of financings: three banks, five documents, any order of steps, against plain sums of events.

Ten thousand steps here; `make test-long` tries `COUNTERFOIL_LIVES` lives of thirty steps more, 1,000 if it is
not set. Planted mistakes in the contracts, more than ten, must each be found by the same comparison.
"""

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_contracts.core import entries, flags, marks, pledges, pools
from counterfoil_contracts.core.money import share_ceiling
from counterfoil_contracts.export_invoice import act_effects, act_steps, model
from counterfoil_contracts.export_invoice.books import PoolBook
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace
from trade_life import ON_MARKS, Life, some_step

LIVES = int(os.environ.get("COUNTERFOIL_LIVES", "1000"))
STEPS_A_LIFE = 30
SHARDS = 4
LIVES_A_SHARD = 84  # four times 84 times 30 are 10,080 steps
STEPS_TO_FIND_A_MISTAKE = 600
AT, PERCENT = st.integers(0, 17), st.integers(1, 100)


class Lives(RuleBasedStateMachine):
    """Steps in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    @rule(
        name=st.sampled_from(("lock", "lock", "receipt", "amend", "freeze", "register")),
        at=AT,
        percent=PERCENT,
    )
    def document(self, name: str, at: int, percent: int) -> None:
        self.life.step(name, at, percent)

    @precondition(lambda self: self.life.owners)
    @rule(name=st.sampled_from(sorted(ON_MARKS)), at=AT, percent=PERCENT)
    def mark(self, name: str, at: int, percent: int) -> None:
        self.life.step(name, at, percent)

    @precondition(lambda self: self.life.owners)
    @rule(name=st.sampled_from(("approve", "draw", "draw", "reverse")), at=AT, percent=PERCENT | st.just(100))
    def progress(self, name: str, at: int, percent: int) -> None:
        self.life.step(name, at, percent)

    def teardown(self) -> None:
        self.life.audit()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_lives_of_financings_follow_the_sums(shard: int) -> None:
    seed(shard)(Lives)
    try_lives(LIVES_A_SHARD)


@pytest.mark.slow
def test_many_lives_of_financings_follow_the_sums() -> None:
    try_lives(LIVES)


def try_lives(lives: int) -> None:
    tried = settings(
        max_examples=lives,
        stateful_step_count=STEPS_A_LIFE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=tried)


def after_write_off(right: Callable[..., Any]) -> Callable[..., Any]:
    """A write-off that gives back what it holds."""

    def wrong(mark: Any) -> Any:
        found = right(mark)
        return replace(found, pledges=tuple(pledges.cleared(each) for each in found.pledges))

    return wrong


def nothing(*_: object, **__: object) -> tuple[str, ...]:
    return ()


MISTAKES: dict[str, tuple[object, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "a write-off frees": (marks, "write_off", after_write_off),
    "a repayment frees nothing": (
        pledges, "_released", lambda right: lambda hold, part, whole: hold,
    ),
    "an act is reversed twice": (
        act_steps, "check_reversible", lambda right: lambda act: right(replace(act, reversed_by="")),
    ),
    "a reversal forgets the proceeds": (act_effects, "_restore", lambda right: nothing),
    "a reversal moves back half": (
        entries,
        "_moved_back",
        lambda right: lambda hold, entry: right(hold, replace(entry, released=entry.released // 2)),
    ),
    "proceeds lower no ceiling": (
        PoolBook, "collect", lambda right: lambda self, invoice, amount: right(self, invoice, 0),
    ),
    "the ceiling is the whole": (pools, "ceiling", lambda right: lambda pool, ratio: right(pool, 10_000)),
    "an invoice is financed twice": (model, "check_open", lambda right: nothing),
    "a line has no bound": (
        model,
        "check_room",
        lambda right: lambda held, books, ceilings: right(
            held,
            {
                document: replace(
                    pool, lines=tuple(replace(each, own_amount=10**12) for each in pool.lines)
                )
                for document, pool in books.items()
            },
            ceilings,
        ),
    ),
    "a smaller approval frees nothing": (
        pledges, "_cut", lambda right: lambda hold, part, whole: hold,
    ),
    "a cancellation frees what is drawn": (
        pledges,
        "freed",
        lambda right: lambda pledge: pledges.cleared(right(pledge)),
    ),
    "what is written off is forgotten": (
        marks, "_standing", lambda right: lambda mark: right(replace(mark, written_off=False)),
    ),
    "use above the ceiling raises no flag": (flags, "raised", lambda right: lambda known, cause: known),
    "a frozen document is locked": (model, "check_frozen", lambda right: nothing),
    "a loan is more than its pledge is worth": (model, "_worth", lambda right: lambda *given: 10**15),
    "what is given back is rounded up": (
        pledges,
        "_released",
        lambda right: lambda hold, part, whole: replace(
            hold, released=max(hold.released, share_ceiling(hold.drawn, part, whole))
        ),
    ),
    "an extended loan stays overdue": (
        marks,
        "rebound",
        lambda right: lambda mark, step, terms: right(mark, "correct" if mark.drawn else step, terms),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_planted_mistake_is_found(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    place, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(place, name, wrong(getattr(place, name)))
    with pytest.raises(AssertionError):
        lead_a_life(random.Random(mistake))


def test_the_same_lives_without_a_mistake_are_right() -> None:
    """What finds the mistakes is quiet where there is none."""
    lead_a_life(random.Random("none"), 60)


def lead_a_life(choose: random.Random, steps: int = STEPS_TO_FIND_A_MISTAKE) -> None:
    """Random steps, several lives long; each life ends with the regulator's look."""
    life = Life()
    for count in range(1, steps + 1):
        name, at = some_step(life, choose)
        life.step(name, at, choose.choice((100, choose.randint(1, 100))))
        if count % STEPS_A_LIFE == 0:
            life.audit()
            life = Life()
