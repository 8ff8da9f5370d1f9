"""How arguments and results cross the wire: text as it is, everything else as canonical JSON."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import msgspec
from counterfoil_protocol import canonical_json
from counterfoil_protocol.canonical_json import JsonValue

ValueT = TypeVar("ValueT")
_SHORT_DIGITS, _ZERO = 18, ord("0")


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
        """The bytes of a result; the same value gives the same bytes at every endorser."""
        ...


@dataclass(frozen=True, slots=True)
class CanonicalJsonSerializer:
    """Text and bytes pass as they are, as Fabric's contract APIs do; the rest is canonical JSON."""

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
            value = data.decode("utf-8") if expects_text(expected) else canonical_json.decode(data)
        except UnicodeDecodeError:
            raise BadValue("expected UTF-8 text") from None
        except ValueError:
            name = getattr(expected, "__name__", str(expected))
            raise BadValue(f"expected {name} as JSON of whole numbers and unrepeated keys") from None
        return convert(value, expected)

    def format(self, value: object) -> bytes:
        """As `Serializer.format`."""
        if value is None:
            return b""
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            return value.encode()
        return canonical_json.encode(plain(value))


def plain(value: object) -> JsonValue:
    """A typed value as JSON; sets and dicts in one order, so that endorsers agree."""
    found: JsonValue = msgspec.to_builtins(value, order="deterministic")
    return found


# Making a schema costs more than the whole call around it.
@lru_cache(maxsize=4096)
def expects_text(expected: Any) -> bool:
    """Whether JSON of this type is a string, so that the argument is taken as it is."""
    if expected is str:
        return True
    try:
        schema = msgspec.json.schema(expected)
    except TypeError:
        return False
    return _is_text(schema, schema.get("$defs", {}))


def _is_text(schema: dict[str, object], definitions: dict[str, dict[str, object]]) -> bool:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _is_text(definitions[reference.rpartition("/")[2]], definitions)
    values = schema.get("enum")
    return schema.get("type") == "string" or (
        isinstance(values, list) and all(isinstance(value, str) for value in values)
    )


def convert(value: object, expected: type[ValueT]) -> ValueT:
    """A JSON value as a typed one.

    Raises:
        BadValue: it is none; the text names the place, what was expected and what came, never the content.
    """
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise BadValue(_without_content(str(error))) from None


def _without_content(message: str) -> str:
    # msgspec quotes the content for an enumeration and for the tag of a union.
    if message.startswith(("Invalid enum value", "Invalid value")):
        _, at, place = message.rpartition(" - at `$")
        return f"expected a value of the enumeration{at}{place if at else ''}"
    return message[:1].lower() + message[1:]
