"""Metadata of all kinds of types: valid by Fabric's contract schema, and true."""

import datetime
import decimal
import enum
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from uuid import UUID

import msgspec
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate
from counterfoil_contracts.chaincode import CHAINCODE as TRADE
from msgspec import Meta

from tests.unit.chaincode.fabric_contract_schema import faults

ValueT = TypeVar("ValueT")


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Part:
    name: Annotated[str, Meta(description="what it is called", examples=["bolt"])]
    pair: tuple[int, str] = (0, "")
    inner: "Part | None" = None
    blob: bytes = b""
    marks: dict[str, bool | None] = field(default_factory=dict)


@dataclass
class Defaults:
    amount: int = 1


@dataclass
class Box(Generic[ValueT]):
    content: ValueT


class Left(msgspec.Struct, tag="left"):
    size: int = 1


class Right(msgspec.Struct, tag="right", forbid_unknown_fields=True):
    side: Literal["top"]


class Point(NamedTuple):
    x: int
    y: int


class Fields(TypedDict, total=False):
    name: str


KINDS: list[Any] = [
    str, bytes, int, bool, Any, list, dict, list[int], list[Part], set[int], tuple[int, ...], tuple[int, str],
    dict[str, int], dict[Annotated[str, Meta(max_length=3)], Part], Colour, Level, Literal["a", "b"],
    Literal[1], Annotated[int, Meta(gt=0, lt=13, multiple_of=2)],
    Annotated[str, Meta(pattern="^[A-Z]$", min_length=1)],
    Annotated[bytes, Meta(max_length=3)], bytes | None, str | None, int | None, Part | None, Colour | None,
    int | str | None, list[Part | None], Part, Defaults, Box[int], Box[str], Left | Right, Left, Right, Point,
    Fields, datetime.date, datetime.datetime, decimal.Decimal, UUID, list[tuple[Part | None, bytes]],
]  # fmt: skip


def _metadata(kind: Any) -> dict[str, Any]:
    def run(self: Contract, context: Context, given: kind) -> kind:
        return given

    contract = type("Kinds", (Contract,), {"run": evaluate(run)})
    found: dict[str, Any] = json.loads(Chaincode([contract()]).metadata)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_type_has_valid_metadata(kind: Any) -> None:
    assert faults(_metadata(kind)) == []


def test_the_trade_contracts_have_valid_metadata() -> None:
    assert faults(json.loads(TRADE.metadata)) == []


def test_the_check_finds_faults() -> None:
    metadata = _metadata(Part)
    del metadata["components"]["schemas"]["Part"]["$id"]
    metadata["components"]["schemas"]["Part"]["required"] = []
    given = metadata["contracts"]["Kinds"]["transactions"][0]["parameters"][0]
    given["schema"] = {"anyOf": [], "exclusiveMaximum": 5, "items": False}
    assert faults(metadata) == [
        "Kinds:run given/anyOf", "Kinds:run given/exclusiveMaximum", "Kinds:run given[]: no schema",
        "Part: $id", "Part/required",
    ]  # fmt: skip


def test_what_fabrics_schema_cannot_say_is_a_component() -> None:
    metadata = _metadata(Part | None)
    (given,) = metadata["contracts"]["Kinds"]["transactions"][0]["parameters"]
    assert given["schema"] == {"$ref": "#/components/schemas/PartOrNull"}
    schemas = metadata["components"]["schemas"]
    assert set(schemas) == {"Part", "PartOrNull", "IntegerStringTuple", "Base64", "BooleanOrNull"}
    assert {"$ref": "#/components/schemas/Part"} in schemas["PartOrNull"]["anyOf"]
    assert schemas["Part"]["properties"]["inner"] == {**given["schema"], "default": None}
    assert schemas["Part"]["properties"]["name"] == {
        "type": "string", "description": "what it is called", "example": "bolt",
    }  # fmt: skip
    assert schemas["Part"]["required"] == ["name"]


def test_components_of_different_content_have_different_names() -> None:
    metadata = _metadata(tuple[Annotated[int, Meta(ge=1)] | None, Annotated[int, Meta(ge=2)] | None])
    assert set(metadata["components"]["schemas"]) == {
        "IntegerOrNull", "IntegerOrNull2", "IntegerOrNullIntegerOrNull2Tuple",
    }  # fmt: skip


@dataclass
class Base64:
    """Has the name that a component for bytes would have."""

    blob: bytes


def test_a_component_takes_no_name_of_a_class() -> None:
    schemas = _metadata(Base64)["components"]["schemas"]
    assert schemas["Base64"]["properties"] == {"blob": {"$ref": "#/components/schemas/Base642"}}
    assert schemas["Base642"] == {"$id": "Base642", "type": "string", "contentEncoding": "base64"}


def test_metadata_are_true() -> None:
    def given(kind: Any) -> Any:
        return _metadata(kind)["contracts"]["Kinds"]["transactions"][0]["parameters"][0]["schema"]

    assert given(bytes) == {"type": "string", "format": "binary"}, "as it is, not base64"
    assert given(Annotated[int, Meta(gt=0, lt=13)]) == {"type": "integer", "minimum": 1, "maximum": 12}
    for kind, name in ((Part, "Part"), (Box[int], "Box_int_"), (Right, "Right")):
        assert _metadata(kind)["components"]["schemas"][name]["additionalProperties"] is False
    assert "additionalProperties" not in _metadata(Left)["components"]["schemas"]["Left"]
