"""Strategies from metadata: every call they draw has arguments that the contract takes."""

import enum
import json
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, evaluate, submit
from counterfoil_chaincode.testing import Ledger, make_caller
from counterfoil_chaincode.testing.strategies import Call, arguments, calls
from hypothesis import HealthCheck, Phase, find, given, settings
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


CHAINCODE = Chaincode([Everything()])


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger(CHAINCODE, [ORG])


@given(calls(CHAINCODE.metadata))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_call_drawn_is_taken(ledger: Ledger, call: Call) -> None:
    ledger.endorse(ANN, call.function, *call.arguments, at=[ORG])


@pytest.mark.parametrize(
    ("submit_only", "names"),
    [(True, {"everything:simple", "everything:structured"}), (False, {"everything:limited"})],
)
def test_functions_can_be_chosen(submit_only: bool, names: set[str]) -> None:
    seen = set()

    @given(calls(CHAINCODE.metadata, submit=submit_only))
    @settings(max_examples=25, deadline=None, database=None)
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
    only_submits = Chaincode([Everything()]).metadata.replace(b'"EVALUATE"', b'"SUBMIT"')
    with pytest.raises(ValueError, match="no such function"):
        calls(only_submits, submit=False)
