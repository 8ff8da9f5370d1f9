"""Dataclasses across the wire: equal values give equal bytes, and undeclared fields are refused."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import pytest
from counterfoil_chaincode.contract_api.serializer import BadValue, CanonicalJsonSerializer

ValueT = TypeVar("ValueT")
SERIALIZER = CanonicalJsonSerializer()


@dataclass
class Part:
    name: str
    amount: int = 1


@dataclass(frozen=True)
class Frozen:
    part: Part = field(default_factory=lambda: Part("p"))
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Slotted:
    name: str
    amount: int = 1


@dataclass
class Child(Part):
    more: list["Part"] = field(default_factory=list)
    inner: "Child | None" = None


@dataclass
class Box(Generic[ValueT]):
    content: ValueT
    full: bool = True


class Around(msgspec.Struct):
    part: Part
    size: int = 0


class Left(msgspec.Struct, tag="left"):
    part: Part


class Right(msgspec.Struct, tag="right"):
    part: Frozen


class Pair(NamedTuple):
    first: Part
    second: int


QUOTED = b'{"name":"q"}'
WHOLE = b'{"amount":1,"name":"q"}'


@pytest.mark.parametrize(
    ("data", "kind", "made", "answer"),
    [
        (QUOTED, Part, Part("q"), WHOLE),
        (b"[" + QUOTED + b"]", list[Part], [Part("q")], b"[" + WHOLE + b"]"),
        (b"[" + QUOTED + b"]", tuple[Part, ...], (Part("q"),), b"[" + WHOLE + b"]"),
        (b'{"k":' + QUOTED + b"}", dict[str, Part], {"k": Part("q")}, b'{"k":' + WHOLE + b"}"),
        (QUOTED, Part | None, Part("q"), WHOLE),
        (QUOTED, Slotted, Slotted("q"), WHOLE),
        (b"{}", Frozen, Frozen(), b'{"note":null,"part":{"amount":1,"name":"p"}}'),
        (
            b'{"content":' + QUOTED + b"}",
            Box[Part],
            Box(Part("q")),
            b'{"content":' + WHOLE + b',"full":true}',
        ),
        (b'{"part":' + QUOTED + b"}", Around, Around(Part("q")), b'{"part":' + WHOLE + b',"size":0}'),
        (b"[" + QUOTED + b",2]", Pair, Pair(Part("q"), 2), b"[" + WHOLE + b",2]"),
        (
            b'{"name":"c","more":[' + QUOTED + b'],"inner":{"name":"d"}}',
            Child,
            Child("c", more=[Part("q")], inner=Child("d")),
            b'{"amount":1,"inner":{"amount":1,"inner":null,"more":[],"name":"d"},"more":['
            + WHOLE
            + b'],"name":"c"}',
        ),
    ],
)
def test_equal_values_give_equal_bytes(data: bytes, kind: Any, made: object, answer: bytes) -> None:
    came = SERIALIZER.parse(data, kind)
    assert came == made
    assert SERIALIZER.format(came) == SERIALIZER.format(made) == answer
    assert SERIALIZER.format(msgspec.json.decode(data, type=kind)) == answer, "whoever made it"
    assert SERIALIZER.format(OrderedDict(x=came)) == b'{"x":' + answer + b"}"


def test_what_came_has_its_defaults_itself() -> None:
    came = SERIALIZER.parse(QUOTED, Part)
    assert vars(came) == {"name": "q", "amount": 1}


BAD = b'{"name":"q","colour":"SECRET"}'


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (BAD, Part, "`colour`"),
        (BAD, Part | None, "`colour`"),
        (BAD, Slotted, "`colour`"),
        (b"[" + QUOTED + b"," + BAD + b"]", list[Part], "`colour` - at `$[1]`"),
        (b"[1," + BAD + b"]", tuple[int, Part], "`colour` - at `$[1]`"),
        (b'{"SECRET":' + BAD + b"}", dict[str, Part], "`colour` - at `$[...]`"),
        (b'{"part":' + BAD + b"}", Frozen, "`colour` - at `$.part`"),
        (b'{"part":' + BAD + b',"other":1}', Around, "`colour` - at `$.part`"),
        (b'{"content":' + BAD + b"}", Box[Part], "`colour` - at `$.content`"),
        (
            b'{"name":"a","inner":{"name":"b","more":[' + BAD + b"]}}",
            Child,
            "`colour` - at `$.inner.more[0]`",
        ),
        (b"[" + BAD + b",2]", Pair, "`colour` - at `$[0]`"),
        (b'{"type":"left","part":' + BAD + b"}", Left | Right, "`colour` - at `$.part`"),
    ],
)
def test_a_dataclass_takes_no_field_that_it_has_not(data: bytes, kind: Any, text: str) -> None:
    with pytest.raises(BadValue) as bad:
        SERIALIZER.parse(data, kind)
    assert str(bad.value) == f"object contains unknown field {text}"


def test_other_fields_are_taken() -> None:
    assert SERIALIZER.parse(b'{"type":"right","part":{"note":"x"}}', Left | Right) == Right(Frozen(note="x"))
    assert SERIALIZER.parse(b'{"part":' + QUOTED + b',"other":1}', Around) == Around(Part("q"))
    assert SERIALIZER.parse(BAD, dict[str, str] | None) == {"name": "q", "colour": "SECRET"}
