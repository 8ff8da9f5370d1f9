"""Cutting blocks: by count, by bytes, and a large message alone."""

from collections.abc import Iterable, Sequence

import pytest
from counterfoil_network.embedded.orderer.block_cutter import BlockCutter
from counterfoil_protocol.channel_config import BatchSize
from counterfoil_protocol.messages import common
from hypothesis import given
from hypothesis import strategies as st


def envelope(size: int, mark: int = 0) -> common.Envelope:
    return common.Envelope(payload=bytes([mark]) * (size - 1), signature=b"s")


@pytest.fixture
def cutter() -> BlockCutter:
    return BlockCutter(BatchSize(max_message_count=3, absolute_max_bytes=1000, preferred_max_bytes=100))


def sizes(batches: Iterable[Sequence[common.Envelope]]) -> list[list[int]]:
    return [[len(e.payload) + len(e.signature) for e in batch] for batch in batches]


def test_the_count_cuts(cutter: BlockCutter) -> None:
    assert cutter.ordered(envelope(10)) == []
    assert cutter.ordered(envelope(10)) == []
    assert sizes(cutter.ordered(envelope(10))) == [[10, 10, 10]]
    assert list(cutter.cut()) == []


def test_what_would_overflow_starts_the_next_batch(cutter: BlockCutter) -> None:
    cutter.ordered(envelope(60))
    assert sizes(cutter.ordered(envelope(50))) == [[60]]
    assert sizes([cutter.cut()]) == [[50]]


def test_exactly_the_preferred_size_still_fits(cutter: BlockCutter) -> None:
    cutter.ordered(envelope(60))
    assert cutter.ordered(envelope(40)) == []


def test_a_large_message_travels_alone_after_what_waited(cutter: BlockCutter) -> None:
    cutter.ordered(envelope(10))
    assert sizes(cutter.ordered(envelope(101))) == [[10], [101]]


@given(st.lists(st.integers(min_value=1, max_value=150), max_size=40))
def test_order_is_kept_and_nothing_is_lost(lengths: list[int]) -> None:
    cutter = BlockCutter(BatchSize(3, 1000, 100))
    batches = [batch for length in lengths for batch in cutter.ordered(envelope(length))]
    batches.append(cutter.cut())
    assert [size for batch in sizes(batches) for size in batch] == lengths
    for batch in sizes(batches):
        assert len(batch) <= 3
        assert sum(batch) <= 100 or len(batch) == 1
