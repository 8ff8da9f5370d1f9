"""Dataclasses on the wire: defaults that came by themselves, and fields that nobody declared.

msgspec leaves a default that is an attribute of the class out of what it makes, and then out of what it
writes; and it ignores fields that it does not know, where Fabric's contract API refuses them
(fabric-contract-api-go metadata/schema.go addComponentIfNotExists: a structure has no additional properties).
"""

import dataclasses
from collections.abc import Iterable
from functools import lru_cache
from inspect import getattr_static
from typing import Any

import msgspec
from counterfoil_protocol.canonical_json import JsonValue
from msgspec import inspect

from .types import holds_dataclass

_LEAVES = frozenset({str, int, bool, bytes, type(None)})


@dataclasses.dataclass(frozen=True, slots=True)
class _Plan:
    """The fields of a class to look into, and the defaults that its objects may lack."""

    fields: tuple[str, ...] = ()
    defaults: tuple[tuple[str, object], ...] = ()


def complete(value: object) -> None:
    """Give each dataclass's object in a value the defaults that it has from its class only."""
    if type(value) in _LEAVES:
        return
    members: Iterable[object]
    if isinstance(value, dict):
        members = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        members = value
    else:
        kind: Any = type(value)
        plan = _plan(kind)
        for name, default in plan.defaults:
            # Not setattr: the class may be frozen.
            vars(value).setdefault(name, default)
        members = [getattr(value, name, None) for name in plan.fields]
    for member in members:
        if type(member) not in _LEAVES:
            complete(member)


@lru_cache(maxsize=4096)
def _plan(kind: Any) -> _Plan:
    if dataclasses.is_dataclass(kind):
        fields = dataclasses.fields(kind)
        defaults = tuple(
            (field.name, field.default)
            for field in fields
            # A slot's default is no attribute of the class, and msgspec sets it.
            if field.default is not dataclasses.MISSING
            and getattr_static(kind, field.name, dataclasses.MISSING) is field.default
        )
        return _Plan(tuple(field.name for field in fields), defaults)
    if issubclass(kind, msgspec.Struct) and holds_dataclass(kind):
        return _Plan(kind.__struct_fields__)
    return _Plan()


def unknown_field(value: JsonValue, expected: object) -> str:
    """The first field of a JSON value that a dataclass of the type does not have; empty if there is none.

    The text names the field and the place of the object around it, as msgspec does for its own structures.
    """
    return _unknown(value, inspect.type_info(expected), "$")


def _unknown(value: JsonValue, found: inspect.Type, place: str) -> str:
    if isinstance(found, inspect.Metadata):
        return _unknown(value, found.type, place)
    if isinstance(found, inspect.UnionType):
        return _first(_unknown(value, each, place) for each in found.types if _may_be(value, each))
    if isinstance(value, dict):
        return _unknown_in_object(value, found, place)
    if not isinstance(value, list):
        return ""
    if isinstance(found, inspect.TupleType):
        kinds: Iterable[inspect.Type] = found.item_types
    elif isinstance(found, inspect.NamedTupleType | inspect.StructType):
        kinds = [field.type for field in found.fields]
        if isinstance(found, inspect.StructType) and found.tag is not None:
            kinds = [inspect.AnyType(), *kinds]
    elif isinstance(found, inspect.CollectionType):
        kinds = [found.item_type] * len(value)
    else:
        return ""
    pairs = zip(value, kinds, strict=False)
    return _first(_unknown(each, kind, f"{place}[{number}]") for number, (each, kind) in enumerate(pairs))


def _unknown_in_object(value: dict[str, JsonValue], found: inspect.Type, place: str) -> str:
    if isinstance(found, inspect.DictType):
        return _first(_unknown(each, found.value_type, f"{place}[...]") for each in value.values())
    if not isinstance(found, inspect.DataclassType | inspect.StructType | inspect.TypedDictType):
        return ""
    kinds = {field.encode_name: field.type for field in found.fields}
    if isinstance(found, inspect.DataclassType):
        for name in value:
            if name not in kinds:
                return f"`{name}`" + (f" - at `{place}`" if place != "$" else "")
    return _first(_unknown(value[name], kinds[name], f"{place}.{name}") for name in value if name in kinds)


def _may_be(value: JsonValue, found: inspect.Type) -> bool:
    """Whether it is the member of a union that the value was read as; tagged ones say so themselves."""
    if not isinstance(found, inspect.StructType) or found.tag is None:
        return True
    if isinstance(value, dict):
        return value.get(found.tag_field or "type", found.tag) == found.tag
    return not isinstance(value, list) or value[:1] == [found.tag]


def _first(found: Iterable[str]) -> str:
    return next((each for each in found if each), "")
