"""What the ordering service refuses before it orders (orderer/common/msgprocessor), in Fabric's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.errors import MalformedMessage, PolicyFailure
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common
from counterfoil_protocol.signed_data import envelope_signed_data
from counterfoil_protocol.wire import UNREADABLE, decode

from counterfoil_network.embedded.orderer.block_cutter import message_size

if TYPE_CHECKING:
    from datetime import datetime

    from counterfoil_network.embedded.channel import Channel

WRITERS = "/Channel/Writers"


class Refused(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The envelope is not ordered; the text is Fabric's."""

    def __init__(self, status: common.Status.ValueType, info: str) -> None:
        super().__init__(info)
        self.status = status
        self.info = info


def message_type(envelope: common.Envelope, channel: Channel) -> int:
    """Classify a message for the channel: its header type, if it may be sent at all.

    Raises:
        Refused: it has no header, is of another channel, or of a type that the orderer alone makes.

    """
    header = _channel_header(envelope)
    if header.channel_id != channel.channel_id:
        raise Refused(common.BAD_REQUEST, "channel does not exist")
    if header.type == common.CONFIG:
        raise Refused(common.BAD_REQUEST, "message is of type that cannot be processed directly")
    if header.type == common.ORDERER_TRANSACTION:
        raise Refused(common.BAD_REQUEST, "message is of type that is no longer supported")
    return int(header.type)


def check_message(envelope: common.Envelope, channel: Channel, now: datetime) -> None:
    """Apply every filter to a message for the channel; `now` judges the creator's certificate.

    Raises:
        Refused: with Fabric's status and text.

    """
    _check_size(envelope, channel)
    _check_signature(envelope, channel, now)


def _channel_header(envelope: common.Envelope) -> common.ChannelHeader:
    prefix = "could not determine channel ID"
    try:
        payload = decode(common.Payload, envelope.payload)
    except MalformedMessage as error:
        text = f"{prefix}: error unmarshalling Payload: {UNREADABLE}"
        raise Refused(common.BAD_REQUEST, text) from error
    if not payload.HasField("header"):
        raise Refused(common.BAD_REQUEST, f"{prefix}: header not set")
    if not payload.header.channel_header:
        raise Refused(common.BAD_REQUEST, f"{prefix}: channel header not set")
    try:
        return decode(common.ChannelHeader, payload.header.channel_header)
    except MalformedMessage as error:
        text = f"{prefix}: error unmarshalling ChannelHeader: {UNREADABLE}"
        raise Refused(common.BAD_REQUEST, text) from error


def _check_size(envelope: common.Envelope, channel: Channel) -> None:
    size, most = message_size(envelope), channel.batch_size.absolute_max_bytes
    if size > most:
        raise Refused(
            common.BAD_REQUEST, f"message payload is {size} bytes and exceeds maximum allowed {most} bytes"
        )


def _check_signature(envelope: common.Envelope, channel: Channel, now: datetime) -> None:
    try:
        signed = envelope_signed_data(envelope)
    except MalformedMessage as error:
        raise Refused(common.BAD_REQUEST, f"could not convert message to signedData: {error}") from error
    try:
        if Identity.parse(signed[0].identity).x509.not_valid_after_utc < now:
            raise Refused(common.BAD_REQUEST, "broadcast client identity expired")
    except MalformedMessage:
        pass  # an identity that cannot be read does not expire; the policy refuses it
    try:
        channel.evaluate(WRITERS, signed)
    except PolicyFailure as denied:
        raise Refused(common.FORBIDDEN, f"{denied}: permission denied") from denied
