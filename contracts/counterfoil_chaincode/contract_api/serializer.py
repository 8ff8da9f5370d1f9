"""How arguments and results cross the wire: text as it is, everything else as canonical JSON."""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import msgspec
from counterfoil_protocol import canonical_json
from counterfoil_protocol.canonical_json import JsonValue

from .results import bad_result
from .structures import complete, unknown_field
from .types import TextKind, holds_dataclass, text_kind, type_name

ValueT = TypeVar("ValueT")
_SHORT_DIGITS, _ZERO = 18, ord("0")
_NULL = b"null"
_PLAIN = frozenset({int, str, bool, type(None)})
_BROKEN = re.compile(rb"[0-9][.eE]")
_CAME = {
    "a JSON object repeats a key": "an object that repeats a key",
    "JSON nested too deeply": "JSON nested too deeply",
}


class BadValue(ValueError):  # noqa: N818 - becomes a refusal of that meaning
    """Bytes that are no value of the type; the text says what was expected and what came, not its content."""


class Serializer(Protocol):
    """Turns arguments into values and results into bytes. A contract may bring its own."""

    def parse(self, data: bytes, expected: Any) -> object:
        """The value of an argument's bytes.

        Raises:
            BadValue: the bytes are no value of the type `expected`.
        """
        ...

    def format(self, value: object) -> bytes:
        """The bytes of a result; the same value gives the same bytes at every endorser.

        Raises:
            BadResult: the value has no such bytes.
        """
        ...


@dataclass(frozen=True, slots=True)
class CanonicalJsonSerializer:
    """Text and bytes pass as they are, as Fabric's contract APIs do; the rest is canonical JSON.

    What has a string in JSON is text: `str`, an enumeration of text, a date. Where it may be None too
    (`str | None`), the argument `null` is None and every other one is the text as it stands, so that the
    text `null` itself cannot be given there.
    """

    def parse(self, data: bytes, expected: Any) -> object:
        """As `Serializer.parse`."""
        if expected is bytes:
            return data
        if expected is int and len(data) <= _SHORT_DIGITS and data.isdigit() and data[0] != _ZERO:
            # Nearly every whole number, without the way through JSON.
            return int(data)
        try:
            if expected is str:
                return data.decode("utf-8")
            kind = text_kind(expected)
            if kind is TextKind.NONE:
                value = canonical_json.decode(data)
            elif kind is TextKind.OPTIONAL and data == _NULL:
                value = None
            else:
                value = data.decode("utf-8")
        except UnicodeDecodeError:
            raise BadValue("expected UTF-8 text") from None
        except ValueError as error:
            raise BadValue(f"expected {type_name(expected)}, got {_what_came(data, error)}") from None
        return convert(value, expected)

    def format(self, value: object) -> bytes:
        """As `Serializer.format`."""
        if value is None:
            return b""
        if isinstance(value, bytes):
            return value
        try:
            if isinstance(value, str):
                return value.encode()
            return canonical_json.encode(plain(value))
        except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
            raise bad_result(value) from None


def plain(value: object) -> JsonValue:
    """A typed value as JSON; sets and dicts in one order, so that endorsers agree."""
    if type(value) in _PLAIN:
        return cast("JsonValue", value)
    complete(value)
    found: JsonValue = msgspec.to_builtins(value, order="deterministic")
    return found


def _what_came(data: bytes, error: ValueError) -> str:
    """What kind of thing an argument is that is no canonical JSON."""
    if not data.strip():
        return "nothing"
    if isinstance(error, json.JSONDecodeError):
        return "text that is no JSON"
    if isinstance(error, UnicodeError):
        return "text that is no Unicode"
    text = str(error)
    if text == "a JSON number here is an integer":
        return "a number with a fraction or an exponent" if _BROKEN.search(data) else "NaN or Infinity"
    return _CAME.get(text, "a number of too many digits")


def convert(value: Any, expected: type[ValueT]) -> ValueT:
    """A JSON value as a typed one.

    Raises:
        BadValue: it is none, or has a field that its dataclass has not; the text names the place, what was
            expected and what came, never the content.
    """
    try:
        found = msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise BadValue(_without_content(str(error))) from None
    kind: Any = expected
    if holds_dataclass(kind):
        unknown = unknown_field(value, expected)
        if unknown:
            raise BadValue(f"object contains unknown field {unknown}")
        complete(found)
    return found


def _without_content(message: str) -> str:
    # msgspec quotes the content for an enumeration and for the tag of a union.
    if message.startswith(("Invalid enum value", "Invalid value")):
        _, at, place = message.rpartition(" - at `$")
        return f"expected a value of the enumeration{at}{place if at else ''}"
    return message[:1].lower() + message[1:]
