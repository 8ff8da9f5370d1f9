"""Strategies from metadata: every call they draw has arguments that the contract takes."""

import enum
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.testing import Ledger, make_caller
from counterfoil_chaincode.testing.strategies import Call, arguments, calls
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from msgspec import Meta

ORG = "Org1MSP"
ANN = make_caller(ORG, "clerk", "ann")


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    sizes: tuple[int, ...] = ()
    inner: "Part | None" = None
    blob: bytes = b""
    marks: dict[str, bool] = field(default_factory=dict)


class Everything(Contract):
    name = "everything"

    @submit
    def simple(self, context: Context, text: str, data: bytes, number: int, yes: bool) -> None:
        assert isinstance(text, str)
        assert isinstance(data, bytes)
        assert isinstance(number, int)
        assert isinstance(yes, bool)

    @submit
    def structured(self, context: Context, part: Part, colour: Colour, pair: tuple[int, str]) -> None:
        assert 1 <= len(part.name) <= 5
        assert colour in Colour
        assert isinstance(pair[1], str)

    @evaluate
    def limited(
        self,
        context: Context,
        month: Annotated[int, Meta(ge=1, lt=13)],
        code: Annotated[str, Meta(pattern="^[A-Z]{3}$")],
        unique: set[int],
    ) -> int:
        assert 1 <= month <= 12
        assert code[:3].isupper()
        return month


@dataclass(frozen=True)
class Note:
    when: Annotated[datetime, Meta(tz=True)]
    by_day: Annotated[dict[date, int], Meta(extra_json_schema={"propertyNames": {"format": "date"}})]


class Loose(Contract):
    name = "loose"

    @submit
    def anything(self, context: Context, value: Any, items: list, names: dict, several: set) -> None:  # type: ignore[type-arg]  # what says no more
        assert isinstance(items, list)
        assert isinstance(names, dict)
        assert isinstance(several, set)

    @submit
    def times(
        self,
        context: Context,
        moment: Annotated[datetime, Meta(tz=True)],
        hour: Annotated[time, Meta(tz=True)],
        day: date,
        span: timedelta,
        note: Note,
    ) -> None:
        assert moment.tzinfo is not None
        assert hour.tzinfo is not None
        assert isinstance(day, date)
        assert isinstance(span, timedelta)
        assert all(isinstance(each, date) for each in note.by_day)

    @submit
    def exact(
        self,
        context: Context,
        key: UUID,
        share: Decimal,
        counts: Annotated[dict[UUID, Decimal], Meta(extra_json_schema={"propertyNames": {"format": "uuid"}})],
        short: dict[Annotated[str, Meta(max_length=2)], list[UUID]],
    ) -> None:
        assert isinstance(key, UUID)
        assert share.is_finite()
        assert all(isinstance(each, UUID) for each in counts)
        assert all(len(each) <= 2 for each in short)


CHAINCODE = Chaincode([Everything(), Loose()])


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger(CHAINCODE, [ORG])


@pytest.mark.parametrize("source", [CHAINCODE, CHAINCODE.metadata], ids=["chaincode", "metadata"])
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_call_drawn_is_taken(ledger: Ledger, source: Chaincode | bytes, data: st.DataObject) -> None:
    call = data.draw(calls(source))
    ledger.endorse(ANN, call.function, *call.arguments, at=[ORG])


@pytest.mark.parametrize(
    ("submit_only", "names"),
    [
        (
            True,
            {"everything:simple", "everything:structured", "loose:anything", "loose:times", "loose:exact"},
        ),
        (False, {"everything:limited"}),
    ],
)
def test_functions_can_be_chosen(submit_only: bool, names: set[str]) -> None:
    seen = set()

    @given(calls(CHAINCODE.metadata, submit=submit_only))
    @settings(max_examples=60, deadline=None, database=None)
    def draw(call: Call) -> None:
        seen.add(call.function)

    draw()
    assert seen == names


def test_a_type_that_holds_itself() -> None:
    structured = arguments(CHAINCODE.metadata, "everything:structured")
    unshrunk = settings(phases=[Phase.generate], database=None)
    inner = find(structured, lambda drawn: b"inner" in drawn[0], settings=unshrunk)
    assert set(json.loads(inner[0])) >= {"name", "inner"}


def test_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="no function everything:absent"):
        arguments(CHAINCODE.metadata, "everything:absent")
    only_submits = CHAINCODE.metadata.replace(b'"EVALUATE"', b'"SUBMIT"')
    with pytest.raises(ValueError, match="no such function"):
        calls(only_submits, submit=False)


@dataclass(frozen=True)
class Diary:
    pages: tuple["Diary", ...]
    written: datetime


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (datetime, r"datetime without a time zone; annotate it as Annotated\[datetime, Meta\(tz=True\)\]"),
        (list[time | None], "time without a time zone"),
        (Diary, "datetime without"),
        (
            dict[str, dict[UUID, str]],
            r"dict with keys of type uuid; annotate it with Meta\(extra",
        ),
        (
            Annotated[dict[UUID, datetime], Meta(extra_json_schema={"propertyNames": {"format": "uuid"}})],
            "datetime without",
        ),
    ],
)
def test_types_that_metadata_do_not_tell_are_refused_by_name(kind: Any, text: str) -> None:
    def keep(self: Contract, context: Context, what: Any) -> None:
        """Never called."""

    keep.__annotations__["what"] = kind
    contract = type("Shelf", (Contract,), {"keep": submit(keep)})()
    with pytest.raises(ValueError, match=f"Shelf:keep, parameter what: no strategy for a {text}"):
        calls(Chaincode([contract]))


def test_a_schema_that_is_not_known_is_told_by_name() -> None:
    strange = CHAINCODE.metadata.replace(b'"format":"uuid"', b'"format":"email"')
    with pytest.raises(ValueError, match="loose:exact, parameter key: no strategy for text of format email"):
        calls(strange)
