"""Results that are no canonical JSON: which type stands where."""

import dataclasses
from collections.abc import Iterable

import msgspec

from ..errors import ContractDefect


class BadResult(ContractDefect):
    """A result that its serializer cannot write the same at every endorser.

    The text names type and place, not the content; a serializer of a contract's own may raise it too.
    """


def bad_result(value: object) -> BadResult:
    """What to raise for a value that has no canonical JSON."""
    try:
        kind, place = _foreign(value, "$") or ("a value", "$")
    except RecursionError:
        kind, place = "a value that contains itself or is nested too deeply", "$"
    return BadResult(f"{kind} at `{place}`, which has no canonical JSON")


def _foreign(value: object, place: str) -> tuple[str, str] | None:
    if isinstance(value, str):
        return None if _is_unicode(value) else ("text that is no Unicode", place)
    if value is None or isinstance(value, int | bytes | bytearray | memoryview):
        return None
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                return f"a key of type {type(key).__name__}", place
        # A key may be content.
        return _first((("[...]", each) for each in value.values()), place)
    if isinstance(value, list | tuple):
        return _first(((f"[{number}]", each) for number, each in enumerate(value)), place)
    if isinstance(value, set | frozenset):
        return _first((("[...]", each) for each in value), place) or (type(value).__name__, place)
    names = _field_names(value)
    if names is not None:
        return _first(((f".{name}", getattr(value, name, None)) for name in names), place)
    try:
        plain = msgspec.to_builtins(value)
    except (TypeError, ValueError):
        return type(value).__name__, place
    return (type(value).__name__, place) if isinstance(plain, float) else None


def _field_names(value: object) -> Iterable[str] | None:
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__
    return [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else None


def _first(members: Iterable[tuple[str, object]], place: str) -> tuple[str, str] | None:
    for step, member in members:
        found = _foreign(member, place + step)
        if found is not None:
            return found
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
