"""What a message about a bad value says, and that it never repeats the value."""

import datetime
import decimal
import uuid
from typing import Any, Literal

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
