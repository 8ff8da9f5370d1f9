"""What a message about a bad value says, and that it never repeats the value."""

import datetime
import decimal
import enum
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pytest
from counterfoil_chaincode.contract_api.serializer import BadValue, CanonicalJsonSerializer, convert, plain


class Left(msgspec.Struct, tag_field="kind", tag="left"):
    size: int


class Right(msgspec.Struct, tag_field="kind", tag="right"):
    side: Literal["top"]


Sides = Left | Right
PLACE = "SECRET - at `$.secret`"


@pytest.mark.parametrize(
    ("value", "expected", "text"),
    [
        ({"kind": "SECRET"}, Sides, "expected a value of the enumeration - at `$.kind`"),
        ({"kind": "right", "side": PLACE}, Sides, "expected a value of the enumeration - at `$.side`"),
        (5, Literal[1, 2], "expected a value of the enumeration"),
        ({"kind": "left", "size": "SECRET"}, Sides, "expected `int`, got `str` - at `$.size`"),
        ("SECRET", datetime.datetime, "invalid RFC3339 encoded datetime"),
        ("SECRET", decimal.Decimal, "invalid decimal string"),
        ("SECRET", uuid.UUID, "invalid UUID"),
        ({"kind": "left"}, Left, "object missing required field `size`"),
    ],
)
def test_the_place_is_told_and_the_value_is_not(value: object, expected: Any, text: str) -> None:
    with pytest.raises(BadValue) as bad:
        convert(value, expected)
    assert str(bad.value) == text
    assert bad.value.__cause__ is None
    assert "SECRET" not in str(bad.value)


def test_sets_and_dicts_have_one_order() -> None:
    assert plain({"b": {"y", "x", "z"}, "a": {3, 1, 2}}) == {"a": [1, 2, 3], "b": ["x", "y", "z"]}
    serializer = CanonicalJsonSerializer()
    assert serializer.format(Left(3)) == b'{"kind":"left","size":3}'
    assert serializer.format(None) == b""


class Colour(enum.StrEnum):
    RED = "red"


@dataclass
class Part:
    size: int


@pytest.mark.parametrize(
    ("data", "expected", "text"),
    [
        (b"SECRET", int, "expected int, got text that is no JSON"),
        (b"True", bool, "expected bool, got text that is no JSON"),
        (b"", int, "expected int, got nothing"),
        (b" ", list[int], "expected list[int], got nothing"),
        (b"1.5", int, "expected int, got a number with a fraction or an exponent"),
        (b"1e3", bool, "expected bool, got a number with a fraction or an exponent"),
        (b"NaN", int, "expected int, got NaN or Infinity"),
        (b"9" * 5000, int, "expected int, got a number of too many digits"),
        (b'{"size":1,"size":2}', Part, "expected Part, got an object that repeats a key"),
        (b"SECRET", list[Part], "expected list[Part], got text that is no JSON"),
        (b"SECRET", Part | None, "expected Part | None, got text that is no JSON"),
        (b"[" * 100_000, list[Any], "expected list[Any], got JSON nested too deeply"),
        (b'["\\ud800"]', list[str], "expected list[str], got text that is no Unicode"),
        (b"SECRET", Annotated[int, msgspec.Meta(ge=1)], "expected int, got text that is no JSON"),
        (b"SECRET", Literal[1, 2], "expected Literal[1, 2], got text that is no JSON"),
        (b"SECRET", dict[str, int | None], "expected dict[str, int | None], got text that is no JSON"),
        (b"\xff", str | None, "expected UTF-8 text"),
        (b"SECRET", Colour | None, "expected a value of the enumeration"),
        (b'"red"', Colour | None, "expected a value of the enumeration"),
    ],
)
def test_what_was_expected_and_what_kind_of_thing_came(data: bytes, expected: Any, text: str) -> None:
    with pytest.raises(BadValue) as bad:
        CanonicalJsonSerializer().parse(data, expected)
    assert str(bad.value) == text


@pytest.mark.parametrize(
    ("data", "expected", "value"),
    [
        (b"hi", str | None, "hi"),
        (b'"hi"', str | None, '"hi"'),
        (b"", str | None, ""),
        (b" null", str | None, " null"),
        (b"null", str | None, None),
        (b"null", str, "null"),
        (b"red", Colour | None, Colour.RED),
        (b"null", Colour | None, None),
        (b"a", Literal["a", None], "a"),
        (b"null", Literal["a", None], None),
        (b"ABC", Annotated[str, msgspec.Meta(pattern="^[A-Z]+$")] | None, "ABC"),
        (b"2020-02-03", datetime.date | None, datetime.date(2020, 2, 3)),
        (b"5", int | str | None, 5),
        (b'"5"', int | str | None, "5"),
        (b"null", int | None, None),
        (b"5", int | None, 5),
    ],
)
def test_text_that_may_be_absent_is_taken_as_it_is(data: bytes, expected: Any, value: object) -> None:
    assert CanonicalJsonSerializer().parse(data, expected) == value
