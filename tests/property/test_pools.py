"""Pledges and lines against sums of fractions written from the rules, sharing no code with the contracts."""

from fractions import Fraction
from math import ceil, floor

import pytest
from counterfoil_chaincode.refusal import Refusal
from counterfoil_contracts.core import marks, pledges, pools
from counterfoil_contracts.core.documents import Invoice
from counterfoil_contracts.core.marks import Mark
from counterfoil_contracts.core.pledges import Hold, Pledge
from counterfoil_contracts.core.pools import Movement, Pool, PoolLine
from hypothesis import given, settings
from hypothesis import strategies as st

AMOUNTS = st.integers(1, 10**9)
DOCUMENT = "d" * 64
OTHER = "e" * 64


def mark_of(held: list[tuple[int, int, int]]) -> Mark:
    """A locked mark; each pledge is (invoice amount, declaration amount, loan amount)."""
    its = tuple(
        Pledge(Hold(DOCUMENT, invoice), Hold(OTHER, declaration), loan) for invoice, declaration, loan in held
    )
    facts = Invoice("91310000MA1FL0007C", "B", "N", "2026-01-01", "USD", 1)
    return Mark(
        id="0" * 32,
        bank="BankAMSP",
        state="LOCKED",
        enterprise=facts.seller,
        terms="0" * 32,
        terms_hash="",
        currency="CNY",
        amount=sum(each[2] for each in held),
        invoices=(facts,),
        declarations=("224820260000000001",) * len(its),
        pledges=its,
        locked_by="0" * 32,
        locked_at=0,
        expires=1,
        changed_at=0,
    )


@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(["draw", "repay"]), st.integers(1, 100)), max_size=12),
    st.integers(1, 100),
)
def test_marks_follow_the_loan(
    held: list[tuple[int, int, int]], steps: list[tuple[str, int]], approved_percent: int
) -> None:
    """Each hold by the rule: kept rounded up, released to date = floor(drawn mark x repaid / drawn)."""
    mark = mark_of(held)
    loan = sum(each[2] for each in held)
    approved = max(1, loan * approved_percent // 100)
    mark = marks.approve(mark, approved, ())
    assert sum(each.loan for each in mark.pledges) == approved
    kept = [
        ceil(Fraction(amount * each.loan, whole))
        for each, (amount, _, whole) in zip(mark.pledges, held, strict=True)
    ]
    assert [each.invoice.amount for each in mark.pledges] == kept
    released = [0] * len(held)
    for step, percent in steps:
        room = approved - mark.drawn if step == "draw" else mark.drawn - mark.repaid
        amount = room * percent // 100
        if not amount:
            continue
        mark = marks.disburse(mark, amount, ()) if step == "draw" else marks.repay(mark, amount, ())
        for at, each in enumerate(mark.pledges):
            drawn = ceil(Fraction(kept[at] * each.drawn, each.loan)) if each.loan else 0
            share = floor(Fraction(drawn * each.repaid, each.drawn)) if each.drawn else 0
            if step == "repay":  # a drawdown gives nothing back
                released[at] = max(released[at], share)
            assert (each.invoice.drawn, each.invoice.released) == (drawn, released[at])
            assert 0 <= each.invoice.outstanding <= each.invoice.amount
            assert 0 <= each.declaration.outstanding + each.declaration.locked <= held[at][1]


@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=4),
    st.lists(st.integers(1, 99), max_size=6),
)
def test_a_financing_repaid_in_full_holds_nothing(
    held: list[tuple[int, int, int]], percents: list[int]
) -> None:
    mark = mark_of(held)
    loan = mark.amount
    mark = marks.approve(mark, loan, ())
    mark = marks.disburse(mark, loan, ())
    for percent in percents:
        part = (loan - mark.repaid) * percent // 100
        mark = marks.repay(mark, part, ()) if part else mark
    mark = marks.repay(mark, loan - mark.repaid, ()) if mark.repaid < loan else mark
    assert mark.state == "SETTLED"
    assert all(
        hold.locked == hold.outstanding == 0
        for each in mark.pledges
        for hold in (each.invoice, each.declaration)
    )


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=4), st.integers(1, 99))
def test_cancelling_what_is_not_drawn_leaves_exactly_the_drawn_part(
    held: list[tuple[int, int, int]], percent: int
) -> None:
    mark = marks.approve(mark_of(held), sum(each[2] for each in held), ())
    drawn = mark.amount * percent // 100
    mark = marks.disburse(mark, drawn, ()) if drawn else mark
    after = marks.cancel(mark)
    assert after.state == ("DISBURSED" if drawn else "CANCELLED")
    for old, new in zip(mark.pledges, after.pledges, strict=True):
        assert new.invoice.locked == new.declaration.locked == 0
        assert new.invoice.outstanding == old.invoice.outstanding


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_spread_loses_nothing_and_overflows_nowhere(amount: int, rooms: list[int]) -> None:
    if amount > sum(rooms):
        with pytest.raises(Refusal, match="OVER_AMOUNT"):
            pledges.spread(amount, rooms, ())
        return
    parts = pledges.spread(amount, rooms, ())
    assert sum(parts) == amount
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    floors = [floor(Fraction(amount * room, sum(rooms))) for room in rooms]
    assert all(part >= least for part, least in zip(parts, floors, strict=True))


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10_000),
)
def test_available_is_the_formula(
    total: int, collected: int, locked: int, outstanding: int, ratio: int
) -> None:
    pool = Pool(
        DOCUMENT,
        "DECLARATION",
        "USD",
        total,
        "CUSTOMS",
        collected=collected,
        locked=locked,
        outstanding=outstanding,
    )
    expected = max(0, floor(Fraction(total - collected) * Fraction(ratio, 10_000)) - locked - outstanding)
    assert pools.available(pool, ratio) == expected


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=4),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
)
def test_proceeds_fall_on_lines_in_order(lines: list[tuple[int, int]], receipts: list[int]) -> None:
    """Each line in full before the next; a declaration counts its share rounded up, all of it at the end."""
    stated = tuple(PoolLine(f"{at:064x}", own, other) for at, (own, other) in enumerate(lines))
    total = sum(own for own, _ in lines)
    invoice = Pool(DOCUMENT, "INVOICE", "USD", total, "CUSTOMS", lines=stated)
    for receipt in receipts:
        invoice = pools.with_collected(invoice, receipt)
    left = sum(receipts)
    for line, taken in zip(stated, pools.collected_to_date(invoice), strict=True):
        expected = min(left, line.own_amount)
        left -= expected
        assert taken == expected
        share = pools.declared_share(line, taken)
        assert share == ceil(Fraction(line.other_amount * expected, line.own_amount))


def test_a_pool_never_falls_below_nothing() -> None:
    pool = Pool(DOCUMENT, "INVOICE", "USD", 10, "CUSTOMS", lines=(PoolLine(OTHER, 10, 10),))
    with pytest.raises(AssertionError, match="below nothing"):
        pools.moved(pool, "BankAMSP", "0" * 32, [Movement(DOCUMENT, OTHER, -1, 0)], live=True)
