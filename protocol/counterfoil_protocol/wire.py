"""Decode protobuf bytes, so that everything unreadable becomes one error."""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from .errors import MalformedMessage

MessageT = TypeVar("MessageT", bound=Message)
UNREADABLE = "proto: cannot parse invalid wire-format data"
"""What Go's protobuf says of bytes that are not the message they should be; it quotes nothing."""


def decode(message_type: type[MessageT], data: bytes) -> MessageT:
    """Parse ``data`` as ``message_type``; empty bytes are the message with no field set.

    Raises:
        MalformedMessage: the bytes are no such message.
    """
    try:
        return message_type.FromString(data)
    except DecodeError:
        # The decoder's own text may quote payload bytes, so it is left out.
        raise MalformedMessage(f"not a {message_type.DESCRIPTOR.full_name}") from None


def required(message: Message, field: str) -> None:
    """Refuse a message whose sub-message ``field`` is absent (Go's nil pointer).

    Raises:
        MalformedMessage: the field is absent.
    """
    if not message.HasField(field):
        raise MalformedMessage(f"{message.DESCRIPTOR.full_name}.{field} is missing")
