"""What a type is to the contract API: whether it can cross the wire, as text or as JSON, and its name."""

import enum
import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import inspect

_STRUCTURES = (inspect.DataclassType, inspect.StructType, inspect.TypedDictType, inspect.DictType)


class TextKind(enum.Enum):
    """Whether an argument of a type is taken as it is, without JSON's quotes."""

    NONE = enum.auto()
    TEXT = enum.auto()
    OPTIONAL = enum.auto()
    """Text, or the word null for None."""


# Making a schema costs more than the whole call around it.
@lru_cache(maxsize=4096)
def text_kind(expected: Any) -> TextKind:
    """How an argument of this type is read: JSON of it is a string, a string or null, or something else."""
    if expected is str:
        return TextKind.TEXT
    try:
        schema = msgspec.json.schema(expected)
    except TypeError:
        return TextKind.NONE
    definitions = schema.get("$defs", {})
    members = [_followed(each, definitions) for each in _followed(schema, definitions).get("anyOf", [schema])]
    texts = [each for each in members if each.get("type") != "null"]
    if not texts or not all(_is_text(each) for each in texts):
        return TextKind.NONE
    nullable = len(texts) < len(members) or any(None in each.get("enum", ()) for each in texts)
    return TextKind.OPTIONAL if nullable else TextKind.TEXT


def _followed(schema: dict[str, Any], definitions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def _is_text(schema: dict[str, Any]) -> bool:
    values = [value for value in schema.get("enum", ()) if value is not None]
    return schema.get("type") == "string" or (
        bool(values) and all(isinstance(value, str) for value in values)
    )


@lru_cache(maxsize=4096)
def holds_dataclass(expected: Any) -> bool:
    """Whether a value of this type can hold a dataclass's object that the type names."""
    try:
        found = inspect.type_info(expected)
    except TypeError:
        return False
    return any(isinstance(each, inspect.DataclassType) for each in reached(found))


def reached(found: inspect.Type) -> Iterator[inspect.Type]:
    """A type and all that it is made of, each once."""
    seen: set[int] = set()
    ahead = [found]
    while ahead:
        each = ahead.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        ahead.extend(parts(each))


def parts(found: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a type names itself."""
    for attribute in ("type", "item_type", "key_type", "value_type"):
        part = getattr(found, attribute, None)
        if isinstance(part, inspect.Type):
            yield part
    yield from getattr(found, "types", ())
    yield from getattr(found, "item_types", ())
    for field in getattr(found, "fields", ()):
        yield field.type


def check_type(expected: Any) -> None:
    """See to it that values of a type can be arguments and results as canonical JSON.

    Raises:
        TypeError: they never can; the text begins with the type's name and says what to take instead.
    """
    name = type_name(expected)
    try:
        named = list(reached(inspect.type_info(expected)))
    except (TypeError, ValueError, NameError) as error:
        raise TypeError(f"{name} has no JSON: {error}") from None
    for part in named:
        reason = _why_unusable(part)
        if reason:
            raise TypeError(f"{name} {reason}")
    try:
        msgspec.json.Decoder(expected)
        msgspec.json.schema(expected)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} has no JSON: {error}") from None


def _why_unusable(part: inspect.Type) -> str:
    if isinstance(part, inspect.FloatType):
        return "is or holds a float; endorsers agree on whole numbers only: take int, or decimal.Decimal"
    if isinstance(part, inspect.CustomType):
        return (
            f"is or holds {part.cls.__name__}, which has no JSON: take a dataclass, Any, or a serializer of "
            "the contract's own"
        )
    if isinstance(part, inspect.RawType | inspect.ExtType):
        return "is or holds a part of msgspec's own encodings; take Any"
    if isinstance(part, inspect.DictType) and not _is_key(part.key_type):
        return "is or holds a dict whose keys are no text, as JSON's are; take dict[str, ...]"
    if isinstance(part, inspect.SetType | inspect.FrozenSetType) and any(
        isinstance(each, _STRUCTURES) for each in reached(part.item_type)
    ):
        return "is or holds a set of structures, which have no order to agree on; take a list"
    return ""


def _is_key(found: inspect.Type) -> bool:
    while isinstance(found, inspect.Metadata):
        found = found.type
    if isinstance(found, inspect.EnumType):
        return all(isinstance(each.value, str) for each in found.cls)
    if isinstance(found, inspect.LiteralType):
        return all(isinstance(value, str) for value in found.values)
    if isinstance(found, inspect.UnionType):
        return all(_is_key(each) for each in found.types)
    return isinstance(
        found,
        inspect.AnyType | inspect.StrType | inspect.UUIDType | inspect.DateType | inspect.DateTimeType
        | inspect.TimeType | inspect.TimeDeltaType | inspect.DecimalType,
    )  # fmt: skip


def type_name(expected: Any) -> str:
    """A type as one writes it: `list[Part]`, `str | None`, without modules and constraints."""
    origin, given = get_origin(expected), get_args(expected)
    if origin is Annotated:
        return type_name(given[0])
    if origin is Literal:
        return "Literal[" + ", ".join(repr(value) for value in given) + "]"
    if origin in (Union, types.UnionType):
        return " | ".join(type_name(each) for each in given)
    if expected in (None, type(None)):
        return "None"
    if expected is Ellipsis:
        return "..."
    if isinstance(expected, list):
        return "[" + ", ".join(type_name(each) for each in expected) + "]"
    name = getattr(origin or expected, "__name__", None) or str(expected)
    return f"{name}[{', '.join(type_name(each) for each in given)}]" if given else str(name)
