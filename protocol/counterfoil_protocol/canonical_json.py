"""Canonical JSON: one byte string for one value, so that it can be hashed, compared and signed.

Sorted keys, no spaces, UTF-8, integers only. A float is refused rather than rounded, because two endorsers
must produce the same bytes.
"""

import json
from typing import NoReturn, TypeAlias

import msgspec

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

_LEAVES = frozenset({str, int, bool, type(None)})


def _base(value: object) -> str | int:
    """Text and integers of a class of their own (an XML library's, say) as what they are."""
    if isinstance(value, str):
        return str(value)
    assert isinstance(value, int), "nothing else passes _refuse_foreign_types"
    return int(value)


_ENCODE = msgspec.json.Encoder(order="sorted", enc_hook=_base).encode


def encode(value: object) -> bytes:
    """The canonical bytes of a value made of dicts with text keys, lists, tuples, text, integers, booleans.

    Raises:
        TypeError: the value holds a float, bytes, a key that is no text, or another type.
        ValueError: the value contains itself, or text that is no Unicode (a lone surrogate).
    """
    _refuse_foreign_types(value, set())
    return _ENCODE(value)


def decode(data: bytes) -> JsonValue:
    """The value of JSON bytes, whatever their spacing and order of keys.

    Raises:
        ValueError: not UTF-8, not JSON, a repeated key, a number with fraction or exponent, NaN or Infinity,
            text that is no Unicode (an escaped lone surrogate).
    """
    text = data.decode("utf-8")
    try:
        value: JsonValue = _DECODE(text)
        if "\\u" in text:
            # Only an escape can bring in a lone surrogate, which no later encoding would take.
            _ENCODE(value)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    return value


def _refuse_foreign_types(value: object, parents: set[int]) -> None:
    if type(value) in _LEAVES or isinstance(value, str | int):
        return
    if not isinstance(value, dict | list | tuple):
        raise TypeError(f"{type(value).__name__} has no canonical JSON")
    if id(value) in parents:
        raise ValueError("a value that contains itself has no JSON")
    parents.add(id(value))
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a JSON key is text, not {type(key).__name__}")
            if type(member) not in _LEAVES:
                _refuse_foreign_types(member, parents)
    else:
        for member in value:
            if type(member) not in _LEAVES:
                _refuse_foreign_types(member, parents)
    parents.discard(id(value))


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a JSON object repeats a key")
    return members


def _no_float(_: str) -> NoReturn:
    raise ValueError("a JSON number here is an integer")


# Built once: json.loads with hooks builds a decoder for every call.
_DECODE = json.JSONDecoder(object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float).decode
