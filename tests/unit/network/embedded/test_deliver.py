"""Seek positions, waiting and refusing, without a network."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from counterfoil_network.embedded.deliver import Answers, deliver
from counterfoil_network.embedded.progress import Progress
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.errors import PolicyFailure
from counterfoil_protocol.messages import atomic_broadcast, common
from counterfoil_protocol.signed_data import SignedData

Position = atomic_broadcast.SeekPosition
OLDEST = Position(oldest=atomic_broadcast.SeekOldest())
NEWEST = Position(newest=atomic_broadcast.SeekNewest())
NEXT = Position(next_commit=atomic_broadcast.SeekNextCommit())
SUCCESS, NOT_FOUND, BAD_REQUEST, FORBIDDEN = 200, 404, 400, 403


def at(number: int) -> atomic_broadcast.SeekPosition:
    return Position(specified=atomic_broadcast.SeekSpecified(number=number))


class Blocks:
    """A ledger of numbered blocks that grows on demand."""

    def __init__(self, height: int) -> None:
        self.progress = Progress(height)
        self.channel: Any = SimpleNamespace(channel_id="trade", sequence=0)

    async def next_block(self, number: int) -> common.Block:
        await self.progress.reached(number + 1)
        return common.Block(header=common.BlockHeader(number=number), data=common.BlockData(data=[b"x"]))


def request(
    start: atomic_broadcast.SeekPosition | None,
    stop: atomic_broadcast.SeekPosition | None,
    *,
    fail: bool = False,
    channel: str = "trade",
    seconds: float = 0,
    header_only: bool = False,
) -> common.Envelope:
    seek = atomic_broadcast.SeekInfo(start=start, stop=stop)
    if fail:
        seek.behavior = atomic_broadcast.SeekInfo.FAIL_IF_NOT_READY
    if header_only:
        seek.content_type = atomic_broadcast.SeekInfo.HEADER_WITH_SIG
    payload = build_payload(
        common.DELIVER_SEEK_INFO,
        channel,
        b"creator",
        b"nonce",
        seek.SerializeToString(),
        timestamp=(int(time.time() + seconds), 0),
    )
    return common.Envelope(payload=payload, signature=b"s")


def answers_of(
    *envelopes: common.Envelope, height: int = 5, denied: bool = False, grow: int = 0
) -> list[Any]:
    """Numbers of the delivered blocks (negative for a header alone), then the status, for each request."""
    blocks = Blocks(height)

    def allow(_: SignedData) -> None:
        if denied:
            raise PolicyFailure("no")

    def block(sent: common.Block, _: SignedData) -> int:
        return sent.header.number if sent.HasField("data") else -sent.header.number

    async def incoming() -> AsyncIterator[common.Envelope]:
        for envelope in envelopes:
            yield envelope

    async def collect() -> list[Any]:
        async def later() -> None:
            await asyncio.sleep(0.01)
            blocks.progress.advance(height + grow)

        growing = asyncio.create_task(later())
        wording = Answers(allow, block, lambda status: f"{status}")
        found = [each async for each in deliver(incoming(), blocks, wording, logging.getLogger("test"))]
        await growing
        return found

    return asyncio.run(asyncio.wait_for(collect(), 5))


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (OLDEST, OLDEST, [0]),
        (OLDEST, at(2), [0, 1, 2]),
        (at(3), NEWEST, [3, 4]),
        (NEWEST, NEWEST, [4]),
        (at(1), at(1), [1]),
    ],
)
def test_positions(start: Any, stop: Any, expected: list[int]) -> None:
    assert answers_of(request(start, stop)) == [*expected, f"{SUCCESS}"]


def test_it_waits_for_what_is_not_there_yet() -> None:
    assert answers_of(request(at(4), at(6)), grow=2) == [4, 5, 6, f"{SUCCESS}"]
    assert answers_of(request(NEXT, at(5)), grow=1) == [5, f"{SUCCESS}"]


def test_it_does_not_wait_when_told_so() -> None:
    assert answers_of(request(at(4), at(6), fail=True)) == [4, f"{NOT_FOUND}"]


def test_one_stream_takes_several_requests_until_one_fails() -> None:
    first, bad = request(at(1), at(1)), request(at(3), at(1))
    assert answers_of(first, first, bad, first) == [1, f"{SUCCESS}", 1, f"{SUCCESS}", f"{BAD_REQUEST}"]


@pytest.mark.parametrize(
    ("envelope", "status"),
    [
        (request(None, NEWEST), BAD_REQUEST),
        (request(OLDEST, None), BAD_REQUEST),
        (request(at(9), at(9)), NOT_FOUND),
        (request(OLDEST, OLDEST, channel="other"), NOT_FOUND),
        (request(OLDEST, OLDEST, seconds=-1000), BAD_REQUEST),
        (common.Envelope(), BAD_REQUEST),
        (common.Envelope(payload=b"\xff"), BAD_REQUEST),
    ],
)
def test_what_makes_no_sense_is_refused(envelope: common.Envelope, status: int) -> None:
    assert answers_of(envelope) == [f"{status}"]


def test_who_may_not_read_gets_nothing() -> None:
    assert answers_of(request(OLDEST, NEWEST), denied=True) == [f"{FORBIDDEN}"]


def test_headers_alone() -> None:
    assert answers_of(request(at(2), at(3), header_only=True)) == [-2, -3, f"{SUCCESS}"]
