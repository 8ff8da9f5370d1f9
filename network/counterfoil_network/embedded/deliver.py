"""Deliver blocks on request, from a given position on, as peers and orderers both do.

Source: common/deliver/deliver.go (the loop), common/ledger/blockledger/fileledger (positions).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from counterfoil_protocol.block import is_config_block
from counterfoil_protocol.errors import MalformedMessage, PolicyFailure
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import atomic_broadcast, common
from counterfoil_protocol.signed_data import SignedData
from counterfoil_protocol.wire import decode

from counterfoil_network.embedded.settings import TIME_WINDOW

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncIterator, Callable

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.progress import Progress

T = TypeVar("T")
_NANOSECONDS = 1_000_000_000


class BlockSource(Protocol):
    """A ledger that grows."""

    @property
    def channel(self) -> Channel:
        """The channel's configuration in force."""
        ...

    @property
    def progress(self) -> Progress:
        """Its height."""
        ...

    async def next_block(self, number: int) -> common.Block:
        """Return a block, waiting for it if need be; not to be changed."""
        ...


@dataclass(frozen=True, slots=True)
class Answers:
    """How one service words its answers: blocks in its own form, and statuses."""

    allow: Callable[[SignedData], None]
    """Raises PolicyFailure for a client that may not read."""
    block: Callable[[common.Block, SignedData], object]
    status: Callable[[common.Status.ValueType], object]


@dataclass(slots=True)
class _Request:
    signed: SignedData
    seek: atomic_broadcast.SeekInfo
    expires: datetime | None
    sequence: int = -1


class _Ended(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The request ends with a status other than success."""

    def __init__(self, status: common.Status.ValueType, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def deliver(
    requests: AsyncIterator[common.Envelope], source: BlockSource, answers: Answers, log: logging.Logger
) -> AsyncIterator[object]:
    """Answer each request in turn: its blocks, then a status; the stream ends at the first failure."""
    async for envelope in requests:
        try:
            async for answer in _blocks(envelope, source, answers):
                yield answer
        except _Ended as ended:
            log.warning("deliver: %s", ended)
            yield answers.status(ended.status)
            return
        yield answers.status(common.SUCCESS)


async def _blocks(envelope: common.Envelope, source: BlockSource, answers: Answers) -> AsyncIterator[object]:
    request = _read(envelope, source)
    _check_access(request, source, answers)
    if not request.seek.HasField("start") or not request.seek.HasField("stop"):
        raise _Ended(common.BAD_REQUEST, "seek information lacks start or stop")
    number = _start(request.seek.start, source.progress.height)
    stop = _stop(request.seek, number, source.progress.height)
    while True:
        fails_early = request.seek.behavior == atomic_broadcast.SeekInfo.FAIL_IF_NOT_READY
        if fails_early and number >= source.progress.height:
            raise _Ended(common.NOT_FOUND, f"block {number} is not there yet")
        block = await source.next_block(number)
        _check_access(request, source, answers)
        yield answers.block(_content(block, request.seek), request.signed)
        if number == stop:
            return
        number += 1


def _read(envelope: common.Envelope, source: BlockSource) -> _Request:
    try:
        payload = decode(common.Payload, envelope.payload)
        if not payload.HasField("header"):
            raise _Ended(common.BAD_REQUEST, "envelope has no header")
        channel = decode(common.ChannelHeader, payload.header.channel_header)
        creator = decode(common.SignatureHeader, payload.header.signature_header).creator
    except MalformedMessage as error:
        raise _Ended(common.BAD_REQUEST, f"malformed envelope: {error}") from error
    if not channel.HasField("timestamp"):
        raise _Ended(common.BAD_REQUEST, "channel header in envelope must contain timestamp")
    sent = channel.timestamp.seconds + channel.timestamp.nanos / _NANOSECONDS
    if abs(time.time() - sent) > TIME_WINDOW:
        raise _Ended(common.BAD_REQUEST, "envelope timestamp is outside of the allowed time window")
    if channel.channel_id != source.channel.channel_id:
        raise _Ended(common.NOT_FOUND, "channel not found")
    try:
        seek = decode(atomic_broadcast.SeekInfo, payload.data)
    except MalformedMessage as error:
        raise _Ended(common.BAD_REQUEST, f"malformed seek information: {error}") from error
    return _Request(SignedData(envelope.payload, creator, envelope.signature), seek, _expiry(creator))


def _expiry(creator: bytes) -> datetime | None:
    try:
        return Identity.parse(creator).x509.not_valid_after_utc
    except MalformedMessage:
        return None


def _check_access(request: _Request, source: BlockSource, answers: Answers) -> None:
    """Decide once, and again whenever the channel's configuration has changed."""
    if request.expires is not None and request.expires < datetime.now(UTC):
        raise _Ended(common.FORBIDDEN, "deliver client identity expired")
    if request.sequence == source.channel.sequence:
        return
    request.sequence = source.channel.sequence
    try:
        answers.allow(request.signed)
    except PolicyFailure as denied:
        raise _Ended(common.FORBIDDEN, f"client is not authorized: {denied}") from denied


def _start(position: atomic_broadcast.SeekPosition, height: int) -> int:
    kind = position.WhichOneof("Type")
    if kind == "oldest":
        return 0
    if kind == "newest":
        return height - 1
    if kind == "next_commit":
        return height
    if kind == "specified" and position.specified.number <= height:
        return position.specified.number
    raise _Ended(common.NOT_FOUND, "start position not found")


def _stop(seek: atomic_broadcast.SeekInfo, start: int, height: int) -> int:
    kind = seek.stop.WhichOneof("Type")
    if kind == "oldest":
        return start
    if kind == "newest":
        # Start and stop at newest mean one block, even if another has come meanwhile.
        return start if seek.start == seek.stop else height - 1
    if kind == "specified":
        if seek.stop.specified.number < start:
            raise _Ended(common.BAD_REQUEST, "start number greater than stop number")
        return seek.stop.specified.number
    return 0


def _content(block: common.Block, seek: atomic_broadcast.SeekInfo) -> common.Block:
    if seek.content_type != atomic_broadcast.SeekInfo.HEADER_WITH_SIG or is_config_block(block):
        return block
    return common.Block(header=block.header, metadata=block.metadata)
